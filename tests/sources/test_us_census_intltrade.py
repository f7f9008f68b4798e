"""Answers of the Census Bureau's International Trade API. All figures here but those of the recordings are made up."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Iterator
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
from tests.payloads.recordings import recording
from tests.sources.loopback import Cut, Fault, Loopback, Refuse, Request, Slow, serve

DATASET = registry.dataset("us_census/intltrade")
EXPORTS, IMPORTS = "/data/timeseries/intltrade/exports/hs", "/data/timeseries/intltrade/imports/hs"
KEY = "planted0123456789abcdef0123456789abcdef"
JULY = {"YEAR": "2026", "MONTH": "07"}

Answer = list[list[Any]]

HEADER = ["CTY_CODE", "CTY_NAME", "E_COMMODITY", "ALL_VAL_MO", "COMM_LVL", "SUMMARY_LVL", "YEAR", "MONTH"]
PRODUCTS: Answer = [
    HEADER,
    ["1220", "CANADA", "870323", "900", "HS6", "DET", "2026", "07"],
    ["1220", "CANADA", "040110", "100", "HS6", "DET", "2026", "07"],
    ["2010", "MEXICO", "870323", "500", "HS6", "DET", "2026", "07"],
    ["-", "TOTAL FOR ALL COUNTRIES", "870323", "1400", "HS6", "DET", "2026", "07"],
    ["-", "TOTAL FOR ALL COUNTRIES", "040110", "100", "HS6", "DET", "2026", "07"],
]


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "data")


def standing(answer: Any = PRODUCTS, part: str = "exports-2026-07") -> bytes:
    """An answer as it is packed after it was fetched."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr(f"{part}.json", json.dumps(answer) if isinstance(answer, list) else answer)
    return archive.getvalue()


def imported(landing: Landing, answer: Any, vintage: str = "2026-09-03") -> Attempt:
    path = landing.data_dir.parent / "answer"
    path.write_bytes(answer if isinstance(answer, bytes) else json.dumps(answer).encode())
    return intake.land_file(landing, DATASET, path, Vintage.parse(vintage))


def rows(landing: Landing, part: str, vintage: str = "2026-09-03") -> list[dict[str, Any]]:
    landed = duckdb.read_parquet(str(landing.folder(DATASET.id, vintage, part) / "answers.parquet"), hive_partitioning=False)
    return [dict(zip(landed.columns, row, strict=True)) for row in landed.fetchall()]


# Recordings


def test_the_recorded_answer_of_117_months_lands_whole(landing: Landing) -> None:
    """Counted by jq: 'length - 1' is 117, and '[.[1:][][0] | tonumber] | add' is 96,020,461."""
    path = recording("census/exports_hs_HS10_2710121510_CTY1220_2016-01_2025-09.json")
    attempt = intake.land_file(landing, DATASET, path, Vintage.parse("2025-12-11~"))
    (vintage,) = landing.vintages(DATASET.id)
    found = rows(landing, "exports-selected", "2025-12-11")
    assert (attempt.rows, len({row["time"] for row in found}), sum(row["ALL_VAL_MO"] for row in found)) == (117, 117, 96_020_461)
    assert {(row["E_COMMODITY"], row["CTY_CODE"], row["COMM_LVL"], row["YEAR"]) for row in found} == {("2710121510", "1220", "HS10", None)}
    assert (vintage.is_complete, vintage.data_from, vintage.data_through) == (False, date(2016, 1, 1), date(2025, 9, 1))


def test_the_recorded_answer_by_district_lands_whole(landing: Landing) -> None:
    """Counted by jq: 'length - 1' is 3."""
    path = recording("census/exports_enduse_by_district_2016-06.excerpt.json")
    assert intake.land_file(landing, DATASET, path, Vintage.parse("2016-08-05~")).rows == 3
    assert {row["DISTRICT"]: (row["DIST_NAME"], row["ALL_VAL_MO"], row["ALL_VAL_YR"]) for row in rows(landing, "exports-selected", "2016-08-05")} == {
        "": ("TOTAL FOR ALL DISTRICTS", 125_024_387_876, 711_355_944_093),
        "01": ("PORTLAND, ME", 331_269_702, 2_082_731_222),
        "07": ("OGDENSBURG, NY", 1_440_920_883, 8_137_120_100),
    }


# An answer to any question


