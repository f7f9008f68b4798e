"""Rows for a person (table) or for another program (csv, json), on standard output."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

# Where no terminal sets the width: rows are never folded, records read like a page.
_WIDTH_OF_A_ROW = 10_000
_WIDTH_OF_A_RECORD = 160

FORMATS: Final = ("table", "csv", "json")


def show(
    rows: Sequence[Mapping[str, Any]],
    format_: str,
    *,
    columns: Sequence[str] | None = None,
    hide_in_table: Sequence[str] = (),
    as_record: bool = False,
) -> None:
    """Print the rows. `as_record` sets a table's columns below each other, a blank line between rows, for rows of many long columns."""
    names = list(columns or (rows[0] if rows else ()))
    if format_ == "json":
        print(json.dumps(list(rows), default=str, ensure_ascii=False, indent=2))
    elif format_ == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([row[name] for name in names] for row in rows)
    else:
        console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH_OF_A_RECORD if as_record else _WIDTH_OF_A_ROW)
        shown = [name for name in names if name not in hide_in_table]
        if as_record:
            for place, row in enumerate(rows):
                if place:
                    console.print()
                console.print(_record(row, shown))
        else:
            console.print(_table(rows, shown))


def _table(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        is_number = any(isinstance(row[name], int | float) and not isinstance(row[name], bool) for row in rows)
        table.add_column(Text(name), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_text(row[name]) for name in names))
    return table


def _record(row: Mapping[str, Any], names: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name in names:
        table.add_row(name, _text(row[name]))
    return table


def _text(value: Any) -> Text:
    return Text("" if value is None else str(value))
