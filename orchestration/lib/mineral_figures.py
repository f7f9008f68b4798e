"""Minerals out of the warehouse as the pure metrics take them: an interval where a figure is withheld, None where none is published."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import duckdb

from orchestration.metrics.interval import Bounded
from orchestration.metrics.mineral_year import ExportStages, MineralYear, Processing, UnitValue, WorldTrade
from orchestration.metrics.minerals import ANY_SHARE

_YEARS = """
    SELECT
        dependence.mineral, year, coalesce(vintage_date_max, use.vintage_date),
        us_net_import_reliance_low, us_net_import_reliance_high,
        apparent_consumption_low, apparent_consumption_high,
        primary_production_low + secondary_production_low, primary_production_high + secondary_production_high,
        import_year_from, import_year_to
    FROM marts.mineral_dependence AS dependence
    LEFT JOIN intermediate.int_minerals__us_use AS use USING (mineral, year)
    ORDER BY ALL"""
_SOURCES = "SELECT mineral, year, country, import_share FROM intermediate.int_minerals__us_import_source WHERE country <> 'OTHER' ORDER BY ALL"
_SHARES = """
    SELECT mineral, year, country, country_kind, share_low, share_high, own_low, own_high, others_low, others_high
    FROM intermediate.int_minerals__share WHERE stage = 'mine' AND form = 'all' AND has_share ORDER BY ALL"""
_PROCESSING = """
    SELECT dataset, mineral, year, refinery_low_t, refinery_high_t, mine_low_t, mine_high_t, vintage_date
    FROM marts.mineral_processing WHERE refinery_low_t IS NOT NULL AND mine_low_t IS NOT NULL ORDER BY ALL"""
_WITHOUT_FIGURES = """
    SELECT DISTINCT coalesce(mineral_group, mineral) FROM marts.critical_mineral_listing
    WHERE listed_to IS NULL AND NOT has_figures ORDER BY ALL"""
_NEWEST_YEAR = "SELECT max(year) FROM marts.mineral_dependence"
_STAGES = """
    SELECT dataset, trade_type, partner_code, scope, period_start_date, period_end_date, period_grain, basis, seasonal_adjustment,
        list(processing_stage), list(share_value), max(vintage_date)
    FROM (
        SELECT *, unnest(['minerals', 'critical_minerals']) AS scope, unnest(["value", critical_value]) AS share_value
        FROM marts.mineral_export_stage WHERE known_to IS NULL
    )
    GROUP BY ALL HAVING count(share_value) = count(*) ORDER BY ALL"""
_TRADE = """
    SELECT dataset, mineral, processing_stage, year(period_start_date), world_exports_usd, canada_exports_usd, us_imports_usd, vintage_date
    FROM marts.mineral_trade WHERE n_missing = 0
    QUALIFY hs_edition = max(hs_edition) OVER (PARTITION BY period_start_date) ORDER BY ALL"""
_UNIT_VALUES = """
    SELECT mineral, processing_stage, trade_type, year(period_start_date), value_per_t_cad, value_per_t_cad / uplift_over_ore, vintage_date
    FROM marts.mineral_unit_value
    WHERE uplift_over_ore IS NOT NULL AND NOT starts_with(processing_stage, '1') AND n_months = 12 ORDER BY ALL"""


def read_mineral_years(connection: duckdb.DuckDBPyConnection) -> Iterator[MineralYear]:
    """Every mineral and year that anything is held of."""
    sources: dict[tuple[str, int], dict[str, float]] = defaultdict(dict)
    for mineral, year, country, share in connection.execute(_SOURCES).fetchall():
        sources[mineral, year][country] = share
    miners: dict[tuple[str, int], list[tuple[Any, ...]]] = defaultdict(list)
    for mineral, year, *row in connection.execute(_SHARES).fetchall():
        miners[mineral, year].append(tuple(row))
    for mineral, year, vintage_date, *figures, year_from, year_to in connection.execute(_YEARS).fetchall():
        reliance_low, reliance_high, used_low, used_high, made_low, made_high = figures
        rows = miners[mineral, year]
        own = next((row for row in rows if row[0] == "CA"), None)
        yield MineralYear(
            mineral=mineral,
            year=year,
            vintage_date=vintage_date,
            reliance=_between(reliance_low, reliance_high) if reliance_low is not None else None,
            consumption=_between(used_low, used_high),
            production=_between(made_low, made_high),
            import_shares=sources[mineral, year],
            import_years=(year_from, year_to) if year_from else None,
            countries=[_share(low, high) for _, kind, low, high, *_ in rows if kind == "country"],
            others=[_share(low, high) for _, kind, low, high, *_ in rows if kind == "other"],
            canada=(_bounded(own[4], own[5]), _bounded(own[6], own[7])) if own else None,
        )


def read_processing(connection: duckdb.DuckDBPyConnection) -> Iterator[Processing]:
    """What Canada mines and refines, by data set, mineral and year, wherever both are published."""
    for dataset, mineral, year, refined_low, refined_high, mined_low, mined_high, vintage in connection.execute(_PROCESSING).fetchall():
        yield Processing(
            dataset=dataset,
            mineral=mineral,
            year=year,
            refined=_bounded(refined_low, refined_high),
            mined=_bounded(mined_low, mined_high),
            vintage_date=vintage,
        )


def read_minerals_without_figures(connection: duckdb.DuckDBPyConnection) -> tuple[list[str], int | None]:
    """The minerals that a government calls critical and no figure is held of, and the newest year of those that have some."""
    minerals = [mineral for (mineral,) in connection.execute(_WITHOUT_FIGURES).fetchall()]
    ((year,),) = connection.execute(_NEWEST_YEAR).fetchall()
    return minerals, year


def read_export_stages(connection: duckdb.DuckDBPyConnection) -> Iterator[ExportStages]:
    """Exports by stage, of every stage known, all minerals and the critical ones."""
    for dataset, trade_type, partner, scope, start, end, grain, basis, adjustment, stages, values, vintage in connection.execute(_STAGES).fetchall():
        yield ExportStages(
            dataset=dataset,
            trade_type=trade_type,
            partner={"US": "the United States", "WORLD": "all countries"}[partner],
            scope=scope,
            period_start_date=start,
            period_end_date=end,
            window_type=grain,
            basis=basis,
            seasonal_adjustment=adjustment,
            by_stage=dict(zip(stages, values, strict=True)),
            vintage_date=vintage,
        )


def read_world_trade(connection: duckdb.DuckDBPyConnection) -> Iterator[WorldTrade]:
    """World trade of minerals by stage and year, of the newest edition of the nomenclature that has the year."""
    for dataset, mineral, stage, year, world, canada, us, vintage in connection.execute(_TRADE).fetchall():
        yield WorldTrade(
            dataset=dataset,
            mineral=mineral,
            stage=stage,
            year=year,
            world_exports=world,
            canada_exports=canada,
            us_imports=us,
            vintage_date=vintage,
        )


def read_unit_values(connection: duckdb.DuckDBPyConnection) -> Iterator[UnitValue]:
    """Unit values of the stages behind ore in years of twelve months, beside that of ore."""
    for mineral, stage, trade_type, year, value, ore, vintage in connection.execute(_UNIT_VALUES).fetchall():
        yield UnitValue(mineral=mineral, stage=stage, trade_type=trade_type, year=year, value_per_t=value, ore_value_per_t=ore, vintage_date=vintage)


def _between(low: float | None, high: float | None) -> Bounded | None:
    """The interval from `low` on; None where there is no figure at all."""
    return None if low is None else _bounded(low, high)


def _bounded(low: float, high: float | None) -> Bounded:
    top = math.inf if high is None else high
    return Bounded(low, top, 1, int(low != top))


def _share(low: float | None, high: float | None) -> Bounded:
    return ANY_SHARE if low is None or high is None else _bounded(low, high)
