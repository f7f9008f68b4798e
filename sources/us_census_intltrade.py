"""Answers of the Census Bureau's International Trade API, to the one question that is asked each month and to any other.

The standing question is of one flow and month: the trade with every country in every product of six digits, the finest that Canada and the United
States have in common. Its answer, of some hundred thousand rows, is a part of its own, such as `exports-2026-07`, and replaces what that part had.
It is asked only where the totals by country, a small question, are not those of the last time.

An answer to any other question can be imported as it came. It goes to the part `exports-selected` or `imports-selected`, and overlays cell by cell
what the part had, because nothing in an answer says what was asked for and not found.

An answer is an array of arrays of texts, the first of which names the columns. It repeats in further columns what the question chose by, which may
name a column twice.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import is_zipfile

import duckdb

from sources.archive import extract
from sources.delimited import engine, land
from sources.documents import read_json
from sources.errors import ContractError, NotYet, PermanentError, SourceError
from sources.pages import pack
from sources.releases import when_fetched
from sources.spec import Ask, Dataset, Download, Field, FieldType, Magnitude, Parsed, Partition, Refusal, Shrunk, Table, Validators
from sources.us_census_agency import API_NOTICE, API_URL, KEY, TRADE_RELEASE, asked_for, live_months, public_domain, released_months

# Earlier months answer 204.
FIRST_MONTH = date(2010, 1, 1)

_CODES = {
    "YEAR": "Year",
    "MONTH": "Month, 01 to 12",
    "time": "Month as 2026-07, where the question chose by it",
    "COMM_LVL": "Level of the product: HS2, HS4, HS6 or HS10, or that of another classification",
    "SUMMARY_LVL": "DET for countries and their total, CGP for groups of countries",
    "SUMMARY_LVL2": "Which columns the row is not a sum over",
    "E_COMMODITY": "Product exported: two to ten digits of Schedule B",
    "I_COMMODITY": "Product imported: two to ten digits of the Harmonized Tariff Schedule",
    "E_ENDUSE": "End-use category of exports",
    "I_ENDUSE": "End-use category of imports",
    "NAICS": "Product by North American industry",
    "SITC": "Product of the Standard International Trade Classification",
    "HITECH": "Advanced technology product",
    "USDA": "Agricultural product",
    "CTY_CODE": "Country of destination of exports, of origin of imports: Schedule C; - is all, 0 and three digits or a digit and XXX a group",
    "CTY_SUBCODE": "Programme that a preference is claimed under; - is all",
    "DISTRICT": "Customs district; - or an empty text is all",
    "PORT": "Port; - is all",
    "STATE": "State of origin or destination; - is all",
    "DF": "1 domestic, 2 foreign exports; - is both",
    "RP": "Rate provision; - is all",
}
_VALUES = {
    "ALL_VAL": ("Total exports, free alongside ship", "USD"),
    "GEN_VAL": ("General imports, customs value", "USD"),
    "CON_VAL": ("Imports for consumption, customs value", "USD"),
    "DUT_VAL": ("Imports for consumption, value on which duty is levied", "USD"),
    "CAL_DUT": ("Duty calculated from the rates, not what was paid or refunded", "USD"),
    "QTY_1": ("Exports, first quantity, in UNIT_QY1; 0 above ten digits", "as stated"),
    "QTY_2": ("Exports, second quantity, in UNIT_QY2; 0 above ten digits", "as stated"),
    "GEN_QY1": ("General imports, first quantity, in UNIT_QY1; 0 above ten digits", "as stated"),
    "GEN_QY2": ("General imports, second quantity, in UNIT_QY2; 0 above ten digits", "as stated"),
    "CON_QY1": ("Imports for consumption, first quantity, in UNIT_QY1; 0 above ten digits", "as stated"),
    "CON_QY2": ("Imports for consumption, second quantity, in UNIT_QY2; 0 above ten digits", "as stated"),
}
_UNITS = {"UNIT_QY1": "Unit of the first quantity; - for none", "UNIT_QY2": "Unit of the second quantity; - for none"}
_PERIODS = {"_MO": "in the month", "_YR": "from January to the month"}


def _fields() -> tuple[Field, ...]:
    integer: FieldType = "integer"
    numbers = [
        Field(value + suffix, f"{description}, {when}; NULL where it was not asked for", integer, unit, is_required=False)
        for value, (description, unit) in _VALUES.items()
        for suffix, when in _PERIODS.items()
    ]
    texts = [Field(name, f"{description}; NULL where it was not asked for", is_required=False) for name, description in (_CODES | _UNITS).items()]
    return (*texts, *numbers)


ANSWERS = Table("answers", _fields(), key=tuple(_CODES))


@dataclass(frozen=True)
class Flow:
    """One side of the trade: its product, the values asked for, and how the columns begin that only its answers have."""

    name: str
    product: str
    values: tuple[str, ...]
    own_columns: re.Pattern[str]

    @property
    def address(self) -> str:
        return f"/data/timeseries/intltrade/{self.name}/hs"

    def question(self, period: str) -> str:
        """The standing question, without the key."""
        return f"{self.address}?get=CTY_CODE,CTY_NAME,{self.product},{','.join(self.values)}&COMM_LVL=HS6&SUMMARY_LVL=DET&{period}"

    def totals(self, period: str) -> str:
        """The question of what the answer adds up to by country."""
        return f"{self.address}?get=CTY_CODE,{','.join(self.values)}&SUMMARY_LVL=DET&{period}"


FLOWS = (
    Flow("exports", "E_COMMODITY", ("ALL_VAL_MO",), re.compile("ALL_VAL_|QTY_[12]_|E_")),
    Flow("imports", "I_COMMODITY", ("GEN_VAL_MO", "CON_VAL_MO", "DUT_VAL_MO", "CAL_DUT_MO"), re.compile("GEN_|CON_|DUT_VAL_|CAL_DUT_|I_")),
)
_SELECTED = "selected"
_SHOWN = 3
_VARIABLES = f"{API_URL}/data/timeseries/intltrade/exports/hs/variables.json"
_AGAIN = f"Ask again; if it comes the same way, compare with {_VARIABLES}"
_ABOUT_THE_KEY = re.compile(r"(missing|invalid)[ _]key", re.IGNORECASE)


# Which parts there are, and how to ask for them


def parts_of(months: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{flow.name}-{month}" for month in months for flow in FLOWS)


def fetch_answer(ask: Ask) -> Download | None:
    """The answer to the standing question, packed; None where its totals are those of the last answer that landed.

    The Bureau sends no validator, so a digest of the totals stands for one. Raises NotYet where there is no content.
    """
    name, year, month = asked_for(ask, r"(exports|imports)-(\d{4})-(\d{2})")
    (flow,) = (flow for flow in FLOWS if flow.name == name)
    for period in (f"YEAR={year}&MONTH={month}", f"time={year}-{month}"):
        totals = _answer(ask, flow.totals(period))
        if totals is not None:
            return _fetch_if_new(ask, flow.question(period), totals)
    raise NotYet(ask.dataset.id, f"there is no answer about {ask.part} (204)", "Ask again after the next press release FT-900")


def _fetch_if_new(ask: Ask, question: str, totals: bytes) -> Download | None:
    rows = sorted(map(json.dumps, read_json(ask.dataset, totals, "the answer with the totals")))
    digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    if digest == ask.validators.etag:
        return None
    answer = _answer(ask, question)
    if answer is None:
        raise NotYet(ask.dataset.id, f"there are totals of {ask.part}, and no products yet (204)", "Ask again later today")
    return pack(ask.folder, ask.part, [(f"{ask.part}.json", answer)], API_URL + question, Validators(etag=digest))


def _answer(ask: Ask, question: str) -> bytes | None:
    body = ask.http.bytes("GET", question)
    if body is None or body.lstrip().startswith(b"["):
        return body
    said = body[:2000].decode("latin-1").lstrip()
    if _ABOUT_THE_KEY.search(said):
        raise _refused_key(ask.dataset.id)
    # Whatever else it is, it may repeat the key.
    raise ContractError(ask.dataset.id, f"the answer should be an array, and begins with {said[:1]!r}", _AGAIN)


def explain_refusal(refusal: Refusal) -> SourceError | None:
    """Where there is no key the Bureau redirects to a page that says so, and to a bad one it answers 200 with such a page."""
    page = refusal.headers.get("Location", "") + refusal.body
    if "X-DataWebAPI-KeyError" in refusal.headers or _ABOUT_THE_KEY.search(page):
        return _refused_key(refusal.subject)
    if refusal.status == 400:
        return PermanentError(refusal.subject, refusal.said, f"The Bureau may have renamed what is asked for: compare with {_VARIABLES}")
    return None


def _refused_key(subject: str) -> PermanentError:
    return PermanentError(
        subject,
        f"the Bureau accepts no request without a key, and not the key in {KEY.variable}",
        f"Check that it is whole and was activated by the link in its mail, or get another at {KEY.get_it_at}",
    )


# An answer


def parse_answer(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `answers` with the rows of an answer; raises ContractError.

    A zip holds the answer to the standing question, whose member is called by its part; a bare answer is to any other.
    """
    is_standing = is_zipfile(payload)
    with TemporaryDirectory(prefix=".members-", dir=folder) as place, engine(folder) as connection:
        path = extract(dataset, payload, r"(exports|imports)-\d{4}-\d{2}\.json", Path(place))[0] if is_standing else payload
        rows = _rows(dataset, connection, path)
        flow = _flow(dataset, rows.columns)
        count = land(dataset, ANSWERS, rows, folder)
        first, last = _months(dataset, rows)
        if is_standing:
            _check_standing(dataset, path.stem, flow, rows, (first, last))
    return Parsed({ANSWERS.name: count}, first, last, is_complete=is_standing, part=path.stem if is_standing else f"{flow.name}-{_SELECTED}")


