"""The Census Bureau's monthly import database (IMDB): a zip a month, its files in columns of fixed width, without a key.

IMP_DETL holds the imports by product of ten digits, country, programme that a preference is claimed under, district and rate provision; IMP_CTY,
IMP_COMM and IMP_DE are sums of it by country, product and district of entry, and must agree with it. The names of members vary in case.

The places of the month's columns are known from several descriptions of the file. Those of the year to date, and the files of sums, are known from
transcriptions of the agency's record layouts (https://www.census.gov/foreign-trade/reference/products/layouts/imdb.html), which agree on the lengths
of record. No zip of the agency was at hand: the checks of lengths and of sums tell at the first one whether all this holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from sources.archive import extract
from sources.clock import now
from sources.delimited import check_texts, engine, from_rows, land
from sources.errors import ContractError, NotYet, SourceError
from sources.releases import when_modified
from sources.spec import Ask, Dataset, Download, Field, FieldType, Magnitude, Parsed, Partition, Refusal, Shrunk, Table
from sources.us_census_agency import FILES_URL, TRADE_RELEASE, asked_for, live_months, public_domain, released_months

# The first month of the United States–Mexico–Canada Agreement: before it no row claims S or S+.
FIRST_MONTH = date(2020, 7, 1)

# Texts: name -> width, description.
_TEXTS = {
    "commodity": (10, "Product: ten digits of the Harmonized Tariff Schedule in force in the month"),
    "cty_code": (4, "Country of origin, Schedule C"),
    "cty_subco": (2, "Programme that a preference is claimed under: S and S+ are the United States–Mexico–Canada Agreement, 0 is none"),
    "dist_entry": (2, "Customs district of entry, Schedule D; 70 is low-valued imports"),
    "dist_unlad": (2, "Customs district of unlading, Schedule D"),
    "rate_prov": (
        2,
        "Rate provision: 10 to 19 free of duty, 61 and more dutiable, 00 in bond; it does not tell who claims a preference for goods free anyway",
    ),
    "cty_name": (30, "Name of the country"),
    "dist_name": (30, "Name of the district"),
    "comm_desc": (50, "Description of the product, cut"),
    "unit_qy1": (3, "Unit of the first quantity; NULL for none"),
    "unit_qy2": (3, "Unit of the second quantity; NULL for none"),
    "year": (4, "Year"),
    "month": (2, "Month, 01 to 12"),
}
# Numbers, each 15 wide, first all of the month and then all of the year to date: name -> description, unit.
_NUMBERS = {
    "cards": ("Detailed records that were summed", "count"),
    "con_qy1": ("Imports for consumption, first quantity, in the product's unit_qy1", "as stated"),
    "con_qy2": ("Imports for consumption, second quantity, in the product's unit_qy2", "as stated"),
    "con_val": ("Imports for consumption, customs value", "USD"),
    "dut_val": ("Imports for consumption, value on which duty is levied", "USD"),
    "cal_dut": ("Duty calculated from the rates, not what was paid or refunded", "USD"),
    "con_cha": ("Imports for consumption, freight, insurance and other charges", "USD"),
    "con_cif": ("Imports for consumption, customs value with charges", "USD"),
    "gen_qy1": ("General imports, first quantity, in the product's unit_qy1", "as stated"),
    "gen_qy2": ("General imports, second quantity, in the product's unit_qy2", "as stated"),
    "gen_val": ("General imports, customs value", "USD"),
    "gen_cha": ("General imports, freight, insurance and other charges", "USD"),
    "gen_cif": ("General imports, customs value with charges", "USD"),
    "air_val": ("General imports by air, customs value", "USD"),
    "air_wgt": ("General imports by air, weight in kilograms", "as stated"),
    "air_cha": ("General imports by air, charges", "USD"),
    "ves_val": ("General imports by vessel, customs value", "USD"),
    "ves_wgt": ("General imports by vessel, weight in kilograms", "as stated"),
    "ves_cha": ("General imports by vessel, charges", "USD"),
    "cnt_val": ("General imports in containers by vessel, customs value; part of ves_val", "USD"),
    "cnt_wgt": ("General imports in containers by vessel, weight in kilograms; part of ves_wgt", "as stated"),
    "cnt_cha": ("General imports in containers by vessel, charges; part of ves_cha", "USD"),
}
_WITHOUT_QUANTITIES = tuple(name for name in _NUMBERS if "_qy" not in name)
_NUMBER_WIDTH = 15
_PERIODS = {"_mo": "in the month", "_yr": "from January to the month"}
_CODES = {"commodity": r"\d{10}", "cty_code": r"\d{4}", "cty_subco": r"[0-9A-Z]{1,2}|[A-Z][*+]", "rate_prov": r"\d{2}"}
_SHOWN = 3
_LAYOUT = "The agency may have changed its layout: compare with Documentation/*.lay in the zip"
_OWN_ZIP = "Use the agency's own zip, IMDB<YYMM>.ZIP, as it comes"


@dataclass(frozen=True)
class Layout:
    """A file of the zip, and the table that it lands as: the fields in the order of its columns, which leave no gap."""

    member: str
    table: Table
    encoding: str = "latin-1"

    @property
    def columns(self) -> Mapping[str, tuple[int, int]]:
        """Field -> place of its first character, from 1, and width."""
        places, place = {}, 1
        for field in self.table.fields:
            places[field.name] = (place, _width(field.name))
            place += _width(field.name)
        return places

    @property
    def length(self) -> int:
        """The characters of a line."""
        return sum(_width(field.name) for field in self.table.fields)

    @property
    def numbers(self) -> list[str]:
        return [field.name for field in self.table.fields if field.type == "integer"]


def _width(name: str) -> int:
    return _TEXTS[name][0] if name in _TEXTS else _NUMBER_WIDTH


def _table(name: str, texts: tuple[str, ...], numbers: tuple[str, ...], key: tuple[str, ...]) -> Table:
    integer: FieldType = "integer"
    fields = [Field(text, _TEXTS[text][1]) for text in texts]
    for suffix, when in _PERIODS.items():
        fields += [Field(number + suffix, f"{_NUMBERS[number][0]}, {when}", integer, _NUMBERS[number][1]) for number in numbers]
    return Table(name, tuple(fields), key)


_CELL = ("commodity", "cty_code", "cty_subco", "dist_entry", "dist_unlad", "rate_prov")
# ASCII is all that codes and numbers need, and read several times as fast.
DETAIL = Layout("IMP_DETL", _table("detail", (*_CELL, "year", "month"), tuple(_NUMBERS), _CELL), "utf-8")
SUMS = (
    Layout("IMP_CTY", _table("country", ("cty_code", "cty_name", "year", "month"), _WITHOUT_QUANTITIES, ("cty_code",))),
    Layout(
        "IMP_COMM",
        _table("commodity", ("commodity", "comm_desc", "unit_qy1", "unit_qy2", "year", "month"), tuple(_NUMBERS), ("commodity",)),
    ),
    Layout("IMP_DE", _table("district", ("dist_entry", "dist_name", "year", "month"), _WITHOUT_QUANTITIES, ("dist_entry",))),
)


# Which months there are, and how to get them


def fetch_month(ask: Ask) -> Download | None:
    """One conditional request for the zip of a month."""
    year, month = asked_for(ask, r"(\d{4})-(\d{2})")
    return ask.http.download(f"{FILES_URL}/trade/downloads/{year}/Merch/im_m/IMDB{year[2:]}{month}.ZIP", ask.folder, ask.validators)


def explain_missing_month(refusal: Refusal) -> SourceError | None:
    """A zip that is not there is not out yet, while it can still be late."""
    found = re.search(r"/IMDB(\d\d)(\d\d)\.ZIP", refusal.said)
    if found is None or refusal.status != 404:
        return None
    month = f"20{found[1]}-{found[2]}"
    if month not in live_months(FIRST_MONTH, now().date()):
        return None
    return NotYet(refusal.subject, f"{month} is not out ({refusal.said})", "Ask again after the next press release FT-900")


# The zip


def parse_month(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `detail`, and the sums of it that the zip holds; raises ContractError where a file is not as laid out or states other sums."""
    with TemporaryDirectory(prefix=".members-", dir=folder) as place, engine(folder) as connection:
        members = {path.stem.upper(): path for path in extract(dataset, payload, r"(?i)IMP_(DETL|CTY|COMM|DE)\.TXT", Path(place))}
        if DETAIL.member not in members:
            raise ContractError(dataset.id, f"the zip has no IMP_DETL.TXT; it has {sorted(members)}", _OWN_ZIP)
        months = {_month(dataset, connection, layout, members[layout.member]) for layout in (DETAIL, *SUMS) if layout.member in members}
        if len(months) > 1:
            raise ContractError(dataset.id, f"the files of the zip are of different months: {sorted(months)}", _OWN_ZIP)
        rows = {layout.table.name: _land(dataset, connection, layout, members.get(layout.member), folder) for layout in (DETAIL, *SUMS)}
        check_texts(dataset, connection.read_parquet(str(folder / "detail.parquet")), _CODES)
        for layout in SUMS:
            if layout.member in members:
                _check_sums(dataset, connection, layout, folder)
    (month,) = months
    first = date.fromisoformat(f"{month}-01")
    return Parsed(rows, first, first, part=month)


