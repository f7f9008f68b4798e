"""Readers of `publish/current` while builds replace it, and builds that are killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.publication.checksums import checksum_problems
from tests.end_to_end.command import Warehouse

# Resolves the link, opens what is there, and holds it against its own release.json, until told to stop; ends with what it saw.
_READER = """
import json, sys, time
from pathlib import Path
import duckdb
publish, stop = Path(sys.argv[1]), Path(sys.argv[2])
seen, reads = [], 0
print("ready", flush=True)
while not stop.exists():
    folder = (publish / "current").resolve(strict=True)
    described = json.loads((folder / "release.json").read_text())
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        ((inside,),) = connection.execute("select release_id from meta.release").fetchall()
        ((rows,),) = connection.execute("select count(*) from marts.fct_trade").fetchall()
        ((us_share,),) = connection.execute(
            "select round(us_share, 4) from marts.export_concentration where window_type = 'month' and period_start_date = '2026-03-01' "
            "and dataset = 'statcan/12100011' and seasonal_adjustment = 'seasonally_adjusted' and basis = 'customs'").fetchall()
    assert inside == described["release_id"] == folder.name, (inside, described["release_id"], folder.name)
    assert rows == described["tables"]["marts.fct_trade"] > 0, rows
    assert us_share == 0.6598, us_share
    if not seen or seen[-1] != inside:
        seen.append(inside)
    reads += 1
    time.sleep(0.2)
print(json.dumps({"seen": seen, "reads": reads}))
"""


@contextmanager
def reading(warehouse: Warehouse, stop: Path) -> Iterator[list[dict[str, object]]]:
    """Two readers in processes of their own while the block runs; what they saw is there after it."""
    command = [sys.executable, "-c", _READER, str(warehouse.data_dir / "publish"), str(stop)]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    saw: list[dict[str, object]] = []
    try:
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n"
        yield saw
    finally:
        stop.touch()
        ends = [(reader, *reader.communicate(timeout=60)) for reader in readers]
    for reader, out, err in ends:
        assert reader.returncode == 0, err
        saw.append(json.loads(out))


def _at_once(_warehouse: Warehouse, _started: float) -> bool:
    return True


def _dbt_writes(warehouse: Warehouse, started: float) -> bool:
    """The working file is being written: its op holds a place in the pool `warehouse`."""
    file = warehouse.data_dir / "work" / "current" / "warehouse.duckdb"
    return max(path.stat().st_mtime for path in file.parent.iterdir()) > started


def _a_release_is_staged(warehouse: Warehouse, _started: float) -> bool:
    return any(path.name.startswith(".2") for path in (warehouse.data_dir / "publish").iterdir())


def test_readers_see_whole_releases_while_builds_run_and_die(copied: Warehouse, tmp_path: Path) -> None:
    """Builds are killed while they start, while dbt writes and while they publish, each at a random moment; those after them succeed."""
    chance = random.Random()
    moments: dict[str, float] = {}
    live = [copied.release().release_id]
    with reading(copied, tmp_path / "stop") as saw:
        for phase in (_at_once, _dbt_writes, _a_release_is_staged):
            moments[phase.__name__] = chance.uniform(0, 1.5)
            _kill_a_build(copied, phase, moments[phase.__name__])
            release = copied.release()
            assert_whole(copied, moments)
            assert phase is _a_release_is_staged or release.release_id == live[-1], moments
            live.append(release.release_id)
        for build in (copied, copied.here):
            answer = build("build", "--force")
            assert answer.code == 0, (answer.err, moments)
            assert_whole(copied, moments)
            live.append(copied.release().release_id)
            time.sleep(1)
    assert len(set(live[-3:])) == 3
    for reader in saw:
        assert reader["seen"] == list(dict.fromkeys(live)), moments
    left = [path.name for path in (copied.data_dir / "publish").iterdir() if path.name.startswith(".")]
    assert left == []


def assert_whole(warehouse: Warehouse, moments: dict[str, float]) -> None:
    release = warehouse.release()
    assert list(checksum_problems(release.folder)) == [], moments
    with warehouse.connect() as connection:
        assert connection.execute("select release_id from meta.release").fetchall() == [(release.release_id,)], moments
        assert connection.execute("select count(*) from marts.fct_trade").fetchall() == [(release.tables["marts.fct_trade"],)], moments


def _kill_a_build(warehouse: Warehouse, phase: Callable[[Warehouse, float], bool], after: float) -> None:
    started = time.time()
    process = warehouse.start("build", "--force")
    try:
        while not phase(warehouse, started) and process.poll() is None:
            time.sleep(0.01)
        time.sleep(after)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_killed_import_leaves_no_half_vintage(tmp_path: Path, recordings: Path) -> None:
    warehouse = Warehouse(tmp_path / "data")
    file = str(recordings / "statcan" / "33100036-eng.zip")
    for after in (0.2, 0.5, 0.7):
        process = warehouse.start("import", "statcan/33100036", file)
        time.sleep(after)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for vintage in warehouse.data_dir.glob("landing/statcan/33100036/vintage=*"):
            assert (vintage / "vintage.json").exists()
    answer = warehouse("import", "statcan/33100036", file)
    assert answer.code == 0, answer.err
    assert "90,086 rows" in answer.out
    assert len(warehouse.vintages) == 1
