"""Mineral Commodity Summaries: every edition as one long table, a row for each published cell that is not empty.

The layout changes with the edition, and each has its adapter:

2022–2024   one csv a commodity, packed in a zip; units and years stand in the headers (`Prod_kt_est_2023`), the commodity in the file's name;
2025        one wide csv with `COMMODITY` and `UNIT_MEAS`, packed in a zip;
2026 on     one long csv, Windows-1252, whose columns are those of the landed table.

Values, units and years stay as published: `W`, `>95`, `Less than ½ unit.`, `1,200e`.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from sources.archive import extract
from sources.delimited import engine, from_rows, land, read_texts
from sources.errors import ContractError
from sources.spec import Dataset, Field, Parsed, Table

FIGURES = Table(
    "figures",
    (
        Field("File", "Name of the csv, within the edition's zip where there is one"),
        Field("Line", "Row of the file, below the header", type="integer", unit="count"),
        Field("Column", "Header of the column in which the value stands; before 2026 it holds the unit, the year and _est for an estimate"),
        Field("MCS chapter", "Chapter of the book; empty before 2026"),
        Field("Section", "Section of the chapter, such as world mine production or salient statistics of the United States; empty before 2026"),
        Field("Commodity", "Commodity; 2022 to 2024 the short code in the file's name, such as cobal"),
        Field("Country", "Country, Other countries or World total, with its annotations; empty for statistics of no country"),
        Field("Statistics", "Production, Capacity, Reserves and others; empty for a column whose header says nothing known"),
        Field("Statistics_detail", "What exactly is counted, such as mine production; Type before 2026"),
        Field("Unit", "Unit of the value as published: metric tons, kt; wrong in some places, see the seed usgs_unit_correction"),
        Field("Year", "Year, or span of years such as 2021–24; empty for reserves before 2025"),
        Field(
            "Value",
            "Figure or mark: W withheld, NA not available, XX not applicable, — zero, > and < bounds, e estimated",
            unit="as stated",
        ),
        Field("Notes", "Footnotes of the value"),
        Field("Is critical mineral", "Yes where the commodity is on the list of critical minerals; empty before 2026"),
        Field("Critical mineral list", "Year of that list, from the column's header"),
        Field("Other notes", "Notes on the whole section; empty before 2026"),
    ),
    key=("File", "Line", "Column"),
)

_NAMES = [field.name for field in FIGURES.fields]
_LONG = ("MCS chapter", "Section", "Commodity", "Country", "Statistics", "Statistics_detail", "Unit", "Year", "Value", "Notes", "Other notes")
_CRITICAL = re.compile(r"Is critical mineral (\d{4})")
_WORLD = r"(?i)mcs[ _-]?\d{4}.*world.*\.csv"
_STATISTICS = {"prod": "Production", "cap": "Capacity", "reserve": "Reserves", "reserves": "Reserves"}
_COMPARE = "Compare the file with the editions that are known: 2022 to 2026"

Row = dict[str, str | None]
Figure = list[str | None]


def parse_edition(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `figures` of one edition, a csv or a zip of them; the part is the edition's year. Raises ContractError.

    One csv of an edition that has many is a partial vintage.
    """
    with engine(folder, keeps_order=True) as connection, TemporaryDirectory(dir=folder) as members:
        is_zip = zipfile.is_zipfile(payload)
        files = extract(dataset, payload, _WORLD, Path(members)) if is_zip else [payload]
        sheets = [_read(dataset, connection, file) for file in files]
        edition = _edition(dataset, sheets)
        relation = from_rows(connection, _NAMES, (figure for sheet in sheets for figure in _figures(dataset, sheet)))
        rows = land(dataset, FIGURES, relation, folder)
        first, last = _years(relation)
    return Parsed({"figures": rows}, first, last, is_complete=is_zip or sheets[0].has_commodities, part=edition)


@dataclass(frozen=True)
class Sheet:
    """One csv: its name, its header, and its rows as texts."""

    name: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def is_long(self) -> bool:
        return "statistics" in map(str.lower, self.header)

    @property
    def has_commodities(self) -> bool:
        return "commodity" in map(str.lower, self.header)

    def column(self, *names: str) -> str | None:
        """The header's own spelling of the first of the names that it has."""
        spelled = {name.lower(): name for name in self.header}
        return next((spelled[name.lower()] for name in names if name.lower() in spelled), None)


