"""USITC: the tariff's lines, DataWeb's answers and exported reports, and the bundled sums. Answers made here are synthetic."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import openpyxl
import pytest

from sources import contract, intake, registry
from sources.errors import ContractError, PermanentError, SourceError, TransientError
from sources.http import ATTEMPTS
from sources.landing import Attempt, Landing
from sources.providers.usitc import months
from sources.spec import Parsed, Vintage
from sources.usitc_dataweb import CHAPTERS, MOST_ROWS, Question, questions
from sources.usitc_hts import RANGES
from tests.payloads.recordings import RECORDINGS, recording
from tests.sources.loopback import Cut, Fault, Loopback, Refuse, Request, Slow, serve

HTS, DATAWEB, REPORTS, SHARES = "usitc/hts", "usitc/dataweb", "usitc/dataweb_reports", "usitc/usmca_shares"
UTILIZATION, EXPORTS = "usitc/usmca_utilization", "usitc/us_exports"
FIGURES = RECORDINGS.parent / "figures"
PAGE = {"Content-Type": "text/html"}
TOKEN = "planted-token"


def parsed(dataset: str, payload: Path, folder: Path) -> Parsed:
    declared = registry.dataset(dataset)
    folder.mkdir()
    result = declared.parse(declared, payload, folder)
    contract.check(declared, folder, result)
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{table.name}.parquet" for table in declared.tables)
    return result


def table(folder: Path, name: str) -> duckdb.DuckDBPyRelation:
    return duckdb.read_parquet(str(folder / f"{name}.parquet"))


def written(folder: Path, content: str | bytes, name: str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal(dataset: str, payload: Path, folder: Path) -> str:
    with pytest.raises(ContractError) as caught:
        parsed(dataset, payload, folder)
    return str(caught.value)


# Recordings


def test_the_recorded_tariff_lands_line_by_line(tmp_path: Path) -> None:
    """35,859 lines, 6,017 of them without a number, 13,611 with a general rate: every cell by the csv module."""
    path = recording("usitc/hts_2025_basic_edition.csv")
    result = parsed(HTS, path, tmp_path / "landed")
    assert result == Parsed({"lines": 35_859}, None, None)
    published = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))[1:]
    landed = table(tmp_path / "landed", "lines").order("line")
    columns = "htsno, indent, description, units, general, special, other, quotaQuantity, additionalDuties"
    rows = landed.project(columns).fetchall()
    assert [(row[0], int(row[1]), row[2], json.loads(row[3]) if row[3] else None, *row[4:]) for row in published] == [
        (row[0] or "", row[1], row[2] or "", row[3], *(cell or "" for cell in row[4:])) for row in rows
    ]
    assert landed.filter("htsno IS NULL").aggregate("count(*)").fetchall() == [(6_017,)]
    assert landed.filter("general IS NOT NULL").aggregate("count(*)").fetchall() == [(13_611,)]
    assert landed.aggregate("min(line), max(line), count(release)").fetchall() == [(1, 35_859, 0)]


EXPORTS_REPORT = "usitc/dataweb_us_exports_hs2_by_country_2020_2025.xlsx"
DUTIES_REPORT = "usitc/dataweb_customs_value_and_duties_naics3_2024_2025.xlsx"


@pytest.fixture(scope="module")
def exports_report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Parsed, Path]:
    """The largest recorded report, parsed once."""
    folder = tmp_path_factory.mktemp("report") / "landed"
    return parsed(REPORTS, recording(EXPORTS_REPORT), folder), folder


def rows_in(path: Path) -> int:
    """The rows of a workbook, counted in its XML."""
    with zipfile.ZipFile(path) as members:
        return sum(members.read(name).count(b"<row ") for name in members.namelist() if name.startswith("xl/worksheets/"))


def test_a_recorded_report_by_year_lands_and_adds_up(exports_report: tuple[Parsed, Path]) -> None:
    """17,773 rows of six years by their XML, less parameters, banner, header and total. A year of zeros is not where the data end."""
    result, folder = exports_report
    assert rows_in(recording(EXPORTS_REPORT)) - 33 - 4 == 17_773
    released = Vintage(date(2025, 8, 7))
    assert result == Parsed({"figures": 6 * 17_773, "parameters": 33}, date(2020, 1, 1), date(2024, 1, 1), is_complete=False, released=released)
    totals = dict(table(folder, "figures").aggregate('"Year", sum("Value")').fetchall())
    assert totals == {"2020": 1429995404019, "2021": 1757743725422, "2022": 2072648047840, "2023": 2020479165519, "2024": 2061690757601, "2025": 0}


def test_a_recorded_report_by_month_lands_and_adds_up(tmp_path: Path) -> None:
    """Twice 704 rows by their XML, less parameters, headers and totals."""
    result = parsed(REPORTS, recording(DUTIES_REPORT), tmp_path / "landed")
    assert rows_in(recording(DUTIES_REPORT)) - 33 - 4 == 2 * 704
    released = Vintage(date(2026, 1, 16))
    assert result == Parsed({"figures": 1_408, "parameters": 33}, date(2024, 1, 1), date(2025, 10, 1), is_complete=False, released=released)
    figures = table(tmp_path / "landed", "figures")
    totals = figures.aggregate('"Data Type", sum("Value"), count("NAIC Number"), count("HTS Number")').order("ALL").fetchall()
    assert totals == [("Calculated Duties", 285_010_567_273, 704, 0), ("Customs Value", 6_108_749_923_589, 704, 0)]


def test_parameters_of_a_report_are_kept_in_order(exports_report: tuple[Parsed, Path]) -> None:
    parameters = table(exports_report[1], "parameters").order("Line").project('"Name", "Value"').fetchall()
    assert parameters[2] == ("Trade Flow", "Total Exports")
    assert parameters[8] == ("Years", "2020, 2021, 2022, 2023, 2024, 2025")


@pytest.mark.parametrize(("name", "month"), [("usmca_product_shares_2025_06.csv", "2025-06"), ("usmca_product_shares_2025_07.csv", "2025-07")])
def test_recorded_shares_land_as_the_month_of_their_name(tmp_path: Path, name: str, month: str) -> None:
    """40,260 rows by `wc -l` less the header; the sums of both values by the csv module."""
    path = recording(f"usitc/{name}")
    result = parsed(SHARES, path, tmp_path / "landed")
    day = date.fromisoformat(f"{month}-01")
    assert result == Parsed({"shares": 40_260}, day, day, part=month)
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    sums = table(tmp_path / "landed", "shares").aggregate("sum(total_value)::BIGINT, sum(usmca_value)::BIGINT").fetchall()
    assert sums == [(sum(int(row["total_value"]) for row in rows), sum(int(row["usmca_value"]) for row in rows))]


# The tariff


def line(number: str, indent: int = 0, **cells: Any) -> dict[str, Any]:
    known = {"description": "made up", "superior": None, "units": [], "general": "", "special": "", "other": "", "footnotes": []}
    return {"htsno": number, "indent": str(indent)} | known | {"quotaQuantity": None, "additionalDuties": None} | cells


def schedule() -> dict[str, list[dict[str, Any]]]:
    """A heading of each chapter and one line below it, by the range that they are asked for in."""
    pages: dict[str, list[dict[str, Any]]] = {first: [] for first, _ in RANGES}
    for chapter in range(1, 100):
        if chapter != 77:
            first = max(start for start, _ in RANGES if start <= f"{chapter:02}01")
            pages[first] += [line(f"{chapter:02}01"), line(f"{chapter:02}01.10.00", 1, general="2.5%", units=["No.", "kg"])]
    return pages


RELEASES = [
    {"name": "2026HTSRev4", "releaseStartDate": "04/06/2026", "status": "current"},
    {"name": "2026HTSRev3", "releaseStartDate": "03/12/2026", "status": "archived"},
]


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """The Commission on a Thursday in April 2026; nobody waits for a turn or after an error."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setattr("sources.http._await_turn", lambda provider: None)
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-04-09T18:00:00Z")
    monkeypatch.setenv("USITC_DATAWEB_TOKEN", TOKEN)
    with serve() as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_USITC", running.base_url)
        running.answers["/reststop/releaseList"] = RELEASES
        pages = schedule()
        running.answers["/reststop/exportList"] = lambda request: pages[request.query["from"]]
        yield running


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "data")


