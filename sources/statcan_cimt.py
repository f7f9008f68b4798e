"""Statistics Canada's merchandise trade database (CIMT): one zip a flow and year, in the finest detail that is published, with its code lists.

A zip holds one flow of one year as three csv, by product of ten or eight, of six and of two digits, and code lists of fixed width. The first csv
lands as `trade`, and the others, which are sums of it, do not. The current year's zip is cumulative and issued anew each month; earlier years
follow the agency's revisions. Members are known by the number in their names (ODPFN014, ODPF_6), because folders and suffixes vary.

Columns land under their bilingual names and empty cells as NULL; codes are text, so `NA` is Namibia. Products keep or get back the zero that
spreadsheets take from chapters 01 to 09.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import duckdb

from sources.archive import extract
from sources.clock import now
from sources.delimited import engine, from_rows, land, read_texts
from sources.errors import ContractError, NotYet, PermanentError, SourceError
from sources.releases import when_modified
from sources.spec import Ask, Dataset, Download, Field, Gap, Magnitude, Parsed, Partition, Refusal, Shrunk, Table
from sources.statcan_agency import BASE_URL, MERCHANDISE_TRADE, TIMEZONE, open_licence

MONTH, COUNTRY, PROVINCE, STATE = "YearMonth/AnnéeMois", "Country/Pays", "Province", "State/État"
VALUE, QUANTITY, UNIT = "Value/Valeur", "Quantity/Quantité", "Unit of Measure/Unité de Mesure"

TRADE = Table(
    "trade",
    (
        Field(MONTH, "Month as YYYYMM"),
        Field("HS10", "Product of imports: ten digits of the Harmonized System in Canada's customs tariff; NULL for exports", is_required=False),
        Field("HS8", "Product of exports: eight digits of Canada's export classification; NULL for imports", is_required=False),
        Field(COUNTRY, "Country of origin of imports, of destination of exports: two letters, nearly those of ISO 3166-1; NA is Namibia, ZX unknown"),
        Field(
            PROVINCE,
            "Province of clearance of imports, of origin of domestic exports; NF is NL before 2002-11; NULL in total exports",
            is_required=False,
        ),
        Field(STATE, "State of the United States, of origin or destination; NULL for every other country"),
        Field(VALUE, "Customs value in Canadian dollars", type="integer", unit="CAD"),
        Field(QUANTITY, "Quantity in the unit of the row; 0 also where none is collected", type="integer", unit="as stated"),
        Field(UNIT, "Code of the unit of the quantity; N/A or NULL where the product has none"),
    ),
    # A product has one unit at a time; should it ever have two, their quantities cannot be added, so the unit is part of what a row is.
    key=(MONTH, "HS10", "HS8", COUNTRY, PROVINCE, STATE, UNIT),
)


def _code_list(name: str, code: str, *further: Field) -> Table:
    """A list of codes, each with the months between which it has the meaning of the row."""
    fields = (
        Field("code", code),
        Field("valid_from", "First month of this meaning, as YYYYMM"),
        Field("valid_through", "Last month of this meaning, as YYYYMM; 999912 while it holds"),
        *further,
        Field("name_en", "English name, cut where the list is too narrow for it"),
        Field("name_fr", "French name, cut likewise"),
        Field("tag", "The agency's tag of the list"),
        Field("cut_for", "Month that this copy of the list was made for, as YYYYMM"),
    )
    return Table(name, fields, key=("tag", "code", "valid_from", "valid_through"))


PRODUCT = _code_list(
    "product",
    "Product: two digits, six, eight (exports) or ten (imports)",
    Field("unit", "Code of the unit that its quantities are counted in; N/A for none, NULL for chapters"),
)
COUNTRY_LIST = _code_list("country", "Country: two letters and a number, as in `NA 516`")
STATE_LIST = _code_list("state", "State of the United States")
PROVINCE_LIST = _code_list("province", "Province or territory: a number and two letters, as in `10 NF`")
UNIT_LIST = _code_list("unit_of_measure", "Unit of quantities")

# The numbers of the lists of each table: those of products are HS10, HS8, HS6 of imports and of exports, and HS2, which alone has no units.
_LISTS = {PRODUCT: "12345", COUNTRY_LIST: "6", STATE_LIST: "7", PROVINCE_LIST: "8", UNIT_LIST: "9"}
_LISTS_WITH_UNIT = "1234"
_WIDTHS = {"code": 11, "valid_from": 7, "valid_through": 7, "unit": 4, "name_en": 83, "name_fr": 83, "tag": 12, "cut_for": 6}
_SHOWN = 3
_OWN_ZIP = "Use the agency's own zip, CIMT-CICM_<flow>_<year>.zip, as it comes"


@dataclass(frozen=True)
class Flow:
    """One of the three series of zips: how its parts are called, its zips, the csv of its detail and that csv's product; and its first year."""

    name: str
    zip_name: str
    member: str
    product: str
    has_province: bool
    since: int

    @property
    def digits(self) -> int:
        return int(self.product.removeprefix("HS"))


