"""`warehouse import`: real files land as published, and each kind of bad file ends in one line that names the data set and the reason."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import duckdb
import pytest

from sources.landing import Attempt, Landing
from tests.end_to_end.command import Answer, Warehouse
from tests.sources.agency import HEADER, table_csv, table_zip

TABLE = "statcan/12100011"


@pytest.fixture
def empty(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "data")


def attempts(warehouse: Warehouse, dataset: str) -> list[Attempt]:
    return list(Landing(warehouse.data_dir).attempts(dataset))


@pytest.mark.parametrize(("product", "rows"), [("33100036", 90_086), ("18100204", 11_804)])
def test_a_real_table_lands_with_all_its_rows(recordings: Path, empty: Warehouse, product: str, rows: int) -> None:
    dataset = f"statcan/{product}"
    answer = empty("import", dataset, str(recordings / "statcan" / f"{product}-eng.zip"))
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"{dataset}: landed as vintage ")
    assert f"{rows:,} rows" in answer.out
    (vintage,) = empty.vintages
    assert duckdb.sql(f"from '{empty.data_dir / vintage}/observations.parquet'").aggregate("count(*)").fetchall() == [(rows,)]
    (attempt,) = attempts(empty, dataset)
    assert (attempt.outcome, attempt.rows, attempt.method) == ("landed", rows, "import")


def test_the_same_file_twice_is_one_vintage(empty: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "12100011-eng.zip"
    file.write_bytes(table_zip("2026-07"))
    first, second = (empty("import", TABLE, str(file), "--vintage", "2026-09-03") for _ in range(2))
    assert (first.code, second.code) == (0, 0)
    assert "unchanged as vintage 2026-09-03" in second.out
    assert empty.vintages == {f"landing/{TABLE}/vintage=2026-09-03"}


def _truncated_zip() -> bytes:
    return table_zip("2026-07")[:-200]


def _zip_with_damaged_content() -> bytes:
    whole = bytearray(table_zip("2026-07"))
    whole[120:160] = bytes(40)
    return bytes(whole)


def _web_page() -> bytes:
    return b"<!DOCTYPE html>\n<html><head><title>Service unavailable</title></head><body>Sorry</body></html>"


def _csv_without_value() -> bytes:
    lines = [",".join(cells for position, cells in enumerate(line.split(",")) if position != 13) for line in table_csv("2026-03").splitlines()]
    return "\r\n".join(lines).encode()


def _latin_1_data() -> bytes:
    return table_csv("2026-03").replace("United States", "États-Unis").replace("\ufeff", "").encode("latin-1")


def _zip_of_latin_1_data() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("12100011.csv", _latin_1_data())
    return archive.getvalue()


def _zip_without_the_table() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("readme.txt", "nothing here")
    return archive.getvalue()


def _text_for_a_number() -> bytes:
    return table_csv("2026-03").replace('"102.0"', '"n/a"').encode()


def _header_only() -> bytes:
    return f"{HEADER}\r\n".encode()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("12100011-eng.zip", _truncated_zip(), "truncated or damaged zip"),
        ("12100011-eng.zip", _zip_with_damaged_content(), "zip"),
        ("12100011-eng.zip", _web_page(), "is a web page ('Service unavailable'), not data"),
        ("12100011.csv", _web_page(), "is a web page"),
        ("12100011.csv", _csv_without_value(), "no column VALUE"),
        ("12100011.csv", _latin_1_data(), "UTF-8"),
        ("12100011-eng.zip", _zip_of_latin_1_data(), "UTF-8"),
        ("12100011-eng.zip", _zip_without_the_table(), "should hold one csv of data"),
        ("12100011.csv", _text_for_a_number(), "n/a"),
        ("12100011.csv", _header_only(), "no row"),
        ("12100011.csv", b"", "is empty"),
    ],
    ids=[
        "truncated zip",
        "damaged zip",
        "web page called zip",
        "web page called csv",
        "no VALUE",
        "latin-1 csv",
        "latin-1 zip",
        "zip without the table",
        "text for a number",
        "header only",
        "empty file",
    ],
)
def test_a_bad_file_is_refused_in_one_line(empty: Warehouse, tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    answer = empty("import", TABLE, str(file))
    assert_refused(answer, TABLE, reason)
    assert empty.vintages == set()
    (attempt,) = attempts(empty, TABLE)
    assert (attempt.outcome, attempt.vintage) == ("failed", None)
    assert reason in attempt.reason
    assert not [path.name for path in empty.data_dir.rglob("*.parquet")]


def test_a_bad_file_leaves_the_last_good_vintage(empty: Warehouse, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(table_zip("2026-07"))
    bad.write_bytes(table_zip("2026-08")[:-200])
    assert empty("import", TABLE, str(good), "--vintage", "2026-09-03").code == 0
    before = {path: path.read_bytes() for path in (empty.data_dir / "landing").rglob("*") if path.is_file()}
    assert_refused(empty("import", TABLE, str(bad), "--vintage", "2026-10-06"), TABLE, "truncated")
    assert {path: path.read_bytes() for path in (empty.data_dir / "landing").rglob("*") if path.is_file()} == before
    assert [attempt.outcome for attempt in attempts(empty, TABLE)] == ["landed", "failed"]
    status = empty("status", "--format", "csv").out
    assert "truncated" in next(line for line in status.splitlines() if line.startswith(f"{TABLE},failed"))


def test_metadata_in_latin_1_may_be(empty: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "12100011-eng.zip"
    with zipfile.ZipFile(file, "w") as target:
        target.writestr("12100011.csv", table_csv("2026-03"))
        target.writestr("12100011_MetaData.csv", '"Cube Title","Product Id"\r\n"Commerce extérieur","12100011"\r\n'.encode("latin-1"))
    answer = empty("import", TABLE, str(file))
    assert (answer.code, answer.err) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("import", "nobody/x", "file.csv"), "nobody/x: no provider is called 'nobody'"),
        (("import", "statcan/trade", "file.csv"), "statcan/trade: Statistics Canada has no data set called 'trade'"),
        (("import", TABLE, "/no/such/file.zip"), f"{TABLE}: there is no file /no/such/file.zip"),
        (("import", TABLE, "file.csv", "--vintage", "September"), "'September' is not a vintage"),
        (("refresh", "nobody/x"), "nobody/x: no provider is called 'nobody'"),
    ],
)
def test_a_wrong_request_is_one_line(empty: Warehouse, arguments: tuple[str, ...], said: str) -> None:
    answer = empty(*arguments)
    assert_refused(answer, "", said)
    assert empty.vintages == set()


def test_an_answer_without_data_lands_nothing_and_says_so(empty: Warehouse, tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    answer.write_text('{"elapsedTime": "0.21 secs", "count": 0, "data": [], "error": ""}')
    assert_refused(empty("import", "un_comtrade/annual_hs", str(answer)), "", "un_comtrade/annual_hs: nothing landed: ")
    assert empty.vintages == set()


def test_a_refused_file_counts_until_the_right_one_lands(empty: Warehouse, tmp_path: Path) -> None:
    page, series = tmp_path / "page.html", tmp_path / "ALTSALES.csv"
    page.write_text("<html><title>Sorry</title></html>")
    series.write_text("observation_date,ALTSALES\n2026-07-01,15.5\n")

    def state() -> str:
        rows = json.loads(empty("status", "--format", "json").out)
        return next(str(row["state"]) for row in rows if row["dataset"] == "fred/series")

    assert empty("import", "fred/series", str(page)).code == 1
    assert state() == "failed"
    assert empty("import", "fred/series", str(series), "--vintage", "2026-08-05").code == 0
    assert state() == "current"


def assert_refused(answer: Answer, dataset: str, reason: str) -> None:
    assert answer.code == 1
    (line,) = answer.error_lines
    assert line.startswith(f"Error {dataset}")
    assert reason in line
    assert "Traceback" not in answer.out + answer.err


def test_a_vintage_of_tomorrow_is_refused(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "data")
    file = Path(__file__).resolve().parents[2] / "sources/reference/statcan/12100011/2026-10-06.csv"
    answer = warehouse.here("import", "statcan/12100011", str(file), "--partial", "--vintage", "2030-01-01")
    assert answer.code == 1
    assert "later than today" in answer.err
    assert warehouse.vintages == set()