def _month(dataset: Dataset, connection: duckdb.DuckDBPyConnection, layout: Layout, path: Path) -> str:
    """The one month that every line of the file is of; raises ContractError where lines differ, in month or length."""
    (year, _), (month, _) = layout.columns["year"], layout.columns["month"]
    kinds = f"DISTINCT coalesce(length(line), 0), substr(line, {year}, 4) || '-' || substr(line, {month}, 2)"
    try:
        found = connection.execute(f"SELECT {kinds} FROM {_lines(layout, path)}").fetchall()
    except duckdb.Error as error:
        raise ContractError(dataset.id, f"{path.name} cannot be read ({str(error).splitlines()[0]})", _OWN_ZIP) from error
    lengths = sorted({length for length, _ in found})
    if lengths != [layout.length]:
        raise ContractError(
            dataset.id, f"a line of {path.name} should have {layout.length} characters, and has {lengths[:_SHOWN] or 'none'}", _LAYOUT
        )
    months: list[str] = sorted(str(text) for _, text in found)
    if len(months) > 1 or not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", months[0]):
        raise ContractError(dataset.id, f"{path.name} should be of one month, and is of {months[:_SHOWN]}", _LAYOUT)
    return months[0]


def _land(dataset: Dataset, connection: duckdb.DuckDBPyConnection, layout: Layout, path: Path | None, folder: Path) -> int:
    """Write the file's table, which is empty where the zip leaves the file out."""
    if path is None:
        return land(dataset, layout.table, from_rows(connection, list(layout.columns), []), folder)
    texts = [
        f"nullif(trim(substr(line, {place}, {width})), '') AS {name}" if name in _TEXTS else f"substr(line, {place}, {width}) AS {name}"
        for name, (place, width) in layout.columns.items()
    ]
    return land(dataset, layout.table, connection.sql(f"SELECT {', '.join(texts)} FROM {_lines(layout, path)}"), folder)


