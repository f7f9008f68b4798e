"""What is made of it in SQL: the dbt project, from staging to marts."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets

from orchestration.lib.dbt_project import DbtProject, Translator
from orchestration.lib.warehouse import POOL, Warehouse
from orchestration.settings import Settings


@dg.definitions
def transform() -> dg.Definitions:
    translator = Translator()

    @dbt_assets(manifest=DbtProject(Settings.from_environment()).manifest(), dagster_dbt_translator=translator, pool=POOL, name="dbt")
    def dbt(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
        yield from DbtProject(warehouse.settings, warehouse.knowledge_date).build(context, translator)

    return dg.Definitions(assets=[dbt])
