"""Federal Reserve Bank of St. Louis, FRED.

Domain: United States motor vehicles: how many are assembled and sold, and at what rate their buyers borrow.

Data sets: `series`, one series a part, named by its FRED id: domestic auto production and motor vehicle assemblies (Federal Reserve, G.17),
light vehicle sales (Bureau of Economic Analysis), rates of new-car loans (Federal Reserve, G.19).

Cadence: vehicle sales in the first days of a month for the month before, G.17 about the 16th, G.19 about the 7th for the second month before.

Licence: FRED terms of use; the series held here are works of the United States government.

API documentation: https://fred.stlouisfed.org/docs/api/fred/ (the keyed API, not used here); the csv of a graph,
https://fred.stlouisfed.org/graph/fredgraph.csv?id=SERIES&cosd=YYYY-MM-DD, needs no key and is not documented.

Caveats: the csv names neither unit nor adjustment: they stand in the staging model. The first column was called DATE until 2024, now
observation_date. A missing value is a point or an empty cell. Akamai, which guards the site, blocks some networks and clients with 403 or a web page.
The file says nothing of releases, so a vintage is the day on which a change was first seen; FRED's own vintages (ALFRED) need a key.
"""

from __future__ import annotations

import re
from pathlib import Path

from sources.delimited import engine, land, read_texts
from sources.errors import ContractError, PermanentError, SourceError
from sources.releases import when_fetched
from sources.spec import (
    Ask,
    Cadence,
    Dataset,
    Download,
    Field,
    Gap,
    Licence,
    Magnitude,
    Parsed,
    Partition,
    Provider,
    Refusal,
    Shrunk,
    Table,
)

SERIES = (
    "DAUPSA",
    "MVATOTASSS",
    "ALTSALES",
    "LAUTONSA",
    "LAUTOSA",
    "FAUTONSA",
    "FAUTOSAAR",
    "TERMCBAUTO48NS",
    "RIFLPBCIANM60NM",
    "RIFLPBCIANM72NM",
)
# Earlier than the first observation of any of them.
START = "1900-01-01"

OBSERVATIONS = Table(
    "observations",
    (
        Field("observation_date", "First day of the month, or other period, that the value is of", type="date"),
        Field("series_id", "FRED's identifier of the series, the name of the file's second column"),
        Field("value", "In the unit of the series, which the file does not state; NULL where it has a point or nothing", "number", "as stated"),
    ),
    key=("series_id", "observation_date"),
)


def fetch_series(ask: Ask) -> Download | None:
    """One series from its first observation on, in one request."""
    return ask.http.download(f"/graph/fredgraph.csv?id={ask.part}&cosd={START}", ask.folder, ask.validators)


def parse_series(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `observations` from a csv of two columns: the date, whatever its name, and the series, which is the part. Raises ContractError."""
    (observations,) = dataset.tables
    with engine(folder) as connection:
        texts = read_texts(dataset, connection, payload)
        day, series = _columns(dataset, texts.columns)
        rows = texts.project(f"\"{day}\" AS observation_date, '{series}' AS series_id, nullif(trim(\"{series}\"), '.') AS value")
        undated = len(rows.filter("observation_date IS NULL"))
        if undated:
            raise ContractError(dataset.id, f"{undated:,} rows of {series} have no date", "Download the file again")
        count = land(dataset, observations, rows, folder)
        landed = connection.read_parquet(str(folder / f"{observations.name}.parquet"))
        first, last = landed.filter("value IS NOT NULL").aggregate("min(observation_date), max(observation_date)").fetchall()[0]
    return Parsed({observations.name: count}, first, last, part=series)


def _columns(dataset: Dataset, names: list[str]) -> tuple[str, str]:
    if len(names) != 2 or not re.fullmatch("[A-Z0-9]+", names[1]) or not re.fullmatch(r"\w+", names[0]):
        raise ContractError(
            dataset.id,
            f"the header should be a date column and one series, such as 'observation_date,ALTSALES', and is {','.join(names)[:200]!r}",
            "Download one series at a time, as csv, from https://fred.stlouisfed.org",
        )
    return names[0], names[1]


def explain(refusal: Refusal) -> SourceError | None:
    """A series that is not there, and Akamai, which would only block for longer if it were asked again."""
    if refusal.status == 404:
        return PermanentError(
            refusal.subject,
            f"{refusal.said}: FRED has no such series",
            "Look for its successor at https://fred.stlouisfed.org, and change the list of series",
        )
    if refusal.status == 403 or refusal.status < 300:
        return PermanentError(
            refusal.subject,
            f"{refusal.said} instead of data: most likely Akamai, which guards FRED, takes this client or network for a robot",
            "Refresh again in an hour or from another network, or download the csv with a browser and import it",
        )
    return None


PROVIDER = Provider(
    name="fred",
    title="Federal Reserve Bank of St. Louis (FRED)",
    base_url="https://fred.stlouisfed.org",
    timezone="America/Chicago",
    datasets=(
        Dataset(
            provider="fred",
            name="series",
            title="Vehicle assemblies, vehicle sales and new-car loan rates of the United States, monthly",
            source_url="https://fred.stlouisfed.org",
            tables=(OBSERVATIONS,),
            cadence=Cadence("monthly", "30 10 8,18 * *", "America/Chicago", stale_after_days=25, data_lag_days=170),
            licence=Licence(
                "FRED terms of use",
                "https://fred.stlouisfed.org/legal/",
                "Board of Governors of the Federal Reserve System (US) and U.S. Bureau of Economic Analysis, retrieved from FRED, Federal Reserve "
                "Bank of St. Louis, on the date given as its vintage.",
            ),
            parse=parse_series,
            fetch=fetch_series,
            release_of=when_fetched,
            partition=Partition("series", expected=lambda day: SERIES, live=lambda day: SERIES),
            gates=(
                Shrunk(0.0, "a series grows by a month and loses none"),
                Gap("observation_date", "a month once published is revised, not withdrawn"),
                Magnitude(
                    "value",
                    "observation_date",
                    max_factor=3,
                    reason="revisions are small; a monthly figure made annual is 12 times it, thousands made millions a thousandth",
                ),
            ),
            caveats="Units differ by series: thousands of vehicles a month, millions of vehicles at an annual rate, percent. LAUTO, FAUTO and DAU "
            "are passenger cars only, without light trucks, which are most of the market. Loan rates are observed in February, May, August and "
            "November.",
        ),
    ),
    explain=explain,
    min_seconds_between_requests=2.0,
)
