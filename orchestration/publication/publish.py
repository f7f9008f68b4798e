"""Publication: from the working warehouse to a release that readers can hold, in one step that happens wholly or not at all."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from orchestration.metrics.catalogue import METRICS, card_of
from orchestration.publication.checks import check_release
from orchestration.publication.checksums import write_checksums
from orchestration.publication.database import write_database
from orchestration.publication.datapackage import write_datapackage
from orchestration.publication.datasets import PublicDataset, public_datasets
from orchestration.publication.dictionary_page import write_dictionary_list, write_dictionary_page
from orchestration.publication.release import (
    ReleaseInfo,
    created_at,
    go_live,
    link_of,
    publishing,
    put_in_place,
    remove_old_releases,
    staging_folder,
)
from orchestration.publication.tables import PublicTable, public_tables, write_parquet


def publish(
    connection: duckdb.DuckDBPyConnection,
    data_dir: Path,
    *,
    release_id: str,
    as_of: date | None,
    state: str,
    headline: str,
    report_html: str,
) -> ReleaseInfo:
    """Publish the public tables of the working warehouse, whose dictionary (`write_dictionary`) is written.

    The release goes live as `publish/current`, or `publish/as-of-<date>` where it holds the knowledge of a day. Raises ReleaseError where it
    fails a check; whatever goes wrong, the link stays on the release before.
    """
    _write_release_row(connection, release_id, as_of, state, headline)
    tables = public_tables(connection)
    datasets = public_datasets(connection)
    cards = [card_of(metric) for metric in METRICS]
    with publishing(data_dir) as root, staging_folder(root, release_id) as staged:
        counts = {table.full_name: table.rows for table in tables}
        release = ReleaseInfo(release_id, created_at(release_id), as_of, state, headline, counts, staged)
        for table in tables:
            write_parquet(connection, table, staged, _labels(release, table, datasets))
        write_database(connection, tables, staged)
        write_datapackage(staged, release, tables, datasets)
        write_dictionary_page(staged, release, tables, datasets, cards)
        write_dictionary_list(staged, tables)
        release.report.write_text(report_html, encoding="utf-8")
        release.write(staged)
        write_checksums(staged)
        check_release(staged, data_dir)
        final = put_in_place(staged, release_id)
        go_live(final, link_of(as_of))
        remove_old_releases(root)
    return dataclasses.replace(release, folder=final)


def _write_release_row(connection: duckdb.DuckDBPyConnection, release_id: str, as_of: date | None, state: str, headline: str) -> None:
    connection.execute("DELETE FROM meta.release")
    connection.execute("INSERT INTO meta.release VALUES (?, ?, ?, ?, ?)", [release_id, created_at(release_id), as_of, state, headline])


def _labels(release: ReleaseInfo, table: PublicTable, datasets: Sequence[PublicDataset]) -> dict[str, str]:
    """What a Parquet file says of itself once it is copied elsewhere."""
    return {
        "release_id": release.release_id,
        "as_of": str(release.as_of or ""),
        "description": table.comment,
        "vintages": json.dumps({dataset.dataset: str(dataset.latest_vintage) for dataset in datasets if dataset.latest_vintage}),
        "units": json.dumps({column.name: column.unit for column in table.columns}),
    }
