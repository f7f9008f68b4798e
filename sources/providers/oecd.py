"""Organisation for Economic Co-operation and Development (OECD): trade in value added, and the input-output tables behind it.

Domain: whose value added is in whose exports and final demand, 1995 to 2022, for 80 economies and the rest of the world.

Data sets: `tiva`, main indicators of trade in value added for Canada, the United States, Mexico and China with their main partners, a part per
measure; `icio`, the inter-country input-output tables, whole, a part per zip.

Cadence: an edition every year or two, and a revision within it: the edition of 2025 was revised in January 2026.

Licence: Creative Commons Attribution 4.0 since July 2024 (recalled; see the terms before publishing rows).

API documentation: https://www.oecd.org/en/data/insights/data-explainers/2024/09/api.html (SDMX), https://oe.cd/tiva (indicators),
https://stats.oecd.org/wbos/fileview2.aspx?IDFile=2143f34e-6feb-41a9-abaf-cb52132608c4 (guide to them), https://oe.cd/icio (tables).

Caveats: trade in value added answers at `sti-public`, not at `public`, which says 404 or 500 for it; about 60 requests an hour are allowed, and
403 was seen on days without a limit. The zips of the tables have no public address that lasts: they are downloaded in a browser and imported.
Both end in 2022, before the tariffs, and the last years are extrapolated by a model. Editions are not spliced. In the indicators metals are
C241_2431 and C242_2432, in the tables C24A and C24B. VALU is VA + TLS of the tables. The published indicators of China and Mexico come from the
extended tables, so that the regular ones overstate their domestic value added.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sources.delimited import engine, land, read_texts
from sources.errors import ContractError, NotYet, PermanentError, SourceError
from sources.oecd_icio import CELLS, parse_icio
from sources.releases import when_modified
from sources.spec import Ask, Cadence, Dataset, Download, Field, Gap, Licence, Magnitude, Parsed, Partition, Provider, Refusal, Shrunk, Table

BASE_URL = "https://sdmx.oecd.org"
FLOW = "OECD.STI.PIE,DSD_TIVA_MAINLV@DF_MAINLV,1.1"
# The same as an answer writes it.
DATAFLOW = "OECD.STI.PIE:DSD_TIVA_MAINLV@DF_MAINLV(1.1)"
MEASURES = ("DFD_FVA", "EXGR", "EXGR_DVA", "EXGR_FVA", "FD_VA", "FFD_DVA", "IMGR", "PROD", "VALU")
AREAS = ("CAN", "CHN", "MEX", "USA")
PARTNERS = (*AREAS, "BRA", "DEU", "FRA", "GBR", "IND", "ITA", "JPN", "KOR", "NLD", "W", "WXD")
BY_HAND = "Download the measure as csv at https://data-explorer.oecd.org and use `warehouse import oecd/tiva FILE`"

OBSERVATIONS = Table(
    "observations",
    (
        Field("DATAFLOW", "Agency, data flow and version: one edition of the indicators"),
        Field(
            "MEASURE",
            "EXGR gross exports, EXGR_DVA and EXGR_FVA domestic and foreign value added in them, IMGR gross imports, PROD output, VALU value added, "
            "FD_VA value added in final demand, FFD_DVA domestic value added in foreign final demand, DFD_FVA foreign in domestic final demand",
        ),
        Field("REF_AREA", "Economy, three letters of ISO 3166-1"),
        Field("ACTIVITY", "Industry by ISIC Rev. 4, single or joined by an underscore; _T is all of them"),
        Field("COUNTERPART_AREA", "Partner; W is the world, WXD the rest of the world of the tables. An economy with itself is 0, not missing"),
        Field("UNIT_MEASURE", "USD: current US dollars"),
        Field("FREQ", "A: annual"),
        Field("TIME_PERIOD", "Year"),
        Field("OBS_VALUE", "Figure before the power of ten; an empty one is missing", type="number", unit="as stated"),
        Field("UNIT_MULT", "Power of ten of the figure: 6 for millions", type="integer", unit="none"),
        Field("OBS_STATUS", "A for a normal figure", is_required=False),
    ),
    key=("MEASURE", "REF_AREA", "ACTIVITY", "COUNTERPART_AREA", "UNIT_MEASURE", "FREQ", "TIME_PERIOD"),
)


def fetch_tiva(ask: Ask) -> Download | None:
    """One conditional request for a measure: the four economies, all industries, their main partners, all years."""
    key = f"{ask.part}.{'+'.join(AREAS)}..{'+'.join(PARTNERS)}..A"
    return ask.http.download(f"/sti-public/rest/data/{FLOW}/{key}?format=csvfile", ask.folder, ask.validators)


def explain(refusal: Refusal) -> SourceError | None:
    """404 is the service's word for an empty answer; 403 and a long wait call for the browser."""
    if refusal.status == 404 and "NoRecordsFound" in refusal.body:
        return NotYet(refusal.subject, f"the OECD has no such figures yet ({refusal.said})", "Ask again after the next edition")
    if refusal.status == 403:
        return PermanentError(refusal.subject, f"{refusal.said}: it shuts out some callers on some days", BY_HAND)
    return None


