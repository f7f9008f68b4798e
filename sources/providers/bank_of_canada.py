"""Bank of Canada.

Domain: what a Canadian dollar is worth, and what money costs in Canada.

Data sets: `valet`, daily and weekly series of the Valet service in one answer: exchange rates with the US dollar and the euro, the target for the
overnight rate, the overnight rate itself (CORRA), prime, the five-year mortgage rate, and yields of five- and ten-year government bonds;
`fx_monthly`, monthly means of the daily US dollar rate, bundled only.

Cadence: exchange rates at about 16:30 Eastern on business days, bond yields the next morning, prime and mortgages on Wednesdays.

Licence: Bank of Canada terms of use: free to copy with attribution.

API documentation: https://www.bankofcanada.ca/valet/docs

Caveats: values are strings. A date has only the series that were observed on it, and daily, weekly and monthly series are not merged. A series
that has ended goes on being served and just has no later date. The answer spells a series as the request did: here always in capitals. Exchange
rates start in 2017, when the Bank changed its method. There are no validators, so each look fetches the whole answer, about 3 MB.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from sources.delimited import check_texts, engine, from_rows, land, read_texts
from sources.documents import read_json
from sources.errors import ContractError, PermanentError, SourceError
from sources.releases import when_fetched
from sources.spec import Ask, Cadence, Dataset, Download, Field, Gap, Licence, Magnitude, Parsed, Provider, Refusal, Shrunk, Table

SERIES = (
    "FXUSDCAD",
    "FXCADUSD",
    "FXEURCAD",
    "V39079",
    "AVG.INTWO",
    "V80691311",
    "V80691335",
    "BD.CDN.5YR.DQ.YLD",
    "BD.CDN.10YR.DQ.YLD",
)
# The first year of the trade table whose values they convert.
START = "1997-01-01"

OBSERVATIONS = Table(
    "observations",
    (
        Field("d", "Day of the observation; for a weekly series the Wednesday", type="date"),
        Field("series", "The Bank's name of the series, in capitals"),
        Field("v", "The value in the unit that the series' description names; NULL where the Bank serves an empty text", "number", "as stated"),
    ),
    key=("series", "d"),
)
DETAILS = Table(
    "series",
    (
        Field("series", "The Bank's name of the series, in capitals"),
        Field("label", "Short name, such as USD/CAD"),
        Field("description", "What the series measures, and its unit; NULL where the answer says nothing"),
        Field("dimension_key", "Key under which each observation has its place in the series: d"),
        Field("dimension_name", "What that key is: Date"),
    ),
    key=("series",),
)
MONTHLY = Table(
    "observations",
    (
        Field("month", "Month as YYYY-MM"),
        Field("cad_usd_mean", "Mean over the business days of FXCADUSD: US dollars for one Canadian dollar", "number", "USD per CAD"),
        Field("usd_cad_mean", "Mean over the same days of its reciprocal: Canadian dollars for one US dollar", "number", "CAD per USD"),
        Field("days", "Business days that the means are of", "integer", "count"),
    ),
    key=("month",),
)
_AGAIN = "Fetch it again, as JSON: https://www.bankofcanada.ca/valet/docs"


def fetch_observations(ask: Ask) -> Download | None:
    """All series from the start on, in one request."""
    download = ask.http.download(f"/observations/{','.join(SERIES)}/json?start_date={START}", ask.folder, ask.validators)
    return download and replace(download, path=download.path.rename(ask.folder / "valet.json"))


def parse_observations(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `observations` in long form and `series`. Without all the declared series the answer is a partial vintage. Raises ContractError."""
    observations, details = dataset.tables
    answer = read_json(dataset, payload.read_bytes(), payload.name)
    if not isinstance(answer, dict) or not isinstance(answer.get("seriesDetail"), dict) or not isinstance(answer.get("observations"), list):
        raise ContractError(dataset.id, f"{payload.name} has no 'seriesDetail' and 'observations', but is {str(answer)[:200]}", _AGAIN)
    described = list(_described(dataset, answer["seriesDetail"]))
    names = {series.upper() for series in answer["seriesDetail"]}
    with engine(folder) as connection:
        cells = from_rows(connection, _names(observations), _cells(dataset, answer["observations"], names))
        rows = {
            observations.name: land(dataset, observations, cells, folder),
            details.name: land(dataset, details, from_rows(connection, _names(details), described), folder),
        }
        landed = connection.read_parquet(str(folder / f"{observations.name}.parquet"))
        first, last = landed.aggregate("min(d), max(d)").fetchall()[0]
    return Parsed(rows, first, last, is_complete=names >= set(SERIES))


