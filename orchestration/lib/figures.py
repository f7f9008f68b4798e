"""Figures out of the warehouse as the pure metrics take them: of one kind, out of one release, a missing one absent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

import duckdb

from orchestration.metrics.export_series import Coverage, ExportSeries
from orchestration.metrics.exports import Exports
from orchestration.metrics.months import plus_months
from orchestration.metrics.product_detail import Fit, ProductChange, TwoWayTrade
from orchestration.metrics.quantity import Quantity, Total
from orchestration.metrics.rank import MarketFigure

# Provinces and single products have their shares in the marts; their metrics are not computed one by one.
_SERIES = "dataset, trade_type, product_scope, basis, seasonal_adjustment"
_IS_SERIES = "flow = 'export' AND province_code = 'all' AND product_scope <> 'single_product'"
_MONTHS = f"""
    SELECT {_SERIES}, period_start_date, us_value, world_value, vintage_date, currency
    FROM marts.us_share_vintage WHERE {_IS_SERIES} AND known_to IS NULL ORDER BY ALL"""
_PARTNERS = f"""
    SELECT {_SERIES}, period_start_date, partner_code, "value", vintage_date, currency
    FROM intermediate.int_trade__partner_month WHERE {_IS_SERIES} ORDER BY ALL"""
# A revision must not pass for a change, nor a season: both months' pairs stood in one release, the newest that has both, and unadjusted months are
# compared with the same month of the year before.
_CHANGES = f"""
    SELECT {_SERIES}, after.period_start_date, before.period_start_date AS compared_with,
        before.us_value AS us_before, before.world_value AS world_before, after.us_value AS us_after, after.world_value AS world_after,
        greatest(before.known_from, after.known_from) AS vintage_date, currency
    FROM (FROM marts.us_share_vintage WHERE {_IS_SERIES}) AS after
    JOIN (FROM marts.us_share_vintage WHERE {_IS_SERIES}) AS before USING ({_SERIES}, currency)
    WHERE before.period_start_date = after.period_start_date - CASE seasonal_adjustment WHEN 'unadjusted' THEN 12 ELSE 1 END * INTERVAL 1 MONTH
        AND greatest(before.known_from, after.known_from) <= least(before.vintage_date, after.vintage_date)
    QUALIFY row_number() OVER (
        PARTITION BY {_SERIES}, after.period_start_date
        ORDER BY greatest(before.known_from, after.known_from) DESC, after.known_to DESC NULLS FIRST, before.known_to DESC NULLS FIRST
    ) = 1
    ORDER BY ALL"""
_COVERAGE = "SELECT dataset, is_absent_zero, listed_partners, partners_never_held FROM seeds.trade_dataset"
_REGIONS = "SELECT partner_code, trade_region FROM marts.dim_partner WHERE NOT is_aggregate"
# A month and the same month of the year before, every product of the scope in both, out of the newest release that has them: a product that no list
# has could be of any scope but those of named products.
_PRODUCT_CHANGES = """
    WITH figure AS (
        SELECT dataset, trade_type, product_scope, basis, seasonal_adjustment, currency, vintage_position, vintage_date, period_start_date,
            product_code, n_members,
            max("value") FILTER (partner_code = 'US') AS us_value, max("value") FILTER (partner_code = 'WORLD') AS world_value
        FROM intermediate.int_trade__observation
        JOIN intermediate.int_trade__scope_member USING (product_classification, product_code)
        LEFT JOIN (SELECT *, true AS is_open FROM intermediate.int_trade__unlisted_product) USING (dataset, vintage, period_start_date)
        WHERE (is_named OR is_open IS NULL)
            AND flow = 'export' AND province_code = 'all' AND product_level = 'NAPCS2022 products' AND product_scope NOT LIKE 'section%'
        GROUP BY ALL HAVING us_value BETWEEN 0 AND world_value
    ),
    whole AS (FROM figure QUALIFY count(*) OVER (PARTITION BY dataset, trade_type, product_scope, vintage_position, period_start_date) = n_members),
    compared AS (
        SELECT dataset, trade_type, product_scope, after.period_start_date, product_code, basis, seasonal_adjustment, currency,
            before.period_start_date AS compared_with, before.us_value AS us_before, before.world_value AS world_before,
            after.us_value AS us_after, after.world_value AS world_after, after.vintage_date, vintage_position
        FROM whole AS after
        JOIN whole AS before USING (dataset, trade_type, product_scope, basis, seasonal_adjustment, currency, vintage_position, product_code)
        WHERE before.period_start_date = after.period_start_date - INTERVAL 12 MONTH
        QUALIFY vintage_position = max(vintage_position) OVER (PARTITION BY dataset, trade_type, product_scope, after.period_start_date)
    )
    FROM compared ORDER BY dataset, trade_type, product_scope, period_start_date, product_code"""
# The last two years of each data set, and what was added up over a longer span.
_TWO_WAY = """
    SELECT dataset, reporter, partner_code, product_classification, digits, period_grain, period_start_date, period_end_date, vintage_date,
        product_scope, basis, seasonal_adjustment, currency, product_code, export_value, import_value
    FROM (
        SELECT *, 'all' AS product_scope FROM marts.intra_industry
        UNION ALL
        SELECT trade.*, 'vehicles_and_parts' FROM marts.intra_industry AS trade
        JOIN seeds.vehicle_product AS vehicle ON starts_with(trade.product_code, vehicle.product_code) WHERE trade.digits = 6
    )
    QUALIFY period_start_date > max(period_start_date) OVER (PARTITION BY dataset) - INTERVAL 24 MONTH OR period_grain = 'range'
    ORDER BY ALL"""
_FITS = """
    WITH flow AS (
        SELECT dataset, hs_edition, period_start_date, left(product_code, 2) AS chapter, exporter_code, importer_code, value_usd, vintage_date
        FROM intermediate.int_world_trade__baci
    ),
    newest AS (
        SELECT hs_edition, period_start_date FROM flow
        ORDER BY period_start_date DESC, CASE WHEN hs_edition >= 'HS88' THEN '19' ELSE '20' END || right(hs_edition, 2) DESC LIMIT 1
    ),
    year AS (FROM flow SEMI JOIN newest USING (hs_edition, period_start_date)),
    chapters AS (SELECT DISTINCT chapter FROM year),
    sold AS (SELECT chapter, sum(value_usd) AS value_usd FROM year WHERE exporter_code = 'CA' GROUP BY chapter),
    bought AS (SELECT importer_code, chapter, sum(value_usd) AS value_usd FROM year WHERE importer_code <> 'CA' GROUP BY importer_code, chapter)
    SELECT importer_code, chapter, coalesce(sold.value_usd, 0), coalesce(bought.value_usd, 0), dataset, period_start_date, vintage_date
    FROM (SELECT DISTINCT importer_code, dataset, period_start_date, vintage_date FROM year WHERE importer_code <> 'CA')
    CROSS JOIN chapters LEFT JOIN sold USING (chapter) LEFT JOIN bought USING (importer_code, chapter)
    ORDER BY importer_code, chapter"""
_MARKETS = """
    SELECT dataset, period_grain, period_start_date, partner_code, value_usd, vintage_date, known_from, known_to
    FROM marts.us_export_market WHERE status <> 'not held' ORDER BY ALL"""


def read_export_series(connection: duckdb.DuckDBPyConnection) -> list[ExportSeries]:
    """The export series of the working warehouse, one per data set, trade type, scope of products, basis and seasonal adjustment."""
    region_of = dict(connection.execute(_REGIONS).fetchall())
    coverage = {
        dataset: Coverage(is_absent_zero, listed, never_held, len(region_of), region_of)
        for dataset, is_absent_zero, listed, never_held in connection.execute(_COVERAGE).fetchall()
    }
    months: dict[tuple[str, ...], dict[date, Exports]] = defaultdict(dict)
    for *kind, period, us, world, vintage, currency in connection.execute(_MONTHS).fetchall():
        months[tuple(kind)][period] = _exports(kind, currency, period, vintage, us, world)
    partners: dict[tuple[str, ...], dict[str, dict[date, Quantity]]] = defaultdict(lambda: defaultdict(dict))
    for *kind, period, partner, value, vintage, currency in connection.execute(_PARTNERS).fetchall():
        partners[tuple(kind)][partner][period] = _quantity(kind, currency, period, vintage, value)
    changes: dict[tuple[str, ...], dict[date, tuple[Exports, Exports]]] = defaultdict(dict)
    for *kind, period, previous, us_before, world_before, us_after, world_after, vintage, currency in connection.execute(_CHANGES).fetchall():
        before = _exports(kind, currency, previous, vintage, us_before, world_before)
        changes[tuple(kind)][period] = before, _exports(kind, currency, period, vintage, us_after, world_after)
    return [ExportSeries(kind[2], held, dict(partners[kind]), changes[kind], coverage[kind[0]]) for kind, held in months.items()]


def read_product_changes(connection: duckdb.DuckDBPyConnection) -> Iterator[ProductChange]:
    """The exports of each scope's products in a month and a year before, wherever a release has all of them."""
    rows = _rows(connection, _PRODUCT_CHANGES)
    for (_, trade_type, scope, _), products in groupby(rows, key=itemgetter("dataset", "trade_type", "product_scope", "period_start_date")):
        before, after = {}, {}
        for row in products:
            kind = (row["dataset"], trade_type, scope, row["basis"], row["seasonal_adjustment"])
            given = kind, row["currency"]
            before[row["product_code"]] = _exports(*given, row["compared_with"], row["vintage_date"], row["us_before"], row["world_before"])
            after[row["product_code"]] = _exports(*given, row["period_start_date"], row["vintage_date"], row["us_after"], row["world_after"])
        yield ProductChange(scope, before, after)


