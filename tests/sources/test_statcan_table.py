"""The parser of full tables: real recordings, round trips of made-up tables, and every way in which a file can be wrong."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources import contract, statcan_table
from sources.errors import ContractError
from sources.spec import Cadence, Dataset, Licence, Parsed
from sources.statcan_table import TABLES, parse_table

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings" / "statcan"
needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the folder of recordings is not here")

HEADER = ["REF_DATE", "GEO", "DGUID", "Trade", "UOM", "UOM_ID", "SCALAR_FACTOR", "SCALAR_ID", "VECTOR", "COORDINATE", "VALUE", "STATUS", "SYMBOL"]
HEADER += ["TERMINATED", "DECIMALS"]
IMPORT = ["2024-01", "Canada", "2016A000011124", "Import", "Dollars", "81", "millions ", "6", "v1", "1.1", "10.5", "", "", "", "1"]
EXPORT = ["2024-01", "Canada", "2016A000011124", "Export", "Dollars", "81", "millions ", "6", "v2", "1.2", "", "..", "", "t", "1"]


def dataset(product: str = "12100011") -> Dataset:
    return Dataset(
        provider="statcan",
        name=product,
        title="A table",
        source_url="https://example.org",
        tables=TABLES,
        cadence=Cadence("monthly", "30 8 * * *", "America/Toronto", 40, 70),
        licence=Licence("a licence", "https://example.org", "words"),
        parse=parse_table,
    )


def text(rows: list[list[str]], header: list[str] = HEADER) -> str:
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([header, *rows])
    return stream.getvalue()


def changed(row: list[str], **cells: str) -> list[str]:
    return [cells.get(name, cell) for name, cell in zip(HEADER, row, strict=True)]


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def parsed(folder: Path, content: str | bytes, **kwargs: Any) -> tuple[Parsed, Path]:
    payload = folder / "payload.csv"
    payload.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8-sig"))
    return parsed_payload(folder, payload, **kwargs)


def parsed_payload(folder: Path, payload: Path, product: str = "12100011") -> tuple[Parsed, Path]:
    landed = folder / "it's landed"
    landed.mkdir()
    result = parse_table(dataset(product), payload, landed)
    contract.check(dataset(product), landed, result)
    assert sorted(path.name for path in landed.iterdir()) == ["metadata.parquet", "observations.parquet", "series.parquet"]
    return result, landed


def rows(folder: Path, table: str) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(folder / f"{table}.parquet"))
        return [dict(zip(found.columns, row, strict=True)) for row in found.order("ALL").fetchall()]


def refusal(folder: Path, content: str | bytes) -> str:
    payload = folder / "payload.csv"
    payload.write_bytes(content if isinstance(content, bytes) else content.encode())
    return refusal_of(folder, payload)


def refusal_of(folder: Path, payload: Path) -> str:
    with pytest.raises(ContractError) as caught:
        parsed_payload(folder, payload)
    said = str(caught.value)
    assert said.startswith("statcan/12100011: ")
    assert "\n" not in said
    return said


# What real files hold


@needs_recordings
def test_daily_exchange_rates_land_whole(tmp_path: Path) -> None:
    result, landed = parsed_payload(tmp_path, RECORDINGS / "33100036-eng.zip", "33100036")
    assert result == Parsed({"observations": 90_086, "series": 27, "metadata": 60}, date(1981, 5, 4), date(2025, 6, 9))
    with duckdb.connect() as connection:
        observations = connection.read_parquet(str(landed / "observations.parquet"))
        assert observations.filter("STATUS = '..' AND VALUE IS NULL").aggregate("count(*)").fetchall() == [(12_495,)]
        assert observations.filter("VALUE IS NULL AND STATUS IS NULL").aggregate("count(*)").fetchall() == [(0,)]
        assert observations.filter("TERMINATED = 't'").aggregate("count(*)").fetchall() == [(19_269,)]
        assert observations.filter("REF_DATE = '1981-05-04' AND COORDINATE = '1.27'").project("VALUE, DECIMALS").fetchall() == [(98.84069746, "8")]
    metadata = rows(landed, "metadata")
    assert {"Cube Title", "Dimension ID", "Symbol Legend", "Survey Code"} <= {row["section"] for row in metadata}
    assert ["2", "U.S. dollar, daily average", "", "25", "", "", "", ""] in [row["cells"] for row in metadata]


@needs_recordings
def test_electricity_prices_land_whole_with_their_suppressions(tmp_path: Path) -> None:
    result, landed = parsed_payload(tmp_path, RECORDINGS / "18100204-eng.zip", "18100204")
    assert result.rows["observations"] == 11_804
    assert (result.data_from, result.data_through) == (date(1981, 1, 1), date(2018, 10, 1))
    assert {row["SCALAR_FACTOR"] for row in rows(landed, "series")} == {"units"}
    suppressed = [row for row in rows(landed, "observations") if row["STATUS"] == "x"]
    assert suppressed
    assert all(row["VALUE"] is None for row in suppressed)


@needs_recordings
@pytest.mark.parametrize("product", ["33100036", "18100204"])
def test_a_recording_lands_as_pythons_own_reader_sees_it(tmp_path: Path, product: str) -> None:
    _, landed = parsed_payload(tmp_path, RECORDINGS / f"{product}-eng.zip", product)
    with zipfile.ZipFile(RECORDINGS / f"{product}-eng.zip") as archive:
        published = csv.DictReader(io.TextIOWrapper(archive.open(f"{product}.csv"), "utf-8-sig"))
        expected = sorted((row["REF_DATE"], row["COORDINATE"], row["VALUE"], row["VECTOR"], row["UOM"], row["DECIMALS"]) for row in published)
    with duckdb.connect() as connection:
        found = connection.execute(
            f"""
            SELECT REF_DATE, COORDINATE, VALUE, VECTOR, UOM, DECIMALS
            FROM '{str(landed).replace("'", "''")}/observations.parquet' JOIN '{str(landed).replace("'", "''")}/series.parquet' USING (COORDINATE)
            ORDER BY ALL
            """
        ).fetchall()
    assert found == [(period, place, float(value) if value else None, *others) for period, place, value, *others in expected]


@needs_recordings
def test_the_variant_of_the_loading_database_has_no_mark_and_blank_last_lines(tmp_path: Path) -> None:
    result, _ = parsed_payload(tmp_path, RECORDINGS / "2010008501_databaseLoadingData.excerpt.csv", "20100085")
    assert result.rows["observations"] == 117


# What any table may hold

cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=12)
values = st.one_of(st.just(""), st.floats(allow_nan=False, allow_infinity=False).map(repr), st.integers(-(10**12), 10**12).map(str))


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    labels = draw(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=4))
    months = draw(st.integers(1, 4))
    return [
        [
            f"2024-{month:02d}",
            geo,
            "",
            trade,
            uom,
            "81",
            "units ",
            "0",
            f"v{place}",
            f"1.{place}",
            draw(values),
            draw(st.sampled_from(["", "..", "x"])),
            "",
            "",
            "1",
        ]
        for month in range(1, months + 1)
        for place, (geo, trade, uom) in enumerate(labels, 1)
    ]


@settings(max_examples=60, deadline=None)
@given(
    table=tables(),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    mark=st.sampled_from(["", "\ufeff"]),
)
def test_what_pythons_writer_wrote_lands_cell_by_cell(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]], line_end: str, quoting: Any, mark: str
) -> None:
    stream = io.StringIO()
    csv.writer(stream, quoting=quoting, lineterminator=line_end).writerows([HEADER, *table])
    folder = tmp_path_factory.mktemp("round trip")
    result, landed = parsed(folder, (mark + stream.getvalue() + line_end).encode())
    assert result.rows["observations"] == len(table)
    series = {row["COORDINATE"]: row for row in rows(landed, "series")}
    found = {(row["REF_DATE"], row["COORDINATE"]): {**series[row["COORDINATE"]], **row} for row in rows(landed, "observations")}
    for published in table:
        expected: dict[str, Any] = {name: cell or None for name, cell in zip(HEADER, published, strict=True)}
        expected["VALUE"] = float(expected["VALUE"]) if expected["VALUE"] else None
        expected["SCALAR_FACTOR"] = "units"
        assert found[expected["REF_DATE"], expected["COORDINATE"]] == expected


@pytest.mark.parametrize("chunk", [1, 200, 5_000])
@pytest.mark.parametrize("block", [700, 4_096])
def test_chunks_of_any_size_hold_whole_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int, block: int) -> None:
    monkeypatch.setattr(statcan_table, "_CHUNK", chunk)
    monkeypatch.setattr(statcan_table, "_BLOCK", block)
    table = [
        changed(
            IMPORT,
            REF_DATE=f"{1900 + year}",
            COORDINATE=f"{decade}.{place}",
            Trade=f'a "{place}"\n"2024-01","Canada"\n\n{decade}',
            VALUE=f"{year}.{place}",
            STATUS="p" if year == 39 else "",
        )
        for year in range(40)
        for decade in range(1 + year // 10)
        for place in range(1, 6)
    ]
    result, landed = parsed(tmp_path, text(table))
    assert result.rows == {"observations": len(table), "series": 20, "metadata": 0}
    assert {(row["COORDINATE"], row["Trade"]) for row in rows(landed, "series")} == {(row[9], row[3]) for row in table}
    found = {(row["REF_DATE"], row["COORDINATE"], row["VALUE"], row["STATUS"] or "") for row in rows(landed, "observations")}
    assert found == {(row[0], row[9], float(row[10]), row[11]) for row in table}


@pytest.mark.parametrize(
    ("periods", "first", "last"),
    [
        (["1999", "2000"], date(1999, 1, 1), date(2000, 1, 1)),
        (["2024-02", "2023-11"], date(2023, 11, 1), date(2024, 2, 1)),
        (["2024-02-29", "2024-03-01"], date(2024, 2, 29), date(2024, 3, 1)),
        (["2022/2023", "2023/2024"], date(2022, 1, 1), date(2023, 1, 1)),
    ],
)
def test_the_span_is_read_from_every_form_of_period(tmp_path: Path, periods: list[str], first: date, last: date) -> None:
    result, _ = parsed(tmp_path, text([changed(IMPORT, REF_DATE=period) for period in periods]))
    assert (result.data_from, result.data_through) == (first, last)


def test_a_label_that_changes_with_time_stays_with_the_rows(tmp_path: Path) -> None:
    _, landed = parsed(
        tmp_path, text([IMPORT, changed(IMPORT, REF_DATE="2024-02", DGUID="2021A000011124"), changed(EXPORT, REF_DATE="2024-02", UOM="")])
    )
    assert [(row["REF_DATE"], row["COORDINATE"], row["DGUID"]) for row in rows(landed, "observations")] == [
        ("2024-01", "1.1", "2016A000011124"),
        ("2024-02", "1.1", "2021A000011124"),
        ("2024-02", "1.2", "2016A000011124"),
    ]
    series = rows(landed, "series")
    assert [(row["COORDINATE"], row["UOM"]) for row in series] == [("1.1", "Dollars"), ("1.2", None)]
    assert "DGUID" not in series[0]


def test_a_label_that_comes_and_goes_is_no_function_of_the_coordinate(tmp_path: Path) -> None:
    _, landed = parsed(tmp_path, text([IMPORT, changed(IMPORT, REF_DATE="2024-02", UOM="")]))
    assert [row["UOM"] for row in rows(landed, "observations")] == ["Dollars", None]


def test_optional_columns_that_are_absent_land_without_values(tmp_path: Path) -> None:
    _, landed = parsed(tmp_path, 'REF_DATE,COORDINATE,Value,Age\n2024,1.1,5,"15 to 24"\n')
    nothing = {"STATUS": None, "SYMBOL": None, "TERMINATED": None, "DECIMALS": None}
    assert rows(landed, "observations") == [{"REF_DATE": "2024", "COORDINATE": "1.1", "VALUE": 5.0, **nothing}]
    absent = dict.fromkeys(["GEO", "DGUID", "UOM", "UOM_ID", "SCALAR_FACTOR", "SCALAR_ID", "VECTOR"])
    assert rows(landed, "series") == [{"COORDINATE": "1.1", "Age": "15 to 24", **absent}]


def test_dimensions_called_like_the_agencys_columns_get_their_position_as_a_suffix(tmp_path: Path) -> None:
    content = 'REF_DATE,Value,Status,Vintage,,"It\'s ""x""",COORDINATE,VALUE,STATUS\n2024,Current,Married,1990s,?,y,1.1,5,E\n'
    _, landed = parsed(tmp_path, content)
    (observation,), (series,) = rows(landed, "observations"), rows(landed, "series")
    assert (observation["VALUE"], observation["STATUS"]) == (5.0, "E")
    labels = {"Value (2)": "Current", "Status (3)": "Married", "Vintage (4)": "1990s", "column (5)": "?", 'It\'s "x"': "y"}
    assert {name: cell for name, cell in series.items() if cell is not None} == {"COORDINATE": "1.1", **labels}


