"""Parts as partitions: fetched one by one, by the orchestrator or the command line, and what they land makes their data set due."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import dagster as dg
import pytest
from rich.console import Console

from orchestration.lib.backfill import Backfill, backfill
from orchestration.lib.raw_assets import parts_asset, parts_key, raw_asset, raw_key
from orchestration.lib.run_job import open_instance
from orchestration.lib.warehouse import Warehouse
from orchestration.settings import Settings
from sources import intake, registry
from sources.landing import Landing
from sources.spec import Dataset
from tests.sources.loopback import File, Loopback, Refuse, serve
from tests.sources.made_up import KEY, made_up

PARTS = ["2025", "2024", "2023"]


@pytest.fixture
def lighthouses(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    monkeypatch.setattr(registry, "providers", lambda: {"madeup": made_up()})
    return registry.dataset("madeup/lighthouses")


@pytest.fixture
def agency(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    with serve() as running, patch.dict(os.environ, {"WAREHOUSE_UPSTREAM_MADEUP": running.base_url}):
        for year in PARTS:
            running.files[f"/lit/{year}.csv"] = File(f"year,code,lit\n{year},CA,250\n".encode(), last_modified="Thu, 03 Sep 2026 12:30:00 GMT")
        yield running


def fill(data_dir: Path, dataset: Dataset, parts: list[str]) -> Backfill:
    return backfill(Settings(data_dir), dataset, parts, Console(file=StringIO()))


def shown(data_dir: Path, dataset: Dataset) -> set[str]:
    """The partitions that the orchestrator shows as there."""
    with open_instance(Settings(data_dir)) as instance:
        return instance.get_materialized_partitions(parts_key(dataset))


def test_a_backfill_lands_every_part_and_shows_it(data_dir: Path, agency: Loopback, lighthouses: Dataset) -> None:
    result = fill(data_dir, lighthouses, PARTS)
    assert ([attempt.outcome for attempt in result.attempts], result.failures, result.left) == (["landed"] * 3, [], [])
    assert shown(data_dir, lighthouses) == set(PARTS)


def test_a_bad_part_is_named_and_the_next_one_is_asked_for(data_dir: Path, agency: Loopback, lighthouses: Dataset) -> None:
    agency.files["/lit/2024.csv"] = File(b"<html><title>Sorry</title></html>")
    result = fill(data_dir, lighthouses, PARTS)
    assert [attempt.part for attempt in result.attempts] == ["2025", "2023"]
    (failure,) = result.failures
    assert failure.startswith("2024: madeup/lighthouses: 2024.csv is a web page ('Sorry'), not data. Fetch or download the file again")
    assert shown(data_dir, lighthouses) == {"2025", "2023"}


def test_an_agency_that_is_down_ends_it_and_the_next_run_goes_on_from_there(data_dir: Path, agency: Loopback, lighthouses: Dataset) -> None:
    served = agency.files.pop("/lit/2024.csv")
    agency.answers["/lit/2024.csv"] = Refuse(503, "maintenance")
    stopped = fill(data_dir, lighthouses, PARTS)
    assert [attempt.part for attempt in stopped.attempts] == ["2025"]
    assert stopped.left == ["2024", "2023"]
    assert "503 (Service Unavailable): maintenance" in stopped.failures[0]

    agency.answers["/lit/2024.csv"] = served
    agency.requests.clear()
    missing = [part for part in intake.missing_parts(Landing(data_dir), lighthouses) if part in PARTS]
    assert missing == ["2024", "2023"]
    resumed = fill(data_dir, lighthouses, missing)
    assert (resumed.failures, resumed.left) == ([], [])
    assert [request.path for request in agency.requests] == ["/lit/2024.csv", "/lit/2023.csv"]


def test_a_missing_key_ends_it_before_anybody_is_asked(data_dir: Path, agency: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "providers", lambda: {"madeup": made_up(KEY)})
    result = fill(data_dir, registry.dataset("madeup/lighthouses"), PARTS)
    assert result.failures == ["madeup/lighthouses: the agency asks for a key. Get a key at https://example.org/key and set MADE_UP_KEY"]
    assert (result.left, agency.requests) == (PARTS, [])


def test_a_partition_lands_its_part_and_makes_its_data_set_due(
    data_dir: Path, agency: Loopback, lighthouses: Dataset, instance: dg.DagsterInstance
) -> None:
    definitions = dg.Definitions(assets=[raw_asset(lighthouses), parts_asset(lighthouses)], resources={"warehouse": Warehouse()})

    def due(cursor: object) -> tuple[int, object]:
        result = dg.evaluate_automation_conditions(defs=definitions, instance=instance, cursor=cursor)  # type: ignore[arg-type]
        return result.get_num_requested(raw_key(lighthouses)), result.cursor

    before, cursor = due(None)
    assert dg.materialize([parts_asset(lighthouses)], partition_key="2024", instance=instance, resources={"warehouse": Warehouse()}).success
    after, cursor = due(cursor)
    later, _ = due(cursor)
    assert (before, after, later) == (0, 1, 0)
    assert [vintage.part for vintage in Landing(data_dir).vintages()] == ["2024"]


def test_a_partition_that_is_not_out_fails_with_the_reason(
    data_dir: Path, agency: Loopback, lighthouses: Dataset, instance: dg.DagsterInstance
) -> None:
    result = dg.materialize(
        [parts_asset(lighthouses)], partition_key="2026", instance=instance, resources={"warehouse": Warehouse()}, raise_on_error=False
    )
    (failure,) = result.get_step_failure_events()
    assert "the year is not out" in str(failure.step_failure_data.error)
