"""Ticks of the schedules, each agency on a server of its own: who is asked, what lands on a release morning, and what an ordinary day costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._utils.schedules import cron_string_iterator

from orchestration.lib.raw_assets import parts_key, raw_key
from sources import registry
from sources.landing import Attempt, Landing
from sources.spec import Cadence, Dataset
from sources.un_comtrade_answer import FLOWS
from sources.usitc_dataweb import questions
from tests.orchestration.agencies import PLAYS
from tests.orchestration.test_schedules import DATASETS, LISTING, SCHEDULES
from tests.sources.loopback import Loopback, Refuse, Request, serve
from tests.sources.test_statcan_cimt import zip_path

# A Friday on which the trade of December is released in Canada and the United States. Every cadence has a tick on it or in the four days after it.
RELEASE_DAY = date(2027, 2, 5)
RELEASE_BEFORE = date(2027, 1, 7)
ASKABLE = {dataset.provider for dataset in DATASETS if dataset.fetch}

# How many requests it takes to learn that a part is as it was, where it is not one conditional request, and why.
WITHOUT_VALIDATORS = {
    "bank_of_canada/valet": (1, "the service sends no validators: the answer comes whole"),
    "fred/series": (1, "the csv of a graph has no validators: it comes whole"),
    "nova_scotia/awarded_tenders": (1, "the service says how many rows there are and when one was last changed"),
    "open_canada/contracts": (1, "the portal says when it last changed the file"),
    "seao/releases": (1, "the portal lists its files and when it last changed each"),
    "un_comtrade/annual_hs": (len(FLOWS), "answers say nothing of releases: each flow comes whole"),
    "us_census/intltrade": (1, "the interface sends no validators: the totals move with whatever is below them"),
    "usgs/critical_minerals_salient": (1, "the item lists when its files were uploaded"),
    "usgs/import_sources": (1, "the item lists when its files were uploaded"),
    "usgs/mineral_commodity_summaries": (1, "the item lists when its files were uploaded"),
    "usitc/dataweb": (len(questions("2026-12")), "DataWeb computes each report anew and says nothing of what changed"),
    "usitc/hts": (1, "the list of releases names the current one"),
}


@dataclass(frozen=True)
class Tick:
    """What came of a tick: the new attempts by data set, the requests by provider, and the steps that ran. What got none is left out."""

    attempts: dict[str, list[Attempt]]
    requests: dict[str, list[Request]]
    steps: set[str | None]

    def outcomes(self, dataset: Dataset) -> list[str]:
        return [attempt.outcome for attempt in self.attempts[dataset.id]]


class World:
    """The code location, an empty warehouse, and every agency, silent until it releases something."""

    def __init__(
        self,
        code_location: dg.Definitions,
        instance: dg.DagsterInstance,
        data_dir: Path,
        agencies: dict[str, Loopback],
        environment: pytest.MonkeyPatch,
    ) -> None:
        self.code_location = code_location
        self.instance = instance
        self.landing = Landing(data_dir)
        self.agencies = agencies
        self.environment = environment

    def release(self, datasets: list[Dataset], day: date) -> None:
        """Let the agencies of the data sets release what they have on the day."""
        for provider in {dataset.provider for dataset in datasets}:
            PLAYS[provider](self.agencies[provider], day)

    def tick(self, name: str, moment: datetime) -> Tick:
        """Let the schedule tick at the moment, and run the one job that it requests, which succeeds."""
        self.environment.setenv("WAREHOUSE_NOW", moment.isoformat())
        for agency in self.agencies.values():
            agency.requests.clear()
        before = self._attempts()
        schedule = self.code_location.resolve_schedule_def(name)
        context = dg.build_schedule_context(instance=self.instance, scheduled_execution_time=moment)
        (request,) = schedule.evaluate_tick(context).run_requests or ()
        assert request.job_name in (None, schedule.job_name)
        job = self.code_location.resolve_job_def(schedule.job_name)
        result = job.execute_in_process(instance=self.instance, run_config=request.run_config, tags=request.tags, raise_on_error=False)
        after = self._attempts()
        assert result.success, [attempts[-1].reason for attempts in after.values() if attempts]
        return Tick(
            {dataset: attempts[len(before[dataset]) :] for dataset, attempts in after.items() if len(attempts) > len(before[dataset])},
            {provider: list(agency.requests) for provider, agency in self.agencies.items() if agency.requests},
            {event.step_key for event in result.get_step_success_events()},
        )

    def data_versions(self, keys: set[dg.AssetKey]) -> dict[dg.AssetKey, str]:
        events = {key: self.instance.get_latest_materialization_event(key) for key in keys}
        return {key: event.asset_materialization.tags["dagster/data_version"] for key, event in events.items()}  # type: ignore[union-attr, index]

    def _attempts(self) -> dict[str, list[Attempt]]:
        return {dataset.id: list(self.landing.attempts(dataset.id)) for dataset in DATASETS}


@pytest.fixture
def world(code_location: dg.Definitions, instance: dg.DagsterInstance, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Each agency on a server of its own, and a key to each that gives keys; nobody waits for a turn or after an error."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setattr("sources.http._await_turn", lambda provider: None)
    for dataset in DATASETS:
        if dataset.credential:
            monkeypatch.setenv(dataset.credential.variable, f"planted-for-{dataset.provider}")
    with ExitStack() as servers:
        agencies = {provider: servers.enter_context(serve()) for provider in ASKABLE}
        for provider, agency in agencies.items():
            monkeypatch.setenv(f"WAREHOUSE_UPSTREAM_{provider.upper()}", agency.base_url)
        yield World(code_location, instance, data_dir, agencies, monkeypatch)


def first_ticks(cadence: Cadence) -> Iterator[datetime]:
    """The first tick of each day that has one, from the release day on."""
    yesterday, midnight = None, datetime.combine(RELEASE_DAY, time(), ZoneInfo(cadence.timezone))
    for tick in cron_string_iterator(midnight.timestamp(), cadence.cron, cadence.timezone):
        if tick.date() != yesterday:
            yield tick
        yesterday = tick.date()


def schedule_of(dataset: Dataset) -> str:
    (name,) = (name for name, (_, datasets) in SCHEDULES.items() if dataset in datasets)
    return name


def assets_of(datasets: list[Dataset]) -> set[dg.AssetKey]:
    """What a refresh of the data sets materializes."""
    return {raw_key(dataset) for dataset in datasets} | {LISTING}


def cost(dataset: Dataset, outcomes: list[str]) -> tuple[int, int]:
    """The requests of an ordinary day, and how many of them are conditional. A part that is not out costs one."""
    each, _ = WITHOUT_VALIDATORS.get(dataset.id, (1, ""))
    requests = sum(each if outcome == "unchanged" else 1 for outcome in outcomes)
    return requests, 0 if dataset.id in WITHOUT_VALIDATORS else requests


def is_conditional(request: Request) -> bool:
    return "If-None-Match" in request.headers or "If-Modified-Since" in request.headers


def test_every_agency_that_can_be_asked_is_played() -> None:
    assert sorted(PLAYS) == sorted(ASKABLE)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_release_lands_and_an_ordinary_day_changes_nothing_at_the_least_cost(world: World, name: str) -> None:
    cadence, datasets = SCHEDULES[name]
    providers = {dataset.provider for dataset in datasets}
    days = first_ticks(cadence)

    morning = next(days)
    world.release(datasets, morning.date())
    release = world.tick(name, morning)
    assert set(release.attempts) == {dataset.id for dataset in datasets}
    assert set(release.requests) == providers
    for dataset in datasets:
        assert [attempt.part for attempt in release.attempts[dataset.id]] == list(dataset.live_parts(morning.date()))
        assert {"landed"} <= set(release.outcomes(dataset)) <= {"landed", "not_yet"}
    versions = world.data_versions(assets_of(datasets))

    ordinary = world.tick(name, next(days))
    assert set(ordinary.attempts) == {dataset.id for dataset in datasets}
    assert {outcome for dataset in datasets for outcome in ordinary.outcomes(dataset)} <= {"unchanged", "not_yet"}
    assert world.data_versions(assets_of(datasets)) == versions
    costs = {
        provider: [sum(each) for each in zip(*(cost(one, ordinary.outcomes(one)) for one in datasets if one.provider == provider), strict=True)]
        for provider in providers
    }
    assert {provider: [len(requests), sum(map(is_conditional, requests))] for provider, requests in ordinary.requests.items()} == costs

    assert release.steps == ordinary.steps == {"__".join(key.path) for key in assets_of(datasets)}


def parts_asked_for(name: str) -> int:
    return sum(len(dataset.live_parts(RELEASE_DAY)) for dataset in SCHEDULES[name][1])


@pytest.mark.parametrize("name", [max(SCHEDULES, key=parts_asked_for), min(SCHEDULES, key=parts_asked_for)])
def test_an_ordinary_day_makes_nothing_due_and_new_content_what_depends_on_it(world: World, graph: Any, name: str) -> None:
    cadence, datasets = SCHEDULES[name]
    days = first_ticks(cadence)
    everything = graph.get_all_asset_keys() - {parts_key(dataset) for dataset in DATASETS}
    changed = raw_key(datasets[0])

    def due(cursor: Any = None) -> tuple[set[dg.AssetKey], Any]:
        result = dg.evaluate_automation_conditions(
            defs=world.code_location, instance=world.instance, asset_selection=dg.AssetSelection.all(), cursor=cursor
        )
        return {key for key in graph.get_all_asset_keys() if result.get_num_requested(key)}, result.cursor

    def made(*keys: dg.AssetKey, **tags: str) -> None:
        for key in keys:
            world.instance.report_runless_asset_event(dg.AssetMaterialization(key, tags=tags))

    morning = next(days)
    world.release(datasets, morning.date())
    world.tick(name, morning)
    made(*(everything - assets_of(datasets)))
    first, cursor = due()
    assert first == set()

    world.tick(name, next(days))
    ordinary, cursor = due(cursor)
    assert ordinary == set()

    made(changed, **{"dagster/data_version": "another"})
    assert due(cursor)[0] == {key for key in everything if changed in graph.get_ancestor_asset_keys(key)}


@pytest.mark.parametrize(
    "dataset", [one for one in DATASETS if one.fetch and one.credential and one.credential.is_required], ids=lambda dataset: dataset.id
)
def test_without_its_key_a_data_set_is_not_configured_and_nobody_is_asked_for_it(world: World, dataset: Dataset) -> None:
    """Whatever else the tick asks for is not out: that is one request a part."""
    cadence, datasets = SCHEDULES[schedule_of(dataset)]
    morning = next(first_ticks(cadence))
    world.environment.delenv(dataset.credential.variable)  # type: ignore[union-attr]
    tick = world.tick(schedule_of(dataset), morning)
    assert set(tick.outcomes(dataset)) == {"not_configured"}
    of_others = [len(tick.attempts[one.id]) for one in datasets if one is not dataset]
    assert sum(map(len, tick.requests.values())) == sum(of_others)


# Statistics Canada on the morning of a release


def test_before_half_past_eight_all_is_locked_and_a_zip_that_lags_its_cube_lands_at_noon(world: World) -> None:
    """At 08:45 every table has the cube of the release and the zip of the one before; one zip has been packed anew with its last month corrected.

    At noon three zips have come, and the others still lag. Those of the trade database are of the day that they were modified on.
    """
    table, other, database = (registry.dataset(f"statcan/{name}") for name in ("12100011", "12100163", "cimt"))
    of_table, of_other, of_database = (f"/n1/tbl/csv/{table.name}-eng.zip", f"/n1/tbl/csv/{other.name}-eng.zip", zip_path("imports-2026"))
    name = schedule_of(table)
    _, datasets = SCHEDULES[name]
    agency = world.agencies["statcan"]

    def at(hour: int, minute: int, day: date = RELEASE_DAY) -> Tick:
        return world.tick(name, datetime.combine(day, time(hour, minute), ZoneInfo(table.cadence.timezone)))

    def landed(tick: Tick) -> set[str]:
        return {attempt.part or attempt.dataset for attempts in tick.attempts.values() for attempt in attempts if attempt.outcome == "landed"}

    world.release(datasets, RELEASE_BEFORE)
    held = landed(at(8, 45, RELEASE_BEFORE))
    assert {table.id, other.id, "imports-2026"} < held

    with pytest.MonkeyPatch.context() as night:
        night.setattr(agency, "answer", lambda request: Refuse(409, "locked"))
        locked = at(8, 29)
    assert {outcome for dataset in datasets for outcome in locked.outcomes(dataset)} == {"not_yet"}
    assert len(locked.requests["statcan"]) == parts_asked_for(name)

    published, corrected = Loopback(agency.base_url), Loopback(agency.base_url)
    PLAYS["statcan"](published, RELEASE_DAY)
    PLAYS["statcan"](corrected, RELEASE_BEFORE + timedelta(days=4))
    agency.answers |= published.answers
    agency.files[of_table] = corrected.files[of_table]
    lagging = at(8, 45)
    assert lagging.outcomes(table) == ["not_yet"]
    assert lagging.outcomes(other) == ["unchanged"]
    assert not landed(lagging) & held

    agency.files |= {path: published.files[path] for path in (of_table, of_other, of_database)}
    noon = at(11, 45)
    assert landed(noon) == {table.id, other.id, "imports-2026"}
    assert {world.landing.vintages(dataset.id)[-1].vintage_date for dataset in (table, other, database)} == {RELEASE_DAY}
