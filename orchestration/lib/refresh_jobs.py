"""Cadence -> job and schedule: what agencies release together is asked for together, in their own time zone."""

from __future__ import annotations

import re
from collections.abc import Iterable

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.lib.raw_assets import GROUP, raw_key
from sources.spec import Cadence, Dataset


def refresh_job(name: str, datasets: Iterable[Dataset], description: str) -> UnresolvedAssetJobDefinition:
    """A job that asks the agencies for these data sets and lists what has landed. What depends on it is rebuilt where content changed."""
    keys = [raw_key(dataset) for dataset in datasets]
    asked = {"config": {"ask_agency": True}}
    return dg.define_asset_job(
        name,
        selection=dg.AssetSelection.assets(*keys, [GROUP, "vintage"]),
        config={"ops": {"__".join(key.path): asked for key in keys}},
        description=description,
    )


def refresh_schedule(cadence: Cadence, datasets: list[Dataset]) -> dg.ScheduleDefinition:
    """The schedule of one cadence, off until somebody starts it, and its job."""
    names = ", ".join(dataset.id for dataset in datasets)
    name = f"refresh_{cadence.name}_{_slug(cadence.timezone.rpartition('/')[2])}_{_slug(cadence.cron)}"
    job = refresh_job(name, datasets, f"Ask for what is released {cadence.name} on {cadence.cron!r} ({cadence.timezone}): {names}.")
    return dg.ScheduleDefinition(
        name, job=job, cron_schedule=cadence.cron, execution_timezone=cadence.timezone, default_status=dg.DefaultScheduleStatus.STOPPED
    )


def by_cadence(datasets: Iterable[Dataset]) -> list[tuple[Cadence, list[Dataset]]]:
    """The data sets that can be asked for, by the moments at which they are; how long silence is normal may differ among them."""
    together: dict[tuple[str, str, str], list[Dataset]] = {}
    for dataset in datasets:
        if dataset.fetch:
            together.setdefault((dataset.cadence.name, dataset.cadence.cron, dataset.cadence.timezone), []).append(dataset)
    return [(members[0].cadence, members) for _, members in sorted(together.items())]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.replace("*", "x").lower()).strip("_")