# The zips of imports are known one by one since 1988. Those of exports are known since 2002; whether there are older ones has not been verified.
FLOWS = (
    Flow("imports", "Imp", "ODPFN014", "HS10", has_province=True, since=1988),
    Flow("total_exports", "Tot_Exp", "ODPFN017", "HS8", has_province=False, since=2002),
    Flow("domestic_exports", "Dom_Exp", "ODPFN016", "HS8", has_province=True, since=2002),
)
# Month that a release is of -> how many years before its own it revises.
_YEARS_BACK = {1: 1, 2: 1, 3: 1, 6: 1, 9: 1, 12: 2}


# Which parts there are, and how to get them


def expected_parts(day: date) -> tuple[str, ...]:
    """The parts of every year known to be offered, oldest first."""
    newest = max(_years_under_revision(day))
    return _parts(range(min(flow.since for flow in FLOWS), newest + 1))


def live_parts(day: date) -> tuple[str, ...]:
    """The parts of the years that a release of these weeks may change."""
    return _parts(sorted(_years_under_revision(day)))


def _parts(years: Sequence[int]) -> tuple[str, ...]:
    return tuple(f"{flow.name}-{year}" for year in years for flow in FLOWS if year >= flow.since)


def _years_under_revision(day: date) -> set[int]:
    """The years that a release of these weeks may change.

    A release is of the month that ended some 35 days before it, or of the month before that one where it was postponed. Each changes its own year;
    those of January, February and the ends of quarters change the year before as well, and that of December the two years before.
    """
    years = set()
    for months_ago in (2, 3):
        year, month = divmod(12 * day.year + day.month - 1 - months_ago, 12)
        years |= set(range(year - _YEARS_BACK.get(month + 1, 0), year + 1))
    return years


def fetch(ask: Ask) -> Download | None:
    """One conditional request for the zip of a flow and year."""
    name, _, year = ask.part.rpartition("-")
    flow = next((flow for flow in FLOWS if flow.name == name), None)
    if flow is None or not re.fullmatch(r"\d{4}", year):
        raise PermanentError(ask.dataset.id, f"there is no part {ask.part!r}", f"The newest parts are {', '.join(expected_parts(now().date())[-3:])}")
    return ask.http.download(f"/n1/pub/71-607-x/2021004/zip/CIMT-CICM_{flow.zip_name}_{year}.zip", ask.folder, ask.validators)


def explain_missing_year(refusal: Refusal) -> SourceError | None:
    """A zip that is not there (404, or a web page in its place) is not out yet, until its year's January is overdue."""
    year = re.search(r"/CIMT-CICM_\w+_(\d{4})\.zip", refusal.said)
    if year is None or refusal.status not in (200, 404):
        return None
    overdue = date(int(year[1]), 1, 31) + timedelta(days=MERCHANDISE_TRADE.data_lag_days)
    if now().astimezone(ZoneInfo(TIMEZONE)).date() > overdue:
        return None
    return NotYet(refusal.subject, f"{year[1]} is not out: its first month is released in March ({refusal.said})", "Ask again then")


# The zip


@dataclass(frozen=True)
class _Detail:
    """The csv of the finest detail, and what its name says of it."""

    path: Path
    flow: Flow
    last_month: str

    @property
    def year(self) -> str:
        return self.last_month[:4]