def test_dimensions_may_be_called_anything_else(tmp_path: Path) -> None:
    names = ["id", "Label", "mark", "rows", "Line", "select", "a b", "é"]
    _, landed = parsed(tmp_path, f"REF_DATE,{','.join(names)},COORDINATE,VALUE\n2024,{','.join(names)},1.1,5\n2025,{','.join(names[::-1])},1.1,6\n")
    assert [[row[name] for name in names] for row in rows(landed, "observations")] == [names, names[::-1]]


def test_values_keep_all_their_digits(tmp_path: Path) -> None:
    written = ["0.1", "-0.30000000000000004", "1e-5", "123456789012345678", " 7 ", ".5"]
    _, landed = parsed(tmp_path, text([changed(IMPORT, REF_DATE=f"{2000 + place}", VALUE=value) for place, value in enumerate(written)]))
    assert [row["VALUE"] for row in rows(landed, "observations")] == [float(value) for value in written]


def test_a_zip_may_use_the_large_format_and_hold_no_metadata(tmp_path: Path) -> None:
    payload = tmp_path / "12100011-eng.zip"
    with zipfile.ZipFile(payload, "w") as archive, archive.open("12100011.csv", "w", force_zip64=True) as member:
        member.write(text([IMPORT, EXPORT]).encode("utf-8-sig"))
    result, landed = parsed_payload(tmp_path, payload)
    assert result.rows == {"observations": 2, "series": 2, "metadata": 0}
    assert rows(landed, "metadata") == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "latin-1"])