def _rows(dataset: Dataset, connection: duckdb.DuckDBPyConnection, path: Path) -> duckdb.DuckDBPyRelation:
    """The answer as texts under the names of its columns, a name that comes twice once."""
    names = _names(dataset, path)
    answer = "read_json(?, format = 'array', records = false, columns = {'cells': 'VARCHAR[]'})"
    try:
        connection.execute(f"CREATE TEMP TABLE answer AS SELECT cells FROM {answer} WHERE cells IS DISTINCT FROM ?", [str(path), names])
    except duckdb.Error as error:
        read_json(dataset, path.read_bytes(), path.name)
        raise ContractError(dataset.id, f"{path.name} is no array of arrays of texts ({str(error).splitlines()[0]})", _AGAIN) from error
    cells = connection.table("answer")
    _check(dataset, cells, f"len(cells) = {len(names)}", f"{path.name} has the {len(names)} columns {names}")
    places = {name: names.index(name) + 1 for name in names}
    for place, name in enumerate(names, 1):
        same = f"cells[{place}] IS NOT DISTINCT FROM cells[{places[name]}]"
        _check(dataset, cells, same, f"{path.name} names the column {name!r} twice, which should say the same")
    return cells.project(", ".join(f'cells[{place}] AS "{name}"' for name, place in places.items()))


