"""The job that asks the agencies, in this process: data versions, what they make due, and a failure that stays where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.lib.raw_assets import LANDED, raw_key
from orchestration.settings import Settings
from sources import registry
from sources.landing import Landing
from tests.sources.agency import Agency, table_zip

TABLE = raw_key(registry.dataset("statcan/12100011"))
OTHERS = {raw_key(dataset) for dataset in registry.datasets() if not dataset.fetch}
LISTING = dg.AssetKey(["raw", "vintage"])


def refresh(code_location: dg.Definitions, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """The job on the table and on what no agency is asked for."""
    chosen = [TABLE, LISTING, *OTHERS]
    return code_location.resolve_job_def("refresh").execute_in_process(instance=instance, raise_on_error=False, asset_selection=chosen)


def data_version(instance: dg.DagsterInstance, key: dg.AssetKey) -> str:
    event = instance.get_latest_materialization_event(key)
    assert event is not None
    assert event.asset_materialization is not None
    return (event.asset_materialization.tags or {})["dagster/data_version"]


def test_a_data_version_changes_with_the_content_and_with_nothing_else(
    code_location: dg.Definitions, instance: dg.DagsterInstance, agency: Agency
) -> None:
    versions, listings = [], []
    repacked = table_zip("2026-07", packed_on=(2026, 9, 4))
    corrected = table_zip("2026-07", level=200)
    for archive, released, etag in [
        (table_zip("2026-07"), "2026-09-03", '"july"'),
        (table_zip("2026-07"), "2026-09-03", '"july"'),
        (repacked, "2026-09-03", '"repacked"'),
        (corrected, "2026-09-04", '"corrected"'),
    ]:
        agency.publish(archive, "2026-07", released, etag=etag)
        assert refresh(code_location, instance).success
        versions.append(data_version(instance, TABLE))
        listings.append(data_version(instance, LISTING))
    assert versions[0] == versions[1] == versions[2] != versions[3]
    assert listings[0] == listings[1] == listings[2] != listings[3]


def test_asking_touches_no_working_file(code_location: dg.Definitions, instance: dg.DagsterInstance, agency: Agency, data_dir: Path) -> None:
    """Raw assets may run beside a build: they are not in its pool, and open nothing of it."""
    assert refresh(code_location, instance).success
    assert not Settings(data_dir).database(None).parent.exists()
    assert (data_dir / "landing" / "vintage.parquet").exists()


def test_only_changed_content_makes_anything_due(code_location: dg.Definitions, instance: dg.DagsterInstance, agency: Agency, graph: Any) -> None:
    downstream = {key for key in graph.get_all_asset_keys() if key.path[0] != "raw"}
    from_table = {key for key in downstream if TABLE in graph.get_ancestor_asset_keys(key)}

    def made(keys: set[dg.AssetKey]) -> None:
        for key in keys:
            instance.report_runless_asset_event(dg.AssetMaterialization(key))

    def due(cursor: Any = None) -> tuple[set[dg.AssetKey], Any]:
        result = dg.evaluate_automation_conditions(defs=code_location, instance=instance, asset_selection=dg.AssetSelection.all(), cursor=cursor)
        return {key for key in downstream if result.get_num_requested(key)}, result.cursor

    assert refresh(code_location, instance).success
    made(downstream)
    first, cursor = due()
    assert first == set()

    assert refresh(code_location, instance).success  # the agency says: not modified
    unchanged, cursor = due(cursor)
    assert unchanged == set()

    agency.publish(table_zip("2026-08"), "2026-08", "2026-10-06", etag='"august"')
    assert refresh(code_location, instance).success
    changed, cursor = due(cursor)
    assert {dg.AssetKey(["marts", "fct_trade"]), dg.AssetKey(["metrics", "policy_metric"]), dg.AssetKey(["publish", "release"])} <= changed
    assert changed == from_table

    made(changed)
    after, cursor = due(cursor)
    assert after == set()


@pytest.mark.parametrize(
    ("served", "reason"),
    [(None, "404"), (b"<html><title>Maintenance</title></html>", "is a web page ('Maintenance'), not data")],
    ids=["no such file", "a web page"],
)
def test_a_failed_fetch_stays_where_it_is(
    code_location: dg.Definitions, instance: dg.DagsterInstance, agency: Agency, data_dir: Path, served: bytes | None, reason: str
) -> None:
    """The asset fails and its check says why; other data sets succeed; the vintage that was there stays."""
    assert refresh(code_location, instance).success
    before = data_version(instance, TABLE)
    if served is None:
        agency.files.clear()
    else:
        agency.publish(served, "2026-08", "2026-10-06", etag='"broken"')
    result = refresh(code_location, instance)
    assert not result.success
    assert [event.step_key for event in result.get_step_failure_events()] == ["raw__statcan__12100011"]
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed and check.asset_key == TABLE]
    assert [check.check_name for check in failed] == [LANDED]
    assert reason in str(failed[0].metadata["reason"].value)
    materialized = {event.asset_key for event in result.get_asset_materialization_events()}
    assert materialized >= OTHERS
    assert TABLE not in materialized
    assert data_version(instance, TABLE) == before
    landing = Landing(data_dir)
    assert [vintage.vintage for vintage in landing.vintages(registry.dataset("statcan/12100011").id)] == ["2026-09-03"]
    assert [attempt.outcome for attempt in landing.attempts("statcan/12100011")] == ["landed", "failed"]


def test_what_is_not_released_yet_is_no_failure(code_location: dg.Definitions, instance: dg.DagsterInstance, agency: Agency) -> None:
    agency.publish_cube("2026-08", "2026-10-06")
    result = refresh(code_location, instance)
    assert result.success
    checks = {check.check_name: check.passed for check in result.get_asset_check_evaluations() if check.asset_key == TABLE}
    assert checks[LANDED]