def read_two_way_trade(connection: duckdb.DuckDBPyConnection) -> Iterator[TwoWayTrade]:
    """Exports and imports by product at each level, and of vehicles and parts by subheading: of months of the last two years, and of longer spans."""
    names = ("dataset", "reporter", "partner_code", "product_classification", "digits", "period_grain", "period_start_date", "vintage_date")
    key = itemgetter(*names, "product_scope")
    for (_, reporter, partner, classification, digits, grain, *_, scope), products in groupby(_rows(connection, _TWO_WAY), key=key):
        flows = {}
        for row in products:
            kind = (row["dataset"], "total", "all", row["basis"], row["seasonal_adjustment"])
            given = kind, row["currency"], row["period_start_date"], row["vintage_date"]
            flows[row["product_code"]] = _quantity(*given, row["export_value"]), _quantity(*given, row["import_value"])
            period_end_date = row["period_end_date"]
        yield TwoWayTrade(f"{reporter} with {partner}, {classification}", digits, grain, period_end_date, flows, scope)


def read_fits(connection: duckdb.DuckDBPyConnection) -> Iterator[Fit]:
    """Canada's exports beside every other country's imports, by chapter, in the newest year of world trade that is held."""
    for importer, chapters in groupby(connection.execute(_FITS).fetchall(), key=itemgetter(0)):
        exports, imports = {}, {}
        for _, chapter, sold, bought, dataset, period, vintage in chapters:
            given = (dataset, "total", "all", "customs", "unadjusted"), "USD", period, vintage
            exports[chapter], imports[chapter] = _quantity(*given, sold), _quantity(*given, bought)
        yield Fit(importer, exports, imports)


