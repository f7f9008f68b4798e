"""The Harmonized Tariff Schedule of the United States as one table of lines, from the answers of its service or from a file of its archive.

The service and the archive's JSON name the columns `htsno, indent, …`, the archive's csv `HTS Number, Indent, …`; the lines are the same. Rates
stand where the schedule prints them: a line without one has that of the line above it with a smaller indent. Order is meaning, so lines are numbered.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from sources.archive import extract
from sources.delimited import engine, from_rows, land, read_texts
from sources.documents import read_json
from sources.errors import ContractError
from sources.fingerprint import sha256_of
from sources.spec import Dataset, Field, Parsed, Table, Vintage

LINES = Table(
    "lines",
    (
        Field("line", "Place of the line in the schedule, from 1", type="integer", unit="count"),
        Field("release", "Name of the release, such as 2026HTSRev4; empty for a file of the archive"),
        Field("htsno", "Number of 4, 6, 8 or 10 digits with points; empty for a heading that only groups the lines below"),
        Field("indent", "Depth below the chapter, from 0", type="integer", unit="count"),
        Field("description", "Text of the line, to be read below those of the lines that it is indented under"),
        Field("superior", "true for a heading without a number; the csv does not say", is_required=False),
        Field("units", "Units of quantity that are to be reported", type="texts"),
        Field("general", "Column 1 general rate of duty, as text: Free, 2.5%, 1.5¢/kg + 3%; empty where the line above has it"),
        Field("special", "Column 1 special rates with the programs that they are for, as text: Free (A,AU,S,S+)"),
        Field("other", "Column 2 rate of duty, as text"),
        Field("footnotes", "Footnotes of the line as JSON, such as the additional duties of chapter 99; the csv has none", is_required=False),
        Field("quotaQuantity", "Quota quantity, as text"),
        Field("additionalDuties", "Additional duties, as text"),
    ),
    key=("line",),
)
# The pages that the schedule is asked for in, from heading to heading.
RANGES = (("0100", "0999"), *((f"{first}000", f"{first}999") for first in range(1, 9)), ("9000", "9799"), ("9800", "9999"))
RELEASES = "releaseList.json"

_CHAPTERS = {f"{chapter:02}" for chapter in range(1, 100) if chapter != 77}  # 77 is reserved
_NAMES = [field.name for field in LINES.fields]
_OF_CSV = {
    "HTS Number": "htsno",
    "Indent": "indent",
    "Description": "description",
    "Unit of Quantity": "units",
    "General Rate of Duty": "general",
    "Special Rate of Duty": "special",
    "Column 2 Rate of Duty": "other",
    "Quota Quantity": "quotaQuantity",
    "Additional Duties": "additionalDuties",
}
_COMPARE = "The service may have changed its layout: compare with the declared fields"


@dataclass(frozen=True)
class Release:
    """One release of the schedule."""

    name: str
    started: Vintage


def current_release(dataset: Dataset, releases: bytes) -> Release:
    """The current release of the list; raises ContractError where there is not one."""
    listed = read_json(dataset, releases, RELEASES)
    try:
        current = [release for release in listed if release["status"] == "current"]
        (release,) = current
        return Release(release["name"], Vintage(datetime.strptime(release["releaseStartDate"], "%m/%d/%Y").date()))  # noqa: DTZ007
    except (TypeError, KeyError, ValueError) as error:
        raise ContractError(dataset.id, f"the list of releases names no current one ({error}): {str(listed)[:200]}", _COMPARE) from error


def parse_schedule(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `lines` of a whole schedule: pages of the service (zip), or a file of the archive (JSON or csv). Raises ContractError.

    Only the service's answer states its release.
    """
    with engine(folder, keeps_order=True) as connection:
        release, lines = _of_payload(dataset, connection, payload)
        _check_units(dataset, lines)
        name = f"'{release.name}'" if release else "NULL::VARCHAR"
        numbered = lines.project(f"""row_number() OVER () AS line, {name} AS release, * REPLACE (json_transform(units, '["VARCHAR"]') AS units)""")
        rows = land(dataset, LINES, numbered, folder)
        _check_chapters(dataset, lines)
    started = release.started if release else None
    day = started.date if started else None
    return Parsed({"lines": rows}, day, day, released=started)


def lines_fingerprint(payload: Path) -> str:
    """What the lines are, without the list of releases, which changes by itself."""
    if not zipfile.is_zipfile(payload):
        return sha256_of(payload)
    with zipfile.ZipFile(payload) as pages:
        lines = sorted((info.CRC, info.file_size) for info in pages.infolist() if info.filename != RELEASES)
    return hashlib.sha256(repr(lines).encode()).hexdigest()


