"""A made-up agency whose figures come by year, for tests of what every agency shares."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sources import releases
from sources.delimited import engine, land, read_texts
from sources.errors import NotYet, SourceError
from sources.spec import Ask, Cadence, Credential, Dataset, Download, Field, Licence, Parsed, Partition, Provider, Refusal, Table

LIT = Table(
    "lighthouses",
    (Field("year", "Year"), Field("code", "Country"), Field("lit", "Lighthouses that are lit", type="integer", unit="count")),
    key=("year", "code"),
)
FIRST_YEAR = 2021
KEY = Credential("MADE_UP_KEY", "https://example.org/key", "query", "key")


def fetch(ask: Ask) -> Download | None:
    return ask.http.download(f"/lit/{ask.part}.csv", ask.folder, ask.validators)


def parse(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    with engine(folder) as connection:
        rows = read_texts(dataset, connection, payload)
        landed = land(dataset, LIT, rows, folder)
        (years,) = rows.aggregate("min(year), max(year)").fetchall()
    first, last = (date(int(year), 1, 1) if year else None for year in years)
    return Parsed({"lighthouses": landed}, first, last, part=years[0] or "")


def explain(refusal: Refusal) -> SourceError | None:
    return NotYet(refusal.subject, f"the year is not out ({refusal.said})") if refusal.status == 404 else None


def years(day: date) -> tuple[str, ...]:
    return tuple(str(year) for year in range(FIRST_YEAR, day.year + 1))


def made_up(credential: Credential | None = None) -> Provider:
    """The provider; its one data set has a year per part, of which this one and the last are live."""
    lighthouses = Dataset(
        provider="madeup",
        name="lighthouses",
        title="Lighthouses by country",
        source_url="https://example.org/lighthouses",
        tables=(LIT,),
        cadence=Cadence("annual", "0 9 * * 1", "America/Halifax", stale_after_days=400, data_lag_days=800),
        licence=Licence("Open Licence of the Made-up Agency", "https://example.org/licence", "Source: Made-up Agency."),
        parse=parse,
        fetch=fetch,
        release_of=releases.when_modified,
        partition=Partition("year", years, lambda day: years(day)[-2:]),
        credential=credential,
    )
    return Provider("madeup", "Made-up Agency", "https://example.org", "America/Halifax", (lighthouses,), explain=explain)
