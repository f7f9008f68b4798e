"""What is concluded: the policy metrics and the verdicts on claims."""

import dagster as dg

from orchestration.lib.automation import on_new_data
from orchestration.lib.claim_table import ClaimVerdict, judge, moments_of
from orchestration.lib.complexity_table import ProductComplexity, product_complexity
from orchestration.lib.dictionary import CLAIM_VERDICT, POLICY_METRIC, PRODUCT_COMPLEXITY
from orchestration.lib.metric_tables import write_table
from orchestration.lib.policy_metrics import policy_metrics
from orchestration.lib.warehouse import POOL, Warehouse
from orchestration.metrics.policy_metric import PolicyMetric


@dg.definitions
def metrics() -> dg.Definitions:
    @dg.asset(
        key=["metrics", "policy_metric"],
        group_name="metrics",
        kinds={"python", "duckdb"},
        deps=[
            ["marts", "us_share_vintage"],
            ["marts", "dim_partner"],
            ["marts", "intra_industry"],
            ["marts", "us_export_market"],
            ["marts", "fct_contract"],
            ["marts", "policy_measure"],
            ["intermediate", "int_procurement__held_year"],
            ["intermediate", "int_procurement__measured_contract"],
            ["seeds", "province"],
            ["intermediate", "int_trade__observation"],
            ["intermediate", "int_trade__partner_month"],
            ["intermediate", "int_trade__scope_member"],
            ["intermediate", "int_trade__unlisted_product"],
            ["intermediate", "int_world_trade__baci"],
            ["seeds", "trade_dataset"],
            ["marts", "mineral_dependence"],
            ["marts", "mineral_processing"],
            ["marts", "critical_mineral_listing"],
            ["marts", "mineral_export_stage"],
            ["marts", "mineral_trade"],
            ["marts", "mineral_unit_value"],
            ["intermediate", "int_minerals__share"],
            ["intermediate", "int_minerals__us_import_source"],
            ["intermediate", "int_minerals__us_reliance"],
            ["intermediate", "int_minerals__us_use"],
            ["staging", "stg_oecd__icio"],
            ["marts", "value_added_in_exports"],
            ["marts", "vehicle_production"],
            ["marts", "vehicle_content"],
            ["marts", "vehicle_sales"],
            ["marts", "home_share"],
            ["seeds", "vehicle_product"],
        ],
        pool=POOL,
        automation_condition=on_new_data(),
        description=POLICY_METRIC.description,
    )
    def policy_metric(warehouse: Warehouse) -> dg.MaterializeResult:
        with warehouse.connect() as connection:
            rows = policy_metrics(connection, warehouse.today)
            write_table(connection, POLICY_METRIC, rows, PolicyMetric)
        return dg.MaterializeResult(metadata={"dagster/row_count": len(rows)})

    @dg.asset(
        key=["metrics", "product_complexity"],
        group_name="metrics",
        kinds={"python", "duckdb"},
        deps=[["intermediate", "int_world_trade__baci"]],
        pool=POOL,
        automation_condition=on_new_data(),
        description=PRODUCT_COMPLEXITY.description,
    )
    def complexity(warehouse: Warehouse) -> dg.MaterializeResult:
        with warehouse.connect() as connection:
            rows = product_complexity(connection)
            write_table(connection, PRODUCT_COMPLEXITY, rows, ProductComplexity)
        return dg.MaterializeResult(metadata={"dagster/row_count": len(rows)})

    @dg.asset(
        key=["metrics", "claim_verdict"],
        group_name="metrics",
        kinds={"python", "duckdb"},
        deps=[
            ["marts", "us_share_vintage"],
            ["marts", "trade_release_calendar"],
            ["marts", "vehicle_production"],
            ["marts", "mineral_export_stage"],
            ["metrics", "policy_metric"],
            ["meta", "source_file"],
        ],
        pool=POOL,
        automation_condition=on_new_data(),
        description=CLAIM_VERDICT.description,
    )
    def claim_verdict(warehouse: Warehouse) -> dg.MaterializeResult:
        with warehouse.connect() as connection:
            rows = judge(connection, moments_of(connection, warehouse.today))
            write_table(connection, CLAIM_VERDICT, rows, ClaimVerdict)
        return dg.MaterializeResult(metadata={"dagster/row_count": len(rows)})

    return dg.Definitions(assets=[policy_metric, complexity, claim_verdict])
