"""`datapackage.json`, which describes the release to programs: https://datapackage.org, version 2."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from orchestration.publication.datasets import PublicDataset
from orchestration.publication.release import DATABASE, ReleaseInfo
from orchestration.publication.tables import PublicColumn, PublicTable
from sources.fingerprint import sha256_of

DATAPACKAGE: Final = "datapackage.json"

_PROFILES = "https://datapackage.org/profiles/2.0"
_FIELD_TYPE = {
    "BOOLEAN": "boolean",
    "TINYINT": "integer",
    "SMALLINT": "integer",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "FLOAT": "number",
    "DOUBLE": "number",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "datetime",
    "TIMESTAMP WITH TIME ZONE": "datetime",
    "VARCHAR": "string",
}


def write_datapackage(folder: Path, release: ReleaseInfo, tables: Sequence[PublicTable], datasets: Sequence[PublicDataset]) -> None:
    landed = [dataset for dataset in datasets if dataset.latest_vintage]
    descriptor = {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": "trade-leverage-warehouse",
        "title": "Trade leverage between Canada and the United States",
        "description": release.headline,
        "version": release.release_id,
        "created": release.created_at.isoformat(),
        **({"as_of": release.as_of.isoformat()} if release.as_of else {}),
        "licenses": _licenses(landed),
        "sources": [_source(dataset) for dataset in landed],
        "resources": [_database(folder), *(_resource(folder, table) for table in tables)],
    }
    present = {name: value for name, value in descriptor.items() if value != []}
    (folder / DATAPACKAGE).write_text(json.dumps(present, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def field_type(data_type: str) -> str:
    """The Table Schema type of a DuckDB type."""
    if data_type.endswith("]"):
        return "array"
    if data_type.startswith("DECIMAL"):
        return "number"
    return _FIELD_TYPE.get(data_type, "any")


def _licenses(datasets: Iterable[PublicDataset]) -> list[dict[str, str]]:
    terms = sorted({(dataset.licence, dataset.licence_url) for dataset in datasets})
    return [{"name": re.sub(r"[^A-Za-z0-9.]+", "-", licence).strip("-"), "path": url, "title": licence} for licence, url in terms]


def _source(dataset: PublicDataset) -> dict[str, str]:
    return {
        "title": f"{dataset.dataset}: {dataset.title}",
        "path": dataset.source_url,
        "version": str(dataset.latest_vintage),
        "attribution": dataset.attribution,
    }


def _database(folder: Path) -> dict[str, Any]:
    return {
        "name": "warehouse",
        "path": DATABASE,
        "title": "All tables in one DuckDB file",
        "format": "duckdb",
        "mediatype": "application/vnd.duckdb",
        **_content(folder / DATABASE),
    }


def _resource(folder: Path, table: PublicTable) -> dict[str, Any]:
    return {
        "$schema": f"{_PROFILES}/dataresource.json",
        "name": table.full_name,
        "type": "table",
        "path": table.parquet,
        "title": table.full_name,
        "description": table.comment,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        **_content(folder / table.parquet),
        "rows": table.rows,
        "schema": {
            "$schema": f"{_PROFILES}/tableschema.json",
            "fields": [_field(column) for column in table.columns],
            "primaryKey": list(table.primary_key),
        },
    }


def _field(column: PublicColumn) -> dict[str, str]:
    described = {"name": column.name, "type": field_type(column.data_type), "description": column.description, "unit": column.unit}
    return {**described, "classification": column.classification} if column.classification else described


def _content(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "hash": f"sha256:{sha256_of(path)}"}