def test_metadata_is_read_leniently(tmp_path: Path, encoding: str) -> None:
    metadata = (
        '"Cube Title","Product Id"\r\n"Résumé of ""trade""","12100011"\r\n\r\n"Note ID",Note\r\n'
        '"1","the so-called "basis" is stated, or not"\r\n"2","one\r\ntwo"\r\n"3","never closed\r\n\r\n"Symbol Legend"\r\n"x",suppressed\r\n'
    )
    payload = zipped(tmp_path / "a.zip", {"12100011.csv": text([IMPORT]).encode(), "12100011_MetaData.csv": metadata.encode(encoding)})
    _, landed = parsed_payload(tmp_path, payload)
    assert [(row["section"], row["line"], row["cells"]) for row in sorted(rows(landed, "metadata"), key=lambda row: row["line"])] == [
        ("Cube Title", 1, ["Cube Title", "Product Id"]),
        ("Cube Title", 2, ['Résumé of "trade"', "12100011"]),
        ("Note ID", 4, ["Note ID", "Note"]),
        ("Note ID", 5, ["1", 'the so-called "basis" is stated, or not']),
        ("Note ID", 6, ["2", "one\ntwo"]),
        ("Note ID", 8, ["3", '"never closed']),
        ("Symbol Legend", 10, ["Symbol Legend"]),
        ("Symbol Legend", 11, ["x", "suppressed"]),
    ]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text('",\n\r a', max_size=60).map(str.encode))
