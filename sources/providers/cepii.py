"""CEPII, Centre d'études prospectives et d'informations internationales.

Domain: the trade of every country with every other, product by product.

Data sets: `baci`, trade between about 200 countries by six-digit product of the Harmonized System, in which what exporter and importer declared
is reconciled to one figure. One version of the Harmonized System a part: `HS22` from 2022 on, `HS17` from 2017 on; older ones can be dropped in.

Cadence: once a year, at the end of January or in February; the years end with the one before the last.

Licence: Etalab 2.0 open licence.

API documentation: https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37 (download page and description)

Caveats: values are thousands of US dollars, quantities tonnes, of which some are NA, not available; in the list of countries NA is Namibia. The
address of a file has its version, the January in which it came out, so nothing but the calendar says that there is a new one. Every version
computes all its years anew. A correction after January (V202401b) has an address of its own and is to be imported. A part has tens of millions
of rows.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from datetime import date
from pathlib import Path, PurePosixPath

import duckdb

from sources.archive import extract
from sources.clock import now
from sources.delimited import engine, land, read_texts
from sources.errors import ContractError, NotYet, SourceError
from sources.releases import when_modified
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

# Those whose years span the tariffs of 2018 and of 2025.
VERSIONS = ("HS17", "HS22")
LIVE = VERSIONS[-1:]

TRADE = Table(
    "trade",
    (
        Field("t", "Year"),
        Field("i", "Exporter: the code of country_codes, Canada 124, United States 842"),
        Field("j", "Importer: the code of country_codes"),
        Field("k", "Product: six digits of the part's version of the Harmonized System, zeros before them kept"),
        Field("v", "Value in thousands of current US dollars, free on board", "number", "thousand USD"),
        Field("q", "Quantity in tonnes; NULL where the file has NA, not available", "number", "t"),
    ),
    key=("t", "i", "j", "k"),
)
COUNTRIES = Table(
    "country_codes",
    (
        Field("country_code", "Code of the country in the trade table"),
        Field("country_name", "Name in English"),
        Field("country_iso2", "Two letters of ISO 3166-1; NA is Namibia"),
        Field("country_iso3", "Three letters of ISO 3166-1"),
    ),
    key=("country_code",),
)
PRODUCTS = Table(
    "product_codes",
    (
        Field("code", "Product: six digits of the part's version of the Harmonized System, zeros before them kept"),
        Field("description", "Its description in English"),
    ),
    key=("code",),
)
_MEMBER = re.compile(r"BACI_(HS\d\d)_Y(\d{4})_(V\d{6}[a-z]?)\.csv")
_TRUE_FILE = "Use the agency's own zip, unpacked and edited by no other program"


def fetch_version(ask: Ask) -> Download | None:
    """The zip of this January's version; raises NotYet until it is out."""
    return ask.http.download(f"/DATA_DOWNLOAD/baci/data/BACI_{ask.part}_V{now().year}01.zip", ask.folder, ask.validators)


