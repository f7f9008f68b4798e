"""The two jobs, `build` and `refresh`, and the sensor that rebuilds what new data touch."""

import dagster as dg

from orchestration.lib.raw_assets import PARTS
from orchestration.lib.refresh_jobs import refresh_job
from orchestration.lib.warehouse import Warehouse
from sources import registry


@dg.definitions
def jobs() -> dg.Definitions:
    return dg.Definitions(
        jobs=[
            dg.define_asset_job(
                "build",
                selection=dg.AssetSelection.all() - dg.AssetSelection.groups(PARTS),
                description="Land the bundled vintages and make everything of what has landed.",
            ),
            refresh_job(
                "refresh",
                registry.datasets(),
                "Ask every agency for what is new. What depends on it is rebuilt only where content changed.",
            ),
        ],
        sensors=[
            dg.AutomationConditionSensorDefinition(
                "rebuild_on_new_data", target=dg.AssetSelection.all(), default_status=dg.DefaultSensorStatus.RUNNING
            )
        ],
        resources={"warehouse": Warehouse()},
        executor=dg.in_process_executor,
    )
