"""The data sets behind a release: their owners' terms, and the vintages of them that it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb


@dataclass(frozen=True)
class PublicDataset:
    """A row of `meta.dataset` and what `meta.source_file` has of it. `latest_vintage` is None where nothing is landed."""

    dataset: str
    title: str
    source_url: str
    cadence: str
    licence: str
    licence_url: str
    attribution: str
    is_aggregate: bool
    caveats: str
    vintages: int
    latest_vintage: date | None


def public_datasets(connection: duckdb.DuckDBPyConnection) -> list[PublicDataset]:
    rows = connection.execute("""
        SELECT described.dataset, title, described.source_url, cadence, described.licence, licence_url, described.attribution, is_aggregate, caveats,
               count(landed.dataset), max(landed.vintage_date)
        FROM meta.dataset AS described LEFT JOIN meta.source_file AS landed USING (dataset)
        GROUP BY ALL ORDER BY dataset""").fetchall()
    return [PublicDataset(*row) for row in rows]