def _described(dataset: Dataset, details: dict[str, Any]) -> Iterator[tuple[str | None, ...]]:
    for series, detail in details.items():
        dimension = detail.get("dimension", {})
        if dimension.get("key") != "d":
            raise ContractError(dataset.id, f"series {series} is not by date, but by {dimension}", "Only series by date have a place here")
        yield series.upper(), detail.get("label"), detail.get("description"), dimension["key"], dimension.get("name")


def _cells(dataset: Dataset, observations: list[dict[str, Any]], names: set[str]) -> Iterator[tuple[str, str, str | None]]:
    """Day, series and value of each cell; a series that was not observed on a day has none."""
    for observation in observations:
        for series, cell in observation.items():
            if series == "d":
                continue
            value = cell.get("v") if isinstance(cell, dict) else None
            if "d" not in observation or series.upper() not in names or not isinstance(value, str):
                raise ContractError(dataset.id, f"an observation is not a date and values of described series: {str(observation)[:200]}", _AGAIN)
            yield observation["d"], series.upper(), value.strip() or None


def parse_monthly(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `observations`; raises ContractError for what is not month, means and days."""
    (observations,) = dataset.tables
    with engine(folder) as connection:
        texts = read_texts(dataset, connection, payload)
        count = land(dataset, observations, texts, folder)
        check_texts(dataset, texts, {"month": r"\d{4}-(0[1-9]|1[0-2])"})
        first, last = texts.aggregate("min(month || '-01')::DATE, max(month || '-01')::DATE").fetchall()[0]
    return Parsed({observations.name: count}, first, last, is_complete=False)


def _names(table: Table) -> list[str]:
    return [field.name for field in table.fields]


def explain(refusal: Refusal) -> SourceError | None:
    """One series that is not there makes the whole request a 404."""
    if refusal.status != 404:
        return None
    return PermanentError(
        refusal.subject,
        f"{refusal.said}: a series has been renamed or withdrawn",
        "Look for it in https://www.bankofcanada.ca/valet/lists/series/json, and change the list of series",
    )


# After the exchange rates of the day.
_DAILY = Cadence("daily", "45 16 * * 1-5", "America/Toronto", stale_after_days=5, data_lag_days=6)


def _licence(product: str) -> Licence:
    return Licence("Bank of Canada terms of use", "https://www.bankofcanada.ca/terms/", f"Source: Bank of Canada, {product}")


PROVIDER = Provider(
    name="bank_of_canada",
    title="Bank of Canada",
    base_url="https://www.bankofcanada.ca/valet",
    timezone="America/Toronto",
    datasets=(
        Dataset(
            provider="bank_of_canada",
            name="valet",
            title="Exchange rates, policy rate, prime, mortgage rate and bond yields, daily and weekly",
            source_url="https://www.bankofcanada.ca/valet/docs",
            tables=(OBSERVATIONS, DETAILS),
            cadence=_DAILY,
            licence=_licence("Valet service, as served on the day given as its vintage."),
            parse=parse_observations,
            fetch=fetch_observations,
            release_of=when_fetched,
            gates=(
                Shrunk(0.001, "history grows by a day and loses none"),
                Gap("d", "a day once served is not withdrawn"),
                Magnitude("v", "series", max_factor=1.5, reason="a day adds little to decades; rates are not turned into percentages or shares"),
            ),
            caveats="Series of different frequency: a day has only those that were observed on it. The bundled policy rate has the days on which it "
            "changed, so it is to be carried forward, never averaged over the days held.",
        ),
        Dataset(
            provider="bank_of_canada",
            name="fx_monthly",
            title="Monthly means of the daily exchange rate of the Canadian and the US dollar",
            source_url="https://www.bankofcanada.ca/rates/exchange/monthly-exchange-rates/",
            tables=(MONTHLY,),
            cadence=Cadence("irregular", _DAILY.cron, _DAILY.timezone, stale_after_days=366, data_lag_days=366),
            licence=_licence("daily average exchange rate FXCADUSD; means over the month derived from it."),
            parse=parse_monthly,
            is_aggregate=True,
            caveats="Derived from the daily rates, not published by the Bank, whose own monthly averages may differ in the fourth decimal.",
        ),
    ),
    explain=explain,
    min_seconds_between_requests=1.0,
)
