"""United States Geological Survey, National Minerals Information Center.

Domain: world mine and refinery production, capacity and reserves of non-fuel minerals by country; what the United States produces, uses and imports.

Data sets: `mineral_commodity_summaries`, the data release of the yearly book, by edition; `critical_minerals_salient`, its table 7, and
`import_sources`, its figure 3, both by edition from 2026 on.

Cadence: once a year, at the end of January or in early February; corrected versions follow in some years (2024 and 2025 have a second).

Licence: public domain, to be cited with the DOI of the edition.

API documentation: https://www.sciencebase.gov/catalog/ (ScienceBase). An item lists its files with the time of their upload: that day is the
vintage.

Caveats: the layout changes every year, see sources/usgs_mcs.py. A year stands in two editions, the later one supersedes. World totals are rounded and
may exclude the United States. `Other countries` is no country. Units are wrong in known places, corrected by the seed usgs_unit_correction. Zinc
reserves of Australia in the edition of 2022 are larger than the world's. A new edition needs its item id here, and perhaps an adapter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sources.clock import now
from sources.delimited import engine, land, read_texts
from sources.errors import ContractError, NotYet, PermanentError, SourceError
from sources.http import Http
from sources.pages import pack
from sources.releases import when_modified
from sources.spec import (
    Ask,
    Cadence,
    Dataset,
    Download,
    Field,
    Gap,
    Gate,
    Licence,
    Parse,
    Parsed,
    Partition,
    Provider,
    Refusal,
    Shrunk,
    Table,
    Validators,
)
from sources.usgs_mcs import FIGURES, encoding_of, first_day, parse_edition

BASE_URL = "https://www.sciencebase.gov"
_CHILDREN = 100
_BY_HAND = "Look the file up at https://doi.org/{} and use `warehouse import`"


@dataclass(frozen=True)
class Edition:
    """One edition of the book: its item in ScienceBase, its DOI, and its files' names, by data set.

    `in_children` are the csv that children of the item hold where its zip is gone.
    """

    item: str
    doi: str
    files: Mapping[str, str]
    in_children: str = ""


def _by_commodity(item: str, doi: str) -> Edition:
    return Edition(item, doi, {"mineral_commodity_summaries": r"(?i).*world.*\.zip"}, r"(?i)mcs\d{4}.*world.*\.csv")


EDITIONS = {
    "2022": _by_commodity("6197ccbed34eb622f692ee1c", "10.5066/P9KKMCP4"),
    "2023": _by_commodity("63b5f411d34e92aad3caa57f", "10.5066/P9WCYUI6"),
    "2024": _by_commodity("65a6e45fd34e5af967a46749", "10.5066/P144BA54"),
    "2025": _by_commodity("677eaf95d34e760b392c4970", "10.5066/P13XCP3R"),
    "2026": Edition(
        "696a75d5d4be0228872d3bf8",
        "10.5066/P1WKQ63T",
        {
            "mineral_commodity_summaries": r"MCS2026_Commodities_Data\.csv",
            "critical_minerals_salient": r"MCS2026_T7_.*\.csv",
            "import_sources": r"MCS2026_Fig3_.*\.csv",
        },
    ),
}


def editions(dataset: str, day: date) -> tuple[str, ...]:
    """The editions that have the data set and may be out by that day, oldest first."""
    return tuple(year for year, edition in EDITIONS.items() if dataset in edition.files and int(year) <= day.year)


def fetch_edition(ask: Ask) -> Download | None:
    """The files of one edition, a zip where there are several; None where the item lists no upload later than the last one landed.

    Where an edition's zip is gone, its csv are taken from the item's children.
    """
    if ask.part not in EDITIONS or ask.dataset.name not in EDITIONS[ask.part].files:
        known = editions(ask.dataset.name, now().date())
        raise PermanentError(ask.dataset.id, f"no file is known for the edition {ask.part}", f"The editions are: {', '.join(known)}")
    edition = EDITIONS[ask.part]
    listed = [*_files(ask.dataset, _item(ask.http, edition.item), edition.files[ask.dataset.name])]
    if listed and not edition.in_children:
        return _download(ask, listed)
    try:
        return _download(ask, listed or _of_children(ask, edition))
    except PermanentError:
        if not listed:
            raise
        return _download(ask, _of_children(ask, edition))


def explain(refusal: Refusal) -> SourceError | None:
    """An item of the current year's edition that is not found is not out yet."""
    year = next((year for year, edition in EDITIONS.items() if f"/catalog/item/{edition.item}" in refusal.said), None)
    if refusal.status != 404 or year is None:
        return None
    if year == str(now().year):
        return NotYet(refusal.subject, f"the edition {year} is not out yet ({refusal.said})", "Ask again in February")
    doi = EDITIONS[year].doi
    return PermanentError(refusal.subject, f"the edition {year} has left its address ({refusal.said})", f"Look it up at https://doi.org/{doi}")


