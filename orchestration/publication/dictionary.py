"""The dictionary as relations, so that SQL can ask what a column means, where a data set comes from and under which licence.

    meta.table_dictionary     schema_name, table_name, description, grain, primary_key VARCHAR[]
    meta.column_dictionary    schema_name, table_name, column_name, position, data_type, unit, description, classification
    meta.dataset              dataset, title, source_url, cadence, licence, licence_url, allows_copies, attribution, is_aggregate, caveats
    meta.source_column        dataset, table_name, column_name, position, data_type, unit, is_key, is_required, description
    meta.release              release_id, created_at, as_of, state, headline; empty until publication fills it

The five describe themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import duckdb

from orchestration.publication.tables import transaction
from sources.spec import DUCKDB_TYPE, Dataset


@dataclass(frozen=True)
class ColumnDescription:
    """A column in words. `unit` is of the vocabulary in `sources.units`; `classification` names the code list and its vintage, where it has one."""

    name: str
    description: str
    unit: str = "none"
    classification: str = ""


@dataclass(frozen=True)
class TableDescription:
    """A public table in words: what it holds, what one row stands for, and the columns that identify the row."""

    schema: str
    name: str
    description: str
    grain: str
    primary_key: tuple[str, ...]
    columns: tuple[ColumnDescription, ...]


def write_dictionary(connection: duckdb.DuckDBPyConnection, tables: Iterable[TableDescription], datasets: Iterable[Dataset]) -> None:
    """Write the relations from scratch. `tables` are all other public tables; `datasets` all declared ones and every other that is landed.

    Types and positions are the database's own. A column that is described but not there has neither: the release check names it.
    """
    with transaction(connection):
        _write_relations(connection, (*tables, *_OWN_TABLES), datasets)


def _write_relations(connection: duckdb.DuckDBPyConnection, tables: Iterable[TableDescription], datasets: Iterable[Dataset]) -> None:
    connection.execute("CREATE SCHEMA IF NOT EXISTS meta")
    for own in _OWN_TABLES:
        columns = ", ".join(f"{column.name} {_OWN_TYPES.get(column.name, 'VARCHAR')}" for column in own.columns)
        connection.execute(f"CREATE OR REPLACE TABLE {own.schema}.{own.name} ({columns})")
    for table in tables:
        connection.execute(
            "INSERT INTO meta.table_dictionary VALUES (?, ?, ?, ?, ?)",
            [table.schema, table.name, table.description, table.grain, list(table.primary_key)],
        )
        for column in table.columns:
            connection.execute(
                "INSERT INTO meta.column_dictionary VALUES (?, ?, ?, NULL, NULL, ?, ?, ?)",
                [table.schema, table.name, column.name, column.unit, column.description, column.classification],
            )
    connection.execute("""
        UPDATE meta.column_dictionary AS described SET position = found.column_index, data_type = found.data_type
        FROM duckdb_columns() AS found
        WHERE found.database_name = current_database()
          AND (found.schema_name, found.table_name, found.column_name) = (described.schema_name, described.table_name, described.column_name)""")
    for dataset in datasets:
        terms = dataset.licence
        facts = (dataset.id, dataset.title, dataset.source_url, dataset.cadence.name, terms.name, terms.url, terms.allows_copies, terms.attribution)
        connection.execute("INSERT INTO meta.dataset VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [*facts, dataset.is_aggregate, dataset.caveats])
        connection.executemany("INSERT INTO meta.source_column VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", list(_source_columns(dataset)))


def _source_columns(dataset: Dataset) -> Iterator[tuple[str | int | bool, ...]]:
    for table in dataset.tables:
        for position, field in enumerate(table.fields, 1):
            marks = (field.name in table.key, field.is_required)
            yield (dataset.id, table.name, field.name, position, DUCKDB_TYPE[field.type], field.unit, *marks, field.description)


_OWN_TYPES: Final = {"primary_key": "VARCHAR[]", "position": "INTEGER", "created_at": "TIMESTAMPTZ", "as_of": "DATE"} | dict.fromkeys(
    ("is_aggregate", "allows_copies", "is_key", "is_required"), "BOOLEAN"
)

_TABLE_NAME: Final = (
    ColumnDescription("schema_name", "Schema of the table."),
    ColumnDescription("table_name", "Name of the table."),
)

_OWN_TABLES: Final = (
    TableDescription(
        "meta",
        "release",
        "The release that this file belongs to.",
        "release; there is one",
        ("release_id",),
        (
            ColumnDescription("release_id", "Name of the release: the moment in UTC at which it was made, and a random tail."),
            ColumnDescription("created_at", "When the release was made."),
            ColumnDescription("as_of", "The day by whose end everything in the release was known; empty where it holds the latest knowledge."),
            ColumnDescription("state", "SHA-256 over the code and the landed vintages that the release was made from."),
            ColumnDescription("headline", "The release in a sentence."),
        ),
    ),
    TableDescription(
        "meta",
        "dataset",
        "The data sets that the warehouse is made from, with the terms of their owners.",
        "data set",
        ("dataset",),
        (
            ColumnDescription("dataset", "The data set as provider/name."),
            ColumnDescription("title", "Its title, as its owner words it."),
            ColumnDescription("source_url", "Page or file of the owner."),
            ColumnDescription("cadence", "How often the owner releases."),
            ColumnDescription("licence", "Licence under which the figures are republished."),
            ColumnDescription("licence_url", "The licence's own page."),
            ColumnDescription("allows_copies", "False where the owner allows single figures to be cited and no rows to be republished."),
            ColumnDescription("attribution", "The words that the owner asks for."),
            ColumnDescription("is_aggregate", "True where the data set was summed up from a finer one before it was bundled."),
            ColumnDescription("caveats", "What a user of the data set has to know."),
        ),
    ),
    TableDescription(
        "meta",
        "source_column",
        "What each column of a data set means, as its owner publishes it and as it lands.",
        "column of a landed table",
        ("dataset", "table_name", "column_name"),
        (
            ColumnDescription("dataset", "The data set as provider/name."),
            ColumnDescription("table_name", "Landed table of the data set."),
            ColumnDescription("column_name", "Name of the column, as its owner writes it."),
            ColumnDescription("position", "Place of the column in its table, from 1."),
            ColumnDescription("data_type", "Type in which the column lands; codes and marks stay text."),
            ColumnDescription("unit", "Unit of the values; none for names, codes, dates and flags."),
            ColumnDescription("is_key", "True where the column is one of those that identify a row."),
            ColumnDescription("is_required", "False where some editions of the file lack the column."),
            ColumnDescription("description", "What the column means."),
        ),
    ),
    TableDescription(
        "meta",
        "table_dictionary",
        "What each public table holds and what one row of it stands for.",
        "public table",
        ("schema_name", "table_name"),
        (
            *_TABLE_NAME,
            ColumnDescription("description", "What the table holds."),
            ColumnDescription("grain", "What one row stands for."),
            ColumnDescription("primary_key", "The columns that identify a row."),
        ),
    ),
    TableDescription(
        "meta",
        "column_dictionary",
        "What each column of the public tables means, and in which unit it is.",
        "column of a public table",
        ("schema_name", "table_name", "column_name"),
        (
            *_TABLE_NAME,
            ColumnDescription("column_name", "Name of the column."),
            ColumnDescription("position", "Place of the column in its table, from 1."),
            ColumnDescription("data_type", "Type of the column, as DuckDB names it."),
            ColumnDescription("unit", "Unit of the values; none for names, codes, dates and flags."),
            ColumnDescription("description", "What the column means."),
            ColumnDescription("classification", "The code list that the values are from, with its vintage; empty where they are not codes."),
        ),
    ),
)
