"""Minerals out of the warehouse as the pure metrics take them: an interval where a figure is withheld, None where none is published."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import duckdb

from orchestration.metrics.interval import Bounded
from orchestration.metrics.mineral_year import ExportStages, Imports, MineralYear, Mining, Processing, Reliance, UnitValue, Use, WorldTrade

# Each figure with the release of its own data set: one that is refreshed alone dates nothing else.
_YEARS = """
    SELECT
        dependence.mineral, year, us_net_import_reliance_low, us_net_import_reliance_high, reliance.dataset, reliance.vintage_date,
        apparent_consumption_low, apparent_consumption_high,
        primary_production_low + secondary_production_low, primary_production_high + secondary_production_high, use.vintage_date
    FROM marts.mineral_dependence AS dependence
    LEFT JOIN intermediate.int_minerals__us_reliance AS reliance USING (mineral, year)
    LEFT JOIN intermediate.int_minerals__us_use AS use USING (mineral, year)
    ORDER BY ALL"""
# A mineral of which several commodities are imported has no share of its own.
_SOURCES = """
    SELECT mineral, year, country, import_share, year_from, year_to, vintage_date FROM intermediate.int_minerals__us_import_source
    WINDOW same AS (PARTITION BY mineral, year)
    QUALIFY min(commodity) OVER same = max(commodity) OVER same
    ORDER BY ALL"""
_SHARES = """
    SELECT mineral, year, country, country_kind, share_low, share_high, own_low, own_high, others_low, others_high, vintage_date
    FROM intermediate.int_minerals__share WHERE stage = 'mine' AND form = 'all' AND share_low IS NOT NULL ORDER BY ALL"""
_PROCESSING = """
    SELECT dataset, mineral, year, refinery_low_t, refinery_high_t, mine_low_t, mine_high_t, vintage_date
    FROM marts.mineral_processing WHERE refinery_low_t IS NOT NULL AND mine_low_t IS NOT NULL ORDER BY ALL"""
_LISTED = "SELECT DISTINCT coalesce(mineral_group, mineral) FROM marts.critical_mineral_listing WHERE listed_to IS NULL ORDER BY ALL"
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
    sources: dict[tuple[str, int], list[tuple[Any, ...]]] = defaultdict(list)
    for mineral, year, *row in connection.execute(_SOURCES).fetchall():
        sources[mineral, year].append(tuple(row))
    miners: dict[tuple[str, int], list[tuple[Any, ...]]] = defaultdict(list)
    for mineral, year, *row in connection.execute(_SHARES).fetchall():
        miners[mineral, year].append(tuple(row))
    for mineral, year, low, high, dataset, relied, used_low, used_high, made_low, made_high, used in connection.execute(_YEARS).fetchall():
        yield MineralYear(
            mineral=mineral,
            year=year,
            reliance=Reliance(_bounded(low, high), dataset, relied) if low is not None else None,
            use=Use(_bounded(used_low, used_high), _bounded(made_low, made_high), used) if used else None,
            imports=_imports(sources[mineral, year]),
            mining=_mining(miners[mineral, year]),
        )


def _imports(rows: list[tuple[Any, ...]]) -> Imports | None:
    listed = {country: share for country, share, *_ in rows if country != "OTHER"}
    return Imports(listed, (rows[0][2], rows[0][3]), max(row[4] for row in rows)) if listed else None


def _mining(rows: list[tuple[Any, ...]]) -> Mining | None:
    countries = [_bounded(low, high) for _, kind, low, high, *_ in rows if kind == "country"]
    if not countries:
        return None
    canada = next(((_bounded(*row[4:6]), _bounded(*row[6:8])) for row in rows if row[0] == "CA"), None)
    others = [_bounded(low, high) for _, kind, low, high, *_ in rows if kind == "other"]
    return Mining(countries, others, canada, max(row[8] for row in rows))


def read_listed_minerals(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The minerals that a government calls critical, groups by their name."""
    return [mineral for (mineral,) in connection.execute(_LISTED).fetchall()]


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


def _bounded(low: float, high: float | None) -> Bounded:
    """The interval from `low` on, without end where nothing bounds it."""
    top = math.inf if high is None else high
    return Bounded(low, top, 1, int(low != top))
