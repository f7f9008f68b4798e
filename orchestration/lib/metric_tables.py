"""Between the marts and the pure metrics: monthly figures out of DuckDB, rows of the `metrics` schema back into it."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import duckdb
import pandas as pd

from orchestration.metrics.exports import Exports
from orchestration.metrics.months import plus_months
from orchestration.metrics.policy_metric import ExportSeries
from orchestration.metrics.quantity import Quantity
from orchestration.publication.dictionary import TableDescription

# The pairs of a series that a metric reads: of each month the newest that is known; a window of all products, provinces and trade types.
_SERIES = "dataset, basis, seasonal_adjustment"
_MONTHS = f"""
    SELECT {_SERIES}, period_start_date, us_value, world_value, vintage_date
    FROM marts.us_share_vintage WHERE flow = 'export' AND known_to IS NULL ORDER BY ALL"""
_PARTNERS = f"""
    SELECT {_SERIES}, period_start_date, partner_code, "value", vintage_date
    FROM intermediate.int_trade__partner_month ORDER BY ALL"""
# A revision must not pass for a change: both months' pairs stood in one release, the newest that has both.
_CHANGES = f"""
    SELECT {_SERIES}, after.period_start_date,
        before.us_value AS us_before, before.world_value AS world_before, after.us_value AS us_after, after.world_value AS world_after,
        greatest(before.known_from, after.known_from) AS vintage_date
    FROM marts.us_share_vintage AS after
    JOIN marts.us_share_vintage AS before USING ({_SERIES}, flow)
    WHERE flow = 'export'
        AND before.period_start_date = after.period_start_date - INTERVAL 1 MONTH
        AND greatest(before.known_from, after.known_from) <= least(before.vintage_date, after.vintage_date)
    QUALIFY row_number() OVER (
        PARTITION BY {_SERIES}, after.period_start_date
        ORDER BY greatest(before.known_from, after.known_from) DESC, after.known_to DESC NULLS FIRST, before.known_to DESC NULLS FIRST
    ) = 1
    ORDER BY ALL"""
_COVERAGE = "SELECT dataset, is_absent_zero, listed_partners, partners_never_held FROM seeds.trade_dataset"

_SQL_TYPE = {str: "VARCHAR", float: "DOUBLE", int: "BIGINT", date: "DATE", bool: "BOOLEAN"}


def read_export_series(connection: duckdb.DuckDBPyConnection) -> list[ExportSeries]:
    """The export series of the working warehouse, one per data set, basis and seasonal adjustment."""
    coverage = {row[0]: row[1:] for row in connection.execute(_COVERAGE).fetchall()}
    months: dict[tuple[str, str, str], dict[date, Exports]] = defaultdict(dict)
    for *kind, period, us, world, vintage in connection.execute(_MONTHS).fetchall():
        months[tuple(kind)][period] = Exports(_cad(kind, us, period, vintage), _cad(kind, world, period, vintage))
    partners: dict[tuple[str, str, str], dict[str, dict[date, Quantity]]] = defaultdict(lambda: defaultdict(dict))
    for *kind, period, partner, value, vintage in connection.execute(_PARTNERS).fetchall():
        partners[tuple(kind)][partner][period] = _cad(kind, value, period, vintage)
    changes: dict[tuple[str, str, str], dict[date, tuple[Exports, Exports]]] = defaultdict(dict)
    for *kind, period, us_before, world_before, us_after, world_after, vintage in connection.execute(_CHANGES).fetchall():
        previous = plus_months(period, -1)
        before = Exports(_cad(kind, us_before, previous, vintage), _cad(kind, world_before, previous, vintage))
        after = Exports(_cad(kind, us_after, period, vintage), _cad(kind, world_after, period, vintage))
        changes[tuple(kind)][period] = before, after
    return [ExportSeries(held, dict(partners[kind]), changes[kind], *coverage[kind[0]]) for kind, held in months.items()]


def write_table(connection: duckdb.DuckDBPyConnection, table: TableDescription, rows: Sequence[Any], row_type: type[Any]) -> None:
    """Write the table from scratch: one column for every field of the rows' dataclass, empty where there are no rows."""
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.schema}")
    types = _column_types(row_type)
    columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    connection.execute(f"CREATE OR REPLACE TABLE {table.schema}.{table.name} ({columns})")
    if rows:
        incoming = pd.DataFrame([dataclasses.asdict(row) for row in rows])
        connection.register("incoming", incoming)
        chosen = ", ".join(f'CAST("{name}" AS {kind})' for name, kind in types.items())
        connection.execute(f"INSERT INTO {table.schema}.{table.name} SELECT {chosen} FROM incoming")
        connection.unregister("incoming")


def _column_types(row_type: type[Any]) -> dict[str, str]:
    names = {kind.__name__: sql for kind, sql in _SQL_TYPE.items()}
    return {field.name: names[str(field.type).partition(" | ")[0]] for field in dataclasses.fields(row_type)}


def _cad(kind: Sequence[str], value: float, period: date, vintage: date) -> Quantity:
    dataset, basis, seasonal_adjustment = kind
    return Quantity(dataset=dataset, basis=basis, seasonal_adjustment=seasonal_adjustment, unit="CAD", value=value, period=period, vintage=vintage)