def encoding_of(path: Path) -> str:
    """UTF-8 where the bytes are, else Windows-1252, which the agency uses in some editions and files."""
    try:
        path.read_text("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _read(dataset: Dataset, connection: duckdb.DuckDBPyConnection, file: Path) -> Sheet:
    texts = read_texts(dataset, connection, file, encoding=encoding_of(file), numbered=True)
    rows = (dict(zip(texts.columns, row, strict=True)) for row in texts.fetchall())
    return Sheet(file.name, tuple(texts.columns[1:]), tuple(row for row in rows if any(row[name] for name in texts.columns[1:])))


# Which edition it is


def _edition(dataset: Dataset, sheets: Sequence[Sheet]) -> str:
    found = {edition for sheet in sheets for edition in _editions_of(sheet)}
    if len(found) != 1:
        raise ContractError(
            dataset.id,
            f"the files are of {'no edition' if not found else 'the editions ' + ', '.join(sorted(found))}: {[sheet.name for sheet in sheets][:5]}",
            "An edition says its year in the column Source, in the file's name (mcs2024-cobal_world.csv) or, from 2026 on, by its last year",
        )
    return found.pop()


def _editions_of(sheet: Sheet) -> set[str]:
    """Of a long file the year after its last one; else what the column Source says, else the file's name."""
    if sheet.is_long:
        years = [year[:4] for year in _cells(sheet, sheet.column("Year")) if re.match(r"\d{4}", year)]
        return {str(int(max(years)) + 1)} if years else set()
    stated = re.findall(r"MCS ?(\d{4})", " ".join(_cells(sheet, sheet.column("Source"))), re.IGNORECASE)
    return set(stated) or set(re.findall(r"mcs ?(\d{4})", sheet.name, re.IGNORECASE))


def _cells(sheet: Sheet, column: str | None) -> list[str]:
    return [cell for row in sheet.rows if column and (cell := row[column])]


# The rows


def _figures(dataset: Dataset, sheet: Sheet) -> Iterator[Figure]:
    return _of_long(dataset, sheet) if sheet.is_long else _of_wide(dataset, sheet)


def _of_long(dataset: Dataset, sheet: Sheet) -> Iterator[Figure]:
    missing = [name for name in _LONG if name not in sheet.header]
    if missing:
        raise ContractError(dataset.id, f"{sheet.name} has no column {' and no '.join(map(repr, missing))}; it has {list(sheet.header)}", _COMPARE)
    critical = next((name for name in sheet.header if _CRITICAL.fullmatch(name)), None)
    listed = critical and critical[-4:]
    for row in sheet.rows:
        yield [sheet.name, row["line"], "Value", *(row[name] for name in _LONG[:-1]), critical and row[critical], listed, row["Other notes"]]


def _of_wide(dataset: Dataset, sheet: Sheet) -> Iterator[Figure]:
    """A row for each filled cell below a header that is no label and no note.

    Some files of 2024 have columns without a known header: one takes the place of a missing Type, the others land without a statistic.
    """
    country, source = sheet.column("Country"), sheet.column("Source")
    headings = {name: _heading(name) for name in sheet.header}
    if country is None or not any(heading.statistic and not heading.is_note for heading in headings.values()):
        raise ContractError(dataset.id, f"{sheet.name} has no column Country, Prod_…, Cap_… or Reserves_…; it has {list(sheet.header)}", _COMPARE)
    commodity, unit = sheet.column("Commodity"), sheet.column("Unit_meas")
    labels = {country, source, commodity, unit}
    unknown = [name for name, heading in headings.items() if heading.statistic is None and name not in labels]
    detail = sheet.column("Type", "Form") or next(iter(unknown), None)
    notes = {heading.statistic: name for name, heading in headings.items() if heading.is_note}
    for row in sheet.rows:
        for name, heading in headings.items():
            if row[name] and not heading.is_note and name not in {*labels, detail}:
                note = notes.get(heading.statistic)
                yield [
                    *(sheet.name, row["line"], name, None, None, row[commodity] if commodity else _code(sheet.name), row[country]),
                    *(heading.statistic, row[detail] if detail else None, row[unit] if unit else heading.unit, heading.year, row[name]),
                    *(row[note] if note else None, None, None, None),
                ]


@dataclass(frozen=True)
class _Heading:
    """What a header such as `Prod_kt_est_2023` or `Reserves_notes` says."""

    statistic: str | None
    unit: str | None = None
    year: str | None = None
    is_note: bool = False


def _heading(name: str) -> _Heading:
    first, *rest = [word for word in re.split("[_ ]+", name.strip()) if word.lower() != "est"]
    statistic = _STATISTICS.get(first.lower())
    if statistic is None or not rest:
        return _Heading(None)
    if rest[-1].lower() in ("note", "notes"):
        return _Heading(statistic, is_note=True)
    year = next((word for word in rest if re.fullmatch(r"\d{4}", word)), None)
    return _Heading(statistic, "_".join(word for word in rest if word != year) or None, year)


def _code(file: str) -> str | None:
    found = re.match(r"mcs ?\d{4}-(.+?)_world", file, re.IGNORECASE)
    return found and found[1].lower()


def _years(relation: duckdb.DuckDBPyRelation) -> tuple[date | None, date | None]:
    first, last = relation.aggregate("""min(regexp_extract("Year", '^\\d{4}')), max(regexp_extract("Year", '^\\d{4}'))""").fetchall()[0]
    return first_day(first), first_day(last)


def first_day(year: str | None) -> date | None:
    return date(int(year), 1, 1) if year else None