def fetch_tariff(landing: Landing) -> Attempt:
    return intake.fetch(landing, registry.dataset(HTS))


def test_a_release_lands_on_its_day_by_ranges_to_the_end(agency: Loopback, landing: Landing) -> None:
    attempt = fetch_tariff(landing)
    assert (attempt.outcome, attempt.vintage, attempt.rows) == ("landed", "2026-04-06", 196)
    asked = [(request.query["from"], request.query["to"]) for request in agency.asked("exportList")]
    assert asked == [
        ("0100", "0999"),
        *((f"{first}000", f"{first}999") for first in range(1, 9)),
        ("9000", "9799"),
        ("9800", "9999"),
    ]
    assert all(request.headers["User-Agent"].startswith("Mozilla/5.0") for request in agency.requests)
    lines = (
        table(landing.folder(HTS, "2026-04-06"), "lines").order("line").limit(2).project("line, release, htsno, indent, units, general").fetchall()
    )
    assert lines == [(1, "2026HTSRev4", "0101", 0, None, None), (2, "2026HTSRev4", "0101.10.00", 1, ["No.", "kg"], "2.5%")]


def test_a_release_that_has_landed_costs_one_request(agency: Loopback, landing: Landing) -> None:
    fetch_tariff(landing)
    agency.requests.clear()
    assert fetch_tariff(landing).outcome == "unchanged"
    assert [request.path for request in agency.requests] == ["/reststop/releaseList"]


