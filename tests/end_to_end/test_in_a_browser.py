"""What a person sees: the report and the orchestrator, as Chromium draws them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.command import Warehouse, clean_environment

pytestmark = pytest.mark.browser

_CHROMIUM = (
    *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--hide-scrollbars", "--window-size=1400,1000"),
)
_PNG = b"\x89PNG"


def page(url: str, profile: Path, milliseconds: int) -> str:
    """The document of the page once its scripts have had their time."""
    return _chromium(url, profile, f"--virtual-time-budget={milliseconds}", "--dump-dom")


def screenshot(url: str, profile: Path, file: Path) -> bytes:
    _chromium(url, profile, f"--screenshot={file}")
    return file.read_bytes()


def _chromium(url: str, profile: Path, *options: str) -> str:
    done = subprocess.run([*_CHROMIUM, f"--user-data-dir={profile}", *options, url], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


@contextmanager
def orchestrator(warehouse: Warehouse) -> Iterator[str]:
    """`make ui` on this warehouse: the address that it answers on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = clean_environment({"WAREHOUSE_DATA_DIR": str(warehouse.data_dir), "DAGSTER_HOME": str(warehouse.data_dir / "dagster")})
    command = [str(Path(sys.executable).with_name("dagster")), "dev", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, seconds=120)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _wait_for(address: str, seconds: int) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/server_info", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.5)
    raise AssertionError(f"the orchestrator did not answer within {seconds} s")


def test_the_report_draws_its_answer_and_its_pictures(built: Warehouse, tmp_path: Path) -> None:
    report = built.release().report.as_uri()
    document = page(report, tmp_path / "profile", 2_000)
    assert "66.57" in document
    assert "three-quarters" in document
    assert document.count("<svg") >= 4
    assert screenshot(report, tmp_path / "profile", tmp_path / "report.png").startswith(_PNG)


def test_the_orchestrator_shows_the_way_from_raw_to_publication(copied: Warehouse, tmp_path: Path) -> None:
    with orchestrator(copied) as address:
        document = page(f"{address}/asset-groups", tmp_path / "profile", 30_000)
        for layer in ("raw", "seeds", "staging", "intermediate", "marts", "meta", "metrics", "publish"):
            assert f">{layer}<" in document, f"{layer} is not in the asset graph"
