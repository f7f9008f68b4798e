"""United States Census Bureau.

Domain: United States merchandise trade by product, partner and customs district, with duties and the preferences that importers claim.

Data sets: `imports_detail`, the monthly import database in its finest detail, from files; `intltrade`, exports and imports by country and product,
from the International Trade API; `schedule_c`, the country codes of both.

Cadence: with the press release FT-900 of the Bureau and the Bureau of Economic Analysis at 08:30 Eastern, 32 to 38 days after the month's end;
government shutdowns delay it by weeks. Figures of a month stay until the release of April's statistics in June, which revises the year before.

Licence: public domain, a work of the United States government; the Bureau asks for a notice where its API is used.

API documentation: https://www.census.gov/data/developers/data-sets/international-trade.html, and the Guide to International Trade Datasets linked
there; https://www.census.gov/foreign-trade/reference/products/layouts/imdb.html (layout of the files).

Caveats: the API has required a key since May 2026: without one it redirects to a page, and to a bad one it answers 200 with a page. No data is 204.
Values are customs values, not adjusted for seasons, and differ from those of the balance of payments. Imports for consumption carry the duties;
general imports are what arrived. Calculated duty is computed from the rates: refunds are not in it.
"""

from __future__ import annotations

from pathlib import Path

from sources.delimited import engine, land, read_texts
from sources.errors import ContractError, SourceError
from sources.spec import Cadence, Dataset, Field, Parsed, Provider, Refusal, Table
from sources.us_census_agency import API_URL, FILES_URL, TIMEZONE, public_domain
from sources.us_census_imports_detail import IMPORTS_DETAIL, explain_missing_month
from sources.us_census_intltrade import INTLTRADE, explain_refusal

COUNTRIES = Table(
    "countries",
    (
        Field("Code", "Schedule C code, four digits"),
        Field("Name", "Name of the country or territory"),
    ),
    key=("Code",),
)


def parse_countries(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `countries`; raises ContractError, also where a code is not of four digits or a name is missing."""
    with engine(folder) as connection:
        texts = read_texts(dataset, connection, payload)
        rows = land(dataset, COUNTRIES, texts, folder)
        strange = texts.filter("""NOT regexp_full_match(coalesce("Code", ''), '\\d{4}') OR "Name" IS NULL""").limit(3).fetchall()
    if strange:
        raise ContractError(dataset.id, f"each row needs a code of four digits and a name, and there are {strange}", "Take the list again")
    return Parsed({"countries": rows}, None, None)


def explain(refusal: Refusal) -> SourceError | None:
    """The Bureau's own answers: no such month yet, no key or a bad one, an unknown variable."""
    return explain_missing_month(refusal) or explain_refusal(refusal)


PROVIDER = Provider(
    name="us_census",
    title="United States Census Bureau",
    base_url=API_URL,
    timezone=TIMEZONE,
    datasets=(
        IMPORTS_DETAIL,
        INTLTRADE,
        Dataset(
            provider="us_census",
            name="schedule_c",
            title="Schedule C: codes of countries in United States trade statistics",
            source_url=f"{FILES_URL}/foreign-trade/schedules/c/index.html",
            tables=(COUNTRIES,),
            cadence=Cadence("irregular", "45 8 1 * *", TIMEZONE, stale_after_days=366, data_lag_days=366),
            licence=public_domain("Schedule C"),
            parse=parse_countries,
            caveats="Dropped in as a csv with the columns Code and Name. Groups of countries, such as 0003 or 4XXX, are not in it.",
        ),
    ),
    explain=explain,
    other_urls=(FILES_URL,),
    # The page behind a redirect answers 200 to whoever has no key.
    follows_redirects=False,
)
