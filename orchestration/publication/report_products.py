"""The sections of the report that look behind the headline: what is left of it without gold, which products have one buyer, which regions buy."""

from __future__ import annotations

from orchestration.publication import charts
from orchestration.publication.drawing import Table, draw
from orchestration.publication.report_rows import Row, Rows
from orchestration.publication.wording import exact_percent, in_billions, month, percent, span

SHOWN = 12


def gold(warehouse: Rows) -> Row | None:
    """The US share of all goods beside that without precious metals, and how exports elsewhere grew with and without them."""
    rows = warehouse.rows(
        "marts.export_concentration",
        """
        SELECT *, date_trunc('month', period_end_date)::DATE AS period FROM marts.export_concentration
        WHERE dataset = ? AND reporter = 'CA' AND trade_type = 'total' AND province_code = 'all' AND basis = 'customs'
            AND seasonal_adjustment = 'unadjusted' AND product_scope IN ('all', 'ex_precious_metals') AND window_type IN ('month', 'ttm')
        ORDER BY period""",
        warehouse.dataset,
    )
    without = [row for row in rows if row["product_scope"] == "ex_precious_metals"]
    if not without:
        return None
    first = without[0]["period"]
    series = {
        (scope, window): [row for row in rows if (row["product_scope"], row["window_type"]) == (scope, window) and row["period"] >= first]
        for scope in ("all", "ex_precious_metals")
        for window in ("month", "ttm")
    }
    months, months_without = series["all", "month"], series["ex_precious_metals", "month"]
    share_of_all = {row["period"]: row for row in months}
    windows = {row["period"]: row for row in series["all", "ttm"]}
    windows_without = {row["period"]: row for row in series["ex_precious_metals", "ttm"]}
    latest = max(windows.keys() & windows_without.keys(), default=None)
    return {
        "dataset": warehouse.dataset,
        "latest": latest,
        "window": windows.get(latest),
        "window_without": windows_without.get(latest),
        "growth": _growth(warehouse),
        "vintage": months_without[-1]["vintage_date_max"],
        "drawing": draw(
            lambda width: charts.two_shares(months, months_without, width),
            f"Lines of the US share by month, {span(months_without)}: of all goods, {percent(months[-1]['us_share'])} in the last month, and without "
            f"precious metals, {percent(months_without[-1]['us_share'])}.",
        ),
        "table": Table(
            ("Month", "All goods", "Without precious metals", "Elsewhere, all goods", "Elsewhere, without"),
            [
                (
                    month(row["period"]),
                    exact_percent(share_of_all[row["period"]]["us_share"]),
                    exact_percent(row["us_share"]),
                    in_billions(share_of_all[row["period"]]["non_us_value"]),
                    in_billions(row["non_us_value"]),
                )
                for row in reversed(months_without)
                if row["period"] in share_of_all
            ],
        ),
    }


def _growth(warehouse: Rows) -> Row | None:
    """Growth of exports elsewhere in the latest month that has it with and without precious metals, against the same month of the year before."""
    growth = warehouse.rows(
        "marts.export_growth",
        """
        SELECT period_start_date AS period, max(growth) FILTER (product_scope = 'all') AS with_gold,
            max(growth) FILTER (product_scope = 'ex_precious_metals') AS without_gold
        FROM marts.export_growth
        WHERE dataset = ? AND reporter = 'CA' AND trade_type = 'total' AND province_code = 'all' AND basis = 'customs'
            AND seasonal_adjustment = 'unadjusted' AND partner_code = 'NON_US'
        GROUP BY period HAVING with_gold IS NOT NULL AND without_gold IS NOT NULL ORDER BY period DESC LIMIT 1""",
        warehouse.dataset,
    )
    return growth[0] if growth else None


