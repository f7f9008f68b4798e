"""The monthly import database of the Census Bureau: zips of fixed width. All figures here are made up."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from sources import intake, registry
from sources.errors import ContractError, PermanentError, SourceError, TransientError
from sources.http import ATTEMPTS
from sources.landing import Attempt, Landing
from sources.spec import Vintage
from sources.us_census_agency import live_months, released_months
from sources.us_census_imports_detail import DETAIL, FIRST_MONTH, SUMS, Layout
from tests.sources.loopback import Cut, Fault, File, Loopback, Refuse, Slow, serve

DATASET = registry.dataset("us_census/imports_detail")
COUNTRY, COMMODITY, DISTRICT = SUMS
# Without the files of sums, which most tests of the agency can do without.
ONLY_DETAIL = {"IMP_CTY": "", "IMP_COMM": "", "IMP_DE": ""}
ZIP = "/trade/downloads/2026/Merch/im_m/IMDB2607.ZIP"
MODIFIED = "Thu, 03 Sep 2026 14:10:00 GMT"

Row = Mapping[str, str | int]

CELL = {"commodity": "8703230190", "cty_code": "1220", "cty_subco": "S", "dist_entry": "38", "dist_unlad": "38", "rate_prov": "18"}
ROWS: tuple[Row, ...] = (
    {**CELL, "cards_mo": 3, "con_val_mo": 123_456_789_012, "gen_val_mo": 123_456_789_000, "con_qy1_mo": 5, "con_val_yr": 200_000_000_000},
    {**CELL, "cty_subco": "S+", "commodity": "0401100000", "con_val_mo": 1_000, "dut_val_mo": 1_000, "cal_dut_mo": 75, "rate_prov": "64"},
    {**CELL, "cty_subco": "0", "rate_prov": "10", "dist_entry": "07", "con_val_mo": 500, "cnt_cha_mo": 9, "cnt_cha_yr": 10},
    # Of an earlier month of the year: zero in this one.
    {**CELL, "cty_code": "5700", "cty_subco": "0", "rate_prov": "69", "con_val_yr": 77},
)


def line(layout: Layout, row: Row, year: int = 2026, month: int = 7) -> str:
    values = {"year": year, "month": f"{month:02}", **row}
    widths = {name: width for name, (_, width) in layout.columns.items()}
    return "".join(
        f"{values.get(field.name, 0):0{widths[field.name]}}" if field.type == "integer" else f"{values.get(field.name, ''):{widths[field.name]}}"
        for field in layout.table.fields
    )


def sums(layout: Layout, rows: Sequence[Row], **texts: str) -> list[Row]:
    """The rows of a file of sums, computed in another way than the parser does."""
    (key,) = layout.table.key
    found: dict[str, dict[str, str | int]] = {}
    for row in rows:
        total = found.setdefault(str(row[key]), {key: row[key], **texts})
        for number in layout.numbers:
            total[number] = int(total.get(number, 0)) + int(row.get(number, 0))
    return list(found.values())


def month_zip(rows: Sequence[Row] = ROWS, month: int = 7, *, year: int = 2026, **members: str | bytes) -> bytes:
    """A zip as the Bureau packs it, with the case of its names; members by keyword take the place of those or come on top."""
    files: dict[str, str | bytes] = {"IMP_DETL": "".join(line(DETAIL, row, year, month) + "\r\n" for row in rows)}
    for layout, texts in ((COUNTRY, {"cty_name": "SOMEWHERE"}), (COMMODITY, {"comm_desc": "MADE UP, CAF\xe9", "unit_qy1": "NO"}), (DISTRICT, {})):
        files[layout.member] = "".join(line(layout, row, year, month) + "\r\n" for row in sums(layout, rows, **texts))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("Documentation/IMP_DETL.lay", "a description")
        for name, text in (files | members).items():
            if text:
                body = text.encode("latin-1") if isinstance(text, str) else text
                target.writestr(f"{name.replace('IMP_CTY', 'imp_CTY')}.txt", body)
    return archive.getvalue()


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "data")


def imported(landing: Landing, body: bytes, name: str = "IMDB2607.ZIP") -> Attempt:
    path = landing.data_dir.parent / name
    path.write_bytes(body)
    return intake.land_file(landing, DATASET, path, Vintage.parse("2026-09-03"))


def table(landing: Landing, name: str, part: str = "2026-07", vintage: str = "2026-09-03") -> list[dict[str, Any]]:
    landed = duckdb.read_parquet(str(landing.folder(DATASET.id, vintage, part) / f"{name}.parquet"), hive_partitioning=False)
    return [dict(zip(landed.columns, row, strict=True)) for row in landed.fetchall()]


# The layout


def test_records_are_as_long_as_the_layouts_of_the_bureau_say() -> None:
    assert {layout.member: layout.length for layout in (DETAIL, *SUMS)} == {"IMP_DETL": 688, "IMP_CTY": 580, "IMP_COMM": 732, "IMP_DE": 578}


def test_columns_stand_where_the_layout_puts_them() -> None:
    stated = {
        "commodity": (1, 10),
        "cty_code": (11, 14),
        "cty_subco": (15, 16),
        "dist_entry": (17, 18),
        "dist_unlad": (19, 20),
        "rate_prov": (21, 22),
        "year": (23, 26),
        "month": (27, 28),
        "cards_mo": (29, 43),
        "con_qy2_mo": (59, 73),
        "con_val_mo": (74, 88),
        "dut_val_mo": (89, 103),
        "cal_dut_mo": (104, 118),
        "con_cha_mo": (119, 133),
        "con_cif_mo": (134, 148),
        "gen_qy1_mo": (149, 163),
        "gen_val_mo": (179, 193),
        "gen_cif_mo": (209, 223),
        "air_val_mo": (224, 238),
        "ves_val_mo": (269, 283),
        "cnt_val_mo": (314, 328),
        "cnt_cha_mo": (344, 358),
        "cards_yr": (359, 373),
        "cnt_cha_yr": (674, 688),
    }
    places = {name: (first, first + width - 1) for name, (first, width) in DETAIL.columns.items()}
    assert {name: places[name] for name in stated} == stated


# A month


def test_a_month_lands_as_published(landing: Landing) -> None:
    attempt = imported(landing, month_zip())
    (vintage,) = landing.vintages(DATASET.id)
    assert (attempt.outcome, attempt.part, attempt.rows) == ("landed", "2026-07", 4)
    assert (vintage.data_from, vintage.data_through, vintage.is_complete) == (date(2026, 7, 1), date(2026, 7, 1), True)
    assert sorted(path.name for path in landing.folder(DATASET.id, "2026-09-03", "2026-07").iterdir()) == [
        "commodity.parquet",
        "country.parquet",
        "detail.parquet",
        "district.parquet",
        "vintage.json",
    ]
    detail = {row["commodity"] + row["cty_subco"] + row["cty_code"]: row for row in table(landing, "detail")}
    vehicles = detail["8703230190S1220"]
    assert (vehicles["con_val_mo"], vehicles["gen_val_mo"], vehicles["con_val_yr"]) == (123_456_789_012, 123_456_789_000, 200_000_000_000)
    assert (vehicles["year"], vehicles["month"], vehicles["rate_prov"], vehicles["con_qy1_mo"]) == ("2026", "07", "18", 5)
    assert (detail["0401100000S+1220"]["cal_dut_mo"], detail["870323019001220"]["dist_entry"]) == (75, "07")
    assert (detail["870323019001220"]["cnt_cha_mo"], detail["870323019001220"]["cnt_cha_yr"]) == (9, 10)
    assert detail["870323019005700"]["con_val_mo"] == 0


def test_sums_land_with_their_names_and_units(landing: Landing) -> None:
    imported(landing, month_zip())
    assert {row["cty_code"]: (row["cty_name"], row["con_val_mo"]) for row in table(landing, "country")} == {
        "1220": ("SOMEWHERE", 123_456_790_512),
        "5700": ("SOMEWHERE", 0),
    }
    assert {(row["comm_desc"], row["unit_qy1"], row["unit_qy2"]) for row in table(landing, "commodity")} == {("MADE UP, CAFé", "NO", None)}
    assert {row["dist_entry"]: row["dist_name"] for row in table(landing, "district")} == {"38": None, "07": None}


def test_a_zip_without_sums_lands_with_empty_tables(landing: Landing) -> None:
    imported(landing, month_zip(**ONLY_DETAIL))
    assert [len(table(landing, name)) for name in ("detail", "country", "commodity", "district")] == [4, 0, 0, 0]


def detail_with(old: str, new: str) -> str:
    return "".join(line(DETAIL, row) + "\r\n" for row in ROWS).replace(old, new, 1)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"<!DOCTYPE html><html><title>Page Not Found</title>", "is a web page .'Page Not Found'., not data", id="web page"),
        pytest.param(month_zip()[:-200], "is a truncated or damaged zip", id="truncated"),
        pytest.param(month_zip(IMP_DETL="", IMP_CTY="", IMP_COMM="", IMP_DE="", EXP_DETL="1"), "has no member like .*IMP_", id="exports"),
        pytest.param(month_zip(IMP_DETL=""), "the zip has no IMP_DETL.TXT; it has ..IMP_COMM., .IMP_CTY., .IMP_DE..", id="no detail"),
        pytest.param(
            month_zip(IMP_DETL=detail_with("\r\n", "0\r\n")), "IMP_DETL.txt should have 688 characters, and has .688, 689.", id="a longer line"
        ),
        pytest.param(month_zip(IMP_DETL=line(DETAIL, ROWS[0])[:358]), "should have 688 characters, and has .358.", id="no year to date"),
        pytest.param(month_zip(IMP_DETL=line(DETAIL, ROWS[0])[:300]), "should have 688 characters, and has .300.", id="a cut line"),
        pytest.param(month_zip(IMP_DETL="\r\n"), "should have 688 characters, and has .0.", id="an empty line"),
        pytest.param(
            month_zip(IMP_DETL=detail_with("202607", "202606")), "should be of one month, and is of ..2026-06., .2026-07..", id="two months"
        ),
        pytest.param(month_zip(month=13), "should be of one month, and is of ..2026-13..", id="no month"),
        pytest.param(
            month_zip(IMP_CTY=line(COUNTRY, {"cty_code": "1220"}, month=6)), "of different months: ..2026-06., .2026-07..", id="sums of another month"
        ),
        pytest.param(
            month_zip(IMP_DETL=detail_with("000123456789012", "00012345678901x")),
            "column 'con_val_mo' should hold an integer, and 1 rows do not: ..00012345678901x..",
            id="a letter in a number",
        ),
        pytest.param(month_zip(IMP_DETL=detail_with("000123456789012", " " * 15)), "column 'con_val_mo' should hold an integer", id="a blank number"),
        pytest.param(
            month_zip(({**ROWS[0], "commodity": "87032301"},)), "column 'commodity' has ..87032301.., which should match", id="a short code"
        ),
        pytest.param(month_zip(({**ROWS[0], "cty_code": "CA"},)), "column 'cty_code' has ..CA.., which should match", id="another country code"),
        pytest.param(month_zip(({**ROWS[0], "cty_subco": "s"},)), "column 'cty_subco' has ..s..", id="another programme"),
        pytest.param(month_zip(({**ROWS[0], "rate_prov": ""},)), "column 'rate_prov' has .None., which should match", id="no rate provision"),
        pytest.param(month_zip((*ROWS, ROWS[0])), "table 'detail' has 1 keys .* more than once: commodity='8703230190'", id="a doubled row"),
        pytest.param(month_zip(IMP_DETL=b"\xff" * 688 + b"\r\n"), "IMP_DETL.txt cannot be read", id="not ascii"),
        pytest.param(
            month_zip(IMP_DETL="".join(line(DETAIL, row) + "\r\n" for row in ROWS[:-2])),
            "states other sums than IMP_DETL has: .*con_val_mo of cty_code 1220 is 123,456,790,512, not 123,456,790,012",
            id="a row too few",
        ),
    ],
)
def test_a_bad_zip_is_refused_with_the_offending_values(landing: Landing, body: bytes, reason: str) -> None:
    with pytest.raises(ContractError, match=reason):
        imported(landing, body)
    assert not landing.vintages(DATASET.id)
    assert [attempt.outcome for attempt in landing.attempts(DATASET.id)] == ["failed"]


def test_a_month_that_lost_its_scale_or_its_rows_is_refused(landing: Landing) -> None:
    imported(landing, month_zip())
    with pytest.raises(ContractError, match=r"the sum of 'con_val_mo' in 07 was 1.234567905e\+11 and is 500"):
        imported(landing, month_zip([{**row, "con_val_mo": 500 if place == 0 else 0} for place, row in enumerate(ROWS)]))
    with pytest.raises(ContractError, match="it has 3 rows where 4 are held already"):
        imported(landing, month_zip(ROWS[:3]))


# The calendar


@pytest.mark.parametrize(
    ("day", "newest"),
    [("2026-08-30", "2026-06"), ("2026-08-31", "2026-07"), ("2026-09-03", "2026-07"), ("2026-03-02", "2025-12"), ("2027-01-31", "2026-12")],
)
def test_a_month_may_be_out_thirty_one_days_after_its_end(day: str, newest: str) -> None:
    months = released_months(FIRST_MONTH, date.fromisoformat(day))
    assert (months[0], months[-1]) == ("2020-07", newest)
    assert list(months) == sorted(set(months))


def test_the_newest_months_are_live_and_last_year_while_it_is_revised() -> None:
    assert live_months(FIRST_MONTH, date(2026, 9, 3)) == ("2026-04", "2026-05", "2026-06", "2026-07")
    in_june = live_months(FIRST_MONTH, date(2026, 6, 9))
    assert in_june == (*(f"2025-{month:02}" for month in range(1, 13)), "2026-01", "2026-02", "2026-03", "2026-04")
    assert live_months(FIRST_MONTH, date(2026, 2, 3)) == ("2025-09", "2025-10", "2025-11", "2025-12")


# The agency


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """The Bureau in the afternoon of a release of July; back-offs are not waited for."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-09-03T18:00:00Z")
    with serve() as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_US_CENSUS", running.base_url)
        running.files[ZIP] = File(month_zip(**ONLY_DETAIL), etag='"july"', last_modified=MODIFIED, content_type="application/zip")
        yield running


