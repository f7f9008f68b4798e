"""Answers of UN Comtrade: rows of trade in JSON, one answer or a zip of several, to Parquet as published.

The pages of a zip are named for what was asked: `get-M-1of2.json` is the first of two answers that together hold the imports of the data
endpoint, `preview-X-1of1.json` the exports of the preview, which is asked for totals only. A page that is missing is an error, never fewer rows.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb

from sources.delimited import engine, land
from sources.documents import read_json
from sources.errors import ContractError, NotYet
from sources.fingerprint import content_fingerprint
from sources.spec import Dataset, Field, Parsed, Table

FLOWS = ("M", "X", "RX", "RM")
# So many rows and no more come with one answer; an answer that has them was cut off.
MOST_ROWS = {"get": 100_000, "preview": 500}

TRADE = Table(
    "trade",
    (
        Field("typeCode", "C, commodities"),
        Field("freqCode", "A, annual"),
        Field("refPeriodId", "First day of the period as YYYYMMDD", is_required=False),
        Field("refYear", "Year"),
        Field("refMonth", "52 for a year", is_required=False),
        Field("period", "Year"),
        Field("reporterCode", "Country that declares, in UN Comtrade's numbers: Canada 124, United States 842"),
        Field("reporterISO", "Its three letters; NULL in the preview", is_required=False),
        Field("reporterDesc", "Its name; NULL in the preview", is_required=False),
        Field("flowCode", "M imports, X exports, RX re-exports, RM re-imports; X and M contain them"),
        Field("flowDesc", "The flow in words; NULL in the preview", is_required=False),
        Field("partnerCode", "Country of origin of imports, of last known destination of exports; 0 all countries, 490 Other Asia, that is Taiwan"),
        Field("partnerISO", "Its three letters, W00 for all; NULL in the preview", is_required=False),
        Field("partnerDesc", "Its name; a name that ends with ', nes' is no country; NULL in the preview", is_required=False),
        Field("partner2Code", "Second partner, of consignment: always 0, all of them"),
        Field("partner2ISO", "Its three letters; NULL in the preview", is_required=False),
        Field("partner2Desc", "Its name; NULL in the preview", is_required=False),
        Field("classificationCode", "Edition of the Harmonized System that the country declared in: H3 is 2007, H6 is 2022"),
        Field("classificationSearchCode", "HS, as asked", is_required=False),
        Field("isOriginalClassification", "Whether the figures are in the edition that they were declared in", is_required=False),
        Field("cmdCode", "TOTAL, or two, four or six digits of the Harmonized System, zeros before them kept"),
        Field("cmdDesc", "The product in words; NULL in the preview", is_required=False),
        Field("aggrLevel", "Number of digits of the product, 0 for the total; NULL in the preview", is_required=False),
        Field("isLeaf", "Whether no finer product is below it; NULL in the preview", is_required=False),
        Field("customsCode", "Customs procedure: always C00, all of them"),
        Field("customsDesc", "The procedure in words; NULL in the preview", is_required=False),
        Field("mosCode", "Mode of supply of services: 0", is_required=False),
        Field("motCode", "Mode of transport: always 0, all of them"),
        Field("motDesc", "The mode in words; NULL in the preview", is_required=False),
        Field("qtyUnitCode", "Unit of qty: 5 is items, 8 kilograms, -1 none", is_required=False),
        Field("qtyUnitAbbr", "That unit in short; NULL in the preview", is_required=False),
        Field("qty", "Quantity; NULL where none is given", "number", "as stated", is_required=False),
        Field("isQtyEstimated", "Whether the United Nations estimated it", is_required=False),
        Field("altQtyUnitCode", "Unit of altQty", is_required=False),
        Field("altQtyUnitAbbr", "That unit in short; NULL in the preview", is_required=False),
        Field("altQty", "Quantity in a second unit; NULL where none is given", "number", "as stated", is_required=False),
        Field("isAltQtyEstimated", "Whether the United Nations estimated it", is_required=False),
        Field("netWgt", "Net weight in kilograms; NULL where none is given", "number", "as stated", is_required=False),
        Field("isNetWgtEstimated", "Whether the United Nations estimated it", is_required=False),
        Field("grossWgt", "Gross weight in kilograms; NULL or 0 where none is given", "number", "as stated", is_required=False),
        Field("isGrossWgtEstimated", "Whether the United Nations estimated it", is_required=False),
        Field("cifvalue", "Value with cost, insurance and freight, in current US dollars; NULL where none is given", "number", "USD"),
        Field("fobvalue", "Value free on board, in current US dollars; NULL where none is given", "number", "USD"),
        Field("primaryValue", "The value to use, in current US dollars: usually cif of imports and fob of exports", "number", "USD"),
        Field("legacyEstimationFlag", "How quantities were estimated, in an older code", is_required=False),
        Field("isReported", "Whether the country declared this very row", is_required=False),
        Field("isAggregate", "Whether the United Nations added it up from finer rows", is_required=False),
    ),
    key=("reporterCode", "period", "flowCode", "partnerCode", "cmdCode"),
)
_PAGE = re.compile(r"(get|preview)-([A-Z]+)-(\d+)of(\d+)\.json")
# Without these, the same trade stands in the answer as a total and in its parts.
_ALWAYS = {"typeCode": "C", "freqCode": "A", "partner2Code": "0", "customsCode": "C00", "motCode": "0"}
_AGAIN = "Fetch it again, or ask as https://comtradeapi.un.org/data/v1/get/C/A/HS describes"


def rows_of(dataset: Dataset, body: bytes, name: str) -> list[dict[str, Any]]:
    """The rows of one answer, none where there are no data. Raises ContractError where it is an error, a list of files or not whole."""
    answer = read_json(dataset, body, name)
    if not isinstance(answer, dict):
        raise ContractError(dataset.id, f"{name} is no answer of UN Comtrade, but {str(answer)[:200]}", _AGAIN)
    said = error_in(answer)
    if said:
        raise ContractError(dataset.id, f"UN Comtrade answered with the error {said[:200]!r} instead of data", _AGAIN)
    rows = answer.get("data")
    if not isinstance(rows, list) or answer.get("count") != len(rows):
        count = len(rows) if isinstance(rows, list) else "no"
        raise ContractError(dataset.id, f"{name} says that it has {answer.get('count')} rows, and has {count}", _AGAIN)
    if not all(isinstance(row, dict) for row in rows):
        raise ContractError(dataset.id, f"the rows of {name} are no records, but {str(rows[0])[:200]}", _AGAIN)
    if rows and "fileUrl" in rows[0]:
        raise ContractError(
            dataset.id, f"{name} is a list of files to download (its rows have {sorted(rows[0])[:6]} …), not data", "Import an answer of the data API"
        )
    return rows


def error_in(answer: dict[str, Any]) -> str:
    """What an answer says of an error, in either of the places where it may stand; empty for none."""
    told = answer.get("errorObject")
    return str((told.get("errorMessage") if isinstance(told, dict) else told) or answer.get("error") or "")


def parse_answers(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `trade`; raises ContractError, and NotYet where the answers have no data.

    All pages of the data endpoint are a complete vintage of a reporter and year. The preview and a single answer, of which nobody knows what was
    asked, are partial.
    """
    (trade,) = dataset.tables
    pages = _names(payload)
    if pages:
        _check_names(dataset, payload, pages)
    with tempfile.TemporaryDirectory(dir=folder) as scratch, engine(Path(scratch)) as connection:
        rows = land(dataset, trade, _texts(dataset, connection, payload, Path(scratch)), folder)
        landed = connection.read_parquet(str(folder / f"{trade.name}.parquet"))
        _check_totals(dataset, landed)
        reporter, year = _reporter_and_year(dataset, landed)
    is_complete = bool(pages) and all(name.startswith("get-") for name in pages)
    return Parsed({trade.name: rows}, date(year, 1, 1), date(year, 1, 1), is_complete, part=f"{reporter}-{year}")