def test_metadata_never_fail_the_data(metadata: bytes) -> None:
    lines = statcan_table._metadata_lines(metadata)
    assert all(line > 0 for _, line, _ in lines)
    assert len({line for _, line, _ in lines}) == len(lines)


# What is refused


@pytest.mark.parametrize("column", ["VALUE", "COORDINATE", "REF_DATE"])
def test_a_header_without_a_required_column_is_shown(tmp_path: Path, column: str) -> None:
    said = refusal(tmp_path, text([IMPORT], [name if name != column else "Other" for name in HEADER]))
    assert f"no column {column}" in said
    assert '"SCALAR_FACTOR"' in said


def test_latin_1_is_refused_with_the_line_that_shows_it(tmp_path: Path) -> None:
    said = refusal(tmp_path, text([IMPORT, changed(EXPORT, GEO="Québec")]).encode("latin-1"))
    assert "line 3 of the data is not UTF-8, it may be latin-1" in said
    assert "Québec" in said


@pytest.mark.parametrize("delimiter", [";", ","])
def test_the_french_edition_is_refused_with_the_address_of_the_english_one(tmp_path: Path, delimiter: str) -> None:
    header = delimiter.join(f'"{name}"' for name in ["PÉRIODE DE RÉFÉRENCE", "GÉO", "DGUID", "Commerce", "COORDONNÉES", "VALEUR"])
    said = refusal(tmp_path, header + "\n")
    assert "French edition" in said
    assert "https://www150.statcan.gc.ca/n1/tbl/csv/12100011-eng.zip" in said