def _lines(layout: Layout, path: Path) -> str:
    """The file's lines, each as one text."""
    options = "auto_detect = false, header = false, delim = '\\t', quote = '', escape = '', comment = '', nullstr = '', strict_mode = false"
    file = str(path).replace("'", "''")
    return f"read_csv('{file}', columns = {{'line': 'VARCHAR'}}, {options}, encoding = '{layout.encoding}')"


def _check_sums(dataset: Dataset, connection: duckdb.DuckDBPyConnection, layout: Layout, folder: Path) -> None:
    """The agency's own sums of the month must be those of the detail, to the dollar."""
    (key,) = layout.table.key
    numbers = [number for number in layout.numbers if number.endswith("_mo")]
    by_number = f"ON {', '.join(numbers)} INTO NAME number VALUE value"
    sums = ", ".join(f"sum({number})::BIGINT AS {number}" for number in numbers)
    for table in (layout.table, DETAIL.table):
        connection.read_parquet(str(folder / f"{table.name}.parquet")).create_view(f"landed_{table.name}")
    differences = connection.execute(f"""
        WITH stated AS (SELECT {key}, {", ".join(numbers)} FROM landed_{layout.table.name}),
        summed AS (SELECT {key}, {sums} FROM landed_{DETAIL.table.name} GROUP BY {key})
        SELECT {key}, number, coalesce(stated.value, 0), coalesce(summed.value, 0)
        FROM (UNPIVOT stated {by_number}) AS stated
        FULL JOIN (UNPIVOT summed {by_number}) AS summed USING ({key}, number)
        WHERE coalesce(stated.value, 0) <> coalesce(summed.value, 0)
        ORDER BY ALL LIMIT {_SHOWN}
    """).fetchall()
    if differences:
        shown = "; ".join(f"{number} of {key} {code} is {stated:,}, not {summed:,}" for code, number, stated, summed in differences)
        raise ContractError(dataset.id, f"{layout.member} states other sums than {DETAIL.member} has: {shown}", "Fetch the zip again")


IMPORTS_DETAIL = Dataset(
    provider="us_census",
    name="imports_detail",
    title="United States imports by product (HTS10), country, preference claimed, district and rate provision, with duties, monthly",
    source_url=f"{FILES_URL}/foreign-trade/data/IMDB.html",
    tables=(DETAIL.table, *(layout.table for layout in SUMS)),
    cadence=TRADE_RELEASE,
    licence=public_domain("U.S. Imports of Merchandise (monthly import database)"),
    parse=parse_month,
    fetch=fetch_month,
    release_of=when_modified,
    partition=Partition("month", lambda day: released_months(FIRST_MONTH, day), lambda day: live_months(FIRST_MONTH, day)),
    gates=(
        Shrunk(0.02, "a month that is issued again is revised in its values; few of its rows go"),
        Magnitude("con_val_mo", "month", 1.5, "a revision moves a month's imports by some percent; another unit would move them by a thousand"),
    ),
    caveats="Rows last for the rest of their year: from February on a file holds rows whose columns of the month are all zero, up to four fifths of "
    "them in December. Calculated duty is not what was collected, and knows of no refund. Sums agree only within the month: columns of the year to "
    "date change with revisions. Months before 2020-07 have other programmes (CA and MX) and are not expected, though they can be imported.",
)