def fingerprint(payload: Path) -> str:
    """That of the rows, in whatever order: the time that an answer took is no content. What cannot be read has that of its bytes."""
    try:
        answers = [json.loads(body) for _, body in _pages(payload)]
        rows = sorted(json.dumps(row, sort_keys=True) for row in chain.from_iterable(answer["data"] for answer in answers))
    except (ValueError, KeyError, TypeError):
        return content_fingerprint(payload)
    digest = hashlib.sha256()
    for row in rows:
        digest.update(row.encode() + b"\n")
    return digest.hexdigest()


def _names(payload: Path) -> list[str]:
    """The pages of a zip, none where the payload is a single answer."""
    if not zipfile.is_zipfile(payload):
        return []
    with zipfile.ZipFile(payload) as archive:
        return sorted(archive.namelist())


def _pages(payload: Path) -> Iterator[tuple[str, bytes]]:
    """Name and body of each answer; raises ValueError where the zip is damaged."""
    names = _names(payload)
    if not names:
        yield payload.name, payload.read_bytes()
        return
    try:
        with zipfile.ZipFile(payload) as archive:
            for name in names:
                yield name, archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise ValueError(f"{payload.name} is a damaged zip ({error})") from error


def _check_names(dataset: Dataset, payload: Path, names: list[str]) -> None:
    found = [match for name in names if (match := _PAGE.fullmatch(name))]
    wanted = {f"{match[1]}-{match[2]}-{number}of{match[4]}.json" for match in found for number in range(1, int(match[4]) + 1)}
    flows = {match[2] for match in found}
    missing = sorted(wanted - set(names)) + [f"the pages of {flow}" for flow in FLOWS if flow not in flows]
    if missing or len(found) != len(names) or len({match[1] for match in found}) != 1:
        raise ContractError(
            dataset.id,
            f"{payload.name} should have a page such as get-M-1of1.json for each of the flows {', '.join(FLOWS)}; it has {names[:8]}"
            + (f" and lacks {', '.join(missing)}" if missing else ""),
            "Fetch it again",
        )


