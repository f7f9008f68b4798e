"""International Organization of Motor Vehicle Manufacturers (Organisation Internationale des Constructeurs d'Automobiles).

Domain: motor vehicles produced, by country and kind of vehicle.

Data sets: `production`, the yearly workbooks by country and region, dropped in; `cited_figures`, single figures for a handful of countries, bundled.

Cadence: once a year, in spring; the file of 2024 came in October 2025. The page is a program of the browser, so the files are dropped in.

Licence: copyright of OICA. Figures are cited with their source; the tables are not passed on.

API documentation: none. Page: https://www.oica.net/production-statistics/

Caveats: final assembly, light and heavy vehicles together, so it is not comparable with counts of light vehicles. Germany reports cars only. 2020 is
missing from files of 2021 on, so a file never withdraws what an earlier one has. A year is revised by the file of the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sources.delimited import engine, from_rows, land, read_texts
from sources.errors import ContractError
from sources.sheets import Rows, sheets
from sources.spec import Cadence, Dataset, Field, Licence, Parsed, Provider, Table

PRODUCTION = Table(
    "production",
    (
        Field("Sheet", "Sheet of the workbook"),
        Field("Line", "Row of the sheet", type="integer", unit="count"),
        Field("Category", "Kind of vehicle, from the title above the table, the sheet's or the file's name: all vehicles, passenger cars and so on"),
        Field("Country", "Country or region, or TOTAL, with its annotations"),
        Field("Year", "Year, from the column's header"),
        Field("Units", "Vehicles produced, or a mark; thousands may be set apart by spaces", unit="count"),
    ),
    key=("Sheet", "Line", "Year"),
)
CITED = Table(
    "figures",
    (
        Field("Year", "Year of production"),
        Field("Country", "Country as in the source, or TOTAL for the world"),
        Field("Scope", "all vehicles or light vehicles"),
        Field("Units", "Vehicles produced", type="integer", unit="count"),
        Field("Edition", "Year that the source's file is of; empty where it is no file of OICA"),
        Field("Grade", "A from the table itself, C as reported by somebody else"),
        Field("Source", "Where the figure stands"),
    ),
    key=("Year", "Country", "Scope", "Edition"),
)

_CATEGORIES = {
    "passenger cars": r"passenger[ _-]?cars?",
    "light commercial vehicles": r"light[ _-]?commercial[ _-]?vehicles?",
    "heavy trucks": r"heavy[ _-]?trucks?",
    "buses and coaches": r"buses|coaches",
    "all vehicles": r"all[ _-]?(motor[ _-]?)?vehicles|motor[ _-]?vehicles?|by[ _-]country",
}
_YEAR = re.compile(r"(?:YTD|Q1-Q4)?\s*((?:19|20)\d{2})\s*(?:\(?(?:e|p|est\.?)\)?)?", re.IGNORECASE)
_DOWNLOAD = "Download the table by country as .xlsx from https://www.oica.net/production-statistics/"


def parse_workbook(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `production` of every sheet that has a table; a partial vintage, because later files leave years out. Raises ContractError."""
    workbook = sheets(dataset, payload)
    lines = [line for sheet, rows in workbook.items() for line in _lines(dataset, payload.name, sheet, rows)]
    if not lines:
        first = {sheet: rows[:3] for sheet, rows in workbook.items()}
        raise ContractError(dataset.id, f"no sheet has a header of years with countries below it: {str(first)[:300]}", _DOWNLOAD)
    with engine(folder) as connection:
        rows = land(dataset, PRODUCTION, from_rows(connection, [field.name for field in PRODUCTION.fields], lines), folder)
    years = [int(year) for *_, year, _ in lines]
    return Parsed({"production": rows}, date(min(years), 1, 1), date(max(years), 1, 1), is_complete=False)


def parse_cited(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `figures`, single figures that add to what is known. Raises ContractError."""
    with engine(folder) as connection:
        texts = read_texts(dataset, connection, payload)
        rows = land(dataset, CITED, texts, folder)
        years = [int(year) for (year,) in texts.project("CAST(Year AS INTEGER)").fetchall()]
    return Parsed({"figures": rows}, _first_day(min(years, default=None)), _first_day(max(years, default=None)), is_complete=False)


def _first_day(year: int | None) -> date | None:
    return date(year, 1, 1) if year else None


def _lines(dataset: Dataset, file: str, sheet: str, rows: Rows) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Sheet, line, category, country, year and units of the cells below the years; columns of changes are left out."""
    place = next((place for place, row in enumerate(rows) if _years(row)), None)
    if place is None:
        return
    years = _years(rows[place])
    title = " ".join(cell for row in rows[:place] for cell in row if cell)
    category = _category(dataset, title, sheet, file)
    for line, row in enumerate(rows[place + 1 :], place + 2):
        country = next((cell for cell in row[: min(years)] if cell), None)
        for column, year in years.items():
            units = row[column] if column < len(row) else None
            if country and units:
                yield sheet, str(line), category, country, year, units


def _years(row: list[str | None]) -> dict[int, str]:
    """The years of a header by their columns; a row with figures beside years, or with a year in its first cell, is none."""
    found = {column: year[1] for column, cell in enumerate(row) if cell and (year := _YEAR.fullmatch(cell.strip()))}
    return found if found and min(found) > 0 and len(set(found.values())) == len(found) else {}


def _category(dataset: Dataset, *texts: str) -> str:
    for text in texts:
        for category, pattern in _CATEGORIES.items():
            if re.search(pattern, text, re.IGNORECASE):
                return category
    raise ContractError(dataset.id, f"neither title, sheet nor file says which vehicles are counted: {texts}", _DOWNLOAD)


_PAGE = "https://www.oica.net/production-statistics/"
_TERMS = "https://www.oica.net/terms-of-use/"

PROVIDER = Provider(
    name="oica",
    title="International Organization of Motor Vehicle Manufacturers",
    base_url="https://www.oica.net",
    timezone="Europe/Paris",
    datasets=(
        Dataset(
            provider="oica",
            name="production",
            title="Motor vehicle production by country and kind of vehicle, yearly",
            source_url=_PAGE,
            tables=(PRODUCTION,),
            cadence=Cadence("annual", "0 9 15 * *", "Europe/Paris", stale_after_days=400, data_lag_days=670),
            licence=Licence("OICA copyright", _TERMS, "Source: OICA, www.oica.net. Cited, not passed on.", allows_copies=False),
            parse=parse_workbook,
            caveats="Final assembly, light and heavy vehicles. 2020 is missing from later files; Germany reports cars only.",
        ),
        Dataset(
            provider="oica",
            name="cited_figures",
            title="Motor vehicle production of some countries, single figures cited, yearly",
            source_url=_PAGE,
            tables=(CITED,),
            cadence=Cadence("irregular", "0 9 15 * *", "Europe/Paris", stale_after_days=400, data_lag_days=670),
            licence=Licence(
                "Citation of single figures (OICA copyright)", _TERMS, "Source: OICA, www.oica.net, and where a row says so DesRosiers and Trillium."
            ),
            parse=parse_cited,
            caveats="A handful of countries, never the whole table. Light vehicles do not compare with all. Grade C is as reported by others.",
        ),
    ),
)
