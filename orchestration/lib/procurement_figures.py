"""Public contracts out of the warehouse as the pure metrics take them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb

from orchestration.metrics.procurement_year import ProcurementYear, Restriction
from orchestration.metrics.spending import Spending
from sources import registry

_YEAR = "dataset, jurisdiction, award_fiscal_year_start_date"
_COUNTED = "NOT is_standing_offer AND is_preferred AND current_value_cad >= 0 AND award_fiscal_year_start_date IS NOT NULL"


def _spending(having: str) -> str:
    """Three sums and three counts of contracts by a condition that is true, false, or NULL where it is not known."""
    parts = (having, f"NOT ({having})", f"({having}) IS NULL")
    sums = [f"coalesce(sum(current_value_cad) FILTER ({part}), 0)" for part in parts]
    return ", ".join(sums + [f"count(*) FILTER ({part})" for part in parts])


_PROPERTIES = {
    "by_canadian_address": "vendor_country = 'CA'",
    "by_us_address": "vendor_country = 'US'",
    "by_canadian_control": "vendor_control_country = 'CA'",
    "by_sole_source": "solicitation_procedure = 'non_competitive'",
    "by_content": "CAST(NULL AS BOOLEAN)",
}
_FIGURES_OF_ONE = 6
# A sample is a row to look at: of its years only the newest is named as unknown.
_YEARS = f"""
    FROM (
        SELECT
            {_YEAR}, coalesce(held.is_whole, false) AS is_whole, coalesce(held.is_over, false) AS is_over, max(vintage_date),
            {", ".join(_spending(having) for having in _PROPERTIES.values())}
        FROM marts.fct_contract
        LEFT JOIN intermediate.int_procurement__held_year AS held USING (dataset)
        WHERE {_COUNTED} AND coalesce(held.fiscal_year_start_date = award_fiscal_year_start_date, true)
        GROUP BY ALL
    )
    WINDOW sets AS (PARTITION BY dataset)
    QUALIFY is_whole OR (NOT bool_or(is_whole) OVER sets AND award_fiscal_year_start_date = max(award_fiscal_year_start_date) OVER sets)
    ORDER BY ALL"""
_SUPPLIERS = f"""
    SELECT
        dataset, award_fiscal_year_start_date,
        list(value_cad) FILTER (vendor_id IS NOT NULL), coalesce(sum(value_cad) FILTER (vendor_id IS NULL), 0)
    FROM (
        SELECT dataset, award_fiscal_year_start_date, vendor_id, sum(current_value_cad) AS value_cad
        FROM marts.fct_contract WHERE {_COUNTED} GROUP BY ALL
    )
    GROUP BY ALL"""
_REACH = f"""
    SELECT dataset, award_fiscal_year_start_date, measure_id, {_spending("award_date >= effective_from AND is_at_threshold")}
    FROM intermediate.int_procurement__measured_contract
    WHERE {_COUNTED} AND effective_from < award_fiscal_year_start_date + INTERVAL 1 YEAR
    GROUP BY ALL ORDER BY ALL"""
_MEASURES = "SELECT jurisdiction, measure_id FROM marts.policy_measure ORDER BY ALL"
_NOTHING = Spending(having=0.0, lacking=0.0, unknown=0.0, n_having=0, n_lacking=0, n_unknown=0)
_RESTRICTIONS = """
    SELECT measure_id, jurisdiction, effective_from FROM marts.policy_measure
    WHERE jurisdiction <> 'federal' ORDER BY effective_from"""
_PROVINCES = "SELECT province_code FROM seeds.province WHERE province_code <> 'all' ORDER BY ALL"


def read_procurement_years(connection: duckdb.DuckDBPyConnection) -> Iterator[ProcurementYear]:
    """The fiscal years of every data set of contracts that are held whole; of a sample its newest year."""
    suppliers = {(dataset, year): (values or [], unnamed) for dataset, year, values, unnamed in connection.execute(_SUPPLIERS).fetchall()}
    measures: dict[str, list[str]] = defaultdict(list)
    for jurisdiction, measure_id in connection.execute(_MEASURES).fetchall():
        measures[jurisdiction].append(measure_id)
    reach: dict[tuple[str, date], dict[str, Spending]] = defaultdict(dict)
    for dataset, year, measure_id, *figures in connection.execute(_REACH).fetchall():
        reach[dataset, year][measure_id] = _read(figures)
    for dataset, jurisdiction, year, is_whole, is_over, vintage_date, *figures in connection.execute(_YEARS).fetchall():
        starts = range(0, len(figures), _FIGURES_OF_ONE)
        values, unnamed = suppliers[dataset, year]
        yield ProcurementYear(
            dataset=dataset,
            jurisdiction=jurisdiction,
            first_day=year,
            is_whole=is_whole,
            is_over=is_over,
            how_to_fill=f"warehouse {'backfill' if registry.dataset(dataset).partition else 'refresh'} {dataset}",
            vintage_date=vintage_date,
            suppliers=values,
            unnamed=unnamed,
            reach=reach[dataset, year] if is_whole else dict.fromkeys(measures[jurisdiction], _NOTHING),
            **{name: _read(figures[start : start + _FIGURES_OF_ONE]) for name, start in zip(_PROPERTIES, starts, strict=True)},
        )


def read_restrictions(connection: duckdb.DuckDBPyConnection) -> tuple[list[Restriction], list[str]]:
    """The provinces' rules against US suppliers, oldest first, and the codes of all provinces and territories."""
    rules = [Restriction(*row) for row in connection.execute(_RESTRICTIONS).fetchall()]
    return rules, [province for (province,) in connection.execute(_PROVINCES).fetchall()]


def _read(figures: list[Any]) -> Spending:
    having, lacking, unknown, *counts = figures
    n_having, n_lacking, n_unknown = counts
    return Spending(having=having, lacking=lacking, unknown=unknown, n_having=n_having, n_lacking=n_lacking, n_unknown=n_unknown)
