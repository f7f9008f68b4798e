"""Every policy metric of the working warehouse: figures in, rows out."""

from __future__ import annotations

from datetime import date

import duckdb

from orchestration.lib.figures import read_export_markets, read_export_series, read_fits, read_product_changes, read_two_way_trade
from orchestration.lib.industry_figures import read_content, read_home_markets, read_production, read_sales
from orchestration.lib.input_output_table import read_input_output_table, read_published_shares
from orchestration.lib.mineral_figures import (
    read_export_stages,
    read_listed_minerals,
    read_mineral_years,
    read_processing,
    read_unit_values,
    read_world_trade,
)
from orchestration.lib.procurement_figures import read_procurement_years, read_restrictions
from orchestration.metrics.export_series import series_metrics
from orchestration.metrics.industry_year import (
    content_metrics,
    home_market_metrics,
    production_metrics,
    sales_metrics,
    without_home_market,
)
from orchestration.metrics.market_rank import market_ranks
from orchestration.metrics.mineral_year import (
    headroom_metrics,
    mineral_metrics,
    processing_metrics,
    stage_metrics,
    unpublished_metrics,
    uplift_metrics,
)
from orchestration.metrics.policy_metric import PolicyMetric
from orchestration.metrics.procurement_year import procurement_metrics, restriction_metrics
from orchestration.metrics.product_detail import change_metrics, fit_metrics, single_market_metrics, two_way_metrics
from orchestration.metrics.value_added_year import published_metrics, table_metrics, without_table


def policy_metrics(connection: duckdb.DuckDBPyConnection, as_of: date) -> list[PolicyMetric]:
    """The rows of `metrics.policy_metric` on the knowledge of `as_of`."""
    changes = list(read_product_changes(connection))
    held = read_input_output_table(connection)
    markets = read_home_markets(connection)
    minerals = list(read_mineral_years(connection))
    return [
        *(row for series in read_export_series(connection) for row in series_metrics(series, as_of)),
        *(row for change in changes for row in change_metrics(change, as_of)),
        *single_market_metrics(changes, as_of),
        *(row for trade in read_two_way_trade(connection) for row in two_way_metrics(trade, as_of)),
        *(row for fit in read_fits(connection) for row in fit_metrics(fit, as_of)),
        *(row for figures in read_export_markets(connection) for row in market_ranks(figures, as_of)),
        *(row for year in read_procurement_years(connection) for row in procurement_metrics(year, as_of)),
        *restriction_metrics(*read_restrictions(connection), as_of),
        *(row for found in minerals for row in mineral_metrics(found, as_of)),
        *(row for found in read_processing(connection) for row in processing_metrics(found, as_of)),
        *unpublished_metrics(read_listed_minerals(connection), minerals, as_of),
        *stage_metrics(list(read_export_stages(connection)), as_of),
        *(row for trade in read_world_trade(connection) for row in headroom_metrics(trade, as_of)),
        *(row for unit in read_unit_values(connection) for row in uplift_metrics(unit, as_of)),
        *(table_metrics(held.table, held.vintage_date, as_of) if held else without_table(as_of)),
        *(row for made in read_production(connection) for row in production_metrics(made, as_of)),
        *(row for content in read_content(connection) for row in content_metrics(content, as_of)),
        *(row for sales in read_sales(connection) for row in sales_metrics(sales, as_of)),
        *(row for market in markets for row in home_market_metrics(market, as_of)),
        *(() if markets else without_home_market(as_of)),
        *(row for published in read_published_shares(connection) for row in published_metrics(published, as_of)),
    ]
