"""The published DuckDB file: tables with comments, and the macros that guard a ratio, in a format that clients since DuckDB 0.10 open."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import duckdb

from orchestration.publication.release import DATABASE
from orchestration.publication.tables import PUBLIC_SCHEMAS, PublicTable, literal, quoted, transaction

STORAGE: Final = "v1.0.0"
STORAGE_NUMBER: Final = 64

_HEADER = slice(8, 20)


def write_database(connection: duckdb.DuckDBPyConnection, tables: Iterable[PublicTable], folder: Path) -> None:
    """Load the release's Parquet files into its database, and comment every table and column."""
    connection.execute(f"ATTACH {literal(str(folder / DATABASE))} AS published (STORAGE_VERSION {literal(STORAGE)})")
    try:
        with transaction(connection):
            for table in tables:
                name = f"published.{table.sql_name}"
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS published.{quoted(table.schema)}")
                connection.execute(f"CREATE TABLE {name} AS FROM read_parquet({literal(str(folder / table.parquet))})")
                connection.execute(f"COMMENT ON TABLE {name} IS {literal(table.comment)}")
                for column in table.columns:
                    connection.execute(f"COMMENT ON COLUMN {name}.{quoted(column.name)} IS {literal(column.comment)}")
            _copy_macros(connection)
        connection.execute("CHECKPOINT published")
    finally:
        connection.execute("DETACH published")


def _copy_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """The macros of the public schemas, such as `marts.share`."""
    found = connection.execute(
        """
        SELECT schema_name, function_name, parameters, macro_definition FROM duckdb_functions()
        WHERE database_name = current_database() AND function_type = 'macro' AND schema_name IN $schemas ORDER BY ALL""",
        {"schemas": list(PUBLIC_SCHEMAS)},
    ).fetchall()
    for schema, name, parameters, definition in found:
        arguments = ", ".join(quoted(parameter) for parameter in parameters)
        connection.execute(f"CREATE MACRO published.{quoted(schema)}.{quoted(name)}({arguments}) AS {definition}")


def storage_number(database: Path) -> int | None:
    """The version in the file's header, which a client compares with what it can read; None where the file is not DuckDB's."""
    with database.open("rb") as stream:
        header = stream.read(_HEADER.stop)[_HEADER]
    return int.from_bytes(header[4:], "little") if header[:4] == b"DUCK" else None