def _check(dataset: Dataset, cells: duckdb.DuckDBPyRelation, condition: str, said: str) -> None:
    strange = [row for (row,) in cells.filter(f"NOT coalesce({condition}, false)").limit(_SHOWN).fetchall()]
    if strange:
        raise ContractError(dataset.id, f"{said}, and rows like {strange}", _AGAIN)


def _names(dataset: Dataset, path: Path) -> list[str]:
    """The first of the arrays."""
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        start = stream.read(1 << 16).lstrip()
    try:
        names, _ = json.JSONDecoder().raw_decode(start, 1) if start.startswith("[") else (None, 0)
    except json.JSONDecodeError:
        names = None
    if not isinstance(names, list) or not names or not all(isinstance(name, str) and re.fullmatch(r"\w+", name) for name in names):
        raise ContractError(dataset.id, f"{path.name} should begin with the names of its columns, and begins with {start[:80]!r}", _AGAIN)
    return names


def _flow(dataset: Dataset, columns: Sequence[str]) -> Flow:
    found = [flow for flow in FLOWS if any(flow.own_columns.match(name) for name in columns)]
    if len(found) != 1:
        raise ContractError(
            dataset.id,
            f"the columns {list(columns)} do not tell exports from imports",
            "Ask for ALL_VAL_MO too, which only exports have, or for GEN_VAL_MO, which only imports have",
        )
    return found[0]


