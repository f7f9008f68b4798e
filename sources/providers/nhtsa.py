"""National Highway Traffic Safety Administration (United States).

Domain: how much of a car's parts are from the United States and Canada, where its engine and transmission are made, and where it is assembled.

Data sets: `aala`, the reports of the American Automobile Labeling Act (49 CFR Part 583) by model year, dropped in.

Cadence: a report a model year, corrected while it lasts. The page links a file a year without a stable address, so the files are dropped in.

Licence: public domain.

API documentation: none. Page: https://www.nhtsa.gov/part-583-american-automobile-labeling-act-reports

Caveats: the United States and Canada are one number, so Canadian content alone is not in it. Parts only, without assembly and other labour, rounded
to five points by most makers, for vehicles up to 8,500 pounds sold in the United States. Other countries are named from 15 percent on, two at most.
The layout changes: "Major Sources of Foreign Parts Content" in 2026, "Percent Content Other Countries" in 2025, no countries in early years. No file
says its model year: its name has to. Some lines stand twice.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sources.delimited import engine, from_rows, land, read_texts
from sources.errors import ContractError
from sources.fingerprint import content_fingerprint
from sources.sheets import sheets
from sources.spec import Cadence, Dataset, Field, Licence, Parsed, Partition, Provider, Shrunk, Table

CARLINES = Table(
    "carlines",
    (
        Field("Line", "Row of the file, below the header: some rows stand twice", type="integer", unit="count"),
        Field("Manufacturer", "Manufacturer", is_required=False),
        Field("Manufacturer (mega)", "Group that the manufacturer belongs to; not in the agency's own files", is_required=False),
        Field("Make", "Make"),
        Field("Model (Carline)", "Carline, with the variants for which the content differs"),
        Field("U.S./Canadian Parts (%)", "Content of the United States and Canada together, or N/A", unit="percent"),
        Field("Foreign Parts (%)", "Content of other countries: a number, or the countries, such as 45% Germany + 29% Poland", is_required=False),
        Field("Foreign Parts, Other (%)", "Content of countries that are not named", unit="percent", is_required=False),
        Field("Percent Content Other Countries", "Country and content (2025), such as 20% Mexico", is_required=False),
        Field("Percent Content Other Countries (2)", "A second country and its content (2025)", is_required=False),
        Field("Major Sources of Foreign Parts Content", "Country and content (2026)", is_required=False),
        Field("2nd Major Sources of Foreign Parts Content", "A second country and its content (2026)", is_required=False),
        Field("Engine Origin", "Country or countries of the engine, with variants in brackets", is_required=False),
        Field("Additional country of Origin for Engine/Motor", "Further countries of the engine or motor, or None", is_required=False),
        Field("Transmission Origin", "Country or countries of the transmission, with variants in brackets", is_required=False),
        Field("Additional Country of Origin for the Transmission(s)", "Further countries of the transmission, or None", is_required=False),
        Field("Final Assembly", "Country or countries of final assembly", is_required=False),
        Field("Additional Final Assembly Countries", "Further countries of final assembly, or None", is_required=False),
        Field("Vehicle Type on Part 567 Certification Label", "Passenger Car, Multipurpose Passenger Vehicle or Truck", is_required=False),
    ),
    key=("Line",),
)

# What other years call the columns of 2024 to 2026, in lower case with single spaces.
_ALSO_CALLED = {
    "Manufacturer": "manufacturers?( name)?",
    "Make": "makes?|divisions?",
    "Model (Carline)": r"model|models?/carlines?|carlines?|model ?\(carlines?\)",
    "U.S./Canadian Parts (%)": r".*\bu\.?s\.? ?(/|and|&) ?canad.*",
    "Percent Content Other Countries": "percent content other countr(y|ies)( 1)?",
    "Percent Content Other Countries (2)": "percent content other countr(y|ies) 2",
    "Major Sources of Foreign Parts Content": "(1st )?major sources? of foreign parts content",
    "2nd Major Sources of Foreign Parts Content": "2nd major( sources?( of foreign parts content)?)?",
    "Engine Origin": "engine (origin|source)|(source|origin) of engine",
    "Transmission Origin": "transmission (origin|source)|(source|origin) of transmission",
    "Final Assembly": "final assembly( (points?|countr(y|ies)|locations?))?",
}
_NEEDED = ("Make", "Model (Carline)", "U.S./Canadian Parts (%)")
_HOW_TO_NAME = "Name the file for its model year: aala_my2024.csv, or aala_2024.xlsx"
_COMPARE = "Compare the header with the declared fields; the agency renames columns every few years"

Rows = list[list[str | None]]


def parse_report(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `carlines` of one model year, csv or xlsx; the part is the model year, from the file's name. Raises ContractError.

    Columns are found by their names and land under those of 2024 to 2026; others keep theirs. Rows without make and carline are notes.
    """
    year = model_year(dataset, payload.name)
    header, rows = _table_of(dataset, payload, folder)
    names = _names(dataset, header)
    make, carline = names.index("Make"), names.index("Model (Carline)")
    lines = [[str(line), *row] for line, row in enumerate(rows, 1) if row[make] or row[carline]]
    with engine(folder) as connection:
        landed = land(dataset, CARLINES, from_rows(connection, ["Line", *names], lines), folder)
    day = date(int(year), 1, 1)
    return Parsed({"carlines": landed}, day, day, part=year)


