"""The public tables of a database, with their descriptions, and each as a Parquet file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

PUBLIC_SCHEMAS: Final = ("marts", "metrics", "meta")


@dataclass(frozen=True)
class PublicColumn:
    """A column as it is and as the dictionary describes it; what the dictionary lacks is empty."""

    name: str
    data_type: str
    unit: str
    description: str
    classification: str

    @property
    def comment(self) -> str:
        return self.description if self.unit == "none" else f"{self.description} Unit: {self.unit}."


@dataclass(frozen=True)
class PublicTable:
    """A table as it is and as the dictionary describes it; what the dictionary lacks is empty."""

    schema: str
    name: str
    description: str
    grain: str
    primary_key: tuple[str, ...]
    columns: tuple[PublicColumn, ...]
    rows: int

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def sql_name(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @property
    def parquet(self) -> str:
        """Where the table's Parquet file is in a release."""
        return f"parquet/{self.schema}/{self.name}.parquet"

    @property
    def comment(self) -> str:
        return f"{self.description} One row per {self.grain}."


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of it or nothing, and one commit for many small statements."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def public_tables(connection: duckdb.DuckDBPyConnection) -> list[PublicTable]:
    """All tables (no view) of the public schemas of the connection's database: marts first, then metrics, then meta."""
    columns = defaultdict(list)
    for schema, table, *facts in connection.execute("""
        SELECT found.schema_name, found.table_name, column_name, found.data_type,
               coalesce(described.unit, ''), coalesce(described.description, ''), coalesce(described.classification, '')
        FROM duckdb_columns() AS found LEFT JOIN meta.column_dictionary AS described USING (schema_name, table_name, column_name)
        WHERE found.database_name = current_database()
        ORDER BY found.column_index""").fetchall():
        columns[schema, table].append(PublicColumn(*facts))
    found = connection.execute(
        """
        SELECT schema_name, table_name, coalesce(described.description, ''), coalesce(described.grain, ''), coalesce(described.primary_key, [])
        FROM duckdb_tables() LEFT JOIN meta.table_dictionary AS described USING (schema_name, table_name)
        WHERE database_name = current_database() AND schema_name IN $schemas
        ORDER BY list_position($schemas, schema_name), table_name""",
        {"schemas": list(PUBLIC_SCHEMAS)},
    ).fetchall()
    return [
        PublicTable(schema, name, description, grain, tuple(key), tuple(columns[schema, name]), _count(connection, schema, name))
        for schema, name, description, grain, key in found
    ]


def write_parquet(connection: duckdb.DuckDBPyConnection, table: PublicTable, folder: Path, labels: dict[str, str]) -> None:
    """Write the table in the order of its key, so that equal content makes an equal file; `labels` become the file's own metadata."""
    path = folder / table.parquet
    path.parent.mkdir(parents=True, exist_ok=True)
    order = ", ".join(quoted(name) for name in table.primary_key) or "ALL"
    metadata = ", ".join(f"{name}: {literal(text)}" for name, text in labels.items())
    connection.execute(
        f"COPY (FROM {table.sql_name} ORDER BY {order}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{metadata}}})"
    )


def _count(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM {quoted(schema)}.{quoted(name)}").fetchall()[0]
    return int(count)
