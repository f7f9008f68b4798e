"""Schedules and parts: made from the registry, off until somebody starts them, each in its agency's time zone."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._utils.schedules import cron_string_iterator

from orchestration.lib.raw_assets import has_parts_to_fetch, parts_key, raw_key
from orchestration.lib.refresh_jobs import by_cadence, refresh_schedule
from sources import registry
from sources.clock import now

DATASETS = registry.datasets()
CADENCES = by_cadence(DATASETS)
SCHEDULES = {refresh_schedule(cadence, datasets).name: (cadence, datasets) for cadence, datasets in CADENCES}
LISTING = dg.AssetKey(["raw", "vintage"])


def test_every_data_set_that_can_be_asked_for_has_one_schedule() -> None:
    scheduled = Counter(dataset.id for _, datasets in CADENCES for dataset in datasets)
    assert scheduled == Counter(dataset.id for dataset in DATASETS if dataset.fetch)
    assert len(SCHEDULES) == len(CADENCES)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_is_off_and_asks_for_its_data_sets_alone(code_location: dg.Definitions, name: str) -> None:
    cadence, datasets = SCHEDULES[name]
    schedule = code_location.resolve_schedule_def(name)
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
    assert (schedule.cron_schedule, schedule.execution_timezone) == (cadence.cron, cadence.timezone)
    job = code_location.resolve_job_def(schedule.job_name)
    assert job.asset_layer.executable_asset_keys == {raw_key(dataset) for dataset in datasets} | {LISTING}


def test_the_code_location_has_no_other_schedule(code_location: dg.Definitions) -> None:
    assert {schedule.name for schedule in code_location.schedules or []} == set(SCHEDULES)


def test_trade_is_asked_for_after_it_is_released_and_again_when_the_zip_has_caught_up() -> None:
    cadence = registry.dataset("statcan/12100011").cadence
    eastern = ZoneInfo("America/Toronto")
    ticks = cron_string_iterator(datetime(2026, 9, 3, tzinfo=eastern).timestamp(), cadence.cron, cadence.timezone)
    assert [next(ticks).astimezone(eastern).strftime("%d %H:%M") for _ in range(4)] == ["03 08:45", "03 11:45", "04 08:45", "04 11:45"]


@pytest.mark.parametrize("dataset", [dataset for dataset in DATASETS if has_parts_to_fetch(dataset)], ids=lambda dataset: dataset.id)
def test_parts_are_the_partitions_of_an_asset_that_makes_its_data_set_due(graph: Any, dataset: Any) -> None:
    node = graph.get(parts_key(dataset))
    today = now().date()
    expected = dataset.partition.expected(today)
    assert set(node.partitions_def.get_partition_keys()) <= set(expected)
    assert set(dataset.live_parts(today)) <= set(expected)
    assert node.child_keys == {raw_key(dataset)}
