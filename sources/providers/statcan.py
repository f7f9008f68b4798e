"""Statistics Canada.

Domain: Canada's merchandise trade by partner, product and province, and any other table of the agency by its product id.

Data sets: `12100011`, trade by principal trading partner; `cimt_aggregates`, sums of trade by country and product, bundled only; every other
table under its 8-digit product id (`12-10-0175-01` is `12100175`).

Cadence: released on business days at 08:30 Eastern; merchandise trade about 35 days after the month's end. From midnight to 08:30 the agency
answers 409 for what it is about to release, and on a release day the zip may lag the cube by one to three hours.

Licence: Statistics Canada Open Licence.

API documentation: https://www.statcan.gc.ca/en/developers/wds/user-guide (Web Data Service), https://www.statcan.gc.ca/en/developers/csv/user-guide
(full tables).

Caveats: the release time of a cube is Eastern and names no zone. Repacked zips have new bytes and old content. Each month revises the months
of its year before it, and a yearly revision reaches further back. Exports to the United States are compiled from US import declarations, so a
US government shutdown delays them. A TLS client that offers only HTTP/1.1 was once seen to hang.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from sources.clock import now
from sources.errors import ContractError, NotYet, SourceError, TransientError
from sources.spec import Ask, Cadence, Dataset, Download, Field, Licence, Parsed, Provider, Refusal, Shrunk, Table, Vintage
from sources.statcan_table import SERIES, TABLES, parse_table
from sources.statcan_wds import cube_metadata, is_wds_answer, parse_answer

BASE_URL = "https://www150.statcan.gc.ca"
EASTERN = ZoneInfo("America/Toronto")
RELEASE = time(8, 30)
# A quarter of an hour after the release, and once more for a zip that lags its cube.
AFTER_RELEASE = "45 8,11 * * 1-5"


def fetch_table(ask: Ask) -> Download | None:
    """One conditional request for the full table."""
    return ask.http.download(f"/n1/tbl/csv/{ask.dataset.name}-eng.zip", ask.folder, ask.validators)


def parse_payload(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """A full table (zip or csv), or an answer of the Web Data Service, which is a partial vintage of it."""
    return parse_answer(dataset, payload, folder) if is_wds_answer(payload) else parse_table(dataset, payload, folder)


def release_of(ask: Ask, download: Download, parsed: Parsed) -> Vintage:
    """The day of the cube's release; raises NotYet where the zip ends before its cube."""
    cube = cube_metadata(ask.http, ask.dataset.name)
    through, end = parsed.data_through, cube.period_of(cube.end)
    if through is None or cube.period_of(through) < end:
        raise NotYet(
            ask.dataset.id,
            f"the zip ends with {through}, and its cube, released on {cube.released}, with {end}: it lags on a release day by some hours",
            "Ask again later today",
        )
    return Vintage(cube.released)


def explain(refusal: Refusal) -> SourceError | None:
    """Before 08:30 Eastern, 409 is the lock on what is about to be released; later it is an outage like any other."""
    if refusal.status != 409:
        return None
    if now().astimezone(EASTERN).time() < RELEASE:
        said = f"locked until 08:30 Eastern, while the day's release is prepared ({refusal.said})"
        return NotYet(refusal.subject, said, "Ask again after 08:30")
    return TransientError(refusal.subject, f"{refusal.said}, though the lock ends at 08:30 Eastern", "Try again later")


def table(product_id: str, title: str, cadence: Cadence, caveats: str = "", labels: tuple[Field, ...] = ()) -> Dataset:
    """One table. `labels` are the dimensions that its models read by name, so that they are there before anything has landed."""
    number = f"{product_id[:2]}-{product_id[2:4]}-{product_id[4:]}"
    return Dataset(
        provider="statcan",
        name=product_id,
        title=title or f"Table {number}",
        source_url=f"{BASE_URL}/t1/tbl1/en/tv.action?pid={product_id}01",
        tables=tuple(replace(one, fields=one.fields + labels) if one is SERIES else one for one in TABLES),
        cadence=cadence,
        licence=_licence(f"Table {number}" + (f", {title}" if title else "")),
        parse=parse_payload,
        fetch=fetch_table,
        release_of=release_of,
        gates=(Shrunk(0.02, "tables grow by a period a release; series are withdrawn one by one"),),
        caveats=caveats,
    )


def resolve(name: str) -> Dataset | None:
    """Any table, by its 8-digit product id."""
    if not re.fullmatch(r"\d{8}", name):
        return None
    return table(name, "", Cadence("irregular", AFTER_RELEASE, "America/Toronto", stale_after_days=4, data_lag_days=730))


def _licence(product: str) -> Licence:
    return Licence(
        "Statistics Canada Open Licence",
        "https://www.statcan.gc.ca/en/terms-conditions/open-licence",
        f"Adapted from Statistics Canada, {product}, as of the release date given as its vintage. "
        "This does not constitute an endorsement by Statistics Canada of this product.",
    )