@dataclass(frozen=True)
class _File:
    """A file as an item lists it: where it is, how large, and when it was uploaded."""

    item: str
    name: str
    size: int | None
    uploaded: datetime

    @property
    def address(self) -> str:
        return f"/catalog/file/get/{self.item}?name={quote(self.name)}"


def _item(http: Http, item: str) -> Any:
    return http.json("GET", f"/catalog/item/{item}?format=json&fields=id,title,files")


def _files(dataset: Dataset, item: Any, pattern: str) -> Iterator[_File]:
    """The item's files of that name; raises ContractError where the item is not as documented."""
    try:
        for file in item.get("files") or ():
            if re.fullmatch(pattern, file["name"]):
                uploaded = datetime.fromisoformat(file["dateUploaded"])
                yield _File(item["id"], file["name"], file.get("size"), uploaded.replace(tzinfo=uploaded.tzinfo or UTC))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        shown = str(item)[:100]
        raise ContractError(dataset.id, f"an item is not as documented ({error!r}): {shown}", "Use `warehouse import`") from error


def _of_children(ask: Ask, edition: Edition) -> list[_File]:
    """The csv of the item's children, all pages of them; raises ContractError where a page is missing, PermanentError where no file is found."""
    children: list[Any] = []
    query = f"parentId={edition.item}&format=json&fields=id,title,files&max={_CHILDREN}"
    while edition.in_children:
        page = ask.http.json("GET", f"/catalog/items?{query}&offset={len(children)}")
        if not isinstance(page, dict) or not isinstance(page.get("total"), int) or not isinstance(page.get("items"), list):
            raise ContractError(ask.dataset.id, f"the list of children is not as documented: {str(page)[:200]}", _BY_HAND.format(edition.doi))
        children += page["items"]
        if len(children) >= page["total"]:
            break
        if not page["items"]:
            raise ContractError(ask.dataset.id, f"{len(children)} of {page['total']} children are listed: a page is missing", "Ask again later")
    files = [file for child in children for file in _files(ask.dataset, child, edition.in_children)]
    if not files:
        reason = f"neither the item of the edition {ask.part} nor its {len(children)} children have the file"
        raise PermanentError(ask.dataset.id, reason, _BY_HAND.format(edition.doi))
    return files


def _download(ask: Ask, files: list[_File]) -> Download | None:
    """The files with the time of the last upload as their Last-Modified."""
    validators = Validators(last_modified=format_datetime(max(file.uploaded for file in files)))
    if validators == ask.validators:
        return None
    if len(files) > 1:
        return pack(ask.folder, f"mcs{ask.part}_world", _bodies(ask, files), f"{BASE_URL}/catalog/item/{EDITIONS[ask.part].item}", validators)
    (file,) = files
    download = ask.http.download(file.address, ask.folder)
    if download is None:
        return None
    path = download.path.rename(ask.folder / file.name)
    _check_size(ask.dataset, file, path.stat().st_size)
    return replace(download, path=path, validators=validators)


def _bodies(ask: Ask, files: list[_File]) -> Iterator[tuple[str, bytes]]:
    for file in files:
        body = ask.http.bytes("GET", file.address) or b""
        _check_size(ask.dataset, file, len(body))
        yield file.name, body


def _check_size(dataset: Dataset, file: _File, size: int) -> None:
    if file.size not in (None, size):
        raise ContractError(dataset.id, f"{file.name} came with {size:,} bytes, and the item says {file.size:,}", "Fetch it again later")


# Table 7 and figure 3

_EDITION = Field("Source", "Edition, such as MCS2026")
SALIENT = Table(
    "minerals",
    (
        _EDITION,
        Field("Year", "Year of the figures with _estimated, such as 2025_estimated"),
        Field("Units", "Unit of production and consumption, such as metric tons"),
        Field("Critical_mineral", "Critical mineral; a digit at the end is a footnote"),
        Field("Primary_prod", "US primary production, or a mark: W withheld, NA not available", unit="as stated"),
        Field("Secondary_prod", "US secondary production, or a mark", unit="as stated"),
        Field("Prod_notes", "Footnotes on production"),
        Field("Apparent_Consumption", "US apparent consumption, or a mark", unit="as stated"),
        Field("Consumption_Notes", "Footnotes on consumption, such as Reported consumption"),
        Field(
            "Net_Import_Reliance",
            "US net imports in apparent consumption, or a bound such as >75, or E for a net exporter",
            unit="percent",
        ),
        Field("Primary_import_sources", "Largest source of US imports over the span of years"),
        Field("Primary_import_sources_period", "That span of years, from the column's header"),
        Field("Import_source_notes", "Footnotes on the source"),
        Field("Leading_source_country", "Largest producer of the world"),
        Field("Leading_country_prod", "Production of that country", unit="as stated"),
        Field("Leading_source_precent_world", "Its share of the world's production (the agency's spelling)", unit="percent"),
        Field("World_total_prod", "World production", unit="as stated"),
        Field("World_prod_notes", "Footnotes on world production, such as Excludes U.S. production"),
    ),
    key=("Source", "Critical_mineral"),
)
IMPORT_SOURCES = Table(
    "sources",
    (
        _EDITION,
        Field("Commodity", "Commodity"),
        Field("Import_Source", "Country that US imports come from, or Other"),
        Field("Import_Source_period", "Span of years that the shares are of, from the column's header"),
        Field("Percent", "Share of that country in US imports", unit="percent"),
        Field("NIR", "US net import reliance for the commodity, or a bound", unit="percent"),
        Field("Critical_Mineral", "Y where the commodity is a critical mineral"),
    ),
    key=("Source", "Commodity", "Import_Source"),
)
_PERIOD = re.compile(r"(.+)_(\d{4}[-_]\d{2})")


