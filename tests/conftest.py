"""One warehouse for all tests that only read it."""

from __future__ import annotations

import pytest

from tests.end_to_end.command import Warehouse


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The warehouse of the bundled vintages, built once by the command line: to be read and copied, never changed."""
    warehouse = Warehouse(tmp_path_factory.mktemp("built") / "data")
    answer = warehouse("build")
    assert answer.code == 0, answer.err
    return warehouse
