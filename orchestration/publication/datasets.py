"""The data sets behind a release: their owners' terms, their columns, and the vintages of them that it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

import duckdb


@dataclass(frozen=True)
class SourceColumn:
    """A row of `meta.source_column`: a column of a landed table, under its owner's name."""

    table: str
    name: str
    data_type: str
    unit: str
    is_key: bool
    description: str


@dataclass(frozen=True)
class PublicDataset:
    """A row of `meta.dataset`, its columns, and what `meta.source_file` has of it. `latest_vintage` is None where nothing is landed."""

    dataset: str
    title: str
    source_url: str
    cadence: str
    licence: str
    licence_url: str
    allows_copies: bool
    attribution: str
    is_aggregate: bool
    caveats: str
    vintages: int
    latest_vintage: date | None
    columns: tuple[SourceColumn, ...] = ()


def public_datasets(connection: duckdb.DuckDBPyConnection) -> list[PublicDataset]:
    rows = connection.execute("""
        SELECT described.dataset, title, described.source_url, cadence, described.licence, licence_url, allows_copies, described.attribution,
               is_aggregate, caveats, count(landed.dataset), max(landed.vintage_date)
        FROM meta.dataset AS described LEFT JOIN meta.source_file AS landed USING (dataset)
        GROUP BY ALL ORDER BY dataset""").fetchall()
    columns = _columns(connection)
    return [PublicDataset(*(*row, columns.get(row[0], ()))) for row in rows]


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[SourceColumn, ...]]:
    rows = connection.execute("""
        SELECT dataset, table_name, column_name, data_type, unit, is_key, description
        FROM meta.source_column ORDER BY dataset, min(rowid) OVER (PARTITION BY dataset, table_name), position""").fetchall()
    return {dataset: tuple(SourceColumn(*row[1:]) for row in members) for dataset, members in groupby(rows, key=lambda row: row[0])}
