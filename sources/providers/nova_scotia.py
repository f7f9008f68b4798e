"""Nova Scotia's open data portal, data.novascotia.ca (Socrata).

Domain: public procurement of the province: who was awarded a public tender, by whom, for how much.

Data sets: `awarded_tenders`, awarded public tenders since April 2010: one row a tender and vendor, 33,290 rows in August 2026.

Cadence: added to throughout; looked at once a week.

Licence: Open Government Licence - Nova Scotia.

API documentation: https://dev.socrata.com/foundry/data.novascotia.ca/m6ps-8j6u.

Caveats: without `$limit` the service gives 1,000 rows and says nothing of the rest, and without `$order` its pages overlap. A tender comes once
for each vendor that it was awarded to. A field without a value is left out of its row. The amounts are typed by hand, and some are rates (20 an
hour) rather than totals. The currency is not stated.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sources.archive import extract
from sources.delimited import engine, from_rows, land
from sources.documents import read_json
from sources.errors import ContractError, NotYet
from sources.fingerprint import content_fingerprint
from sources.pages import pack
from sources.releases import as_stated
from sources.spec import Ask, Cadence, Dataset, Download, Field, Licence, Parsed, Provider, Shrunk, Table, Validators, Vintage

BASE_URL = "https://data.novascotia.ca"
ROWS = "/resource/m6ps-8j6u.json"
PAGE_SIZE = 50_000
ATLANTIC = "America/Halifax"
# What the service gives to who states no limit, or the highest one: as many rows and no more are an excerpt.
_CAPS = (1_000, PAGE_SIZE)
_COUNT = "count.json"
_AGAIN = "Fetch it again; rows that change while they are read come in whole the next time"

TENDERS = Table(
    "awarded_tenders",
    (
        Field(":id", "The service's own id of the row"),
        Field("tender_id", "Number of the tender: repeated for each vendor that it was awarded to"),
        Field("entity", "Department, municipality or other public body that called for tenders"),
        Field("vendor", "Who was awarded it; one vendor has many spellings", is_required=False),
        Field("tender_description", "What was called for", is_required=False),
        Field("tender_start_date", "Day on which the call opened, ISO 8601 with midnight behind it", is_required=False),
        Field("tender_close_date", "Day on which the call closed", is_required=False),
        Field("awarded_date", "Day of the award"),
        Field("awarded_amount", "Amount as typed; the currency is not stated, and small ones may be rates", unit="as stated"),
        Field("goods", "Y for goods, else N", is_required=False),
        Field("service", "Y for services, else N", is_required=False),
        Field("construction", "Y for construction, else N", is_required=False),
    ),
    key=(":id",),
)


# Asking


def fetch_tenders(ask: Ask) -> Download | None:
    """Ask how many rows there are and when one was last changed; if that is new, ask for all of them in a stable order.

    That the service gives `max(:updated_at)` beside a count was inferred from its documentation and not seen.
    """
    counted = ask.http.bytes("GET", _address({"$select": "count(*) as n_rows,max(:updated_at) as updated_at"})) or b""
    state = _state(ask.dataset, counted)
    known = Validators(etag=f"{state.rows} rows of {state.updated.isoformat()}")
    if known == ask.validators:
        return None
    return pack(ask.folder, ask.dataset.name, chain([(_COUNT, counted)], _pages(ask, state.rows)), BASE_URL + ROWS, known)


def _pages(ask: Ask, rows: int) -> Iterator[tuple[str, bytes]]:
    """As many pages as the rows need; the last one is not full, so that rows beyond those counted show in it."""
    for number in range(rows // PAGE_SIZE + 1):
        query = {"$select": ":id,*", "$order": ":id", "$limit": PAGE_SIZE, "$offset": number * PAGE_SIZE}
        yield f"page-{number + 1:04}.json", ask.http.bytes("GET", _address(query)) or b""


def _address(query: dict[str, Any]) -> str:
    return f"{ROWS}?{urlencode(query, safe='$:,*()')}"


# Parsing


@dataclass(frozen=True)
class State:
    """How many rows the service has, and when one of them was last changed."""

    rows: int
    updated: datetime

    @property
    def released(self) -> Vintage:
        return Vintage(self.updated.astimezone(ZoneInfo(ATLANTIC)).date())


def parse_tenders(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `awarded_tenders` of the packed pages, every value as text; a single page as the service gives it does too.

    Raises ContractError where the pages have not as many rows as the service counted, or a single page is cut off at a limit.
    """
    rows, released = _packed(dataset, payload, folder) if zipfile.is_zipfile(payload) else (_single_page(dataset, payload), None)
    if not rows:
        raise ContractError(dataset.id, f"{payload.name} has no rows", _AGAIN)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with engine(folder) as connection:
        texts = from_rows(connection, names, ([_text(row.get(name)) for name in names] for row in rows))
        landed = land(dataset, TENDERS, texts, folder)
        awarded = 'TRY_CAST(left("awarded_date", 10) AS DATE)'
        first, last = texts.aggregate(f"min({awarded}), max({awarded})").fetchall()[0]
    return Parsed({TENDERS.name: landed}, first, last, released=released)


