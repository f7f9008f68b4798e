"""What is handed out: one release of everything, put in place at once."""

import dagster as dg

from orchestration.lib.automation import on_new_data
from orchestration.lib.dbt_project import CheckResult, DbtProject
from orchestration.lib.dictionary import CHECK_RESULT, CLAIM_VERDICT, POLICY_METRIC, PRODUCT_COMPLEXITY, datasets_to_describe, described_by_dbt
from orchestration.lib.metric_tables import write_table
from orchestration.lib.warehouse import POOL, Warehouse
from orchestration.publication.dictionary import write_dictionary
from orchestration.publication.publish import publish as publish_release
from orchestration.publication.release import created_at, new_release_id
from orchestration.publication.report import render_report
from orchestration.publication.state import state_of
from orchestration.settings import Settings
from sources.clock import now


@dg.definitions
def publish() -> dg.Definitions:
    manifest = DbtProject(Settings.from_environment()).manifest()
    marts = [dg.AssetKey([table.schema, table.name]) for table in described_by_dbt(manifest)]

    @dg.asset(
        key=["publish", "release"],
        group_name="publish",
        kinds={"duckdb", "parquet"},
        deps=[*marts, ["metrics", "policy_metric"], ["metrics", "product_complexity"], ["metrics", "claim_verdict"]],
        pool=POOL,
        automation_condition=on_new_data(),
        description="The published warehouse: DuckDB file, Parquet, data package, dictionary, report and checksums, under one name.",
    )
    def release(warehouse: Warehouse) -> dg.MaterializeResult:
        data_dir, as_of = warehouse.settings.data_dir, warehouse.knowledge_date
        release_id = new_release_id(now())
        with warehouse.connect() as connection:
            write_table(connection, CHECK_RESULT, DbtProject(warehouse.settings, as_of).check_results(), CheckResult)
            tables = [*described_by_dbt(manifest), POLICY_METRIC, PRODUCT_COMPLEXITY, CLAIM_VERDICT, CHECK_RESULT]
            write_dictionary(connection, tables, datasets_to_describe(warehouse.landing))
            report = render_report(connection, release_id=release_id, created_at=created_at(release_id), as_of=as_of)
            published = publish_release(
                connection,
                data_dir,
                release_id=release_id,
                as_of=as_of,
                state=state_of(data_dir, as_of),
                headline=report.headline,
                report_html=report.html,
            )
        return dg.MaterializeResult(metadata={"release": release_id, "headline": report.headline, "tables": len(published.tables)})

    return dg.Definitions(
        assets=[release],
        jobs=[
            dg.define_asset_job(
                "publish", selection=dg.AssetSelection.assets(["publish", "release"]), description="Publish the working warehouse again."
            )
        ],
    )
