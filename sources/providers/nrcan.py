"""Natural Resources Canada (NRCan), Lands and Minerals Sector.

Domain: what Canada mines, refines and exports of minerals, as the department says it in its bulletins and fact pages.

Data sets: `cited_figures`, single figures out of the yearly information bulletin on mineral trade and of the pages of facts on nickel and cobalt,
bundled.

Cadence: the bulletin comes once a year, in autumn; the pages change without notice. Neither has a file that a machine could fetch.

Licence: terms of Natural Resources Canada: reproduction with attribution for non-commercial use.

API documentation: none. Pages: https://natural-resources.canada.ca/minerals-mining/mining-data-statistics-analysis

Caveats: parts of a bulletin's total are rounded and may not add up to it: those of 2024 make 153.2 of 153.3 billion dollars. Refined output counts
imported feed, so it can pass what is mined. Statistics Canada's table of production (16-10-0022) is the annual source behind the pages.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sources.delimited import engine, land, read_texts
from sources.spec import Cadence, Dataset, Field, Licence, Parsed, Provider, Table

FIGURES = Table(
    "figures",
    (
        Field("Year", "Year of the figure"),
        Field("Kind", "production or trade"),
        Field("Subject", "Mineral, or group of minerals of the bulletin"),
        Field("Measure", "What is counted: mine production, refined production, domestic exports, imports"),
        Field("Value", "Figure", type="number", unit="as stated"),
        Field("Unit", "metric tons, or billion Canadian dollars"),
        Field("Grade", "A from the bulletin itself, B as read from a page that was not kept"),
        Field("Source", "Where the figure stands"),
    ),
    key=("Year", "Subject", "Measure", "Source"),
)

_PAGE = "https://natural-resources.canada.ca/minerals-mining/mining-data-statistics-analysis"


def parse_cited(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `figures`, single figures that add to what is known. Raises ContractError."""
    with engine(folder) as connection:
        texts = read_texts(dataset, connection, payload)
        rows = land(dataset, FIGURES, texts, folder)
        years = [int(year) for (year,) in texts.project("CAST(Year AS INTEGER)").fetchall()]
    days = [date(year, 1, 1) for year in sorted(years)]
    return Parsed({"figures": rows}, days[0] if days else None, days[-1] if days else None, is_complete=False)


PROVIDER = Provider(
    name="nrcan",
    title="Natural Resources Canada",
    base_url="https://natural-resources.canada.ca",
    timezone="America/Toronto",
    datasets=(
        Dataset(
            provider="nrcan",
            name="cited_figures",
            title="Mineral production and trade of Canada, single figures cited, yearly",
            source_url=_PAGE,
            tables=(FIGURES,),
            cadence=Cadence("irregular", "0 9 15 * *", "America/Toronto", stale_after_days=400, data_lag_days=700),
            licence=Licence(
                "Natural Resources Canada terms (attribution)",
                "https://natural-resources.canada.ca/terms-conditions",
                "Natural Resources Canada, Mineral Trade information bulletins and mineral fact pages; adapted. Not endorsed by the department.",
            ),
            parse=parse_cited,
            caveats="Single figures. Parts of a bulletin's total are rounded; refined output counts imported feed.",
        ),
    ),
)