def read_export_markets(connection: duckdb.DuckDBPyConnection) -> list[list[MarketFigure]]:
    """All figures of exports to each market that were ever known: a list for every data set and period."""
    periods: dict[tuple[str, str, date], list[MarketFigure]] = defaultdict(list)
    for dataset, grain, start, partner, value, vintage, known_from, known_to in connection.execute(_MARKETS).fetchall():
        total = None if value is None else _total(dataset, grain, start, value, vintage)
        periods[dataset, grain, start].append(MarketFigure(partner, total, known_from, known_to))
    return list(periods.values())


def _total(dataset: str, grain: str, start: date, value: float, vintage: date) -> Total:
    n_months = 12 if grain == "year" else 1
    return Total(
        dataset=dataset,
        basis="customs",
        seasonal_adjustment="unadjusted",
        unit="USD",
        value=value,
        first_period=start,
        last_period=plus_months(start, n_months - 1),
        n_periods=n_months,
        vintage_date_min=vintage,
        vintage_date_max=vintage,
    )


def _exports(kind: Any, currency: str, period: date, vintage: date, us: float, world: float) -> Exports:
    return Exports(_quantity(kind, currency, period, vintage, us), _quantity(kind, currency, period, vintage, world))


def _quantity(kind: Any, currency: str, period: date, vintage: date, value: float) -> Quantity:
    dataset, trade_type, _, basis, seasonal_adjustment = kind
    return Quantity(
        dataset=dataset,
        trade_type=trade_type,
        basis=basis,
        seasonal_adjustment=seasonal_adjustment,
        unit=currency,
        value=value,
        period=period,
        vintage=vintage,
    )


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[Mapping[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    while rows := cursor.fetchmany(10_000):
        yield from (dict(zip(names, row, strict=True)) for row in rows)
