"""One warehouse for all tests that only read it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.command import Warehouse


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder of this run that whichever process comes first makes; the others wait for it."""
    run = factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else factory.getbasetemp()
    folder, is_made = run / name, run / f"{name}.is_made"
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_made.exists():
            make(folder)
            is_made.touch()
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The warehouse of the bundled vintages, built once by the command line: to be read and copied, never changed."""

    def make(folder: Path) -> None:
        answer = Warehouse(folder)("build")
        assert answer.code == 0, answer.err

    return Warehouse(made_once(tmp_path_factory, "built", make))