def test_a_release_that_changes_only_notes_is_no_vintage(agency: Loopback, landing: Landing) -> None:
    fetch_tariff(landing)
    agency.answers["/reststop/releaseList"] = [RELEASES[0] | {"name": "2026HTSRev5", "releaseStartDate": "04/08/2026"}]
    assert fetch_tariff(landing).outcome == "unchanged"
    agency.requests.clear()
    assert fetch_tariff(landing).outcome == "unchanged"
    assert len(agency.requests) == 1
    assert [vintage.vintage for vintage in landing.vintages(HTS)] == ["2026-04-06"]


def changed_lines(change: Callable[[dict[str, list[dict[str, Any]]]], None]) -> Callable[[Request], Any]:
    pages = schedule()
    change(pages)
    return lambda request: pages[request.query["from"]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda pages: pages["9000"].clear(), "lines-9000.json has no line"),
        (lambda pages: pages.update({"9000": pages["9000"][:4]}), "the schedule lacks the chapters 92, 93, 94, 95, 96, 97"),
        (lambda pages: pages["2000"].append(pages["1000"][0]), "1001 stands in lines-1000.json and in lines-2000.json"),
        (lambda pages: pages.update({"3000": {"message": "no"}}), "lines-3000.json is no list of lines"),
        (lambda pages: [one.pop("general") for one in pages["4000"]], "the lines of lines-4000.json have no general"),
        (lambda pages: pages["0100"].append(line("0102", "deep")), "indent"),
    ],
    ids=["empty range", "missing chapters", "overlap", "no list", "renamed", "no number"],
)
def test_a_schedule_that_is_not_whole_or_not_as_before_is_refused(
    agency: Loopback, landing: Landing, change: Callable[[dict[str, list[dict[str, Any]]]], None], said: str
) -> None:
    agency.answers["/reststop/exportList"] = changed_lines(change)
    with pytest.raises(ContractError, match=said):
        fetch_tariff(landing)
    assert landing.vintages(HTS) == []


def test_a_release_that_comes_while_the_schedule_is_read_is_asked_for_again(agency: Loopback, landing: Landing) -> None:
    lists = iter([RELEASES, [RELEASES[0] | {"name": "2026HTSRev5"}]])
    agency.answers["/reststop/releaseList"] = lambda request: next(lists)
    with pytest.raises(TransientError, match="2026HTSRev4 was replaced by 2026HTSRev5 while it was read"):
        fetch_tariff(landing)


@pytest.mark.parametrize("releases", [[], {"error": "x"}, [RELEASES[1]], [RELEASES[0] | {"releaseStartDate": "2026-04-06"}]])
def test_a_list_without_a_current_release_is_refused(agency: Loopback, landing: Landing, releases: Any) -> None:
    agency.answers["/reststop/releaseList"] = releases
    with pytest.raises(ContractError, match="the list of releases names no current one"):
        fetch_tariff(landing)
    assert len(agency.requests) == 1


@pytest.mark.parametrize(
    ("fault", "error", "requests"),
    [
        (Refuse(503), TransientError, ATTEMPTS + 1),
        (Refuse(403, "Access Denied"), PermanentError, 2),
        (Refuse(404), PermanentError, 2),
        (Refuse(200, "<html>Access Denied</html>", PAGE), ContractError, 2),
        (Cut(30), TransientError, ATTEMPTS + 1),
    ],
    ids=["503", "403", "404", "web page", "cut"],
)
def test_what_the_tariff_service_answers_instead_is_asked_again_only_where_it_helps(
    agency: Loopback, landing: Landing, fault: Fault, error: type[SourceError], requests: int
) -> None:
    agency.faults.extend([Slow(0), *[fault] * ATTEMPTS])
    with pytest.raises(error):
        fetch_tariff(landing)
    assert len(agency.requests) == requests


