"""Québec's call-for-tenders system as releases of the Open Contracting Data Standard (OCDS): one table for each list of its documents.

A column is named by its path within the element of the list: `tender/value/amount` of a release, `address/countryName` of a party. What an element
lacks is NULL.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from sources.archive import extract
from sources.delimited import engine, land
from sources.documents import read_json
from sources.errors import ContractError
from sources.spec import Dataset, Field, Parsed, Table, Vintage

_AGAIN = "Fetch or download the file again"


_RELEASE = (
    Field("resource_id", "Id of the file on Données Québec: two files of one name and week differ"),
    Field("release_number", "Place of the release in its file, from 1", type="integer", unit="count"),
)

RELEASES = Table(
    "releases",
    (
        *_RELEASE,
        Field("publishedDate", "When the file was published, ISO 8601 with its offset"),
        Field("license", "Address of the licence that the file names", is_required=False),
        Field("ocid", "Id of the contracting process, shared by all of its releases; its last part is the number of the notice"),
        Field("id", "Id of the release within its process"),
        Field("date", "When the release was made, ISO 8601 with its offset; the latest one of a process replaces those before it"),
        Field("tag", "What the release is about: tender, award, contract, their Update, Cancellation or Termination", type="texts"),
        Field("initiationType", "Always tender", is_required=False),
        Field("language", "Language of the texts: fr", is_required=False),
        Field("buyer/id", "Who buys; a party of the release"),
        Field("buyer/name", "Name of who buys"),
        Field("tender/id", "The buyer's own number of the call for tenders"),
        Field("tender/title", "Title, at times with tabs behind it"),
        Field("tender/status", "active, complete, cancelled …"),
        Field("tender/procuringEntity/id", "Who runs the procurement; a party of the release", is_required=False),
        Field("tender/procuringEntity/name", "Name of who runs the procurement", is_required=False),
        Field("tender/value/amount", "Highest estimated value", type="number", unit="as stated", is_required=False),
        Field("tender/value/currency", "Its currency, ISO 4217; mostly absent, and then not known", is_required=False),
        Field("tender/minValue/amount", "Lowest estimated value", type="number", unit="as stated", is_required=False),
        Field("tender/minValue/currency", "Its currency, ISO 4217; mostly absent, and then not known", is_required=False),
        Field("tender/procurementMethod", "open, selective, limited or direct"),
        Field("tender/procurementMethodDetails", "The kind of notice in words"),
        Field("tender/procurementMethodRationale", "Why there was no open call: the article of the law", is_required=False),
        Field("tender/mainProcurementCategory", "goods, works or services", is_required=False),
        Field("tender/additionalProcurementCategories", "Québec's own categories in words", type="texts", is_required=False),
        Field("tender/tenderPeriod/startDate", "When the call opened, ISO 8601", is_required=False),
        Field("tender/tenderPeriod/endDate", "When it closes, ISO 8601", is_required=False),
        Field("tender/numberOfTenderers", "Who made an offer", type="integer", unit="count", is_required=False),
        Field("tender/documents[]/url", "Addresses of the notice", type="texts", is_required=False),
    ),
    key=("resource_id", "release_number"),
)
PARTIES = Table(
    "parties",
    (
        *_RELEASE,
        Field("party_number", "Place among the release's parties, from 1", type="integer", unit="count"),
        Field("id", "Id of the party: OP- for a public body, FO- for a supplier"),
        Field("name", "Name"),
        Field("roles", "buyer, supplier, procuringEntity, tenderer", type="texts"),
        Field("address/locality", "Town", is_required=False),
        Field("address/region", "Province or state, mostly as two letters", is_required=False),
        Field("address/postalCode", "Postal code", is_required=False),
        Field("address/countryName", "Country of the address, three letters of ISO 3166-1: not the origin of what is bought"),
        Field("details/neq", "Québec enterprise number of a supplier", is_required=False),
        Field("details/municipal", "1 for a municipal body, 0 for another public one", is_required=False),
    ),
    key=("resource_id", "release_number", "party_number"),
)
ITEMS = Table(
    "items",
    (
        *_RELEASE,
        Field("item_number", "Place among the tender's items, from 1", type="integer", unit="count"),
        Field("id", "Québec's own category: G goods, S services, C construction, with a number"),
        Field("description", "The category in words", is_required=False),
        Field("classification/scheme", "UNSPSC"),
        Field("classification/id", "Code of the United Nations Standard Products and Services Code"),
        Field("classification/description", "The code in words", is_required=False),
        Field("additionalClassifications[]/id", "Further codes", type="texts", is_required=False),
    ),
    key=("resource_id", "release_number", "item_number"),
)
AWARDS = Table(
    "awards",
    (
        *_RELEASE,
        Field("award_number", "Place among the release's awards, from 1", type="integer", unit="count"),
        Field("id", "Id of the award"),
        Field("status", "active, cancelled …"),
        Field("date", "When it was awarded, ISO 8601 with its offset"),
        Field("value/amount", "Value at the award", type="number", unit="as stated"),
        Field("value/currency", "Its currency, ISO 4217"),
    ),
    key=("resource_id", "release_number", "award_number"),
)
AWARD_SUPPLIERS = Table(
    "award_suppliers",
    (
        *_RELEASE,
        Field("award_number", "Place of the award among the release's awards, from 1", type="integer", unit="count"),
        Field("supplier_number", "Place among the award's suppliers, from 1; only winners are named", type="integer", unit="count"),
        Field("id", "The supplier, a party of the release"),
        Field("name", "Name of the supplier"),
    ),
    key=("resource_id", "release_number", "award_number", "supplier_number"),
)
CONTRACTS = Table(
    "contracts",
    (
        *_RELEASE,
        Field("contract_number", "Place among the release's contracts, from 1", type="integer", unit="count"),
        Field("id", "Id of the contract"),
        Field("awardID", "Id of the award that it comes from"),
        Field("status", "active, terminated …"),
        Field("value/amount", "Value of the contract: the final one once it is settled", type="number", unit="as stated"),
        Field("value/currency", "Its currency, ISO 4217"),
        Field("dateSigned", "When it was signed, ISO 8601 with its offset"),
    ),
    key=("resource_id", "release_number", "contract_number"),
)
# Where the rows of each table stand: the lists within a release, outermost first.
_LISTS: dict[str, tuple[str, ...]] = {
    "releases": (),
    "parties": ("parties",),
    "items": ("tender.items",),
    "awards": ("awards",),
    "award_suppliers": ("awards", "suppliers"),
    "contracts": ("contracts",),
}
TABLES = (RELEASES, PARTIES, ITEMS, AWARDS, AWARD_SUPPLIERS, CONTRACTS)


@dataclass(frozen=True)
class Edition:
    """What the name of a file says: the first and last day of its week (hebdo) or month (mensuel), and the id of the file behind it."""

    resource_id: str
    kind: str
    first: date
    last: date

    @property
    def part(self) -> str:
        return f"{self.kind}-{self.first:%Y%m%d}"


def member_name(resource_id: str, file_name: str) -> str:
    """The name of a file within a payload of several: its id and its own name."""
    return f"{resource_id}.{file_name}"


def is_whole(path: Path) -> bool:
    """Whether the file is one JSON document from its first byte to its last."""
    with duckdb.connect() as connection:
        try:
            answer = connection.execute("SELECT json_valid(content) FROM read_text(?)", [str(path)]).fetchall()
        except duckdb.Error:
            return False
    return bool(answer[0][0])


def parse_releases(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write the tables of one file, or of a zip with all files of one name; the part is the kind and first day, such as `hebdo-20260720`.

    Raises ContractError for documents that break off, are no release packages, or belong to different weeks.
    """
    with engine(folder) as connection, TemporaryDirectory(dir=folder) as members:
        connection.execute("CREATE TEMP TABLE releases (resource_id VARCHAR, published VARCHAR, license VARCHAR, release_number BIGINT, item JSON)")
        editions, published = zip(*(_read(dataset, connection, document) for document in _documents(dataset, payload, Path(members))), strict=True)
        _check_editions(dataset, editions)
        rows = {}
        for table in TABLES:
            elements = connection.sql(_query(table))
            _check_filled(dataset, table, elements)
            rows[table.name] = land(dataset, table, elements, folder)
    return Parsed(rows, editions[0].first, editions[0].last, released=Vintage(max(published)), part=editions[0].part)


