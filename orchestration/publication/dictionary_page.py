"""The dictionary for people: `dictionary.html` to read and search, `dictionary.csv` (one line a column) to load."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from typing import Final

from orchestration.metrics.cards import Card
from orchestration.publication.datasets import PublicDataset
from orchestration.publication.pages import render
from orchestration.publication.release import ReleaseInfo
from orchestration.publication.tables import PublicTable

PAGE: Final = "dictionary.html"
LIST: Final = "dictionary.csv"

_SCHEMAS = {
    "marts": "Figures as published, conformed: trade, partners, shares and concentration.",
    "metrics": "What is computed from the marts: policy metrics with bounds and coverage, and verdicts on claims.",
    "meta": "Where the figures come from, what was checked, and this dictionary itself.",
}
_CARD_PARAGRAPHS = tuple(field.name for field in fields(Card) if field.name not in ("metric", "title", "example"))


def write_dictionary_page(
    folder: Path, release: ReleaseInfo, tables: Sequence[PublicTable], datasets: Sequence[PublicDataset], cards: Sequence[Card]
) -> None:
    schemas = [(schema, _SCHEMAS[schema], list(members)) for schema, members in groupby(tables, key=lambda table: table.schema)]
    page = render("dictionary.html.j2", release=release, schemas=schemas, datasets=datasets, cards=cards, paragraphs=_CARD_PARAGRAPHS)
    (folder / PAGE).write_text(page, encoding="utf-8")


def write_dictionary_list(folder: Path, tables: Sequence[PublicTable]) -> None:
    with (folder / LIST).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["schema_name", "table_name", "column_name", "data_type", "unit", "is_key", "description", "classification"])
        for table in tables:
            for column in table.columns:
                is_key = str(column.name in table.primary_key).lower()
                row = [table.schema, table.name, column.name, column.data_type, column.unit, is_key, column.description, column.classification]
                writer.writerow(row)
