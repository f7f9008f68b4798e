"""A key goes to its agency and nowhere else: not into a log, a manifest, an error, the orchestrator's records or a published file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sources import registry
from sources.clock import now
from sources.spec import Dataset
from tests.end_to_end.command import Answer, Warehouse
from tests.sources.loopback import Loopback, Refuse, Request, serve

KEY = "pl4nted/key+of=this test"
PART_OF_IT = "pl4nted"
KEYED = [dataset for dataset in registry.datasets() if dataset.credential]


class Tattler(Loopback):
    """An agency that refuses every key and repeats it in its answer, as it came and as an address spells it."""

    def answer(self, request: Request) -> Any:
        said = request.path + " " + " ".join(request.headers.values())
        return Refuse(403, f"invalid key {KEY}; you sent {said}", {"Content-Type": "text/plain"})


@pytest.fixture(scope="module")
def tattler() -> Iterator[Tattler]:
    with serve(Tattler) as agency:
        yield agency


@pytest.fixture(scope="module")
def told(built: Warehouse, tattler: Tattler, tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, list[Answer]]:
    """What the command line says and keeps when every key is planted and every agency repeats it."""
    warehouse = Warehouse(Path(shutil.copytree(built.data_dir, tmp_path_factory.mktemp("keys") / "data", symlinks=True)))
    settings = {dataset.credential.variable: KEY for dataset in KEYED if dataset.credential}
    settings |= {f"WAREHOUSE_UPSTREAM_{dataset.provider.upper()}": tattler.base_url for dataset in KEYED}
    asked = [("backfill", dataset.id, dataset.live_parts(now().date())[-1]) for dataset in KEYED]
    commands = [*asked, ("status",), ("datasets", "--format", "json"), ("publish",)]
    return warehouse, [warehouse(*command, **settings) for command in commands]


@pytest.mark.parametrize("dataset", KEYED, ids=lambda dataset: dataset.id)
def test_the_key_is_sent(told: object, tattler: Tattler, dataset: Dataset) -> None:
    credential = dataset.credential
    assert credential
    if credential.carried_in == "header":
        sent = {request.headers[credential.name] for request in tattler.requests}
    else:
        sent = {request.query.get(credential.name) for request in tattler.requests}
    assert credential.prefix + KEY in sent


def test_nothing_that_is_said_shows_it(told: tuple[Warehouse, list[Answer]]) -> None:
    for answer in told[1]:
        assert PART_OF_IT not in answer.out + answer.err
    refused = told[1][: len(KEYED)]
    assert [answer.code for answer in refused] == [1] * len(KEYED)
    assert any("***" in answer.err for answer in refused)


def test_nothing_that_is_kept_holds_it(told: tuple[Warehouse, list[Answer]]) -> None:
    """The whole data directory: blobs, manifests, the orchestrator's database and logs, the working file and the release."""
    warehouse, _ = told
    files = [path for path in warehouse.data_dir.rglob("*") if path.is_file()]
    assert {"dagster", "raw", "landing", "publish", "work"} <= {path.relative_to(warehouse.data_dir).parts[0] for path in files}
    assert [path for path in files if PART_OF_IT.encode() in path.read_bytes()] == []