def _documents(dataset: Dataset, payload: Path, folder: Path) -> list[Path]:
    return extract(dataset, payload, r".*\.json", folder) if zipfile.is_zipfile(payload) else [payload]


def _read(dataset: Dataset, connection: duckdb.DuckDBPyConnection, document: Path) -> tuple[Edition, date]:
    """Add the releases of a document, and return what it is and the day on which it was published."""
    head = "json_extract_string(content, ['$.uri', '$.publishedDate', '$.license']), json_type(content, '$.releases'), json_keys(content)"
    try:
        found = connection.execute(f"SELECT {head} FROM read_text(?)", [str(document)]).fetchall()
    except duckdb.Error as error:
        read_json(dataset, document.read_bytes(), document.name)
        raise ContractError(dataset.id, f"{document.name} cannot be read ({str(error).splitlines()[0]})", _AGAIN) from error
    (((uri, published, licence), kind, keys),) = found
    if kind != "ARRAY":
        raise ContractError(dataset.id, f"{document.name} has no list of releases; it has {(keys or [])[:10]}", "Import an OCDS release package")
    edition = _edition(dataset, document.name, uri or "")
    connection.execute(
        """
        INSERT INTO releases
        SELECT ?, ?, ?, generate_subscripts(releases, 1), unnest(releases)
        FROM (SELECT json_extract(content, '$.releases[*]') AS releases FROM read_text(?))
        """,
        [edition.resource_id, published, licence, str(document)],
    )
    return edition, _day(dataset, document.name, published)