def parse_tiva(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `observations` of one measure, which is the part. Raises ContractError for another flow or edition, or for several measures."""
    with engine(folder) as connection:
        texts = read_texts(dataset, connection, payload)
        rows = land(dataset, OBSERVATIONS, texts, folder)
        flows, measures, first, last = texts.aggregate(
            'list_sort(list(DISTINCT "DATAFLOW")), list_sort(list(DISTINCT "MEASURE")), min("TIME_PERIOD"), max("TIME_PERIOD")'
        ).fetchall()[0]
    if rows and flows != [DATAFLOW]:
        raise ContractError(
            dataset.id, f"the file is of {flows}, where {DATAFLOW} is expected", "Editions are not spliced: take the flow and version named"
        )
    if rows and len(measures) > 1:
        raise ContractError(dataset.id, f"the file has {len(measures)} measures: {measures}", "Import a file for each measure")
    return Parsed({"observations": rows}, _year(first), _year(last), part=measures[0] if rows else "")


def _year(text: str | None) -> date | None:
    return date(int(text), 1, 1) if text else None


def _licence(product: str, page: str) -> Licence:
    return Licence(
        "Creative Commons Attribution 4.0 International (CC BY 4.0)",
        "https://www.oecd.org/en/about/terms-conditions.html",
        f"OECD (2025), {product}, {page} (accessed on the date given as its vintage); adapted.",
    )


# Looked at once a month for a revision: nine requests, a minute apart.
_MONTHLY_LOOK = "20 7 5 * *"

PROVIDER = Provider(
    name="oecd",
    title="OECD",
    base_url=BASE_URL,
    timezone="Europe/Paris",
    datasets=(
        Dataset(
            provider="oecd",
            name="tiva",
            title="Trade in value added, main indicators, edition of 2025: Canada, the United States, Mexico, China",
            source_url="https://data-explorer.oecd.org/vis?df[id]=DSD_TIVA_MAINLV%40DF_MAINLV&df[ag]=OECD.STI.PIE&df[vs]=1.1",
            tables=(OBSERVATIONS,),
            cadence=Cadence("annual", _MONTHLY_LOOK, "Europe/Paris", stale_after_days=40, data_lag_days=1_700),
            licence=_licence("Trade in Value Added (TiVA) 2025 edition", "https://oe.cd/tiva"),
            parse=parse_tiva,
            fetch=fetch_tiva,
            release_of=when_modified,
            partition=Partition("measure", lambda day: MEASURES, lambda day: MEASURES),
            gates=(
                Shrunk(0.01, "an edition has the same economies, industries and years until the next one"),
                Gap("TIME_PERIOD", "a revision keeps the years of its edition"),
                Magnitude("OBS_VALUE", "TIME_PERIOD", 1.5, "a revision of national accounts moves a year's sum by some per cent"),
            ),
            caveats="Ends in 2022; the last years are extrapolated. WXD is the rest of the world, W the world: never add them to single partners. "
            "Totals (_T) and industry groups stand beside the industries. Only four reporting economies are taken.",
        ),
        Dataset(
            provider="oecd",
            name="icio",
            title="Inter-country input-output tables, 80 economies and the rest of the world by 50 industries",
            source_url="https://oe.cd/icio",
            tables=(CELLS,),
            cadence=Cadence("annual", _MONTHLY_LOOK, "Europe/Paris", stale_after_days=730, data_lag_days=1_700),
            licence=_licence("Inter-Country Input-Output Tables, 2025 edition", "https://oe.cd/icio"),
            parse=parse_icio,
            partition=Partition("edition and years, such as 2025-2016-2022"),
            gates=(Shrunk(0.0, "an edition has the same economies and industries in all years"),),
            caveats="Dropped in: download ICIO2025_2016-2022_SML.zip in a browser, then `warehouse import oecd/icio FILE`. Ends in 2022. The regular "
            "tables (SML) overstate the domestic value added of China and Mexico against the published indicators. Editions are not spliced.",
        ),
    ),
    explain=explain,
    # About sixty requests an hour are allowed.
    min_seconds_between_requests=60.0,
)