def model_year(dataset: Dataset, name: str) -> str:
    """The year after "my" or "model year" in a file's name, else its only year; raises ContractError where there is not one."""
    years = _years_in(name)
    if len(years) != 1:
        raise ContractError(dataset.id, f"the name {name} states {'the years ' + ', '.join(years) if years else 'no model year'}", _HOW_TO_NAME)
    return years[0]


def fingerprint(payload: Path) -> str:
    """The content and the model year, which only the name states."""
    return f"{content_fingerprint(payload)} {' '.join(_years_in(payload.name))}"


def _years_in(name: str) -> list[str]:
    marked: list[str] = re.findall(r"(?:my|model.?year)[ _-]?(20\d{2})(?!\d)", name, re.IGNORECASE)
    return sorted(set(marked or re.findall(r"(?<!\d)(20\d{2})(?!\d)", name)))


def _table_of(dataset: Dataset, payload: Path, folder: Path) -> tuple[list[str | None], Rows]:
    """The header and the rows below it, of a csv or of the first sheet that has one."""
    if not zipfile.is_zipfile(payload):
        with engine(folder, keeps_order=True) as connection:
            texts = read_texts(dataset, connection, payload)
            return list(texts.columns), [list(row) for row in texts.fetchall()]
    workbook = sheets(dataset, payload)
    for rows in workbook.values():
        for place, row in enumerate(rows):
            if {"Make", "Model (Carline)"} <= set(_resolved(row)):
                return row, rows[place + 1 :]
    first = {name: rows[:1] for name, rows in workbook.items()}
    raise ContractError(dataset.id, f"no sheet has a header with Make and Model (Carline); the sheets begin with {first}", _COMPARE)


def _resolved(header: list[str | None]) -> Iterator[str]:
    """The columns' names as they land; a column without one after that of other countries has the second of them."""
    before = ""
    for place, cell in enumerate(header, 1):
        name = " ".join((cell or "").split())
        if (not name or name == f"column ({place})") and before == "Percent Content Other Countries":
            name = "Percent Content Other Countries (2)"
        before = next((known for known, others in _ALSO_CALLED.items() if re.fullmatch(others, name.lower())), name or f"column ({place})")
        yield before


def _names(dataset: Dataset, header: list[str | None]) -> list[str]:
    names = list(_resolved(header))
    missing = [name for name in _NEEDED if name not in names]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if missing or doubled:
        reason = f"no column {' and no '.join(map(repr, missing))}" if missing else f"more than one column {doubled}"
        raise ContractError(dataset.id, f"the header has {reason}; it is {header}", _COMPARE)
    return names


PROVIDER = Provider(
    name="nhtsa",
    title="National Highway Traffic Safety Administration",
    base_url="https://www.nhtsa.gov",
    timezone="America/New_York",
    datasets=(
        Dataset(
            provider="nhtsa",
            name="aala",
            title="Domestic content of passenger vehicles by carline (American Automobile Labeling Act), by model year",
            source_url="https://www.nhtsa.gov/part-583-american-automobile-labeling-act-reports",
            tables=(CARLINES,),
            cadence=Cadence("annual", "0 12 15 * *", "America/New_York", stale_after_days=400, data_lag_days=730),
            licence=Licence(
                "Public domain (US government work)",
                "https://www.nhtsa.gov/about-nhtsa/terms-use",
                "National Highway Traffic Safety Administration, Part 583 American Automobile Labeling Act Reports.",
            ),
            parse=parse_report,
            partition=Partition("model year"),
            fingerprint=fingerprint,
            gates=(Shrunk(0.2, "a corrected report adds carlines; makers withdraw few"),),
            caveats="The United States and Canada are one number. Parts only, mostly rounded to five points, two other countries at most, vehicles "
            "sold in the United States. Some lines stand twice.",
        ),
    ),
)