def _edition(dataset: Dataset, name: str, uri: str) -> Edition:
    """From the name of the member, else from the address that the document gives as its own."""
    pattern = r"(?:^|/resource/)([0-9a-f]{8}-[0-9a-f-]{27})(?:\.|/download/)(hebdo|mensuel)_(\d{8})_(\d{8})"
    found = re.search(pattern, name) or re.search(pattern, uri)
    if found:
        with suppress(ValueError):
            return Edition(found[1], found[2], date.fromisoformat(found[3]), date.fromisoformat(found[4]))
    raise ContractError(
        dataset.id,
        f"neither its name {name} nor its uri {uri!r} says of which week or month it is",
        "Import a hebdo_… or mensuel_… file as Données Québec offers it",
    )


def _day(dataset: Dataset, name: str, published: str | None) -> date:
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        raise ContractError(dataset.id, f"{name} has the publishedDate {published!r}, which is no date", _AGAIN) from None


def _check_editions(dataset: Dataset, editions: Sequence[Edition]) -> None:
    parts = sorted({edition.part for edition in editions})
    if len(parts) > 1:
        raise ContractError(dataset.id, f"the zip has files of {len(parts)} periods: {parts}", "Import the files of one period at a time")


def _query(table: Table) -> str:
    """The elements of the table's list with their places, each field by its path."""
    source = "SELECT * FROM releases"
    for steps, name in zip(_LISTS[table.name], table.key[2:], strict=True):
        source = f"""
            SELECT * EXCLUDE (item, elements), generate_subscripts(elements, 1) AS {name}, unnest(elements) AS item
            FROM (SELECT *, json_extract(item, '$.{steps}[*]') AS elements FROM ({source}))"""
    return f"SELECT {', '.join(_column(table, field) for field in table.fields)} FROM ({source})"


def _column(table: Table, field: Field) -> str:
    if field.name in table.key or field.name == "license":
        return field.name
    if field.name == "publishedDate":
        return 'published AS "publishedDate"'
    path = field.name.replace("/", ".").replace("[]", "[*]")
    if field.type == "texts" and "[*]" not in path:
        path += "[*]"
    return f"json_extract_string(item, '$.{path}') AS \"{field.name}\""


def _check_filled(dataset: Dataset, table: Table, elements: duckdb.DuckDBPyRelation) -> None:
    """JSON has no header: a key that was renamed shows as one that no element has."""
    required = [field for field in table.fields if field.is_required]
    counts = ", ".join(f'count(nullif("{field.name}", []))' if field.type == "texts" else f'count("{field.name}")' for field in required)
    total, *filled = elements.aggregate(f"count(*), {counts}").fetchall()[0]
    empty = [field.name for field, count in zip(required, filled, strict=True) if total and not count]
    if empty:
        raise ContractError(
            dataset.id, f"none of {total:,} {table.name} has {' or '.join(empty)}", "The agency may have renamed it: compare with the declared fields"
        )