def test_a_page_that_is_cut_within_its_json_is_refused(agency: Loopback, landing: Landing) -> None:
    pages = {first: json.dumps(lines).encode() for first, lines in schedule().items()}
    agency.answers["/reststop/exportList"] = lambda request: pages[request.query["from"]][:-40]
    with pytest.raises(ContractError, match=r"lines-0100.json (breaks off|is no JSON)"):
        fetch_tariff(landing)


def test_json_of_the_archive_imports_as_the_vintage_that_is_named(landing: Landing, tmp_path: Path) -> None:
    lines = [one for page in schedule().values() for one in page]
    path = written(tmp_path, json.dumps(lines), "hts_2025_revision_1_json.json")
    attempt = intake.land_file(landing, registry.dataset(HTS), path, Vintage(date(2025, 1, 27)))
    assert (attempt.outcome, attempt.vintage, attempt.rows) == ("landed", "2025-01-27", 196)


HEADER = (
    "HTS Number,Indent,Description,Unit of Quantity,General Rate of Duty,Special Rate of Duty,Column 2 Rate of Duty,Quota Quantity,Additional Duties"
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"{HEADER}\n", "lacks the chapters 01, 02"),
        (f'{HEADER}\n"0101","0","Horses","","","","","",""\n', "lacks the chapters 02, 03"),
        (HEADER.replace("General Rate of Duty", "Duty") + '\n"0101","0","Horses","","","","","",""\n', "no column 'General Rate of Duty'"),
        (f'{HEADER}\n"0101","0","Horses","[No.","","","","",""\n', "units are no JSON list of texts"),
        (f'{HEADER}\n"0101","0","Horses","","","","",""\n', "has 8 cells where the header has 9"),
        (f'{HEADER}\n"0101","0","Chèvres","","","","","",""\n'.encode("latin-1"), "not UTF-8"),
    ],
    ids=["no lines", "excerpt", "renamed", "units", "ragged", "latin-1"],
)
def test_what_is_wrong_with_a_csv_of_the_tariff_is_said(tmp_path: Path, content: str | bytes, said: str) -> None:
    assert said in refusal(HTS, written(tmp_path, content, "hts.csv"), tmp_path / "landed")


# DataWeb


def report(question: Question, rows: list[list[str]], labels: tuple[str, ...] = ("HTS Number", "Country", "Description", "June")) -> dict[str, Any]:
    """A report as DataWeb answers it: labels in groups, cells in rows."""
    groups = [{"columns": [{"label": label} for label in labels[:-1]]}, {"columns": [{"label": labels[-1]}]}]
    cells = [{"rowEntries": [{"value": cell} for cell in row]} for row in rows]
    return {"dto": {"errors": [], "tables": [{"tableTitle": "", "column_groups": groups, "row_groups": [{"rowsNew": cells}]}]}}


def asked(request: Request) -> Question:
    options = request.payload["searchOptions"]
    programs = "usmca" if options["MiscGroup"]["extImportPrograms"]["extImportPrograms"] else "all"
    month, year = options["componentSettings"]["startDate"].split("/")
    return Question(f"{year}-{month}", programs, tuple(options["commodities"]["commodities"]))


def trade(question: Question) -> list[list[str]]:
    """Two countries' imports of the first line of each chapter, a third of it claimed under the USMCA."""
    value = "1,234,567" if question.programs == "all" else "411,522"
    return [[f"{chapter}01.10.0000", country, "made up", value] for chapter in question.chapters for country in ("Canada", "Mexico")]


@pytest.fixture
def dataweb(agency: Loopback) -> Loopback:
    agency.answers["/dataweb/api/v2/report2/runReport"] = lambda request: report(asked(request), trade(asked(request)))
    return agency


def fetch_month(landing: Landing, month: str = "2025-06") -> Attempt:
    return intake.fetch(landing, registry.dataset(DATAWEB), month)


def test_a_month_lands_with_all_chapters_for_both_programs(dataweb: Loopback, landing: Landing) -> None:
    attempt = fetch_month(landing)
    assert (attempt.outcome, attempt.part, attempt.vintage, attempt.rows) == ("landed", "2025-06", "2026-04-09", 4 * 97)
    assert [asked(request) for request in dataweb.requests] == questions("2025-06")
    imports = table(landing.folder(DATAWEB, "2026-04-09", "2025-06"), "imports")
    sums = imports.aggregate('"Programs", "Country", count(*), sum("Customs Value")').order("ALL").fetchall()
    assert sums == [
        ("all", "Canada", 97, 97 * 1_234_567),
        ("all", "Mexico", 97, 97 * 1_234_567),
        ("usmca", "Canada", 97, 97 * 411_522),
        ("usmca", "Mexico", 97, 97 * 411_522),
    ]


