"""United Nations Statistics Division, UN Comtrade.

Domain: what each country declares of its trade with every other, by product.

Data sets: `annual_hs`, annual imports, exports, re-exports and re-imports of one reporter with all partners: the total, the chapters of the
Harmonized System, and the headings of the goods that leverage is about. One reporter and year a part: `124-2024` is Canada in 2024.

Cadence: countries declare when they are ready, most between three and twelve months after the year, and declare again.

Licence: UN Comtrade terms of use, which restrict the dissemination of rows: derived shares are published, the rows are not.

API documentation: https://comtradedeveloper.un.org (account, keys and the calls), https://github.com/uncomtrade/comtradeapicall

Caveats: a free key has 500 calls a day and 100,000 rows a call; an answer of exactly so many rows was cut off, so it is asked again in halves.
Without a key the preview answers with at most 500 rows: enough for the totals by partner, which are a partial vintage. Without partner2Code=0,
motCode=0 and customsCode=C00 every figure stands there twice. The United States are 842 here and 840 elsewhere, Taiwan is 490, "Other Asia, nes";
other codes whose names end with ", nes", and 837 to 839, are no countries. An answer has no date of release, so a vintage is the day on which a
change was first seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Final, Literal
from urllib.parse import urlencode

from sources.errors import ContractError, NotYet, PermanentError, SourceError, TransientError
from sources.http import LONGEST_WAIT
from sources.pages import pack
from sources.releases import when_fetched
from sources.spec import Ask, Cadence, Credential, Dataset, Download, Gap, Licence, Magnitude, Partition, Provider, Refusal, Shrunk
from sources.un_comtrade_answer import FLOWS, MOST_ROWS, TRADE, fingerprint, parse_answers, rows_of

# Canada and the United States, which depend on each other. Mexico depends on the same neighbour under the same agreement; Australia is as rich in
# resources and as dependent on one customer, another one; Japan and Korea make cars for the United States too; China refines the minerals.
REPORTERS: Final = ("124", "842", "484", "36", "392", "410", "156")
FIRST_YEAR: Final = 2015

# 77 is reserved for later use, 98 is for national purposes.
CHAPTERS: Final = tuple(f"{chapter:02}" for chapter in range(1, 100) if chapter not in (77, 98))
HEADINGS: Final = {
    "ores and compounds of critical minerals": ("2504", "2603", "2604", "2605", "2805", "2822", "2825", "2836", "2844", "2846", "3104"),
    "metals of critical minerals": ("7402", "7403", "7501", "7502", "7503", "7504", "7505", "7506", "7507", "7508", "7601", "8105"),
    "vehicles, their engines, parts and batteries": ("8407", "8408", "8507", "8703", "8704", "8706", "8707", "8708"),
    "energy": ("2701", "2709", "2710", "2711", "2716"),
    "precious metals": ("7106", "7108", "7110"),
}
COMMODITIES: Final = ("TOTAL", *CHAPTERS, *chain.from_iterable(HEADINGS.values()))

_Endpoint = Literal["get", "preview"]
_PATHS: Final[dict[_Endpoint, str]] = {"get": "/data/v1/get/C/A/HS", "preview": "/public/v1/preview/C/A/HS"}
_KEY = Credential("COMTRADE_API_KEY", "https://comtradedeveloper.un.org", "header", "Ocp-Apim-Subscription-Key", is_required=False)


@dataclass(frozen=True)
class _Page:
    """One answer: its rows, and the question that it answers, without flow and products."""

    body: bytes
    rows: int
    url: str


def fetch_part(ask: Ask) -> Download:
    """The answers for each flow, as one zip; raises NotYet where the reporter has declared no imports of the year."""
    endpoint: _Endpoint = "get" if ask.http.has_key else "preview"
    commodities = COMMODITIES if ask.http.has_key else COMMODITIES[:1]
    pages: list[tuple[str, bytes]] = []
    for flow in FLOWS:
        answers = list(_answers(ask, endpoint, flow, commodities))
        if not pages and not any(answer.rows for answer in answers):
            raise NotYet(ask.dataset.id, f"UN Comtrade has no imports of {ask.part}", "Ask again when the country has declared the year")
        pages += [(f"{endpoint}-{flow}-{number}of{len(answers)}.json", answer.body) for number, answer in enumerate(answers, 1)]
    return pack(ask.folder, ask.part, pages, answers[0].url)


def _answers(ask: Ask, endpoint: _Endpoint, flow: str, commodities: tuple[str, ...]) -> Iterator[_Page]:
    """The answer for these products; where it is cut off, those for either half of them."""
    page = _answer(ask, endpoint, flow, commodities)
    if page.rows < MOST_ROWS[endpoint]:
        yield page
        return
    if len(commodities) == 1:
        raise ContractError(
            ask.dataset.id,
            f"the flow {flow} of {commodities[0]} for {ask.part} has {page.rows:,} rows, as many as an answer can have, so it was cut off",
            "No country has so many partners: the agency may have changed its parameters",
        )
    middle = len(commodities) // 2
    yield from _answers(ask, endpoint, flow, commodities[:middle])
    yield from _answers(ask, endpoint, flow, commodities[middle:])


def _answer(ask: Ask, endpoint: _Endpoint, flow: str, commodities: tuple[str, ...]) -> _Page:
    reporter, _, year = ask.part.partition("-")
    totals = {"partner2Code": 0, "motCode": 0, "customsCode": "C00"}
    what = {"reporterCode": reporter, "period": year, "flowCode": flow, "cmdCode": ",".join(commodities)}
    form = {"maxRecords": MOST_ROWS[endpoint], "includeDesc": "TRUE", "format": "JSON"}
    download = ask.http.download(f"{_PATHS[endpoint]}?{urlencode(what | totals | form, safe=',')}", ask.folder)
    assert download, "an unconditional question has an answer"
    body = download.path.read_bytes()
    download.path.unlink()
    return _Page(body, len(rows_of(ask.dataset, body, f"the answer for the flow {flow} of {ask.part}")), download.url.partition("&flowCode")[0])


def explain(refusal: Refusal) -> SourceError | None:
    """What the gateway means: a wrong key, a quota, an address that is too long. Only a wait that it names is worth asking again after it."""
    wait = refusal.headers.get("Retry-After", "").strip()
    if "URL Too Long" in refusal.body or "has been removed" in refusal.body:
        return PermanentError(
            refusal.subject, f"{refusal.said}: the address is longer than 4,096 characters", "This is a fault of the program: please report it"
        )
    if refusal.status == 401 or (refusal.status == 403 and not wait):
        return PermanentError(
            refusal.subject, f"{refusal.said}: the key is not accepted", f"Get a key at {_KEY.get_it_at} and set {_KEY.variable} to it"
        )
    if refusal.status == 403 and wait.isdigit() and 0 < int(wait) <= LONGEST_WAIT:
        return TransientError(refusal.subject, f"{refusal.said}: too many calls at once", f"Try again in {wait} s, as it asks", float(wait))
    if refusal.status == 403 or (refusal.status == 429 and wait == "0"):
        return PermanentError(refusal.subject, f"{refusal.said}: the calls of the day, 500 with a free key, are used up", "Refresh again tomorrow")
    return None


def _expected(day: date) -> tuple[str, ...]:
    """Every reporter and year to the last one, oldest first."""
    return tuple(f"{reporter}-{year}" for year in range(FIRST_YEAR, day.year) for reporter in REPORTERS)


def _live(day: date) -> tuple[str, ...]:
    """The last two years, which countries still declare, and declare again."""
    return _expected(day)[-2 * len(REPORTERS) :]


PROVIDER = Provider(
    name="un_comtrade",
    title="United Nations Statistics Division (UN Comtrade)",
    base_url="https://comtradeapi.un.org",
    timezone="America/New_York",
    datasets=(
        Dataset(
            provider="un_comtrade",
            name="annual_hs",
            title="Trade of Canada, the United States and comparators with every partner, by chapter of the Harmonized System, annual",
            source_url="https://comtradeplus.un.org",
            tables=(TRADE,),
            cadence=Cadence("annual", "0 5 6 * *", "America/New_York", stale_after_days=40, data_lag_days=915),
            licence=Licence(
                "UN Comtrade terms of use",
                "https://comtradeplus.un.org/licenseagreement",
                "United Nations Statistics Division, UN Comtrade database, as answered on the day given as its vintage.",
                allows_copies=False,
            ),
            parse=parse_answers,
            fetch=fetch_part,
            release_of=when_fetched,
            partition=Partition("reporter and year", expected=_expected, live=_live),
            credential=_KEY,
            gates=(
                Shrunk(0.1, "a country that declares again may move small trade between partners, not a tenth of the rows"),
                Gap("flowCode", "a flow that was declared is not withdrawn"),
                Magnitude("primaryValue", "flowCode", max_factor=1.5, reason="a declaration is revised by some percent; dollars stay dollars"),
            ),
            fingerprint=fingerprint,
            caveats="Totals, chapters and headings stand side by side: choose one level before adding up. Imports are valued with cost, insurance "
            "and freight, exports free on board. Partner 0 is the world. Exports contain re-exports.",
        ),
    ),
    explain=explain,
    min_seconds_between_requests=6.0,
)