def test_an_answer_keeps_its_texts_and_the_columns_that_nobody_declared(landing: Landing) -> None:
    answer = [
        ["I_COMMODITY", "I_COMMODITY_SDESC", "CTY_CODE", "CON_VAL_MO", "AIR_WGT_MO", "RP", "UNIT_QY1", "time"],
        ["01", "LIVE ANIMALS", "0003", "12", "7", "10", "-", "2026-07"],
        ["01", "LIVE ANIMALS", "4XXX", "13", None, "18", "-", "2026-07"],
        ["01", "LIVE ANIMALS", "-", 14, "0", "-", "-", "2026-06"],
    ]
    attempt = imported(landing, answer)
    found = {row["CTY_CODE"]: row for row in rows(landing, "imports-selected")}
    assert (attempt.part, set(found)) == ("imports-selected", {"0003", "4XXX", "-"})
    assert [(row["CON_VAL_MO"], row["AIR_WGT_MO"], row["I_COMMODITY_SDESC"], row["I_COMMODITY"]) for row in found.values()] == [
        (12, "7", "LIVE ANIMALS", "01"),
        (13, None, "LIVE ANIMALS", "01"),
        (14, "0", "LIVE ANIMALS", "01"),
    ]
    assert {(row["UNIT_QY1"], row["GEN_VAL_MO"], row["YEAR"]) for row in found.values()} == {("-", None, None)}


def test_a_column_that_the_question_repeats_lands_once(landing: Landing) -> None:
    imported(landing, [["E_COMMODITY", "ALL_VAL_MO", "time", "E_COMMODITY"], ["8703", "5", "2026-07", "8703"]])
    assert [(row["E_COMMODITY"], row["ALL_VAL_MO"]) for row in rows(landing, "exports-selected")] == [("8703", 5)]


def test_answers_to_several_questions_lie_over_each_other(landing: Landing) -> None:
    imported(landing, [["CTY_CODE", "ALL_VAL_MO", "time"], ["1220", "5", "2026-07"]])
    imported(landing, [["DISTRICT", "ALL_VAL_MO", "time"], ["07", "4", "2026-07"]])
    assert [(vintage.part, vintage.vintage, vintage.is_complete) for vintage in landing.vintages(DATASET.id)] == [
        ("exports-selected", "2026-09-03", False),
        ("exports-selected", "2026-09-03.2", False),
    ]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(b"", "answer is empty", id="empty"),
        pytest.param(b"<html><title>Invalid Key</title></html>", "is a web page .'Invalid Key'., not data", id="web page"),
        pytest.param(json.dumps(PRODUCTS)[:-40].encode(), "answer breaks off at line 1, column|answer is no JSON at line 1", id="cut in a text"),
        pytest.param(json.dumps(PRODUCTS)[:-1].encode(), "answer breaks off at line 1, column", id="cut at the end"),
        pytest.param(json.dumps(PRODUCTS).encode("utf-16"), "should begin with the names of its columns", id="another encoding"),
        pytest.param(json.dumps([*PRODUCTS, ["é"] * 8], ensure_ascii=False).encode("latin-1"), "answer is not UTF-8 at byte", id="latin-1"),
        pytest.param({"error": "made up"}, "should begin with the names of its columns, and begins with '{", id="an object"),
        pytest.param([{"CTY_CODE": "1220"}], "should begin with the names of its columns", id="objects"),
        pytest.param([HEADER], "no row for 'answers', only a header|there are ..", id="only a header"),
        pytest.param([*PRODUCTS, ["1220"]], "has the 8 columns .*, and rows like ...1220...", id="a ragged row"),
        pytest.param([["CTY_CODE", "VES_VAL_MO", "time"], ["1220", "1", "2026-07"]], "do not tell exports from imports", id="no flow"),
        pytest.param([["ALL_VAL_MO", "GEN_VAL_MO", "time"], ["2", "1", "2026-07"]], "do not tell exports from imports", id="two flows"),
        pytest.param([["CTY_CODE", "ALL_VAL_MO"], ["1220", "1"]], "each row needs one month, .* there are ..None,..", id="no month"),
        pytest.param([["ALL_VAL_MO", "time"], ["1", "2026-13"]], "each row needs one month, .* there are ...2026-13',..", id="no such month"),
        pytest.param(
            [["ALL_VAL_MO", "time", "YEAR", "MONTH"], ["1", "2026-07", "2026", "06"]], "there are ...2026-07', '2026-06'..", id="two months in a row"
        ),
        pytest.param(
            [["E_COMMODITY", "ALL_VAL_MO", "time", "E_COMMODITY"], ["8703", "5", "2026-07", "87"]],
            "names the column 'E_COMMODITY' twice, which should say the same, and rows like ...8703', '5', '2026-07', '87'..",
            id="a column twice",
        ),
        pytest.param(
            [["ALL_VAL_MO", "time"], ["1,234", "2026-07"]], "column 'ALL_VAL_MO' should hold an integer, and 1 rows do not: ..1,234..", id="no number"
        ),
        pytest.param([*PRODUCTS, PRODUCTS[1]], "table 'answers' has 1 keys .*E_COMMODITY='870323'", id="a doubled row"),
        pytest.param(
            [["NEW_DIMENSION", "ALL_VAL_MO", "time"], ["a", "1", "2026-07"], ["b", "1", "2026-07"]],
            "table 'answers' has 1 keys",
            id="an unknown dimension",
        ),
    ],
)
def test_a_bad_answer_is_refused_with_the_offending_values(landing: Landing, answer: Any, reason: str) -> None:
    with pytest.raises(ContractError, match=reason):
        imported(landing, answer)
    assert not landing.vintages(DATASET.id)