def test_a_question_is_of_one_month_by_a_range_of_dates_with_the_token_in_a_header(dataweb: Loopback, landing: Landing) -> None:
    fetch_month(landing)
    request = dataweb.requests[-1]
    settings = request.payload["searchOptions"]["componentSettings"]
    programs = request.payload["searchOptions"]["MiscGroup"]["extImportPrograms"]
    assert (request.method, request.path, request.headers["Authorization"]) == ("POST", "/dataweb/api/v2/report2/runReport", f"Bearer {TOKEN}")
    assert (settings["timeframeSelectType"], settings["startDate"], settings["endDate"]) == ("specificDateRange", "06/2025", "06/2025")
    assert (programs["programsSelectType"], programs["extImportPrograms"]) == ("list", ["S", "S+"])
    assert request.payload["searchOptions"]["countries"]["countries"] == ["1220", "2010"]
    assert request.payload["sortingAndDataFormat"]["reportCustomizations"]["totalRecords"] == "20000"
    held = b"".join(path.read_bytes() for path in landing.data_dir.rglob("*") if path.is_file())
    assert TOKEN.encode() not in held


def test_columns_are_found_by_their_header(dataweb: Loopback, landing: Landing) -> None:
    labels = ("HTS Number", "Year", "Description", "Country", "June 2025")
    dataweb.answers["/dataweb/api/v2/report2/runReport"] = lambda request: report(
        asked(request), [[row[0], "2025", row[2], row[1], row[3]] for row in trade(asked(request))] + [["Total:", "", "", "", "9"]], labels
    )
    assert fetch_month(landing).rows == 4 * 97


def test_a_month_that_is_not_out_is_told_by_its_first_report(dataweb: Loopback, landing: Landing) -> None:
    """DataWeb answers no tables, no rows, or zeros."""
    for rows in ([], [["0101.10.0000", "Canada", "made up", "0"]]):
        dataweb.answers["/dataweb/api/v2/report2/runReport"] = report(
            questions("2026-02")[0], rows, ("HTS Number", "Country", "Description", "February")
        )
        dataweb.requests.clear()
        attempt = fetch_month(landing, "2026-02")
        assert (attempt.outcome, len(dataweb.requests)) == ("not_yet", 1)
        assert attempt.reason == "DataWeb has no imports of 2026-02 yet"
    dataweb.answers["/dataweb/api/v2/report2/runReport"] = {"dto": {"errors": [], "tables": []}}
    assert fetch_month(landing, "2026-02").outcome == "not_yet"


def test_a_group_of_chapters_without_claims_is_no_error(dataweb: Loopback, landing: Landing) -> None:
    dataweb.answers["/dataweb/api/v2/report2/runReport"] = lambda request: report(
        asked(request), [] if asked(request).programs == "usmca" and "01" in asked(request).chapters else trade(asked(request))
    )
    assert fetch_month(landing).rows == 4 * 97 - 10


ROW = ["0101.10.0000", "Canada", "made up", "1"]


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (report(questions("2025-06")[0], [ROW] * MOST_ROWS), ContractError, "the report all-01 has 20,000 rows: it is cut at 20,000"),
        (report(questions("2025-06")[0], [ROW], ("Code", "Country", "Description", "June")), ContractError, r"has the columns \['Code', "),
        (
            report(questions("2025-06")[0], [ROW], ("HTS Number", "Country", "Description", "May")),
            ContractError,
            "2025-06 was asked for, and .* 'May'",
        ),
        (report(questions("2025-06")[0], [[*ROW, "2"]]), ContractError, "a row of the report all-01 has 5 cells below"),
        ({"dto": {"errors": ["Invalid commodity"], "tables": []}}, PermanentError, "DataWeb refuses the report all-01: .*Invalid commodity"),
        ({"dto": None}, TransientError, "the report all-01 is still being computed"),
        ({"message": "hello"}, ContractError, "is not as documented"),
        (b'{"dto": {"tables": [', ContractError, "all-01 breaks off"),
    ],
    ids=["cut at the cap", "renamed", "another month", "ragged", "errors", "not finished", "no dto", "cut json"],
)
def test_a_report_that_cannot_be_used_is_refused_at_once(
    dataweb: Loopback, landing: Landing, answer: Any, error: type[SourceError], said: str
) -> None:
    dataweb.answers["/dataweb/api/v2/report2/runReport"] = answer
    with pytest.raises(error, match=said):
        fetch_month(landing)
    assert len(dataweb.requests) == 1


