"""What is fetched: one asset per data set of the registry, one for the parts of those that have parts, and the list of what has landed."""

import dagster as dg

from orchestration.lib.automation import on_new_data
from orchestration.lib.raw_assets import content_version, has_parts_to_fetch, parts_asset, raw_asset, raw_key
from orchestration.lib.warehouse import Warehouse
from sources import registry


@dg.definitions
def raw() -> dg.Definitions:
    datasets = registry.datasets()

    @dg.asset(
        key=["raw", "vintage"],
        group_name="raw",
        kinds={"parquet"},
        deps=[raw_key(dataset) for dataset in datasets],
        automation_condition=on_new_data(),
        description="One row per landed vintage, and a table without rows for every data set, so that SQL finds all of them.",
    )
    def vintage(warehouse: Warehouse) -> dg.MaterializeResult:
        warehouse.landing.prepare(datasets)
        vintages = warehouse.landing.vintages()
        return dg.MaterializeResult(data_version=dg.DataVersion(content_version(vintages)), metadata={"dagster/row_count": len(vintages)})

    parts = [parts_asset(dataset) for dataset in datasets if has_parts_to_fetch(dataset)]
    return dg.Definitions(assets=[vintage, *(raw_asset(dataset) for dataset in datasets), *parts])