def _months(dataset: Dataset, rows: duckdb.DuckDBPyRelation) -> tuple[date, date]:
    """The first and the last month of the rows; raises ContractError where a row has none, or two that differ."""
    spelled = [text for text, columns in {"time": {"time"}, "YEAR || '-' || MONTH": {"YEAR", "MONTH"}}.items() if columns <= set(rows.columns)]
    found = rows.project(", ".join(spelled) or "NULL").distinct().order("ALL").fetchall()
    strange = [texts for texts in found if len(set(texts)) > 1 or not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", texts[0] or "")]
    if strange or not found:
        raise ContractError(dataset.id, f"each row needs one month, in time or in YEAR and MONTH, and there are {strange[:_SHOWN]}", _AGAIN)
    return date.fromisoformat(f"{found[0][0]}-01"), date.fromisoformat(f"{found[-1][0]}-01")


def _check_standing(dataset: Dataset, part: str, flow: Flow, rows: duckdb.DuckDBPyRelation, months: tuple[date, date]) -> None:
    """An answer that replaces a part must be of that part, and hold all that the standing question asks for, and nothing else."""
    found = sorted({f"{flow.name}-{month:%Y-%m}" for month in months})
    if found != [part]:
        raise ContractError(dataset.id, f"{part}.json is of {' and '.join(found)}", _AGAIN)
    missing = [name for name in ("CTY_CODE", flow.product, *flow.values, "COMM_LVL") if name not in rows.columns]
    if missing:
        raise ContractError(dataset.id, f"{part}.json has no column {' and no '.join(missing)}; it has {', '.join(rows.columns)}", _AGAIN)
    levels = [level for (level,) in rows.project("COMM_LVL").distinct().order("ALL").fetchall()]
    if levels != ["HS6"]:
        raise ContractError(dataset.id, f"{part}.json should have products of HS6, and has {levels}", _AGAIN)


INTLTRADE = Dataset(
    provider="us_census",
    name="intltrade",
    title="United States exports and imports by country and product (HS6), monthly",
    source_url="https://www.census.gov/data/developers/data-sets/international-trade.html",
    tables=(ANSWERS,),
    cadence=TRADE_RELEASE,
    licence=public_domain("Monthly International Trade Datasets", API_NOTICE),
    parse=parse_answer,
    fetch=fetch_answer,
    release_of=when_fetched,
    partition=Partition(
        "flow and month",
        lambda day: parts_of(released_months(FIRST_MONTH, day)),
        lambda day: parts_of(live_months(FIRST_MONTH, day)),
    ),
    credential=KEY,
    gates=(
        Shrunk(0.02, "a month's products and countries stay when its figures are revised"),
        Magnitude("ALL_VAL_MO", "COMM_LVL", 1.5, "a revision moves a month's exports by some percent; another unit would move them by a thousand"),
        Magnitude("GEN_VAL_MO", "COMM_LVL", 1.5, "as for exports"),
    ),
    caveats="Groups of countries overlap each other and their members. A row is a sum over every column that was not asked for. Zero is also written "
    "where there was no trade. The Bureau does not say when an answer was released or last changed, so its vintage is the day of the fetch. "
    "A change that leaves every total by country as it was is not noticed.",
)