def test_texts_that_are_no_numbers_are_shown_with_their_place(tmp_path: Path) -> None:
    said = refusal(tmp_path, text([IMPORT, changed(IMPORT, REF_DATE="2024-02", VALUE="1,5"), changed(EXPORT, VALUE="n/a")]))
    assert "REF_DATE='2024-02', COORDINATE='1.1', VALUE='1,5'" in said
    assert "REF_DATE='2024-01', COORDINATE='1.2', VALUE='n/a'" in said


@pytest.mark.parametrize("value", ["nan", "inf", "-Infinity"])
def test_values_are_finite(tmp_path: Path, value: str) -> None:
    assert "REF_DATE='2024-01', COORDINATE='1.1'" in refusal(tmp_path, text([changed(IMPORT, VALUE=value)]))


def test_repeated_keys_are_shown(tmp_path: Path) -> None:
    said = refusal(tmp_path, text([IMPORT, EXPORT, changed(IMPORT, VALUE="11")]))
    assert "REF_DATE='2024-01', COORDINATE='1.1' (2 times)" in said


@pytest.mark.parametrize("cell", ["REF_DATE", "COORDINATE"])
def test_a_row_needs_its_key(tmp_path: Path, cell: str) -> None:
    assert f"{cell}=None" in refusal(tmp_path, text([EXPORT, changed(IMPORT, **{cell: ""})]))


@pytest.mark.parametrize("period", ["January 2024", "2024-13", "24", "2024-01-32"])
def test_a_period_of_another_form_is_shown(tmp_path: Path, period: str) -> None:
    assert period in refusal(tmp_path, text([changed(IMPORT, REF_DATE=period)]))