def fetch(landing: Landing, part: str = "2026-07") -> Attempt:
    return intake.fetch(landing, DATASET, part)


def test_a_month_is_fetched_as_of_the_day_on_which_its_file_was_made(agency: Loopback, landing: Landing) -> None:
    attempt = fetch(landing)
    assert (attempt.outcome, attempt.part, attempt.vintage, attempt.rows) == ("landed", "2026-07", "2026-09-03", 4)
    assert [request.path for request in agency.requests] == [ZIP]


def test_a_month_that_is_held_costs_one_conditional_request(agency: Loopback, landing: Landing) -> None:
    fetch(landing)
    agency.requests.clear()
    assert fetch(landing).outcome == "unchanged"
    assert [request.headers["If-None-Match"] for request in agency.requests] == ['"july"']


def test_a_revised_month_is_a_vintage_of_its_own(agency: Loopback, landing: Landing) -> None:
    fetch(landing)
    revised = [{**ROWS[0], "con_val_mo": 123_456_789_099}, *ROWS[1:]]
    agency.files[ZIP] = File(month_zip(revised, **ONLY_DETAIL), etag='"revised"', last_modified="Tue, 08 Jun 2027 14:00:00 GMT")
    assert fetch(landing).vintage == "2027-06-08"
    assert [vintage.vintage for vintage in landing.vintages(DATASET.id)] == ["2026-09-03", "2027-06-08"]


