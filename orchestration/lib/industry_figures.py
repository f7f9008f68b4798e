"""Vehicles and industries out of the warehouse as the pure metrics take them."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from orchestration.metrics.industry_year import Content, HomeMarket, Production, Sales

# As the figures stand: of a year the version that is not revised yet.
_PRODUCTION = """
    WITH standing AS (FROM marts.vehicle_production WHERE known_to IS NULL AND units IS NOT NULL)
    SELECT after.dataset, publisher, country_name, vehicle_category, after.year, before.units, after.units,
        least(before.vintage_date, after.vintage_date), greatest(before.vintage_date, after.vintage_date)
    FROM standing AS after JOIN standing AS before USING (dataset, publisher, grade, country, country_name, vehicle_category)
    WHERE before.year = after.year - 1 ORDER BY ALL"""
_CONTENT = """
    SELECT dataset, country, model_year, list(us_canada_content_pct), max(CAST(vintage[:10] AS DATE))
    FROM (SELECT *, unnest(string_split(assembly_countries, ', ')) AS country FROM marts.vehicle_content WHERE us_canada_content_pct IS NOT NULL)
    GROUP BY ALL ORDER BY ALL"""
_SALES = """
    SELECT dataset, year(period_start_date), list(n_from_north_america ORDER BY period_start_date), list(n_vehicles ORDER BY period_start_date),
        min(vintage_date), max(vintage_date)
    FROM marts.vehicle_sales
    WHERE geography = 'Canada' AND vehicle_type LIKE 'Total%' AND fuel_type = 'All fuel types'
    GROUP BY ALL ORDER BY ALL"""
_HOME_MARKETS = """
    SELECT industry_name, year(period_start_date), is_whole_year, production_cad, domestic_exports_cad, imports_cad,
        vintage_date_min, vintage_date_max
    FROM marts.home_share ORDER BY ALL"""


def read_production(connection: duckdb.DuckDBPyConnection) -> Iterator[Production]:
    """Vehicles made in a year and the one before, wherever one publisher has both."""
    for dataset, publisher, country, category, year, before, after, *vintages in connection.execute(_PRODUCTION).fetchall():
        yield Production(
            dataset=dataset,
            publisher=publisher,
            country=country,
            category=category,
            year=year,
            before=before,
            after=after,
            vintage_dates=(vintages[0], vintages[1]),
        )


def read_content(connection: duckdb.DuckDBPyConnection) -> Iterator[Content]:
    """Stated content by country of assembly; a line that is assembled in several is of each."""
    for dataset, country, year, stated, vintage in connection.execute(_CONTENT).fetchall():
        yield Content(dataset=dataset, country=country, model_year=year, stated_pct=stated, vintage_date=vintage)


def read_sales(connection: duckdb.DuckDBPyConnection) -> Iterator[Sales]:
    """Sales of every year, month by month."""
    for dataset, year, made, sold, *vintages in connection.execute(_SALES).fetchall():
        yield Sales(dataset=dataset, year=year, from_north_america=made, sold=sold, vintage_dates=(vintages[0], vintages[1]))


def read_home_markets(connection: duckdb.DuckDBPyConnection) -> list[HomeMarket]:
    """Industries and years of which production and both flows are held."""
    return [
        HomeMarket(
            industry=industry,
            year=year,
            is_whole_year=is_whole,
            production=production,
            domestic_exports=exports,
            imports=imports,
            vintage_dates=(vintages[0], vintages[1]),
        )
        for industry, year, is_whole, production, exports, imports, *vintages in connection.execute(_HOME_MARKETS).fetchall()
    ]
