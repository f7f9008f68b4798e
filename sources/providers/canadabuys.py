"""CanadaBuys, the procurement service of Public Services and Procurement Canada.

Domain: federal tenders, awards and the history of contracts with their amendments.

Data sets: `contract_history`, the department's contracts from 2009-2010, a row an amendment; `award_notices` and `tender_notices`, notices of all
departments from August 2022. One file a fiscal year (April 1 to March 31), which is the part.

Cadence: notices change every day, the contract history about once a month on no fixed day. The file of a fiscal year still changes for months
after its end: awards are published late, and amendments are added.

Licence: Open Government Licence - Canada.

API documentation: https://donnees-data.tpsgc-pwgsc.gc.ca/ba2/ac-cb/achatscanada-canadabuys-dd.xml (data dictionary); plain files, no API.

Caveats: the fiscal year stands in the name of a file and nowhere in it. The firewall refuses the name that Python's libraries give themselves (403),
and at times whole networks. Files that hold several years (…Complete…, …Historical…) repeat the yearly ones and are not read. Officers' names and
addresses are landed with the files and go no further.
"""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from sources.canadabuys_columns import fields_of
from sources.clock import now
from sources.delimited import engine, land, read_texts
from sources.errors import ContractError, NotYet, PermanentError, SourceError
from sources.releases import when_modified
from sources.spec import Ask, Cadence, Dataset, Download, Licence, Parsed, Partition, Provider, Refusal, Shrunk, Table

BASE_URL = "https://canadabuys.canada.ca"
PAGE = f"{BASE_URL}/en/procurement-and-contracting-data"
FILES = {
    "contract_history": "contractHistory-contratsOctroyes",
    "award_notices": "awardNotice-avisAttribution",
    "tender_notices": "TenderNotice-AvisAppelOffres",
}
EASTERN = ZoneInfo("America/Toronto")
# Months: the fiscal year begins, its first file is overdue after, and that of the year before still changes until.
_YEAR_BEGINS, _OVERDUE_AFTER, _CHANGES_UNTIL = 4, 6, 9


# Fiscal years


def fiscal_year(day: date) -> str:
    """The fiscal year of a day, as the files are named: 2026-2027 from April 1, 2026 to March 31, 2027."""
    return _named(day.year - (day.month < _YEAR_BEGINS))


def fiscal_years(first: int, day: date) -> tuple[str, ...]:
    """The fiscal years from the one that begins in the year `first` to that of the day."""
    return tuple(_named(year) for year in range(first, int(fiscal_year(day)[:4]) + 1))


def changing_years(day: date) -> tuple[str, ...]:
    """The fiscal year of the day, and until the end of September the one before: its awards and amendments are still being published."""
    is_settled = day.month < _YEAR_BEGINS or day.month > _CHANGES_UNTIL
    return fiscal_years(int(fiscal_year(day)[:4]) - (not is_settled), day)


def _named(year: int) -> str:
    return f"{year}-{year + 1}"


# Asking


def fetch_year(ask: Ask) -> Download | None:
    """One conditional request for the file of a fiscal year."""
    return ask.http.download(f"/opendata/pub/{ask.part}-{FILES[ask.dataset.name]}.csv", ask.folder, ask.validators)


def explain(refusal: Refusal) -> SourceError | None:
    """403, and a web page in place of a file, are the firewall; 404 is the file of a fiscal year that has only begun."""
    today = now().astimezone(EASTERN).date()
    is_new_year = f"/{fiscal_year(today)}-" in refusal.said and _YEAR_BEGINS <= today.month <= _OVERDUE_AFTER
    if refusal.status == 404 and is_new_year:
        return NotYet(
            refusal.subject, f"the file of the fiscal year {fiscal_year(today)} is not published yet ({refusal.said})", "Ask again next week"
        )
    if refusal.status in (200, 403):
        return PermanentError(
            refusal.subject,
            f"the firewall turned the request away ({refusal.said}): it wants a User-Agent of the asker's own, a Referer, and a network it trusts",
            f"Open {PAGE} in a browser on this network; if that works, download the file there and use `warehouse import {refusal.subject} FILE`",
        )
    return None


# Parsing