def test_a_value_that_is_no_number_and_a_line_that_comes_twice_are_refused(dataweb: Loopback, landing: Landing) -> None:
    dataweb.answers["/dataweb/api/v2/report2/runReport"] = lambda request: report(asked(request), [*trade(asked(request)), trade(asked(request))[0]])
    with pytest.raises(ContractError, match=r"HTS Number='\d\d01.10.0000', Country='Canada' \(2 times\)"):
        fetch_month(landing)


@pytest.mark.parametrize(
    ("fault", "error", "said", "requests"),
    [
        (Refuse(401), PermanentError, "the token is not accepted", 1),
        (Refuse(403), PermanentError, "It may have expired: get a new one at https://dataweb.usitc.gov", 1),
        (Refuse(429), TransientError, "answered 429", ATTEMPTS),
        (Refuse(429, headers={"Retry-After": "3600"}), TransientError, "Try again in 3,600 s", 1),
        (Refuse(503, "<html>Site under maintenance</html>", PAGE), TransientError, "answered 503", ATTEMPTS),
        (Refuse(200, "<html>Sign in</html>", PAGE), ContractError, "web page", 1),
        (Cut(20), TransientError, "cut the connection", ATTEMPTS),
    ],
    ids=["401", "403", "429", "429 for an hour", "503", "web page", "cut"],
)
def test_what_dataweb_answers_instead_is_asked_again_only_where_it_helps(
    dataweb: Loopback, landing: Landing, fault: Fault, error: type[SourceError], said: str, requests: int
) -> None:
    dataweb.faults.extend([fault] * ATTEMPTS)
    with pytest.raises(error) as caught:
        fetch_month(landing)
    assert said in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert len(dataweb.requests) == requests


@pytest.mark.parametrize(
    ("moment", "outcome"),
    [
        ("2026-04-08T21:29:00Z", "failed"),
        ("2026-04-08T21:30:00Z", "not_yet"),
        ("2026-04-09T00:29:00Z", "not_yet"),
        ("2026-04-09T00:30:00Z", "failed"),
    ],
    ids=["17:29", "17:30", "20:29", "20:30"],
)
def test_503_on_a_wednesday_evening_is_the_weekly_loading(
    dataweb: Loopback, landing: Landing, monkeypatch: pytest.MonkeyPatch, moment: str, outcome: str
) -> None:
    monkeypatch.setenv("WAREHOUSE_NOW", moment)
    dataweb.faults.extend([Refuse(503)] * ATTEMPTS)
    if outcome == "failed":
        with pytest.raises(TransientError):
            fetch_month(landing)
        assert len(dataweb.requests) == ATTEMPTS
    else:
        attempt = fetch_month(landing)
        assert attempt.outcome == "not_yet"
        assert "as every Wednesday from 17:30 to 20:30 Eastern" in attempt.reason
        assert len(dataweb.requests) == 1


