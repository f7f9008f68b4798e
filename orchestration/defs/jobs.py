"""The two jobs, `build` and `refresh`, and the sensor that rebuilds what new data touch."""

import dagster as dg

from orchestration.lib.warehouse import Warehouse
from sources import registry


@dg.definitions
def jobs() -> dg.Definitions:
    askable = [dataset for dataset in registry.datasets() if dataset.fetch]
    return dg.Definitions(
        jobs=[
            dg.define_asset_job(
                "build", selection=dg.AssetSelection.all(), description="Land the bundled vintages and make everything of what has landed."
            ),
            dg.define_asset_job(
                "refresh",
                selection=dg.AssetSelection.groups("raw"),
                config={"ops": {f"raw__{dataset.provider}__{dataset.name}": {"config": {"ask_agency": True}} for dataset in askable}},
                description="Ask every agency for what is new. What depends on it is rebuilt only where content changed.",
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