def test_a_refresh_asks_for_the_live_months_and_takes_what_is_out(agency: Loopback, landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-08-31T18:00:00Z")
    agency.files = {f"/trade/downloads/2026/Merch/im_m/IMDB26{month:02}.ZIP": File(month_zip(month=month, **ONLY_DETAIL)) for month in (4, 5, 6)}
    outcomes = {attempt.part: attempt.outcome for attempt in intake.refresh(landing, DATASET)}
    assert outcomes == {"2026-04": "landed", "2026-05": "landed", "2026-06": "landed", "2026-07": "not_yet"}


def test_a_month_that_is_not_out_is_an_answer(agency: Loopback, landing: Landing) -> None:
    agency.files.clear()
    attempt = fetch(landing)
    assert attempt.outcome == "not_yet"
    assert "2026-07 is not out" in attempt.reason
    assert len(agency.requests) == 1


def test_a_month_that_should_long_be_out_is_an_error(agency: Loopback, landing: Landing) -> None:
    with pytest.raises(PermanentError, match=r"IMDB2501\.ZIP answered 404"):
        fetch(landing, "2025-01")
    assert len(agency.requests) == 1


@pytest.mark.parametrize("part", ["July", "2026", "imports-2026-07"])
def test_what_is_no_month_is_not_asked_for(agency: Loopback, landing: Landing, part: str) -> None:
    with pytest.raises(PermanentError, match=f"there is no part '{part}'. The newest part is 2026-07"):
        fetch(landing, part)
    assert not agency.requests


def test_another_month_than_was_asked_for_is_refused(agency: Loopback, landing: Landing) -> None:
    agency.files[ZIP] = File(month_zip(month=6))
    with pytest.raises(ContractError, match="the payload is of 2026-06, and 2026-07 was asked for"):
        fetch(landing)


@pytest.mark.parametrize("fault", [Refuse(503), Cut(400), Slow(0.2)])
def test_what_passes_is_asked_again_until_nothing_is_missing(agency: Loopback, landing: Landing, fault: Fault) -> None:
    agency.faults.append(fault)
    assert fetch(landing).rows == 4
    assert len(agency.requests) == (1 if isinstance(fault, Slow) else 2)


@pytest.mark.parametrize(
    ("refusal", "error", "requests"),
    [
        (Refuse(503), TransientError, ATTEMPTS),
        (Refuse(403, "Forbidden"), PermanentError, 1),
        (Refuse(301, "", {"Location": "https://www2.census.gov/elsewhere"}), PermanentError, 1),
        (Refuse(200, "<html>Down for maintenance</html>", {"Content-Type": "text/html"}), ContractError, 1),
    ],
)
def test_what_lasts_is_an_error(agency: Loopback, landing: Landing, refusal: Refuse, error: type[SourceError], requests: int) -> None:
    agency.faults.extend([refusal] * ATTEMPTS)
    with pytest.raises(error):
        fetch(landing)
    assert len(agency.requests) == requests
    assert not landing.vintages(DATASET.id)


def test_the_key_of_the_interface_does_not_go_to_the_files(
    agency: Loopback, landing: Landing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("CENSUS_API_KEY", "planted-0123456789")
    fetch(landing)
    assert "planted" not in caplog.text + "".join(f"{request.path}{request.headers}" for request in agency.requests)
