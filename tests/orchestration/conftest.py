"""The code location, loaded once on a data directory of its own, and an agency on the loopback interface."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import dagster as dg
import pytest

from sources import intake
from tests.sources.agency import Agency, serve, table_zip

NOON_OF_A_RELEASE = "2026-09-03T16:00:00Z"


@pytest.fixture(scope="session")
def code_location(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    with patch.dict(os.environ, {"WAREHOUSE_DATA_DIR": str(tmp_path_factory.mktemp("definitions"))}):
        from orchestration.definitions import definitions

        return definitions()


@pytest.fixture(scope="session")
def graph(code_location: dg.Definitions) -> dg.AssetGraph:  # type: ignore[name-defined]
    return code_location.resolve_asset_graph()


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data directory for jobs that run in this process, without the bundled vintages."""
    monkeypatch.setattr(intake, "REFERENCE", tmp_path / "nothing is bundled")
    monkeypatch.setenv("WAREHOUSE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("WAREHOUSE_NOW", NOON_OF_A_RELEASE)
    return tmp_path / "data"


@pytest.fixture
def agency(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Agency]:
    """Statistics Canada on the day of a release that runs through July."""
    with serve() as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_STATCAN", running.base_url)
        running.publish(table_zip("2026-07"), "2026-07", "2026-09-03", etag='"july"')
        yield running


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral
