"""United States International Trade Commission.

Domain: the US tariff line by line, and US trade by tariff line, country and import program.

Data sets: `hts`, the Harmonized Tariff Schedule, a vintage a release; `dataweb`, imports for consumption from Canada and Mexico by ten-digit line,
all and those claimed under the USMCA, by month; `dataweb_reports`, reports exported from DataWeb, dropped in; `usmca_shares`, a month of claimed and
all imports by line as others have computed it, dropped in; `usmca_utilization` and `us_exports`, sums over DataWeb reports, bundled only.

Cadence: the schedule is revised some twenty times a year, on days that are not announced. DataWeb has a month about five weeks after its end, on the
day of the trade release, and each release revises the month before; June's revises the years before.

Licence: works of the US government, public domain.

API documentation: https://hts.usitc.gov (external guide: https://www.usitc.gov/documents/hts_external_guide.pdf),
https://www.usitc.gov/applications/dataweb/api/dataweb_query_api.html

Caveats: the date of a release is that of its publication, not of a measure's effect. The service only has the current schedule; earlier ones are
files of the archive at https://www.usitc.gov/sites/default/files/tata/hts/, to be imported. The hosts refuse clients that do not look like a browser.
DataWeb needs the token of an account, is closed on Wednesdays 17:30 to 20:30 Eastern while it is loaded, and cuts a report at 20,000 rows. Goods that
are free of duty anyway may be entered without a claim, so the claimed share is not the share that qualifies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from functools import partial
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from sources.clock import now
from sources.delimited import engine, land, read_texts
from sources.documents import read_json
from sources.errors import ContractError, NotYet, PermanentError, SourceError, TransientError
from sources.fingerprint import content_fingerprint
from sources.pages import pack
from sources.releases import as_stated, when_fetched
from sources.spec import (
    Ask,
    Cadence,
    Credential,
    Dataset,
    Download,
    Field,
    Licence,
    Magnitude,
    Parsed,
    Partition,
    Provider,
    Refusal,
    Shrunk,
    Table,
    Validators,
)
from sources.usitc_dataweb import IMPORTS, PARAMETERS, REPORT, is_empty, parse_month, parse_report, question_pages, questions
from sources.usitc_hts import LINES, RANGES, RELEASES, current_release, lines_fingerprint, page_name, parse_schedule

HTS_URL = "https://hts.usitc.gov"
DATAWEB_URL = "https://datawebws.usitc.gov"
EASTERN = ZoneInfo("America/New_York")
CLOSED_ON, CLOSED_FROM, CLOSED_TO = 2, time(17, 30), time(20, 30)
FIRST_MONTH = (2020, 7)

_RUN_REPORT = f"{DATAWEB_URL}/dataweb/api/v2/report2/runReport"


# The schedule


def fetch_schedule(ask: Ask) -> Download | None:
    """All ranges of the current release, with the list of releases; None where it is the one that landed last.

    Raises TransientError where a new release appears between the first range and the last.
    """
    listed = ask.http.bytes("GET", "/reststop/releaseList") or b""
    release = current_release(ask.dataset, listed)
    if ask.validators.etag == release.name:
        return None
    pages = [(page_name(first), _range(ask, first, last)) for first, last in RANGES]
    after = current_release(ask.dataset, ask.http.bytes("GET", "/reststop/releaseList") or b"")
    if after != release:
        raise TransientError(ask.dataset.id, f"{release.name} was replaced by {after.name} while it was read", "Ask again")
    return pack(ask.folder, "hts", [(RELEASES, listed), *pages], f"{HTS_URL}/reststop/exportList", Validators(etag=release.name))


def _range(ask: Ask, first: str, last: str) -> bytes:
    return ask.http.bytes("GET", f"/reststop/exportList?from={first}&to={last}&format=JSON&styles=false") or b"[]"


# DataWeb


def months(day: date) -> tuple[str, ...]:
    """The months since the USMCA that may be out by that day, oldest first: a month is out some five weeks after its end."""
    last = day.year * 12 + day.month - 3
    return tuple(f"{month // 12}-{month % 12 + 1:02}" for month in range(FIRST_MONTH[0] * 12 + FIRST_MONTH[1] - 1, last + 1))


def fetch_month(ask: Ask) -> Download | None:
    """All reports of a month; raises NotYet where DataWeb has no trade for it."""
    return pack(ask.folder, f"dataweb-{ask.part}", _reports(ask), _RUN_REPORT)


def _reports(ask: Ask) -> Iterator[tuple[str, bytes]]:
    for place, question in enumerate(questions(ask.part)):
        answer = ask.http.bytes("POST", _RUN_REPORT, question.body) or b"null"
        is_without_trade = is_empty(ask.dataset, question, read_json(ask.dataset, answer, question.name))
        if place == 0 and is_without_trade:
            raise NotYet(ask.dataset.id, f"DataWeb has no imports of {ask.part} yet", "A month is out about five weeks after its end: ask again then")
        yield from question_pages(question, answer)


def explain(refusal: Refusal) -> SourceError | None:
    """What DataWeb means: 401 and 403 are about the token, 503 on a Wednesday evening is the weekly loading."""
    if "/dataweb/" not in refusal.said:
        return None
    if refusal.status in (401, 403):
        return PermanentError(
            refusal.subject, f"the token is not accepted ({refusal.said})", "It may have expired: get a new one at https://dataweb.usitc.gov, API"
        )
    moment = now().astimezone(EASTERN)
    if refusal.status == 503 and moment.weekday() == CLOSED_ON and CLOSED_FROM <= moment.time() < CLOSED_TO:
        return NotYet(refusal.subject, f"DataWeb is being loaded, as every Wednesday from 17:30 to 20:30 Eastern ({refusal.said})", "Ask after 20:30")
    return None


# What others have computed from DataWeb

SHARES = Table(
    "shares",
    (
        Field("hts10", "Statistical reporting number of ten digits, without points"),
        Field("cty_code", "Country of origin, Census code: 1220 Canada, 2010 Mexico"),
        Field("usmca_share", "Claimed value in total value, 0 where there is no trade", type="number", unit="share"),
        Field("total_value", "Imports for consumption of the month, customs value", type="number", unit="USD"),
        Field("usmca_value", "The part of it that was entered under the programs S and S+", type="number", unit="USD"),
    ),
    key=("hts10", "cty_code"),
)
UTILIZATION = Table(
    "observations",
    (
        Field("Month", "Month as YYYY-MM"),
        Field("Country", "Country of origin: Canada or Mexico"),
        Field("Scope", "ALL, or a chapter or heading of the tariff such as HS87 or HS8703"),
        Field("Customs Value", "Imports for consumption, customs value", type="number", unit="USD"),
        Field("USMCA Claimed Value", "The part of it that was entered under the programs S and S+", type="number", unit="USD"),
        Field("HTS10 Lines", "How many ten-digit lines were added", type="integer", unit="count"),
    ),
    key=("Month", "Country", "Scope"),
)
EXPORTS = Table(
    "observations",
    (
        Field("Year", "Year"),
        Field("Country", "Country of destination, or World"),
        Field("HTS Number", "Chapter of two digits; empty for all goods"),
        Field("Description", "Name of the chapter", is_required=False),
        Field("FAS Value", "Total exports, domestic and foreign, free alongside ship", type="number", unit="USD"),
    ),
    key=("Year", "Country", "HTS Number"),
)


def parse_shares(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `shares` of one month, which only the file's name states, such as usmca_product_shares_2025_06.csv. Raises ContractError."""
    named = _months_in(payload.stem)
    if len(named) != 1:
        raise ContractError(
            dataset.id, f"the name {payload.name} does not state one month", "Name the file for its month: usmca_product_shares_2025_06.csv"
        )
    day = date.fromisoformat(f"{named[0]}-01")
    return replace(_parse_csv(dataset, payload, folder), data_from=day, data_through=day, part=named[0], is_complete=True)