def parse_year(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write the data set's table, every cell as the text that was published; the part is the fiscal year in the payload's name.

    Raises ContractError with the offending name, line or column.
    """
    (table,) = dataset.tables
    year = _year_named(dataset, payload.name)
    with engine(folder, keeps_order=True) as connection:
        texts = read_texts(dataset, connection, payload, numbered=True)
        rows = land(dataset, table, texts, folder)
        first, last = _published(texts)
    return Parsed({table.name: rows}, first, last, part=year)


def _year_named(dataset: Dataset, name: str) -> str:
    found = re.search(r"(?:^|_)(\d{4})-(\d{4})-", name)
    if not found or int(found[2]) != int(found[1]) + 1:
        raise ContractError(
            dataset.id,
            f"the name {name!r} does not name one fiscal year, and nothing else in the file says which it is",
            f"Keep the agency's name, such as {fiscal_year(date(2026, 4, 1))}-{FILES[dataset.name]}.csv; files of several years are not read",
        )
    return f"{found[1]}-{found[2]}"


def _published(rows: duckdb.DuckDBPyRelation) -> tuple[date | None, date | None]:
    """The first and the last day of publication, of which a time and its zone may follow."""
    day = 'TRY_CAST(left("publicationDate-datePublication", 10) AS DATE)'
    first, last = rows.aggregate(f"min({day}), max({day})").fetchall()[0]
    return first, last


# Declarations

NOTICES_DAILY = Cadence("daily", "30 9 * * *", "America/Toronto", stale_after_days=4, data_lag_days=14)
# The day of the month is not announced, so the file is looked at once a week.
HISTORY_MONTHLY = Cadence("monthly", "30 9 * * 1", "America/Toronto", stale_after_days=15, data_lag_days=75)
LICENCE = Licence(
    "Open Government Licence - Canada",
    "https://open.canada.ca/en/open-government-licence-canada",
    "Contains information licensed under the Open Government Licence – Canada (Public Services and Procurement Canada, CanadaBuys).",
)
# In the first weeks of a fiscal year a few withdrawn rows are a large share of its file.
SHRUNK = Shrunk(
    0.2, "rows are withdrawn one by one, or as duplicates by the hundred; a file that lost a fifth was cut off or made anew in another way"
)
PORTAL = "https://open.canada.ca/data/en/dataset"


def _by_fiscal_year(first: int) -> Partition:
    return Partition("fiscal year", expected=partial(fiscal_years, first), live=changing_years)


PROVIDER = Provider(
    name="canadabuys",
    title="Public Services and Procurement Canada, CanadaBuys",
    base_url=BASE_URL,
    timezone="America/Toronto",
    datasets=(
        Dataset(
            provider="canadabuys",
            name="contract_history",
            title="Contract history of Public Services and Procurement Canada, by amendment",
            source_url=f"{PORTAL}/4fe645a1-ffcd-40c1-9385-2c771be956a4",
            tables=(Table("amendments", fields_of("contract"), key=("referenceNumber-numeroReference", "amendmentNumber-numeroModification")),),
            cadence=HISTORY_MONTHLY,
            licence=LICENCE,
            parse=parse_year,
            fetch=fetch_year,
            release_of=when_modified,
            partition=_by_fiscal_year(2009),
            gates=(SHRUNK,),
            caveats="A row is an amendment and repeats the total of its contract: one row a contract, never a sum. The percentage of goods by "
            "country is empty on every row, so Canadian content cannot be computed from it. Only contracts that this department made, for itself and "
            "for others. Some contracts lack their original row. Standing offers have mostly no value. Remade between March 17 and April 10, 2026.",
        ),
        Dataset(
            provider="canadabuys",
            name="award_notices",
            title="Award notices of the federal government",
            source_url=f"{PORTAL}/a1acb126-9ce8-40a9-b889-5da2b1dd20cb",
            tables=(Table("notices", fields_of("award"), key=("line",)),),
            cadence=NOTICES_DAILY,
            licence=LICENCE,
            parse=parse_year,
            fetch=fetch_year,
            release_of=when_modified,
            partition=_by_fiscal_year(2022),
            gates=(SHRUNK,),
            caveats="2022-2023 begins on August 8, 2022. A total of 0.00 is not reported. An award joins its tender by the solicitation number.",
        ),
        Dataset(
            provider="canadabuys",
            name="tender_notices",
            title="Tender notices of the federal government",
            source_url=f"{PORTAL}/6abd20d4-7a1c-4b38-baa2-9525d0bb2fd2",
            tables=(Table("notices", fields_of("tender"), key=("line",)),),
            cadence=NOTICES_DAILY,
            licence=LICENCE,
            parse=parse_year,
            fetch=fetch_year,
            release_of=when_modified,
            partition=_by_fiscal_year(2022),
            gates=(SHRUNK,),
            caveats="2022-2023 begins on August 8, 2022. A tender joins its awards by the solicitation number.",
        ),
    ),
    explain=explain,
    headers={"Referer": PAGE},
    min_seconds_between_requests=1.0,
)