@pytest.mark.parametrize(("row", "number"), [(IMPORT[:-1], 14), ([*IMPORT, "more"], 16)])
def test_a_ragged_row_is_shown_with_its_line(tmp_path: Path, row: list[str], number: int) -> None:
    said = refusal(tmp_path, text([IMPORT, EXPORT, row]))
    assert f"line 4 has {number} cells where the header has 15" in said
    assert "2024-01" in said


def test_the_line_of_a_ragged_row_counts_the_chunks_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statcan_table, "_CHUNK", 500)
    monkeypatch.setattr(statcan_table, "_BLOCK", 600)
    table = [changed(IMPORT, REF_DATE=str(1900 + year)) for year in range(50)]
    assert "line 52 has 3 cells" in refusal(tmp_path, text([*table, ["2024", "a", "b"], *table]))


def test_a_quote_that_never_closes_is_refused(tmp_path: Path) -> None:
    assert "quote that does not close" in refusal(tmp_path, text([IMPORT]) + '"2024-02","Canada')


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b'{"message": "down"}', b"<html><body>down</body></html>", b"\x00\x01\x02\xff", b"a\rb\r"])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    refusal(tmp_path, content)


def test_a_header_alone_is_refused(tmp_path: Path) -> None:
    assert "no row" in refusal(tmp_path, text([]))


def _real(folder: Path) -> bytes:
    table = [changed(IMPORT, REF_DATE=f"{year}-{month:02d}", VALUE=f"{year * month}.5") for year in range(1900, 2000) for month in range(1, 13)]
    return zipped(folder / "whole.zip", {"12100011.csv": text(table).encode("utf-8-sig")}).read_bytes()


def test_a_truncated_zip_is_refused_wherever_it_is_cut(tmp_path: Path) -> None:
    whole = _real(tmp_path)
    for number, length in enumerate([3, 100, len(whole) // 2, len(whole) - 30, len(whole) - 1]):
        folder = tmp_path / str(number)
        folder.mkdir()
        payload = folder / "12100011-eng.zip"
        payload.write_bytes(whole[:length])
        assert "truncated or damaged zip" in refusal_of(folder, payload)


def test_a_damaged_member_is_refused_as_damage_not_as_bad_data(tmp_path: Path) -> None:
    whole = bytearray(_real(tmp_path))
    whole[len(whole) // 2] ^= 0xFF
    payload = tmp_path / "12100011-eng.zip"
    payload.write_bytes(whole)
    assert "truncated or damaged zip" in refusal_of(tmp_path, payload)


def test_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    payload = tmp_path / "12100011-eng.zip"
    with zipfile.ZipFile(payload, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("12100011.csv", text([IMPORT]))
    payload.write_bytes(payload.read_bytes().replace(b"10.5", b"10.6"))
    assert "Bad CRC-32" in refusal_of(tmp_path, payload)


def test_the_table_of_another_product_is_refused_naming_both(tmp_path: Path) -> None:
    for name, payload in {
        "in a zip": zipped(tmp_path / "12100011-eng.zip", {"12100012.csv": text([IMPORT]).encode()}),
        "bare": tmp_path / "12100012.csv",
    }.items():
        payload.exists() or payload.write_text(text([IMPORT]))
        folder = tmp_path / name
        folder.mkdir()
        said = refusal_of(folder, payload)
        assert "12100012, not of 12100011" in said
        assert "statcan/12100012" in said


@pytest.mark.parametrize("members", [{"readme.txt": b"no table"}, {"12100011.csv": b"", "other.csv": b""}])
def test_a_zip_holds_one_table(tmp_path: Path, members: dict[str, bytes]) -> None:
    said = refusal_of(tmp_path, zipped(tmp_path / "12100011-eng.zip", members))
    assert "one csv of data" in said
    assert all(name in said for name in members)


def test_a_refusal_leaves_no_scratch_behind(tmp_path: Path) -> None:
    refusal(tmp_path, text([changed(IMPORT, VALUE="n/a")]))
    assert [path.name for path in (tmp_path / "it's landed").iterdir() if path.name.startswith(".")] == []