def test_without_a_token_nothing_is_asked(dataweb: Loopback, landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("USITC_DATAWEB_TOKEN")
    attempt = fetch_month(landing)
    assert (attempt.outcome, dataweb.requests) == ("not_configured", [])


def test_slow_and_failing_answers_that_come_in_the_end_land(dataweb: Loopback, landing: Landing) -> None:
    dataweb.faults.extend([Slow(0.05), Refuse(500), Refuse(429, headers={"Retry-After": "1"})])
    assert (fetch_month(landing).outcome, len(dataweb.requests)) == ("landed", 2 * len(CHAPTERS) + 2)


def test_a_payload_without_one_of_its_answers_is_refused(dataweb: Loopback, landing: Landing, tmp_path: Path) -> None:
    fetch_month(landing)
    (blob,) = [path for path in landing.blobs.rglob("*") if path.is_file()]
    with zipfile.ZipFile(blob) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    for number, (left_out, said) in enumerate(
        {"all-92.json": "the answer all-92.json is missing", "usmca-01.question.json": "the questions ['usmca-01']"}.items()
    ):
        payload = tmp_path / f"short-{number}.zip"
        with zipfile.ZipFile(payload, "w") as short:
            for name in members:
                if name != left_out:
                    short.writestr(name, members[name])
        assert said in refusal(DATAWEB, payload, tmp_path / f"landed-{number}")


def test_months_are_expected_five_weeks_after_their_end() -> None:
    assert months(date(2026, 4, 9))[-1] == "2026-02"
    assert (months(date(2021, 1, 31))[-1], months(date(2021, 2, 1))[-1]) == ("2020-11", "2020-12")
    assert (months(date(2020, 9, 1)), len(months(date(2026, 4, 9)))) == (("2020-07",), 68)


# Exported reports


def workbook(path: Path, sheet: str, rows: list[list[Any]], **parameters: Any) -> Path:
    """A synthetic export with its query."""
    selected = {"Download Date": "2026-01-16", "Trade Flow": "Total Exports", "Classification System": "HTS Items", "Data Format": "1"} | parameters
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Query Parameters"
    for name, value in selected.items():
        first.append([name, value])
    second = book.create_sheet(sheet)
    for row in rows:
        second.append(row)
    book.save(path)
    return path


HEAD = ["Data Type", "HTS Number", "Description", "Country", "2024", "2025"]
BODY = [["FAS Value", "01", "ANIMALS", "Canada", 5, 0], ["FAS Value", "01", "ANIMALS", "Namibia", 7, 0]]
TOTAL = ["Total: ", None, None, None, "12", "0"]


def test_banner_rows_above_the_header_do_not_count(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", "FAS Value", [["Total Exports|Annual Data"], ["Data Row Count", 2], HEAD, *BODY, TOTAL])
    result = parsed(REPORTS, path, tmp_path / "landed")
    assert (result.rows["figures"], result.data_through, result.released) == (4, date(2024, 1, 1), Vintage(date(2026, 1, 16)))


@pytest.mark.parametrize(
    ("rows", "parameters", "said"),
    [
        ([HEAD, *BODY], {}, "ends without its row of totals"),
        ([HEAD, BODY[0], TOTAL], {}, "the column '2024' of the sheet 'FAS Value' adds up to 5, and its total says 12"),
        ([HEAD, *BODY, BODY[0], TOTAL], {}, "adds up to 17, and its total says 12"),
        ([["Type", *HEAD[1:]], *BODY, TOTAL], {}, "has no header with Data Type"),
        ([[*HEAD[:3], "District", *HEAD[4:]], *BODY, TOTAL], {}, "what ['District', '2024', '2025'] are is not known"),
        ([HEAD, ["FAS Value", "01", "ANIMALS", "Canada", "n/a", 0], TOTAL], {}, "has a text that is no number among ['n/a'] and its total '12'"),
        ([HEAD, *BODY, TOTAL], {"Trade Flow": None}, "the query's parameters lack ['Trade Flow']"),
        ([HEAD, *BODY, TOTAL], {"Download Date": "yesterday"}, "the query's parameters lack a date"),
    ],
    ids=["no total", "cut", "doubled", "renamed", "another breakdown", "no number", "no flow", "no date"],
)
def test_what_is_wrong_with_an_exported_report_is_said(tmp_path: Path, rows: list[list[Any]], parameters: dict[str, Any], said: str) -> None:
    assert said in refusal(REPORTS, workbook(tmp_path / "a.xlsx", "FAS Value", rows, **parameters), tmp_path / "landed")


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", "FAS Value", [HEAD, *BODY, TOTAL]).read_bytes()
    for number, content in enumerate((b"", b"a,b\n1,2\n", whole[:-200], b"<html></html>")):
        assert "is no workbook" in refusal(REPORTS, written(tmp_path, content, f"{number}.xlsx"), tmp_path / str(number))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("shares.csv", "hts10,cty_code,usmca_share,total_value,usmca_value\n0101210010,1220,1,5,5\n", "does not state one month"),
        ("s_2025_06_2025_07.csv", "hts10,cty_code,usmca_share,total_value,usmca_value\n0101210010,1220,1,5,5\n", "does not state one month"),
        ("s_2025_06.csv", "hts10,cty_code,share,total_value,usmca_value\n0101210010,1220,1,5,5\n", "no column 'usmca_share'"),
        ("s_2025_06.csv", "hts10,cty_code,usmca_share,total_value,usmca_value\n0101210010,1220,1,NA,5\n", "['NA']"),
        ("s_2025_06.csv", "hts10,cty_code,usmca_share,total_value,usmca_value\n" + "0101210010,1220,1,5,5\n" * 2, "(2 times)"),
        ("s_2025_06.csv", "hts10,cty_code,usmca_share,total_value,usmca_value\n", "no row"),
    ],
    ids=["no month", "two months", "renamed", "no number", "doubled", "no rows"],
)
def test_what_is_wrong_with_a_file_of_shares_is_said(tmp_path: Path, name: str, content: str, said: str) -> None:
    assert said in refusal(SHARES, written(tmp_path, content, name), tmp_path / "landed")