def parse_version(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `trade`, one year after the other, and both lists of codes; raises ContractError. The names of the members tell the part."""
    trade, countries, products = dataset.tables
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        part, members = _members(dataset, payload, Path(scratch))
        years = [_land_year(dataset, payload, member, year, Path(scratch)) for year, member in sorted(members.items())]
        with engine(Path(scratch)) as connection:
            everything = connection.read_parquet([str(path) for path in years])
            everything.write_parquet(str(folder / f"{trade.name}.parquet"), compression="zstd")
            rows = {trade.name: len(everything)}
            for table in (countries, products):
                (member,) = extract(dataset, payload, rf"{table.name}_.*V\d{{6}}[a-z]?\.csv", Path(scratch))
                rows[table.name] = land(dataset, table, read_texts(dataset, connection, member), folder)
    return Parsed(rows, date(min(members), 1, 1), date(max(members), 1, 1), part=part)


def _members(dataset: Dataset, payload: Path, scratch: Path) -> tuple[str, dict[int, str]]:
    """The version of the Harmonized System, and the member of each year."""
    extract(dataset, payload, r"country_codes_V\d{6}[a-z]?\.csv", scratch)
    with zipfile.ZipFile(payload) as archive:
        found = [match for name in archive.namelist() if (match := _MEMBER.fullmatch(PurePosixPath(name).name))]
    editions = sorted({(match[1], match[3]) for match in found})
    if len(editions) != 1:
        raise ContractError(dataset.id, f"{payload.name} should have the years of one version, and has those of {editions}", _TRUE_FILE)
    return editions[0][0], {int(match[2]): match[0] for match in found}


def _land_year(dataset: Dataset, payload: Path, member: str, year: int, scratch: Path) -> Path:
    """The Parquet of one year; its csv is gone before the next one is unpacked."""
    (trade, *_) = dataset.tables
    folder = scratch / str(year)
    folder.mkdir()
    (path,) = extract(dataset, payload, re.escape(member), folder)
    landed = folder / f"{trade.name}.parquet"
    with engine(folder) as connection:
        texts = read_texts(dataset, connection, path)
        path.unlink()
        land(dataset, trade, texts.project(", ".join(map(_text, texts.columns))), folder)
        _check_rows(dataset, connection.read_parquet(str(landed)), member, year)
    return landed


def _text(name: str) -> str:
    """The column without the spaces that pad some editions. Only a quantity may be not available."""
    return "nullif(trim(q), 'NA') AS q" if name == "q" else f'trim("{name}") AS "{name}"'


def _check_rows(dataset: Dataset, rows: duckdb.DuckDBPyRelation, member: str, year: int) -> None:
    strange = rows.filter(f"coalesce(t <> '{year}' OR length(k) <> 6 OR TRY_CAST(k AS INTEGER) IS NULL OR i IS NULL OR j IS NULL OR v IS NULL, true)")
    shown = strange.limit(3).fetchall()
    if shown:
        raise ContractError(
            dataset.id,
            f"{member} should have rows of {year}, exporter, importer, six digits of a product and a value, and has {rows.columns} = {shown}",
            f"{_TRUE_FILE}: some drop the zeros before a code",
        )


def explain(refusal: Refusal) -> SourceError | None:
    """A version that is not out has no file."""
    if refusal.status != 404:
        return None
    return NotYet(refusal.subject, f"{refusal.said}: the version of this January is not out", "Ask again next week, or import the one before it")


PROVIDER = Provider(
    name="cepii",
    title="CEPII",
    base_url="https://www.cepii.fr",
    timezone="Europe/Paris",
    datasets=(
        Dataset(
            provider="cepii",
            name="baci",
            title="BACI: world trade by exporter, importer and six-digit product, reconciled, annual",
            source_url="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
            tables=(TRADE, COUNTRIES, PRODUCTS),
            cadence=Cadence("annual", "0 9 * 1-3 1", "Europe/Paris", stale_after_days=310, data_lag_days=1165),
            licence=Licence(
                "Etalab 2.0",
                "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
                "CEPII, BACI. Gaulier, G. and Zignago, S. (2010), BACI: International Trade Database at the Product-Level. The 1994-2007 Version, "
                "CEPII Working Paper 2010-23.",
            ),
            parse=parse_version,
            fetch=fetch_version,
            release_of=when_modified,
            partition=Partition("version of the Harmonized System", expected=lambda day: VERSIONS, live=lambda day: LIVE),
            gates=(
                Shrunk(0.05, "each version computes all years anew and adds one; a country that is dropped takes at most some percent with it"),
                Gap("t", "the years of a version begin with its Harmonized System and only grow"),
                Magnitude("v", "t", max_factor=1.3, reason="late declarations move a year by some percent; thousands stay thousands"),
            ),
            caveats="Thousands of US dollars, tonnes. Reconciled: no country's own figure. Free on board in both directions.",
        ),
    ),
    explain=explain,
)
