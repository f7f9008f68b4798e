"""The inter-country input-output table that is held, as the engine of value added takes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np

from orchestration.metrics.value_added import Array, InputOutputTable
from orchestration.metrics.value_added_year import PublishedShare

_NEWEST = """
    SELECT part, vintage, data_through, vintage_date FROM staging.stg_landing__vintage
    WHERE dataset = 'oecd/icio' AND next_complete_position IS NULL
    ORDER BY split_part(part, '-', 1) DESC, data_through DESC, vintage_date DESC LIMIT 1"""
_CELLS = """
    CREATE OR REPLACE TEMP VIEW icio_cell AS
    FROM staging.stg_oecd__icio WHERE part = '{part}' AND vintage = '{vintage}' AND period_start_date = DATE '{year}'"""
_SECTORS = "SELECT DISTINCT row_label, supplier_country_code, supplier_industry_code FROM icio_cell WHERE block = 'intermediate' ORDER BY row_label"
_INTERMEDIATE = """
    SELECT supplier.place AS supplier, buyer.place AS buyer, value_usd
    FROM icio_cell JOIN icio_sector AS supplier ON row_label = supplier.label JOIN icio_sector AS buyer ON column_label = buyer.label
    WHERE block = 'intermediate' AND value_usd <> 0"""
_FINAL = """
    SELECT place, user_country_code, sum(value_usd) FROM icio_cell JOIN icio_sector ON row_label = label
    WHERE block = 'final_demand' GROUP BY ALL"""
_OUTPUT = "SELECT place, value_usd FROM icio_cell JOIN icio_sector ON row_label = label WHERE column_label = 'OUT'"
_VALUE_ADDED = """
    SELECT place, sum(value_usd) FROM icio_cell JOIN icio_sector ON column_label = label
    WHERE block IN ('value_added', 'taxes_less_subsidies') GROUP BY ALL"""

# All industries to all countries; of Statistics Canada the whole country.
_PUBLISHED = """
    SELECT DISTINCT dataset, CASE economy WHEN 'Canada' THEN 'CAN' ELSE economy END, year(period_start_date), domestic_value_added_share, vintage_date
    FROM marts.value_added_in_exports
    WHERE is_all_industries AND partner = 'W' AND aggregation IN ('as published', 'Summary level')
        AND domestic_value_added_share IS NOT NULL AND (dataset = 'oecd/tiva' OR economy = 'Canada')
    ORDER BY ALL"""


@dataclass(frozen=True, eq=False)
class HeldTable:
    """A table, and the release that it is from."""

    table: InputOutputTable
    vintage_date: date


def read_input_output_table(connection: duckdb.DuckDBPyConnection) -> HeldTable | None:
    """The last year of the newest edition, in US dollars; None where no table is held.

    Value added is that of the OECD's indicators, VA and TLS of the table. Raises ValueError where the table does not add up.
    """
    newest = connection.execute(_NEWEST).fetchall()
    if not newest:
        return None
    ((part, vintage, year, vintage_date),) = newest
    connection.execute(_CELLS.format(part=part, vintage=vintage, year=year))
    sectors = connection.execute(_SECTORS).fetchall()
    labels = [label for label, _, _ in sectors]
    connection.execute("CREATE OR REPLACE TEMP TABLE icio_sector (label VARCHAR, place INTEGER)")
    connection.execute("INSERT INTO icio_sector SELECT unnest($labels), unnest(range(len($labels)))", {"labels": labels})
    intermediate = np.zeros((len(labels), len(labels)))
    cells: dict[str, Any] = connection.execute(_INTERMEDIATE).fetchnumpy()
    intermediate[cells["supplier"], cells["buyer"]] = cells["value_usd"]
    final = connection.execute(_FINAL).fetchall()
    demand = tuple(sorted({economy for _, economy, _ in final}))
    final_demand = np.zeros((len(labels), len(demand)))
    for place, economy, value in final:
        final_demand[place, demand.index(economy)] = value
    table = InputOutputTable(
        year=year.year,
        economies=tuple(economy for _, economy, _ in sectors),
        industries=tuple(industry for _, _, industry in sectors),
        intermediate=intermediate,
        final_demand=final_demand,
        demand=demand,
        output=_vector(connection.execute(_OUTPUT).fetchall(), len(labels)),
        value_added=_vector(connection.execute(_VALUE_ADDED).fetchall(), len(labels)),
    )
    return HeldTable(table, vintage_date)


def read_published_shares(connection: duckdb.DuckDBPyConnection) -> Iterator[PublishedShare]:
    """Domestic value added in exports as it is published, by data set, economy and year."""
    for row in connection.execute(_PUBLISHED).fetchall():
        yield PublishedShare(*row)


def _vector(rows: list[Any], length: int) -> Array:
    values = np.zeros(length)
    for place, value in rows:
        values[place] = value
    return values
