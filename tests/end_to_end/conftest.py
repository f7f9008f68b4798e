"""Copies of the one built warehouse, and the agencies' real files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import made_once
from tests.end_to_end.command import Warehouse

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "recordings"


@pytest.fixture
def copied(built: Warehouse, tmp_path: Path) -> Warehouse:
    """A copy of the built warehouse, to be changed."""
    return Warehouse(Path(shutil.copytree(built.data_dir, tmp_path / "data", symlinks=True)))


@pytest.fixture(scope="session")
def as_of_may(built: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The built warehouse with a release of what was known at the end of May 2026 beside the current one."""

    def make(folder: Path) -> None:
        answer = Warehouse(Path(shutil.copytree(built.data_dir, folder, symlinks=True))).here("build", "--as-of", "2026-05-31")
        assert answer.code == 0, answer.err

    return Warehouse(made_once(tmp_path_factory, "as-of-may", make))


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of agencies' real files, which are never part of the project."""
    if not RECORDINGS.is_dir():
        pytest.skip(f"the recordings are not at {RECORDINGS}")
    return RECORDINGS