def single_markets(warehouse: Rows) -> Row | None:
    """The products of which the United States takes nine tenths or more, in the latest month of which every product is held."""
    products = warehouse.rows(
        "marts.product_dependence",
        """
        SELECT dependence.*, product_name, period_start_date AS period FROM marts.product_dependence AS dependence
        INNER JOIN marts.dim_product AS product
            ON dependence.product_classification = product.classification AND dependence.product_code = product.product_code
        WHERE window_type = 'month' AND province_code = 'all' AND reporter = 'CA' AND classification = 'NAPCS2022' AND level = 2
            AND share_of_exports IS NOT NULL
        QUALIFY (period_start_date, dataset, trade_type) = max((period_start_date, dataset, trade_type)) OVER ()
        ORDER BY "value" DESC""",
    )
    single = [row for row in products if row["is_single_market"]]
    if not single:
        return None
    period, dataset = single[0]["period"], single[0]["dataset"]
    before = warehouse.rows(
        "marts.product_dependence",
        """
        SELECT count(*) FILTER (is_single_market) AS products, sum(share_of_exports) FILTER (is_single_market) AS share
        FROM marts.product_dependence INNER JOIN marts.dim_product AS product
            ON product_classification = classification AND product_dependence.product_code = product.product_code
        WHERE window_type = 'month' AND province_code = 'all' AND dataset = ? AND trade_type = ? AND classification = 'NAPCS2022' AND level = 2
            AND period_start_date = ?::DATE - INTERVAL 12 MONTH HAVING products > 0 AND bool_and(share_of_exports IS NOT NULL)""",
        dataset,
        single[0]["trade_type"],
        period,
    )
    shown = [{**row, "name": row["product_name"], "label": f"{row['value'] / 1e6:,.0f} · {row['us_share']:.0%}"} for row in single[:SHOWN]]
    return {
        "dataset": dataset,
        "trade_type": single[0]["trade_type"],
        "period": period,
        "vintage": single[0]["vintage_date_max"],
        "products": len(products),
        "single": len(single),
        "share": sum(row["share_of_exports"] for row in single),
        "before": before[0] if before else None,
        "shown": len(shown),
        "drawing": draw(
            lambda width: charts.bars_by_name(shown, width),
            f"Bars of the {len(shown)} largest of {len(single)} products of which the United States takes nine tenths or more, {month(period)}, by "
            f"value; the largest is {shown[0]['name']}.",
        ),
        "table": Table(
            ("Product", "Exports, C$ million", "US share", "Part of all exports"),
            [
                (row["product_name"], f"{row['value'] / 1e6:,.1f}", exact_percent(row["us_share"]), exact_percent(row["share_of_exports"]))
                for row in single
            ],
        ),
    }


def regions(warehouse: Rows) -> Row | None:
    """What each region took over the latest twelve months that are known most closely; the bounds meet where every country is listed."""
    rows = warehouse.rows(
        "marts.export_region",
        """
        WITH span AS (
            SELECT *, max(share_high - share_low) OVER (PARTITION BY dataset, period_start_date) AS width FROM marts.export_region
            WHERE reporter = 'CA' AND trade_type = 'total' AND province_code = 'all' AND product_scope = 'all' AND window_type = 'ttm'
                AND basis = 'customs' AND seasonal_adjustment = 'unadjusted'
        )
        FROM span QUALIFY (round(width, 3), -epoch(period_start_date)) = min((round(width, 3), -epoch(period_start_date))) OVER ()
        ORDER BY share_low DESC""",
    )
    if not rows:
        return None
    others = [row for row in rows if row["trade_region"] != "United States"]
    shown = [
        {"name": row["trade_region"], "value": row["value_low"], "label": f"{row['value_low'] / 1e9:,.1f} · {row['share_low']:.1%}"} for row in others
    ]
    return {
        "dataset": rows[0]["dataset"],
        "period": rows[0]["period_end_date"],
        "vintage": rows[0]["vintage_date_max"],
        "is_exact": rows[0]["width"] < 0.001,
        "drawing": draw(
            lambda width: charts.bars_by_name(shown, width),
            f"Bars of exports to each region but the United States over twelve months; the largest is {shown[0]['name']}.",
        ),
        "table": Table(
            ("Region", "Exports, C$ billion", "Share, at least", "Share, at most", "Partners listed"),
            [
                (
                    row["trade_region"],
                    in_billions(row["value_low"]),
                    exact_percent(row["share_low"]),
                    exact_percent(row["share_high"]),
                    str(row["n_partners"]),
                )
                for row in rows
            ],
        ),
    }
