"""The three checks: of the bytes, of the landed tables, of the size against the vintage before."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from sources import contract
from sources.errors import ContractError
from sources.spec import Cadence, Dataset, Field, Gap, Gate, Licence, Magnitude, Parsed, Shrunk, Table

FACTS = Table(
    "facts",
    (
        Field("month", "Month"),
        Field("product", "Code, empty for all products"),
        Field("value", "Figure", type="number", unit="CAD"),
        Field("note", "Words", is_required=False),
    ),
    key=("month", "product"),
)
NOTES = Table("notes", (Field("line", "Line", type="integer", unit="count"), Field("cells", "Cells", type="texts")), key=("line",))
NO_NOTES = "SELECT 1::BIGINT AS line, ['a'] AS cells LIMIT 0"
ROW = "SELECT '2024-01' AS month, '27' AS product, 1.5::DOUBLE AS value"


def dataset(*gates: Gate) -> Dataset:
    return Dataset(
        provider="agency",
        name="figures",
        title="Figures",
        source_url="https://example.org",
        tables=(FACTS, NOTES),
        cadence=Cadence("monthly", "30 8 * * *", "America/Toronto", 40, 70),
        licence=Licence("a licence", "https://example.org", "words"),
        parse=lambda dataset, payload, folder: Parsed({}, None, None),
        gates=gates,
    )


def check(folder: Path, facts: str, notes: str = NO_NOTES, rows: int = 1) -> None:
    for name, query in {"facts": facts, "notes": notes}.items():
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT parquet)")
    contract.check(dataset(), folder, Parsed({"facts": rows, "notes": 0}, None, None))


def refusal(folder: Path, facts: str, notes: str = NO_NOTES, rows: int = 1) -> str:
    with pytest.raises(ContractError) as caught:
        check(folder, facts, notes, rows)
    assert str(caught.value).startswith("agency/figures: ")
    return str(caught.value)


def sniffed(folder: Path, content: bytes, name: str = "payload") -> str:
    """What is said against the bytes, nothing where they pass."""
    path = folder / name
    path.write_bytes(content)
    try:
        contract.sniff(dataset(), path)
    except ContractError as error:
        return str(error)
    return ""


# The bytes


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \r\n\n"])
def test_nothing_is_no_data(tmp_path: Path, content: bytes) -> None:
    assert "payload is empty" in sniffed(tmp_path, content)


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><title>Service unavailable</title>",
        b"\xef\xbb\xbf\n  <HTML><head><title> Service unavailable </title>",
        b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html><title>Service unavailable</title>',
        b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>503</Code><Message>Service unavailable</Message></Error>',
    ],
)
def test_a_web_page_or_an_error_document_is_refused_with_its_headline(tmp_path: Path, content: bytes) -> None:
    said = sniffed(tmp_path, content)
    assert "is a web page ('Service unavailable'), not data" in said
    assert "again" in said


@pytest.mark.parametrize(
    "content",
    [b'{"status": "SUCCESS"}', b"[]", b"a,b\n<html>,1\n", b'<?xml version="1.0"?><CompactData/>', b"PAR1...", b"\x1f\x8b\x08", b"1"],
)
def test_what_may_be_data_passes(tmp_path: Path, content: bytes) -> None:
    assert sniffed(tmp_path, content) == ""


def test_a_zip_that_does_not_open_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as archive:
        archive.writestr("a.csv", "a,b\n" * 1000)
    whole = (tmp_path / "whole.zip").read_bytes()
    assert sniffed(tmp_path, whole) == ""
    assert "truncated or damaged zip" in sniffed(tmp_path, whole[:-40])


# The landed tables


def test_landed_tables_that_keep_the_contract_pass(tmp_path: Path) -> None:
    check(tmp_path, f"{ROW} UNION ALL SELECT '2024-01', NULL, NULL UNION ALL SELECT '2024-02', NULL, 1")
    check(tmp_path, f"SELECT *, 'a note' AS note, 'more' AS further FROM ({ROW})")


def test_a_table_that_was_not_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="no table 'facts'"):
        contract.check(dataset(), tmp_path, Parsed({"facts": 1, "notes": 0}, None, None))


def test_missing_columns_are_named_with_those_that_came(tmp_path: Path) -> None:
    assert "lacks the columns ['value']; it has ['month', 'product', 'Value ($)']" in refusal(
        tmp_path, "SELECT '2024-01' AS month, '27' AS product, 1.5 AS \"Value ($)\""
    )


@pytest.mark.parametrize(
    ("facts", "notes", "words"),
    [
        (ROW.replace("'27'", "27"), NO_NOTES, "'product' of table 'facts' landed as INTEGER, its field says VARCHAR"),
        (ROW.replace("DOUBLE", "VARCHAR"), NO_NOTES, "'value' of table 'facts' landed as VARCHAR, its field says DOUBLE"),
        (ROW + ", 1 AS note", NO_NOTES, "'note' of table 'facts' landed as INTEGER, its field says VARCHAR"),
        (ROW, "SELECT 1::BIGINT AS line, 'a' AS cells", "'cells' of table 'notes' landed as VARCHAR, its field says VARCHAR[]"),
    ],
)
def test_types_are_the_fields(tmp_path: Path, facts: str, notes: str, words: str) -> None:
    assert words in refusal(tmp_path, facts, notes)


@pytest.mark.parametrize(("product", "shown"), [("'27'", "'27'"), ("NULL", "None")])
def test_repeated_keys_are_counted_and_shown_with_an_empty_cell_as_a_value(tmp_path: Path, product: str, shown: str) -> None:
    row = f"SELECT '2024-01' AS month, {product}::VARCHAR AS product, 1.5::DOUBLE AS value"
    said = refusal(tmp_path, f"{row} UNION ALL {row} UNION ALL {row} UNION ALL SELECT '2024-02', 'x', 1")
    assert "table 'facts' has 1 keys ('month', 'product') more than once" in said
    assert f"month='2024-01', product={shown} (3 times)" in said


@pytest.mark.parametrize("at_once", [1, 2, 3, 1000])
def test_a_repeated_key_is_found_however_many_passes_it_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(contract, "_HASHES_AT_ONCE", at_once)
    months = "SELECT printf('%d-%02d', 2000 + n // 12, n % 12 + 1) AS month, '27' AS product, 1.5::DOUBLE AS value FROM range(40) AS r(n)"
    check(tmp_path, months, rows=40)
    said = refusal(tmp_path, f"{months} UNION ALL SELECT '2001-06', '27', 2.5", rows=41)
    assert "1 keys ('month', 'product') more than once: month='2001-06', product='27' (2 times)" in said


def test_the_key_of_every_table_is_held(tmp_path: Path) -> None:
    assert "line=7 (2 times)" in refusal(tmp_path, ROW, "SELECT 7::BIGINT AS line, ['a'] AS cells UNION ALL SELECT 7, ['b']")


def test_a_first_table_without_rows_is_refused(tmp_path: Path) -> None:
    assert "no row for 'facts'" in refusal(tmp_path, ROW + " LIMIT 0", rows=0)


# The gates


def test_a_vintage_may_shrink_as_far_as_the_gate_allows(tmp_path: Path) -> None:
    gated = dataset(Shrunk(0.02, "series end, tables do not"))
    contract.check_gates(gated, tmp_path, 98, 100, None)
    contract.check_gates(gated, tmp_path, 200, 100, None)
    with pytest.raises(ContractError, match=r"9,700 rows where 10,000 are held already: 3.0% fewer, and at most 2.0% may go \(series end"):
        contract.check_gates(gated, tmp_path, 9_700, 10_000, None)


def test_without_a_gate_or_a_vintage_before_any_size_passes(tmp_path: Path) -> None:
    contract.check_gates(dataset(), tmp_path, 1, 1_000_000, None)
    contract.check_gates(dataset(Shrunk(0.0, "none may go")), tmp_path, 1, None, None)


@pytest.fixture
def two_vintages(tmp_path: Path) -> Callable[[str, str], tuple[Path, Path]]:
    """Folders of a new vintage and of the one before it, from the rows of their first table as SQL."""

    def write(new: str, held: str) -> tuple[Path, Path]:
        folders = tmp_path / "new", tmp_path / "held"
        for folder, rows in zip(folders, (new, held), strict=True):
            folder.mkdir()
            duckdb.sql(f"SELECT * FROM (VALUES {rows}) AS rows(month, value)").write_parquet(str(folder / "facts.parquet"))
        return folders

    return write


def test_no_period_that_was_held_may_be_gone(two_vintages: Callable[[str, str], tuple[Path, Path]]) -> None:
    gated = dataset(Gap("month", "months are never withdrawn"))
    new, held = two_vintages("('2024-01', 1), ('2024-03', 1), ('2024-04', 1)", "('2024-01', 1), ('2024-02', 1), ('2024-03', 1), ('2024-03', 2)")
    contract.check_gates(gated, new, 3, 3, None)
    with pytest.raises(ContractError, match=r"lacks 1 periods of 'month' that are held already: \['2024-02'\] \(months are never withdrawn"):
        contract.check_gates(gated, new, 3, 3, held)
    contract.check_gates(gated, held, 3, 3, held)


def test_a_scale_that_moved_is_noticed(two_vintages: Callable[[str, str], tuple[Path, Path]]) -> None:
    gated = dataset(Magnitude("value", "month", 10, "revisions are small"))
    new, held = two_vintages("('2024-01', 5000.0), ('2024-02', -6.0), ('2024-03', 9e9)", "('2024-01', 5.0), ('2024-02', 7.0), ('2024-02', NULL)")
    with pytest.raises(ContractError, match=r"the sum of 'value' in 2024-01 was 5 and is 5,000, 1,000 times as much or as little, where 10 is"):
        contract.check_gates(gated, new, 3, 3, held)
    contract.check_gates(dataset(Magnitude("value", "month", 1001, "anything goes")), new, 3, 3, held)