# The answer to the standing question


def test_the_standing_answer_is_a_part_of_its_own_and_whole(landing: Landing) -> None:
    attempt = imported(landing, standing())
    (vintage,) = landing.vintages(DATASET.id)
    assert (attempt.part, attempt.rows, vintage.is_complete, vintage.data_through) == ("exports-2026-07", 5, True, date(2026, 7, 1))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (standing(part="exports-2026-06"), r"exports-2026-06\.json is of exports-2026-07"),
        (standing(part="imports-2026-07"), r"imports-2026-07\.json is of exports-2026-07"),
        (standing([*PRODUCTS, [*PRODUCTS[1][:-1], "06"]]), r"exports-2026-07\.json is of exports-2026-06 and exports-2026-07"),
        (standing([[cell for place, cell in enumerate(row) if place != 2] for row in PRODUCTS[:2]]), r"has no column E_COMMODITY; it has CTY_CODE"),
        (standing([[cell for place, cell in enumerate(row) if place != 3] for row in PRODUCTS]), r"has no column ALL_VAL_MO"),
        (
            standing([*PRODUCTS, ["1220", "CANADA", "87", "900", "HS2", "DET", "2026", "07"]]),
            r"should have products of HS6, and has \['HS2', 'HS6'\]",
        ),
        (standing(part="answer"), r"has no member like"),
        (standing(json.dumps(PRODUCTS)[:-1]), r"exports-2026-07\.json breaks off"),
        (standing()[:-30], r"truncated or damaged zip"),
    ],
)
def test_an_answer_that_is_not_what_the_standing_question_asks_for_is_refused(landing: Landing, body: bytes, reason: str) -> None:
    with pytest.raises(ContractError, match=reason):
        imported(landing, body)


# The agency