def parse_table(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write the data set's one table; the span of years in a header becomes a column of its own. The part is the edition in Source.

    Raises ContractError.
    """
    (table,) = dataset.tables
    with engine(folder) as connection:
        texts = read_texts(dataset, connection, payload, encoding=encoding_of(payload))
        relation = texts.project(", ".join(map(_period_apart, texts.columns)))
        rows = land(dataset, table, relation, folder)
        sources = [source for (source,) in relation.project("Source").distinct().order("Source").fetchall()]
    stated = re.fullmatch(r"MCS ?(\d{4})", sources[0] or "") if len(sources) == 1 else None
    if stated is None:
        raise ContractError(dataset.id, f"Source should name one edition, such as MCS2026, and has {sources[:5]}", "Import the file of one edition")
    year = first_day(str(int(stated[1]) - 1))
    return Parsed({table.name: rows}, year, year, part=stated[1])


def _period_apart(column: str) -> str:
    found = _PERIOD.fullmatch(column)
    return f'"{column}" AS "{found[1]}", \'{found[2].replace("_", "-")}\' AS "{found[1]}_period"' if found else f'"{column}"'


# The provider


def _dataset(name: str, title: str, tables: tuple[Table, ...], parse: Parse, caveats: str, gates: tuple[Gate, ...]) -> Dataset:
    return Dataset(
        provider="usgs",
        name=name,
        title=title,
        source_url="https://www.usgs.gov/centers/national-minerals-information-center/mineral-commodity-summaries",
        tables=tables,
        cadence=YEARLY,
        licence=Licence(
            "Public domain (US Geological Survey)",
            "https://www.usgs.gov/information-policies-and-instructions/copyrights-and-credits",
            "U.S. Geological Survey, National Minerals Information Center, Mineral Commodity Summaries data release, by edition: "
            + ", ".join(f"{year} https://doi.org/{edition.doi}" for year, edition in EDITIONS.items() if name in edition.files)
            + ".",
        ),
        parse=parse,
        fetch=fetch_edition,
        release_of=when_modified,
        partition=Partition("edition", partial(editions, name), lambda day: editions(name, day)[-1:] or (max(EDITIONS),)),
        gates=gates,
        caveats=caveats,
    )


# The book comes out in a week that is not announced; corrected versions come at any time. A look costs one small request.
YEARLY = Cadence("annual", "30 13 * * 2", "America/New_York", stale_after_days=15, data_lag_days=430)
_FEW_GO = Shrunk(0.05, "a corrected version of an edition changes figures; commodities and countries stay")

PROVIDER = Provider(
    name="usgs",
    title="United States Geological Survey",
    base_url=BASE_URL,
    timezone="America/New_York",
    datasets=(
        _dataset(
            "mineral_commodity_summaries",
            "Mineral Commodity Summaries: production, capacity and reserves of minerals by country, yearly",
            (FIGURES,),
            parse_edition,
            "Figures and marks as published, with unit errors in known places. A year stands in two editions. World totals are rounded and may "
            "exclude the United States. Some rows of an edition share all their labels: the line tells them apart.",
            (_FEW_GO, Gap("Year", "an edition keeps the years that it covers")),
        ),
        _dataset(
            "critical_minerals_salient",
            "Critical minerals: US production, consumption, net import reliance and leading producers, yearly",
            (SALIENT,),
            parse_table,
            "Estimates of the year before the edition. Most reliances are bounds or withheld.",
            (_FEW_GO,),
        ),
        _dataset(
            "import_sources",
            "Major sources of US mineral imports over four years, yearly",
            (IMPORT_SOURCES,),
            parse_table,
            "Rounded shares; small sources are summed as Other, or left out.",
            (_FEW_GO,),
        ),
    ),
    explain=explain,
    min_seconds_between_requests=0.5,
)