def _texts(dataset: Dataset, connection: duckdb.DuckDBPyConnection, payload: Path, scratch: Path) -> duckdb.DuckDBPyRelation:
    """The rows of all pages, every value a text; raises NotYet where there is none."""
    lines = scratch / "rows.jsonl"
    names: dict[str, str] = {}
    with lines.open("w") as target:
        for name, rows in _checked(dataset, payload):
            if _is_cut_off(name, len(rows)):
                said = f"{name} has {len(rows):,} rows, as many as an answer can have, so it was cut off"
                raise ContractError(dataset.id, said, "Ask for fewer products or flows at a time")
            names |= dict.fromkeys(chain.from_iterable(rows), "VARCHAR")
            target.writelines(json.dumps(row) + "\n" for row in rows)
    if not names:
        raise NotYet(dataset.id, f"{payload.name} has no data for what was asked", "Ask again when the country has declared the year")
    return connection.read_json(str(lines), columns=names, format="newline_delimited")


def _checked(dataset: Dataset, payload: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    try:
        for name, body in _pages(payload):
            yield name, rows_of(dataset, body, name)
    except ValueError as error:
        raise ContractError(dataset.id, str(error), "Fetch it again") from error


def _is_cut_off(name: str, rows: int) -> bool:
    """Whether the answer is full; of one without a page's name, it is not known which endpoint gave it."""
    page = _PAGE.fullmatch(name)
    return rows >= MOST_ROWS[page[1]] if page else rows in MOST_ROWS.values()


def _check_totals(dataset: Dataset, rows: duckdb.DuckDBPyRelation) -> None:
    for field, only in _ALWAYS.items():
        others = rows.filter(f"{field} IS DISTINCT FROM '{only}'")
        examples = [value for (value,) in others.project(field).distinct().order(field).limit(3).fetchall()]
        if examples:
            raise ContractError(
                dataset.id,
                f"{len(others):,} rows have {field} {examples} instead of {only!r}: they are part of a total beside them, or of another kind",
                "Ask with partner2Code=0, motCode=0 and customsCode=C00 for annual trade in commodities",
            )


def _reporter_and_year(dataset: Dataset, rows: duckdb.DuckDBPyRelation) -> tuple[str, int]:
    found = rows.project("reporterCode, period").distinct().order("ALL").limit(3).fetchall()
    if len(found) != 1 or not re.fullmatch(r"\d{4}", str(found[0][1])):
        raise ContractError(dataset.id, f"the answer should be of one reporter and one year, and is of {found}", "Ask for one reporter and one year")
    ((reporter, period),) = found
    return str(reporter), int(period)