class Bureau(Loopback):
    """The interface, which answers what it is asked about July to whoever has the key; every value is the same made-up number."""

    value = 100
    needs_time = False

    def answer(self, request: Request) -> Any:
        question = {name: text for name, text in request.query.items() if name != "key"}
        if request.query.get("key") != KEY:
            return Refuse(302, "", {"Location": "https://api.census.gov/data/missing_key.html", "X-DataWebAPI-KeyError": "1"})
        month = question.get("time") or f"{question.get('YEAR')}-{question.get('MONTH')}"
        if month != "2026-07" or (self.needs_time and "time" not in question):
            return Refuse(204)
        asked = question.pop("get").split(",")
        products = ["870323", "040110"] if "COMM_LVL" in question else [""]
        found = [
            {"CTY_CODE": code, "CTY_NAME": name, "E_COMMODITY": product, "I_COMMODITY": product}
            for code, name in {"1220": "CANADA", "2010": "MEXICO", "-": "TOTAL FOR ALL COUNTRIES"}.items()
            for product in products
        ]
        return [[*asked, *question], *([row.get(name, str(self.value)) for name in asked] + list(question.values()) for row in found)]


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bureau]:
    """The Bureau on the day of a release of July, and a key to it; back-offs are not waited for."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-09-03T18:00:00Z")
    monkeypatch.setenv("CENSUS_API_KEY", KEY)
    with serve(Bureau) as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_US_CENSUS", running.base_url)
        yield running


def fetch(landing: Landing, part: str = "exports-2026-07") -> Attempt:
    return intake.fetch(landing, DATASET, part)


def test_the_totals_are_asked_for_and_then_the_products(bureau: Bureau, landing: Landing) -> None:
    attempt = fetch(landing)
    (vintage,) = landing.vintages(DATASET.id)
    assert (attempt.outcome, attempt.part, attempt.vintage, attempt.rows) == ("landed", "exports-2026-07", "2026-09-03", 6)
    assert [request.path.partition("?")[0] for request in bureau.requests] == [EXPORTS, EXPORTS]
    assert [request.query for request in bureau.requests] == [
        {"get": "CTY_CODE,ALL_VAL_MO", "SUMMARY_LVL": "DET", **JULY, "key": KEY},
        {"get": "CTY_CODE,CTY_NAME,E_COMMODITY,ALL_VAL_MO", "COMM_LVL": "HS6", "SUMMARY_LVL": "DET", **JULY, "key": KEY},
    ]
    assert (vintage.is_complete, vintage.source_url.partition("?")[0]) == (True, f"https://api.census.gov{EXPORTS}")


def test_imports_are_asked_for_with_their_duties(bureau: Bureau, landing: Landing) -> None:
    assert fetch(landing, "imports-2026-07").rows == 6
    assert bureau.requests[1].path.startswith(IMPORTS)
    assert bureau.requests[1].query["get"] == "CTY_CODE,CTY_NAME,I_COMMODITY,GEN_VAL_MO,CON_VAL_MO,DUT_VAL_MO,CAL_DUT_MO"


def test_totals_that_have_not_changed_cost_one_small_question(bureau: Bureau, landing: Landing) -> None:
    fetch(landing)
    bureau.requests.clear()
    assert fetch(landing).outcome == "unchanged"
    assert ["COMM_LVL" in request.query for request in bureau.requests] == [False]


def test_totals_that_changed_bring_a_new_vintage(bureau: Bureau, landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch(landing)
    bureau.value = 101
    monkeypatch.setenv("WAREHOUSE_NOW", "2027-06-08T18:00:00Z")
    assert fetch(landing).vintage == "2027-06-08"
    assert [{row["ALL_VAL_MO"] for row in rows(landing, "exports-2026-07", vintage)} for vintage in ("2026-09-03", "2027-06-08")] == [{100}, {101}]


def test_a_change_of_scale_is_refused(bureau: Bureau, landing: Landing) -> None:
    fetch(landing)
    bureau.value = 100_000
    with pytest.raises(ContractError, match="the sum of 'ALL_VAL_MO' in HS6 was 600 and is 600,000, 1,000 times"):
        fetch(landing)


def test_a_month_that_answers_only_to_time_is_asked_for_by_time(bureau: Bureau, landing: Landing) -> None:
    bureau.needs_time = True
    assert fetch(landing).outcome == "landed"
    assert [request.query.get("time") for request in bureau.requests] == [None, "2026-07", "2026-07"]
    assert {(row["time"], row["YEAR"]) for row in rows(landing, "exports-2026-07")} == {("2026-07", None)}


def test_no_content_is_an_answer(bureau: Bureau, landing: Landing) -> None:
    attempt = fetch(landing, "exports-2026-08")
    assert (attempt.outcome, attempt.reason) == ("not_yet", "there is no answer about exports-2026-08 (204)")
    assert len(bureau.requests) == 2


def test_totals_without_products_are_not_yet_an_answer(bureau: Bureau, landing: Landing) -> None:
    bureau.faults.extend([Slow(0), Refuse(204)])
    assert fetch(landing).reason == "there are totals of exports-2026-07, and no products yet (204)"


def test_a_refresh_asks_for_both_flows_of_the_live_months(bureau: Bureau, landing: Landing) -> None:
    found = {attempt.part: attempt.outcome for attempt in intake.refresh(landing, DATASET)}
    months = [f"{flow}-2026-{month:02}" for month in (4, 5, 6, 7) for flow in ("exports", "imports")]
    assert found == {month: "landed" if month.endswith("07") else "not_yet" for month in months}


def test_history_begins_in_2010() -> None:
    assert DATASET.partition
    expected = DATASET.partition.expected(date(2026, 9, 3))
    assert (expected[0], expected[-1], len(expected)) == ("exports-2010-01", "imports-2026-07", 2 * (16 * 12 + 7))


@pytest.mark.parametrize("part", ["2026-07", "exports-selected", "re_exports-2026-07"])
def test_what_is_no_flow_and_month_is_not_asked_for(bureau: Bureau, landing: Landing, part: str) -> None:
    with pytest.raises(PermanentError, match=f"there is no part '{part}'. The newest part is imports-2026-07"):
        fetch(landing, part)
    assert not bureau.requests


def test_without_a_key_the_data_set_is_not_configured(bureau: Bureau, landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CENSUS_API_KEY")
    attempt = fetch(landing)
    assert attempt.outcome == "not_configured"
    assert "Get a key at https://api.census.gov/data/key_signup.html and set CENSUS_API_KEY" in attempt.reason
    assert not bureau.requests


BAD_KEY = r"not the key in CENSUS_API_KEY. Check that .*, or get another at https://api\.census\.gov/data/key_signup\.html"


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (Refuse(302, "", {"Location": "/data/missing_key.html"}), BAD_KEY),
        (Refuse(302, "", {"Location": "/data/invalid_key.html", "X-DataWebAPI-KeyError": "1"}), BAD_KEY),
        (Refuse(200, "<html><title>Invalid Key</title></html>", {"Content-Type": "text/html", "X-DataWebAPI-KeyError": "1"}), BAD_KEY),
        (Refuse(200, "<html><title>Invalid Key</title></html>", {"Content-Type": "text/html;charset=utf-8"}), BAD_KEY),
        (Refuse(200, "<html><title>Invalid Key</title></html>"), BAD_KEY),
        (
            Refuse(400, "error: unknown variable 'STATE_NAME'"),
            r"answered 400 .*: error: unknown variable 'STATE_NAME'. The Bureau may have renamed .*json",
        ),
        (Refuse(404, "<html>Not found</html>", {"Content-Type": "text/html"}), "answered 404"),
    ],
)
def test_a_refusal_is_said_in_its_own_words_and_not_asked_again(bureau: Bureau, landing: Landing, refusal: Refuse, reason: str) -> None:
    bureau.faults.append(refusal)
    with pytest.raises(PermanentError, match=reason):
        fetch(landing)
    assert len(bureau.requests) == 1


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (Refuse(200, "<html>Maintenance</html>", {"Content-Type": "text/html"}), "with a web page instead of data: '<html>Maintenance</html>'"),
        (Refuse(200, '{"error": "made up"}'), r"the answer should be an array, and begins with '{'"),
        (Refuse(200, '[["CTY_CODE","ALL_VAL_MO"],["1220","1"'), "the answer with the totals breaks off at line 1"),
    ],
)
def test_an_answer_that_is_no_data_is_refused(bureau: Bureau, landing: Landing, refusal: Refuse, reason: str) -> None:
    bureau.faults.append(refusal)
    with pytest.raises(ContractError, match=reason):
        fetch(landing)
    assert len(bureau.requests) == 1


def test_an_answer_that_is_cut_but_announced_whole_is_refused(bureau: Bureau, landing: Landing) -> None:
    bureau.faults.extend([Slow(0), Refuse(200, json.dumps(PRODUCTS)[:-60])])
    with pytest.raises(ContractError, match=r"exports-2026-07\.json (breaks off|is no JSON) at line 1"):
        fetch(landing)


@pytest.mark.parametrize("fault", [Refuse(503), Refuse(429, "", {"Retry-After": "2"}), Cut(20), Slow(0.2)])
def test_what_passes_is_asked_again(bureau: Bureau, landing: Landing, fault: Fault) -> None:
    bureau.faults.extend([fault, fault])
    assert fetch(landing).rows == 6
    assert len(bureau.requests) == (2 if isinstance(fault, Slow) else 4)


def test_what_lasts_is_given_up(bureau: Bureau, landing: Landing) -> None:
    bureau.faults.extend([Refuse(503)] * ATTEMPTS)
    with pytest.raises(TransientError, match="MONTH=07 answered 503"):
        fetch(landing)
    assert len(bureau.requests) == ATTEMPTS


def test_the_key_is_nowhere_but_in_the_requests(bureau: Bureau, landing: Landing, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = []
    for fault in (
        Refuse(400, f"error: unknown variable 'X' in key={KEY}"),
        Refuse(302, "", {"Location": f"/data/invalid_key.html?key={KEY}"}),
        Refuse(200, f"<html>{KEY} is no key</html>", {"Content-Type": "text/html"}),
        Refuse(200, f"{KEY} is no key"),
    ):
        bureau.faults.append(fault)
        with pytest.raises(SourceError) as refused:
            fetch(landing)
        said.append(f"{refused.value!r} {refused.value}")
    bureau.faults.append(Refuse(503, KEY))
    assert fetch(landing).outcome == "landed"
    assert all(request.query["key"] == KEY for request in bureau.requests)
    files = [path.read_bytes() for path in landing.data_dir.rglob("*") if path.is_file()]
    assert KEY not in "".join(said) + caplog.text
    assert not any(KEY.encode() in body for body in files)
