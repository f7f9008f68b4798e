"""Delimited text, sheets, documents and archives: what every parser reads with, and what it says of a bad file."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from sources import delimited
from sources.archive import extract
from sources.documents import read_json
from sources.errors import ContractError
from sources.pages import pack
from sources.sheets import sheets
from sources.spec import Cadence, Dataset, Field, Licence, Parsed, Table

ROWS = Table(
    "rows",
    (
        Field("code", "A code"),
        Field("n", "A number", type="number"),
        Field("on", "A day", type="date", is_required=False),
        Field("count", "A count", type="integer", is_required=False),
    ),
    key=("code",),
)
DATASET = Dataset(
    "madeup",
    "rows",
    "Rows",
    "https://example.org",
    (ROWS,),
    Cadence("annual", "0 9 * * 1", "UTC", 1, 1),
    Licence("None", "", ""),
    lambda dataset, payload, folder: Parsed({}, None, None),
)


def landed(folder: Path, body: bytes, **options: Any) -> list[tuple[Any, ...]]:
    """The rows of the Parquet that the text becomes."""
    payload = folder / "payload.csv"
    payload.write_bytes(body)
    with delimited.engine(folder, keeps_order=True) as connection:
        texts = delimited.read_texts(DATASET, connection, payload, **options)
        count = delimited.land(DATASET, ROWS, texts, folder)
    rows = duckdb.read_parquet(str(folder / "rows.parquet")).fetchall()
    assert len(rows) == count
    return rows


def test_texts_become_what_the_fields_say(tmp_path: Path) -> None:
    body = b"\xef\xbb\xbfcode,n,on,count\r\nNA,1.5,2026-07-01,3\r\n007,,,\r\n"
    assert landed(tmp_path, body) == [("NA", 1.5, date(2026, 7, 1), 3), ("007", None, None, None)]
    assert not (tmp_path / ".spill").exists()


def test_an_absent_optional_column_has_no_values_and_a_further_one_stays_text(tmp_path: Path) -> None:
    assert landed(tmp_path, b"code,n,new\nx,1,01\n") == [("x", 1.0, None, None, "01")]


def test_cells_may_run_over_lines_and_rows_be_numbered(tmp_path: Path) -> None:
    body = b'code,n\n"one\r\ntwo, ""three""",1\nplain,2\n'
    assert landed(tmp_path, body, numbered=True) == [('one\r\ntwo, "three"', 1.0, None, None, 1), ("plain", 2.0, None, None, 2)]


def test_a_file_without_a_header_is_given_one_and_lines_above_it_are_skipped(tmp_path: Path) -> None:
    assert landed(tmp_path, b"x;1\n", header=["code", "n"], delimiter=";") == [("x", 1.0, None, None)]
    assert landed(tmp_path, b"A banner\n\ncode,n\nx,1\n", skip=2) == [("x", 1.0, None, None)]


@pytest.mark.parametrize(("encoding", "byte"), [("cp1252", b"\x80"), ("latin-1", b"\xa4")])
def test_other_encodings_are_read_when_they_are_named(tmp_path: Path, encoding: str, byte: bytes) -> None:
    assert landed(tmp_path, b"code,n\n" + byte + b",1\n", encoding=encoding)[0][0] == byte.decode(encoding)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"code,m\nx,1\n", "the payload has no column 'n'; it has 'code', 'm'"),
        (b"code,n\nx,1\ny,zwei\n", r"column 'n' should hold a number, and 1 rows do not: \['zwei'\]"),
        (b"code,n,on\nx,1,01/07/2026\n", r"column 'on' should hold a date, and 1 rows do not: \['01/07/2026'\]"),
        (b"code,n,count\nx,1,1e99\n", r"column 'count' should hold an integer, and 1 rows do not: \['1e99'\]"),
        (b"code,n,count\nx,1,1.5\ny,1,2.0\n", r"column 'count' should hold an integer, and 1 rows do not: \['1.5'\]"),
        (b"code,n\nx,1\ny,2,3\n", "line 3 of payload.csv has 3 cells where the header has 2: y,2,3"),
        (b"code,n\nx,1\ny", "line 3 of payload.csv has 1 cells where the header has 2: y"),
        (b'code,n\nx,1\n"y,2\n', 'line 3 of payload.csv has a quote that does not close: "y,2'),
        (b"code,n\nx,1\n\xe9t\xe9,2\n", "payload.csv is not UTF-8 on line 3, it may be latin-1: été,2"),
        (b"code,Code,n\nx,y,1\n", r"payload.csv names columns twice: \['Code', 'code'\]"),
        (b",,\n1,2,3\n", "payload.csv has no header"),
    ],
)
def test_a_bad_file_is_refused_with_what_is_wrong(tmp_path: Path, body: bytes, said: str) -> None:
    with pytest.raises(ContractError, match=said):
        landed(tmp_path, body)