def _of_payload(dataset: Dataset, connection: duckdb.DuckDBPyConnection, payload: Path) -> tuple[Release | None, duckdb.DuckDBPyRelation]:
    if zipfile.is_zipfile(payload):
        return _of_service(dataset, connection, payload)
    with payload.open("rb") as stream:
        is_json = stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"[", b"{"))
    if is_json:
        return None, from_rows(connection, _NAMES[2:], _rows(dataset, read_json(dataset, payload.read_bytes(), payload.name), payload.name))
    return None, _of_csv(dataset, connection, payload)


def _of_service(dataset: Dataset, connection: duckdb.DuckDBPyConnection, payload: Path) -> tuple[Release, duckdb.DuckDBPyRelation]:
    with TemporaryDirectory() as folder:
        members = {path.name: path.read_bytes() for path in extract(dataset, payload, r".*\.json", Path(folder))}
    if RELEASES not in members:
        raise ContractError(dataset.id, f"{payload.name} has no {RELEASES}; it has {sorted(members)[:5]}", "Fetch it with `warehouse refresh`")
    pages = {name: list(_rows(dataset, read_json(dataset, members[name], name), name)) for name in sorted(members) if name != RELEASES}
    _check_pages(dataset, pages)
    return current_release(dataset, members[RELEASES]), from_rows(connection, _NAMES[2:], (row for page in pages.values() for row in page))


def _of_csv(dataset: Dataset, connection: duckdb.DuckDBPyConnection, payload: Path) -> duckdb.DuckDBPyRelation:
    texts = read_texts(dataset, connection, payload)
    missing = [name for name in _OF_CSV if name not in texts.columns]
    if missing:
        raise ContractError(dataset.id, f"{payload.name} has no column {' and no '.join(map(repr, missing))}; it has {texts.columns}", _COMPARE)
    return texts.project(", ".join(f'"{column}" AS {name}' for column, name in _OF_CSV.items()))


def _rows(dataset: Dataset, answer: Any, name: str) -> Iterator[list[str | None]]:
    """The lines of one answer as texts; lists and footnotes as JSON, an empty text as None."""
    if not isinstance(answer, list) or not answer or not all(isinstance(line, dict) for line in answer):
        said = "has no line" if answer == [] else f"is no list of lines: {str(answer)[:200]}"
        raise ContractError(dataset.id, f"{name} {said}", "A range of the schedule is never empty: fetch it again later")
    known = {field.name for field in LINES.fields[2:] if field.is_required}
    missing = sorted(known - set(answer[0]))
    if missing:
        raise ContractError(dataset.id, f"the lines of {name} have no {' and no '.join(missing)}; they have {list(answer[0])}", _COMPARE)
    for line in answer:
        yield [_text(line.get(field)) for field in _NAMES[2:]]


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False) if value else None
    return str(value) if value not in (None, "") else None


def _check_pages(dataset: Dataset, pages: dict[str, list[list[str | None]]]) -> None:
    """Every range is there, and no number stands in two of them."""
    missing = [page_name(first) for first, _ in RANGES if page_name(first) not in pages]
    if missing:
        raise ContractError(dataset.id, f"the answers lack the pages {missing}", "Fetch it again: a schedule without them would be short")
    seen: dict[str, str] = {}
    for page, rows in pages.items():
        for number in {row[0] for row in rows if row[0]}:
            if seen.setdefault(number, page) != page:
                raise ContractError(dataset.id, f"{number} stands in {seen[number]} and in {page}", "The ranges overlap: fetch it again")


def page_name(first: str) -> str:
    return f"lines-{first}.json"


def _check_units(dataset: Dataset, lines: duckdb.DuckDBPyRelation) -> None:
    strange = lines.filter("units IS NOT NULL AND NOT json_valid(units)").project("htsno, units").limit(3).fetchall()
    if strange:
        raise ContractError(dataset.id, f"units are no JSON list of texts: {strange}", _COMPARE)


def _check_chapters(dataset: Dataset, lines: duckdb.DuckDBPyRelation) -> None:
    numbers = lines.project("regexp_extract(htsno, '^[0-9]{2}') AS chapter").distinct().fetchall()
    missing = sorted(_CHAPTERS - {chapter for (chapter,) in numbers})
    if missing:
        raise ContractError(
            dataset.id, f"the schedule lacks the chapters {', '.join(missing)}", "It is cut or an excerpt: take the whole schedule, chapters 01 to 99"
        )
