"""When agencies are asked: one schedule and one job for each cadence of the registry."""

import dagster as dg

from orchestration.lib.refresh_jobs import by_cadence, refresh_schedule
from sources import registry


@dg.definitions
def schedules() -> dg.Definitions:
    return dg.Definitions(schedules=[refresh_schedule(cadence, datasets) for cadence, datasets in by_cadence(registry.datasets())])