def shares_fingerprint(payload: Path) -> str:
    """The content and the month, which only the name states."""
    return f"{content_fingerprint(payload)} {' '.join(_months_in(payload.stem))}"


def _months_in(name: str) -> list[str]:
    return ["-".join(found) for found in re.findall(r"(20\d{2})[_-](0[1-9]|1[0-2])(?!\d)", name)]


def parse_sums(period: str, dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write the data set's one table: sums over some months or years, which stand in the column `period`. Raises ContractError."""
    return _parse_csv(dataset, payload, folder, period)


def _parse_csv(dataset: Dataset, payload: Path, folder: Path, period: str = "") -> Parsed:
    (table,) = dataset.tables
    with engine(folder) as connection:
        texts = read_texts(dataset, connection, payload)
        rows = land(dataset, table, texts, folder)
        first, last = texts.aggregate(f'min("{period}"), max("{period}")').fetchall()[0] if period else (None, None)
    return Parsed({table.name: rows}, _first_day(dataset, first), _first_day(dataset, last), is_complete=False)


def _first_day(dataset: Dataset, period: str | None) -> date | None:
    try:
        return date.fromisoformat(f"{period}-01-01"[:10]) if period else None
    except ValueError as error:
        raise ContractError(dataset.id, f"{period!r} is no year and no month", "Write 2025 or 2025-06") from error


# The provider

PUBLIC_DOMAIN = "Public domain (US government work)"
_TERMS = "https://www.usitc.gov/privacy"


def _licence(product: str) -> Licence:
    return Licence(PUBLIC_DOMAIN, _TERMS, f"U.S. International Trade Commission, {product}. Trade data: U.S. Census Bureau.")


# Releases come on days that are not announced; asking for their list costs one request.
SCHEDULE = Cadence("irregular", "15 7 * * 1-5", "America/New_York", stale_after_days=6, data_lag_days=120)
# The trade release comes between the 3rd and the 9th; a month costs some forty requests, so it is asked for thrice, never on a Wednesday evening.
TRADE = Cadence("monthly", "30 13 6,9,12 * *", "America/New_York", stale_after_days=28, data_lag_days=80)
DROPPED_IN = Cadence("irregular", "30 13 1 * *", "America/New_York", stale_after_days=400, data_lag_days=800)

_DATAWEB = "https://dataweb.usitc.gov"

PROVIDER = Provider(
    name="usitc",
    title="United States International Trade Commission",
    base_url=HTS_URL,
    other_urls=("https://www.usitc.gov", DATAWEB_URL),
    timezone="America/New_York",
    headers={"User-Agent": f"Mozilla/5.0 (compatible; trade-leverage-warehouse/{version('trade-leverage-warehouse')})"},
    datasets=(
        Dataset(
            provider="usitc",
            name="hts",
            title="Harmonized Tariff Schedule of the United States, line by line",
            source_url=HTS_URL,
            tables=(LINES,),
            cadence=SCHEDULE,
            licence=_licence("Harmonized Tariff Schedule of the United States, of the release date given as its vintage"),
            parse=parse_schedule,
            fetch=fetch_schedule,
            release_of=as_stated,
            fingerprint=lines_fingerprint,
            gates=(Shrunk(0.02, "a revision adds and ends some hundred lines of thirty thousand"),),
            caveats="Rates are texts and stand where the schedule prints them; lines below inherit them. A release's date is that of its "
            "publication, and measures may take effect on another day. A release that changes only notes is no vintage.",
        ),
        Dataset(
            provider="usitc",
            name="dataweb",
            title="US imports from Canada and Mexico by tariff line, all and claimed under the USMCA, monthly",
            source_url=_DATAWEB,
            tables=(IMPORTS,),
            cadence=TRADE,
            licence=_licence("DataWeb"),
            parse=parse_month,
            fetch=fetch_month,
            release_of=when_fetched,
            partition=Partition("month", months, lambda day: months(day)[-2:] or ("2020-07",)),
            credential=Credential("USITC_DATAWEB_TOKEN", "https://dataweb.usitc.gov (sign in, then API)", "header", "Authorization", "Bearer "),
            gates=(
                Shrunk(0.05, "a revision of a month moves values, few lines appear or go"),
                Magnitude("Customs Value", "Programs", 1.5, "a revision moves a month's imports by some percent"),
            ),
            caveats="Imports for consumption, customs value. The claim is that of the entry: goods free of duty anyway may be entered without one.",
        ),
        Dataset(
            provider="usitc",
            name="dataweb_reports",
            title="Reports exported from DataWeb, as selected by whoever exported them",
            source_url=_DATAWEB,
            tables=(REPORT, PARAMETERS),
            cadence=DROPPED_IN,
            licence=_licence("DataWeb"),
            parse=parse_report,
            caveats="Each report is a selection that overlays the ones before. A year for which nothing was out on the day of the export has zeros.",
        ),
        Dataset(
            provider="usitc",
            name="usmca_shares",
            title="US imports from Canada and Mexico by tariff line with the share claimed under the USMCA, one month, as computed by others",
            source_url=_DATAWEB,
            tables=(SHARES,),
            cadence=DROPPED_IN,
            licence=_licence("DataWeb (programs S and S+), shares computed by others"),
            parse=parse_shares,
            partition=Partition("month"),
            fingerprint=shares_fingerprint,
            is_aggregate=True,
            caveats="Not a file of the agency. A line without trade in the month has a share of 0. The month stands in the file's name only.",
        ),
        Dataset(
            provider="usitc",
            name="usmca_utilization",
            title="US imports from Canada and Mexico and the value claimed under the USMCA, all goods, chapters and some headings, monthly: sums",
            source_url=_DATAWEB,
            tables=(UTILIZATION,),
            cadence=DROPPED_IN,
            licence=_licence("DataWeb (programs S and S+), aggregated"),
            parse=partial(parse_sums, "Month"),
            is_aggregate=True,
            caveats="Sums over ten-digit lines. Headings overlap their chapter, and both overlap ALL.",
        ),
        Dataset(
            provider="usitc",
            name="us_exports",
            title="US total exports by country, and by chapter for some countries, yearly: sums",
            source_url=_DATAWEB,
            tables=(EXPORTS,),
            cadence=DROPPED_IN,
            licence=_licence("DataWeb, aggregated"),
            parse=partial(parse_sums, "Year"),
            is_aggregate=True,
            caveats="Sums over a report of 2025-08-07. Chapters are held for eight countries only; World and all goods are rows of their own.",
        ),
    ),
    explain=explain,
    min_seconds_between_requests=1.0,
)
