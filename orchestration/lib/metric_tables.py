"""Rows of the `metrics` schema into DuckDB."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from typing import Any

import duckdb
import pandas as pd

from orchestration.publication.dictionary import TableDescription

_SQL_TYPE = {str: "VARCHAR", float: "DOUBLE", int: "BIGINT", date: "DATE", bool: "BOOLEAN"}


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