def fingerprint(payload: Path) -> str:
    """The rows without the service's own ids, which change when it loads the same table anew; what is no such rows, as it is."""
    try:
        return hashlib.sha256("\n".join(sorted(_lines(payload))).encode()).hexdigest()
    except (ValueError, AttributeError, TypeError, zipfile.BadZipFile):
        return content_fingerprint(payload)


def _lines(payload: Path) -> Iterator[str]:
    bodies = [payload.read_bytes()]
    if zipfile.is_zipfile(payload):
        with zipfile.ZipFile(payload) as archive:
            bodies = [archive.read(name) for name in archive.namelist() if name != _COUNT]
    for row in (row for body in bodies for row in json.loads(body)):
        yield json.dumps({name: value for name, value in row.items() if not name.startswith(":")}, sort_keys=True)


def _packed(dataset: Dataset, payload: Path, folder: Path) -> tuple[list[dict[str, Any]], Vintage]:
    with TemporaryDirectory(dir=folder) as documents:
        bodies = {path.name: path.read_bytes() for path in extract(dataset, payload, r".*\.json", Path(documents))}
    state = _state(dataset, bodies.pop(_COUNT, b""))
    rows = [row for name, body in bodies.items() for row in _rows(dataset, body, name)]
    if len(rows) != state.rows:
        raise ContractError(dataset.id, f"{len(bodies)} pages have {len(rows):,} rows, and the service counted {state.rows:,}", _AGAIN)
    return rows, state.released


def _single_page(dataset: Dataset, payload: Path) -> list[dict[str, Any]]:
    rows = _rows(dataset, payload.read_bytes(), payload.name)
    if len(rows) in _CAPS:
        raise ContractError(
            dataset.id, f"{payload.name} has {len(rows):,} rows, the limit of one answer: it was cut off", f"Ask for it with $limit={PAGE_SIZE}"
        )
    return rows


def _state(dataset: Dataset, body: bytes) -> State:
    answer = read_json(dataset, body, _COUNT)
    try:
        if not int(answer[0]["n_rows"]):
            raise NotYet(dataset.id, "the service has no rows at the moment", "Ask again later: the table is loaded anew")
        updated = datetime.fromisoformat(answer[0]["updated_at"])
        return State(int(answer[0]["n_rows"]), updated if updated.tzinfo else updated.replace(tzinfo=UTC))
    except (ValueError, TypeError, LookupError):
        raise ContractError(
            dataset.id, f"asked for the number of rows, the service says {str(answer)[:200]}", "Look at the data set's page"
        ) from None


def _rows(dataset: Dataset, body: bytes, name: str) -> list[dict[str, Any]]:
    rows = read_json(dataset, body, name)
    if not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
        raise ContractError(dataset.id, f"{name} should be a list of rows, and is {str(rows)[:200]}", "Look at the data set's page")
    return rows


def _text(value: Any) -> str | None:
    """A value as the service wrote it: text as it is, anything else as JSON."""
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


PROVIDER = Provider(
    name="nova_scotia",
    title="Government of Nova Scotia, Open Data",
    base_url=BASE_URL,
    timezone=ATLANTIC,
    datasets=(
        Dataset(
            provider="nova_scotia",
            name="awarded_tenders",
            title="Nova Scotia, awarded public tenders",
            source_url=f"{BASE_URL}/d/m6ps-8j6u",
            tables=(TENDERS,),
            cadence=Cadence("weekly", "45 6 * * 2", ATLANTIC, stale_after_days=10, data_lag_days=45),
            licence=Licence(
                "Open Government Licence - Nova Scotia",
                "https://novascotia.ca/opendata/licence.asp",
                "Contains information licensed under the Open Government Licence – Nova Scotia.",
            ),
            parse=parse_tenders,
            fetch=fetch_tenders,
            release_of=as_stated,
            gates=(Shrunk(0.02, "the table grows, and single rows are corrected"),),
            fingerprint=fingerprint,
            caveats="A tender comes once for each vendor: never count tenders by rows. Some amounts are rates and not totals; the currency is not "
            "stated. Alternative procurement, amendments and the vendor's country are not published.",
        ),
    ),
    min_seconds_between_requests=1.0,
)