# The bundled sums


def bundled(dataset: str) -> list[dict[str, str]]:
    (path,) = intake.bundled_files(registry.dataset(dataset))
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def figures(name: str) -> list[dict[str, str]]:
    if not FIGURES.is_dir():
        pytest.skip("the tidy figures that the vintages were cut from are not here")
    with (FIGURES / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_bundled_sums_land(landing: Landing) -> None:
    attempts = [attempt for name in (UTILIZATION, EXPORTS) for attempt in intake.land_bundled(landing, registry.dataset(name))]
    assert [(attempt.vintage, attempt.rows) for attempt in attempts] == [("2026-04-02", 3_091), ("2025-08-07", 5_055)]
    through = {vintage.dataset: (vintage.data_from, vintage.data_through) for name in (UTILIZATION, EXPORTS) for vintage in landing.vintages(name)}
    assert through == {UTILIZATION: (date(2025, 1, 1), date(2026, 2, 1)), EXPORTS: (date(2020, 1, 1), date(2024, 1, 1))}


def test_the_sums_of_claims_hold_each_figure_and_no_other() -> None:
    """The share is left out: it is the ratio of the two values, to six digits."""
    names = ("ref_month", "partner", "scope", "cons_customs_value_usd", "usmca_claimed_value_usd", "hts10_lines")
    published = figures("usmca_utilisation")
    assert [tuple(row.values()) for row in bundled(UTILIZATION)] == [tuple(row[name] for name in names) for row in published]
    for row in published:
        if row["usmca_share"]:
            assert abs(float(row["usmca_claimed_value_usd"]) / float(row["cons_customs_value_usd"]) - float(row["usmca_share"])) < 6e-7


def test_the_sums_of_exports_hold_each_figure_and_no_other() -> None:
    """Rank and share are left out: they follow from the values."""
    countries, chapters = figures("us_exports_by_partner"), figures("us_exports_by_partner_hs2")
    published = [(row["ref_year"], row["partner"], "", "", row["value_usd"]) for row in countries]
    published += [(row["ref_year"], row["partner"], row["hs2"], row["hs2_desc"], row["value_usd"]) for row in chapters]
    assert [tuple(row.values()) for row in bundled(EXPORTS)] == published
    assert {row["data_as_of"] for row in (*countries, *chapters)} == {"2025-08-07"}


def test_chapters_add_to_their_total_where_all_are_held() -> None:
    sums: Counter[tuple[str, str]] = Counter()
    totals: dict[tuple[str, str], int] = {}
    for row in bundled(EXPORTS):
        if row["HTS Number"]:
            sums[row["Year"], row["Country"]] += int(row["FAS Value"])
        else:
            totals[row["Year"], row["Country"]] = int(row["FAS Value"])
    assert len(sums) == 5 * 8
    assert all(totals[place] == value for place, value in sums.items())


def test_the_recorded_report_and_shares_agree_with_the_bundled_sums(exports_report: tuple[Parsed, Path], tmp_path: Path) -> None:
    by_country = table(exports_report[1], "figures").aggregate('"Year", "Country", sum("Value")::BIGINT').filter("Year < '2025'").fetchall()
    held = {(row["Year"], row["Country"]): int(row["FAS Value"]) for row in bundled(EXPORTS) if not row["HTS Number"] and row["Country"] != "World"}
    assert {(year, country): value for year, country, value in by_country if value or (year, country) in held} == held
    parsed(SHARES, recording("usitc/usmca_product_shares_2025_07.csv"), tmp_path / "shares")
    sums = table(tmp_path / "shares", "shares").aggregate("cty_code, sum(total_value)::BIGINT, sum(usmca_value)::BIGINT").order("ALL").fetchall()
    assert sums == [
        (code, int(row["Customs Value"]), int(row["USMCA Claimed Value"]))
        for code, country in (("1220", "Canada"), ("2010", "Mexico"))
        for row in bundled(UTILIZATION)
        if (row["Month"], row["Country"], row["Scope"]) == ("2025-07", country, "ALL")
    ]