def test_bytes_that_the_named_encoding_does_not_have_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"payload\.csv is not cp1252: byte 0x81"):
        landed(tmp_path, b"code,n\n\x81,1\n", encoding="cp1252")


def test_rows_of_documents_are_texts_too(tmp_path: Path) -> None:
    with delimited.engine(tmp_path) as connection:
        texts = delimited.from_rows(connection, ["code", "n"], [["x", "1"], ["y", None]])
        assert delimited.land(DATASET, ROWS, texts, tmp_path) == 2
        assert delimited.from_rows(connection, ["code", "n"], []).fetchall() == []


# Sheets


def test_a_workbook_is_read_as_texts(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.title = "One"  # type: ignore[union-attr]
    for row in (["banner"], [], ["code", 8703, 1.5, True, date(2026, 7, 1)]):
        workbook.active.append(row)  # type: ignore[union-attr]
    workbook.save(tmp_path / "book.xlsx")
    assert sheets(DATASET, tmp_path / "book.xlsx") == {"One": [["banner", *[None] * 4], [None] * 5, ["code", "8703", "1.5", "TRUE", "2026-07-01"]]}


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_text("code,n\n")
    with pytest.raises(ContractError, match=r"book\.xlsx is no workbook that can be read"):
        sheets(DATASET, tmp_path / "book.xlsx")


# Documents


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"data": [1, 2', "answer.json breaks off at line 1, column 15"),
        (b'{"data": ["cut in a wo', "answer.json breaks off at line 1, column 11"),
        (b"<p>Sorry</p>", "answer.json is no JSON at line 1, column 1: …<p>Sorry</p>"),
        (b'{"a": "\xe9"}', "answer.json is not UTF-8 at byte 7"),
        (b"", "answer.json breaks off at line 1, column 1"),
    ],
)
def test_a_broken_document_is_refused_at_the_place_where_it_breaks(body: bytes, said: str) -> None:
    with pytest.raises(ContractError, match=said):
        read_json(DATASET, body, "answer.json")


def test_a_document_is_read_with_or_without_its_mark() -> None:
    assert read_json(DATASET, b'\xef\xbb\xbf{"a": null}', "answer.json") == {"a": None}


# Archives and pages


def test_the_same_answers_make_the_same_bytes(tmp_path: Path) -> None:
    payloads = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
        payloads.append(pack(folder, "answers", [("page-1.json", b"[1]"), ("page-2.json", b"[2]")], "https://example.org/rows").path.read_bytes())
    assert payloads[0] == payloads[1]


def test_members_are_found_wherever_they_lie(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("deep/within/ODPFN014_202607N.csv", "x")
        archive.writestr("ODPFN015_202607N.csv", "y")
    (path,) = extract(DATASET, tmp_path / "a.zip", r"ODPFN014_.*\.csv", tmp_path)
    assert (path.name, path.read_text()) == ("ODPFN014_202607N.csv", "x")
    with pytest.raises(ContractError, match=r"a.zip has no member like ODPFN016_.*; it has \['ODPFN014_202607N.csv', 'ODPFN015_202607N.csv'\]"):
        extract(DATASET, tmp_path / "a.zip", r"ODPFN016_.*", tmp_path)


def test_a_cut_archive_is_refused(tmp_path: Path) -> None:
    download = pack(tmp_path, "answers", [("page-1.json", b"[1]" * 1000)], "https://example.org/rows")
    download.path.write_bytes(download.path.read_bytes()[:-30])
    with pytest.raises(ContractError, match=r"answers\.zip is a truncated or damaged zip"):
        extract(DATASET, download.path, ".*", tmp_path)