def parse(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `trade` and the code lists; a list that the zip leaves out is empty. Raises ContractError."""
    with TemporaryDirectory(prefix=".members-", dir=folder) as place, engine(folder) as connection:
        detail = _detail(dataset, extract(dataset, payload, r"(?i)ODPFN01[467]_\d{6}[A-Z]*\.csv", Path(place)))
        lists = extract(dataset, payload, r"(?i)ODPF_\d_\w+\.TXT", Path(place))
        months = _land_trade(dataset, connection, detail, folder)
        codes = _codes(dataset, connection, lists)
        rows = {TRADE.name: sum(months.values())}
        for table, numbers in _LISTS.items():
            columns = ", ".join(field.name for field in table.fields)
            rows[table.name] = land(dataset, table, codes.filter(f"contains('{numbers}', list)").project(columns), folder)
    return Parsed(rows, _first_day(min(months, default=None)), _first_day(max(months, default=None)), part=f"{detail.flow.name}-{detail.year}")


def _first_day(month: str | None) -> date | None:
    return date(int(month[:4]), int(month[4:]), 1) if month else None


def _detail(dataset: Dataset, members: list[Path]) -> _Detail:
    if len(members) > 1:
        raise ContractError(dataset.id, f"the zip holds {[path.name for path in members]}, and should hold one flow of one year", _OWN_ZIP)
    name = members[0].name
    flow = next(flow for flow in FLOWS if flow.member == name[:8].upper())
    return _Detail(members[0], flow, name[9:15])


# Trade


def _land_trade(dataset: Dataset, connection: duckdb.DuckDBPyConnection, detail: _Detail, folder: Path) -> dict[str, int]:
    """Write the table straight from the csv, and return the rows of each month."""
    names = _header(dataset, detail)
    table = folder / f"{TRADE.name}.parquet"
    query = f"SELECT {_columns(names, detail.flow)} FROM {_scan(detail.path, names)}"
    try:
        connection.execute(f"COPY ({query}) TO {_quoted(str(table))} (FORMAT parquet, COMPRESSION zstd)")
    except duckdb.Error as error:
        raise _unreadable(dataset, connection, detail, folder, error) from error
    landed = connection.read_parquet(str(table))
    _check_rows(dataset, detail, landed)
    months = dict(landed.aggregate(f"{_name(MONTH)}, count(*)", _name(MONTH)).fetchall())
    _check_months(dataset, detail, months)
    return months


def _header(dataset: Dataset, detail: _Detail) -> list[str]:
    """The names of the columns, if they are those of the flow."""
    with detail.path.open("rb") as stream:
        line = stream.readline(4096)
    try:
        names = [name.strip() for name in next(csv.reader([line.decode("utf-8-sig")]), [])]
    except UnicodeDecodeError as error:
        raise ContractError(dataset.id, f"the header of {detail.path.name} is not UTF-8: {line.decode('latin-1').strip()}", _OWN_ZIP) from error
    needed = [field.name for field in TRADE.fields if field.is_required] + [detail.flow.product] + [PROVINCE] * detail.flow.has_province
    missing = [name for name in needed if name not in names]
    if missing:
        raise ContractError(dataset.id, f"{detail.path.name} has no column {' and no '.join(missing)}; its header is {names}", _OWN_ZIP)
    if PROVINCE in names and not detail.flow.has_province:
        raise ContractError(dataset.id, f"{detail.path.name} has a column Province, which {detail.flow.name} have not", _OWN_ZIP)
    return names


def _scan(path: Path, names: Sequence[str]) -> str:
    types = ", ".join(f"{_quoted(name)}: '{'DOUBLE' if name in (VALUE, QUANTITY) else 'VARCHAR'}'" for name in names)
    options = "auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', nullstr = ''"
    return f"read_csv({_quoted(str(path))}, columns = {{{types}}}, {options})"


def _columns(names: Sequence[str], flow: Flow) -> str:
    """The declared columns, NULL where the flow has none, and then those beyond them."""
    made = {flow.product: _padded(flow), VALUE: _whole(VALUE), QUANTITY: _whole(QUANTITY)}
    declared = [field.name for field in TRADE.fields]
    columns = [(name, made.get(name, _name(name)) if name in names else "NULL::VARCHAR") for name in declared]
    columns += [(name, _name(name)) for name in names if name not in declared]
    return ", ".join(f"{made} AS {_name(name)}" for name, made in columns)


def _padded(flow: Flow) -> str:
    return f"CASE WHEN length({flow.product}) = {flow.digits - 1} THEN '0' || {flow.product} ELSE {flow.product} END"


def _whole(column: str) -> str:
    """A whole number; DuckDB's own cast would round a fraction and say nothing."""
    name = _name(column)
    return (
        f"CASE WHEN {name} = trunc({name}) THEN {name}::BIGINT "
        f"WHEN {name} IS NOT NULL THEN error({_quoted(column + ' is no whole number: ')} || {name}) END"
    )


def _unreadable(dataset: Dataset, connection: duckdb.DuckDBPyConnection, detail: _Detail, folder: Path, error: duckdb.Error) -> ContractError:
    """What is wrong with the csv, in the words of whoever reads it as texts first, which takes twice as long."""
    try:
        land(dataset, TRADE, read_texts(dataset, connection, detail.path), folder)
    except ContractError as explained:
        return explained
    return ContractError(dataset.id, f"{detail.path.name} cannot be read ({str(error).splitlines()[0]})", _OWN_ZIP)


def _check_rows(dataset: Dataset, detail: _Detail, landed: duckdb.DuckDBPyRelation) -> None:
    product, digits = detail.flow.product, detail.flow.digits
    is_product = f"coalesce(regexp_full_match({product}, '(0[1-9]|[1-9]\\d)\\d{{{digits - 2}}}'), false)"
    strange = landed.filter(f"NOT {is_product} OR {_name(COUNTRY)} IS NULL OR {_name(VALUE)} IS NULL")
    examples = strange.project(", ".join(map(_name, (MONTH, product, COUNTRY, VALUE)))).order("ALL").limit(_SHOWN).fetchall()
    if examples:
        raise ContractError(
            dataset.id,
            f"each row needs a product of {digits} digits, a country and a value, and {len(strange):,} are like {examples}",
            "The agency may have changed its layout: compare with the user notes in the zip",
        )


def _check_months(dataset: Dataset, detail: _Detail, months: dict[str, int]) -> None:
    strange = sorted(str(month) for month in months if not re.fullmatch(rf"{detail.year}(0[1-9]|1[0-2])", month or ""))
    if strange:
        raise ContractError(dataset.id, f"{detail.path.name} has months that are not of {detail.year}: {strange[:_SHOWN]}", _OWN_ZIP)
    if months and max(months) != detail.last_month:
        raise ContractError(dataset.id, f"{detail.path.name} should go to {detail.last_month}, and ends with {max(months)}", _OWN_ZIP)


# Code lists


def _codes(dataset: Dataset, connection: duckdb.DuckDBPyConnection, members: list[Path]) -> duckdb.DuckDBPyRelation:
    """The lines of all lists, cut into the columns of their fixed widths, and the number of the `list` that each is of."""
    starts = dict(zip(_WIDTHS, accumulate(_WIDTHS.values(), initial=1), strict=False))
    cells = ", ".join(f"nullif(trim(substring(line, {starts[name]}, {width})), '') AS {name}" for name, width in _WIDTHS.items())
    from_rows(connection, ["list", "line"], _lines(dataset, members)).project(f"*, {cells}").create("codes")
    codes = connection.table("codes")
    are_months = " AND ".join(f"regexp_full_match(coalesce({name}, ''), '\\d{{6}}')" for name in ("valid_from", "valid_through", "cut_for"))
    strange = codes.filter(f"code IS NULL OR NOT ({are_months})").project("list, line").limit(_SHOWN).fetchall()
    if strange:
        raise ContractError(dataset.id, f"code lists (number, line) have columns that are not where they were: {strange}", _OWN_ZIP)
    return codes


def _lines(dataset: Dataset, members: list[Path]) -> Iterator[tuple[str, str]]:
    """The number of each list with its lines, which are alike once there is room for a unit in those that have none."""
    for path in members:
        number, unit = path.name[5], 25
        try:
            lines = path.read_text(encoding="cp1252").splitlines()
        except UnicodeDecodeError as error:
            raise ContractError(dataset.id, f"{path.name} is not cp1252: it has the byte {error.object[error.start]:#04x}", _OWN_ZIP) from error
        for line in filter(str.strip, lines):
            yield number, line if number in _LISTS_WITH_UNIT else f"{line[:unit]}    {line[unit:]}"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


CIMT = Dataset(
    provider="statcan",
    name="cimt",
    title="Canadian merchandise trade by product (HS10 or HS8), country, province and state, monthly",
    source_url=f"{BASE_URL}/n1/pub/71-607-x/71-607-x2021004-eng.htm",
    tables=(TRADE, *_LISTS),
    cadence=MERCHANDISE_TRADE,
    licence=open_licence("Canadian International Merchandise Trade Web Application (71-607-X)"),
    parse=parse,
    fetch=fetch,
    release_of=when_modified,
    partition=Partition("flow and year", expected_parts, live_parts),
    gates=(
        Shrunk(0.02, "a year only grows until December, and a revision moves few of its rows to other codes"),
        Gap(MONTH, "the zip of a year is cumulative: a month that was in it stays"),
        Magnitude(
            VALUE, MONTH, 1.5, "the largest revisions, of energy, move a month's trade by some percent; another unit would move it by a thousand"
        ),
    ),
    caveats="Customs basis, unadjusted. Exports stop at eight digits, and only domestic exports have a province; re-exports are total exports less "
    "domestic ones. Products are those of the classification in force in the month: codes change each January. Imports begin with 1988; whether "
    "there are zips of exports before 2002 has not been verified, so none is expected.",
)