# The aggregates of the Canadian International Merchandise Trade database

AGGREGATES = Table(
    "observations",
    (
        Field("YearMonth/AnnéeMois", "Month as YYYYMM; the first one where the row covers several"),
        Field("Through", "Last month of a row that covers several; empty for a single month"),
        Field("Flow", "Import or Export"),
        Field("Breakdown", "What the row is a sum by: total, country, chapter or product"),
        Field("HS", "Harmonized System code of the chapter or product; empty for all"),
        Field("Country/Pays", "Partner, two letters of ISO 3166-1; empty for all. NA would be Namibia, which is not in the file"),
        Field("Value/Valeur", "Customs value in Canadian dollars", type="integer", unit="CAD"),
        Field("Description", "Shortened name of the chapter or product"),
    ),
    key=("YearMonth/AnnéeMois", "Through", "Flow", "Breakdown", "HS", "Country/Pays"),
)
_ALLOWED = {
    "YearMonth/AnnéeMois": r"\d{4}(0[1-9]|1[0-2])",
    "Through": r"(\d{4}(0[1-9]|1[0-2]))?",
    "Flow": "Import|Export",
    "Breakdown": "total|country|chapter|product",
    "HS": r"(\d{2}|\d{4}|\d{6}|\d{8}|\d{10})?",
    "Country/Pays": "([A-Z]{2})?",
    "Value/Valeur": r"-?\d+",
}


def parse_aggregates(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `observations`; raises ContractError with the offending header or values. An empty cell is NULL."""
    (observations,) = dataset.tables
    names = [field.name for field in observations.fields]
    with payload.open("rb") as stream:
        header = stream.readline().decode("utf-8-sig", "replace").strip()
    if header != ",".join(names):
        raise ContractError(dataset.id, f"the header should be {','.join(names)}, and is {header[:200]}", "Import a file of the bundled layout")
    try:
        with duckdb.connect() as connection:
            rows = connection.read_csv(str(payload), header=True, delimiter=",", quotechar='"', columns=dict.fromkeys(names, "VARCHAR"))
            for name, pattern in _ALLOWED.items():
                _check_texts(dataset, rows, name, pattern)
            typed = rows.project('* REPLACE ("Value/Valeur"::BIGINT AS "Value/Valeur")')
            typed.write_parquet(str(folder / "observations.parquet"), compression="zstd")
            months = typed.aggregate('min("YearMonth/AnnéeMois"), max(coalesce("Through", "YearMonth/AnnéeMois"))').fetchall()
            first, last = map(_month, months[0])
            return Parsed({"observations": len(typed)}, first, last, is_complete=False)
    except duckdb.Error as error:
        raise ContractError(dataset.id, f"{payload.name} is no csv that can be read ({str(error).splitlines()[0]})", "Take the file again") from error


def _check_texts(dataset: Dataset, rows: duckdb.DuckDBPyRelation, name: str, pattern: str) -> None:
    strange = rows.filter(f"NOT regexp_full_match(coalesce(\"{name}\", ''), '{pattern}')").project(f'"{name}"').limit(3).fetchall()
    if strange:
        raise ContractError(dataset.id, f"column {name!r} has {[value for (value,) in strange]}", f"Its texts should match {pattern}")


def _month(text: str | None) -> date | None:
    return date(int(text[:4]), int(text[4:]), 1) if text else None


PROVIDER = Provider(
    name="statcan",
    title="Statistics Canada",
    base_url=BASE_URL,
    timezone="America/Toronto",
    datasets=(
        table(
            "12100011",
            "International merchandise trade by principal trading partner, Canada, monthly",
            Cadence("monthly", AFTER_RELEASE, "America/Toronto", stale_after_days=4, data_lag_days=75),
            caveats="The list of partners is frozen on the ranks of 2012, so the partners leave a rest. The European Union overlaps its members. "
            "Trade balances are published on the balance-of-payments basis only. Millions of dollars.",
            labels=(Field("Principal trading partners", "Partner, or an aggregate of partners", is_required=False),),
        ),
        Dataset(
            provider="statcan",
            name="cimt_aggregates",
            title="Canadian merchandise trade by country, chapter and product: sums of the trade database, monthly",
            source_url=f"{BASE_URL}/n1/pub/71-607-x/71-607-x2021004-eng.htm",
            tables=(AGGREGATES,),
            cadence=Cadence("irregular", AFTER_RELEASE, "America/Toronto", stale_after_days=366, data_lag_days=366),
            licence=_licence("Canadian International Merchandise Trade Web Application (71-607-X)"),
            parse=parse_aggregates,
            is_aggregate=True,
            caveats="Sums of the database, not a file of the agency. Namibia (code NA) is missing, so the countries do not add up to the world. "
            "Totals differ from table 12-10-0011 of the same vintage by up to 72 million dollars in a month.",
        ),
    ),
    resolve=resolve,
    explain=explain,
    # The service allows 25 requests a second and address.
    min_seconds_between_requests=0.05,
)
