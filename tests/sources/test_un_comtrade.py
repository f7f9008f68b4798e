"""UN Comtrade: what is asked and how often, every answer that is not data, and the rows as they land. Figures of the loopback server are made up."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from sources import intake, registry
from sources.errors import ContractError, NotYet, PermanentError, SourceError, TransientError
from sources.http import ATTEMPTS
from sources.landing import Attempt, Landing
from sources.providers.un_comtrade import CHAPTERS, COMMODITIES, HEADINGS, PROVIDER, REPORTERS
from sources.spec import Parsed
from sources.un_comtrade_answer import FLOWS, MOST_ROWS
from tests.payloads.recordings import recording
from tests.sources.loopback import Cut, Fault, Loopback, Refuse, Request, Slow, serve

DATASET = registry.dataset("un_comtrade/annual_hs")
PART = "124-2024"
KEY = "0123456789abcdef-planted"
DATA, PREVIEW = "/data/v1/get/C/A/HS", "/public/v1/preview/C/A/HS"
PARTNERS = {0: "World", 490: "Other Asia, nes", 842: "USA"}


def row(flow: str, partner: int, commodity: str, **changes: Any) -> dict[str, Any]:
    """One made-up row, with every field of a real one."""
    ids = {"typeCode": "C", "freqCode": "A", "refPeriodId": 20240101, "refYear": 2024, "refMonth": 52, "period": "2024"}
    ids |= {"reporterCode": 124, "reporterISO": "CAN", "reporterDesc": "Canada", "flowCode": flow, "flowDesc": None}
    ids |= {"partnerCode": partner, "partnerISO": None, "partnerDesc": PARTNERS.get(partner), "partner2Code": 0, "partner2ISO": "W00"}
    ids |= {"partner2Desc": "World", "classificationCode": "H6", "classificationSearchCode": "HS", "isOriginalClassification": True}
    ids |= {"cmdCode": commodity, "cmdDesc": None, "aggrLevel": None, "isLeaf": None, "customsCode": "C00", "customsDesc": "TOTAL CPC"}
    ids |= {"mosCode": "0", "motCode": 0, "motDesc": "TOTAL MOT", "qtyUnitCode": -1, "qtyUnitAbbr": "N/A"}
    figures = {"qty": None, "isQtyEstimated": False, "altQtyUnitCode": -1, "altQtyUnitAbbr": "N/A", "altQty": None, "isAltQtyEstimated": False}
    figures |= {"netWgt": 1500.5, "isNetWgtEstimated": False, "grossWgt": 0.0, "isGrossWgtEstimated": False, "cifvalue": None}
    figures |= {"fobvalue": 1000.0 + partner, "primaryValue": 1000.0 + partner, "legacyEstimationFlag": 0, "isReported": False, "isAggregate": True}
    return ids | figures | changes


def answer(rows: list[dict[str, Any]], seconds: str = "0.39") -> dict[str, Any]:
    return {"elapsedTime": f"{seconds} secs", "count": len(rows), "data": rows, "error": ""}


def rows_for(request: Request, partners: list[int]) -> list[dict[str, Any]]:
    """What the service has for a question, cut off where it cuts."""
    query = request.query
    rows = [row(query["flowCode"], partner, commodity) for commodity in query["cmdCode"].split(",") for partner in partners]
    return rows[: int(query["maxRecords"])]


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """The service, which has Canada's trade of 2024 with three partners; nobody waits for a turn or after an error, and no key is set."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setattr("sources.http._await_turn", lambda provider: None)
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-11-06T12:00:00Z")
    monkeypatch.delenv("COMTRADE_API_KEY", raising=False)
    with serve() as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_UN_COMTRADE", running.base_url)
        for path in (DATA, PREVIEW):
            running.answers[path] = lambda request: answer(rows_for(request, list(PARTNERS)))
        yield running


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COMTRADE_API_KEY", KEY)
    return KEY


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "data")


def fetch(landing: Landing) -> Attempt:
    return intake.fetch(landing, DATASET, PART)


def landed(landing: Landing) -> duckdb.DuckDBPyRelation:
    (vintage,) = landing.vintages(DATASET.id)
    return duckdb.read_parquet(str(landing.folder(DATASET.id, vintage.vintage, vintage.part) / "trade.parquet"))


def written(folder: Path, content: Any, name: str = "answer.json") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def packed(folder: Path, **pages: list[dict[str, Any]]) -> Path:
    path = folder / "pages.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, rows in pages.items():
            archive.writestr(f"{name.replace('_', '-')}.json", json.dumps(answer(rows)))
    return path


def parsed(payload: Path, folder: Path) -> Parsed:
    target = folder / "parsed"
    target.mkdir()
    return DATASET.parse(DATASET, payload, target)


# What is declared


def test_a_full_backfill_and_a_refresh_fit_into_the_calls_of_a_day() -> None:
    assert DATASET.partition
    expected, live = DATASET.partition.expected(date(2026, 11, 6)), DATASET.partition.live(date(2026, 11, 6))
    assert (expected[0], expected[-1], len(expected)) == ("124-2015", "156-2025", 11 * len(REPORTERS))
    assert set(live) == {f"{reporter}-{year}" for reporter in REPORTERS for year in (2024, 2025)}
    assert len(expected) * len(FLOWS) < 500
    assert PROVIDER.min_seconds_between_requests == 6


def test_the_products_are_asked_for_once_each() -> None:
    assert len(set(COMMODITIES)) == len(COMMODITIES) == 1 + len(CHAPTERS) + sum(map(len, HEADINGS.values()))
    assert len(CHAPTERS) == 97
    assert {"01", "97", "99"} <= set(CHAPTERS)
    assert not {"00", "77", "98"} & set(CHAPTERS)


def test_rows_are_never_republished() -> None:
    assert not DATASET.licence.allows_copies


# Recordings


def test_the_answer_of_2010_imports(landing: Landing) -> None:
    """4 rows by `jq '.data | length'`."""
    path = recording("comtrade/HS-60a6ad.json")
    attempt = intake.land_file(landing, DATASET, path)
    assert (attempt.outcome, attempt.part, attempt.rows) == ("landed", "156-2010", 4)
    published = [(str(one["partnerCode"]), one["flowCode"], one["primaryValue"]) for one in json.loads(path.read_bytes())["data"]]
    assert sorted(landed(landing).project("partnerCode, flowCode, primaryValue").fetchall()) == sorted(published)
    assert not landing.vintages(DATASET.id)[0].is_complete


def test_the_answer_of_the_preview_imports(landing: Landing) -> None:
    """3 rows by `jq '.data | length'`; the preview has no names, and the product keeps its zero."""
    attempt = intake.land_file(landing, DATASET, recording("comtrade/horses_import_2022.json"))
    assert (attempt.outcome, attempt.part, attempt.rows) == ("landed", "699-2022", 3)
    assert landed(landing).order("partnerCode").project("cmdCode, partnerDesc, isAggregate, primaryValue, qty").fetchall() == [
        ("010121", None, "true", 1992455.942, 45.0),
        ("010121", None, "false", 131007.596, 1.0),
        ("010121", None, "false", 1861448.346, 44.0),
    ]


def test_an_answer_without_data_is_not_yet(landing: Landing) -> None:
    attempt = intake.land_file(landing, DATASET, recording("comtrade/empty.json"))
    assert (attempt.outcome, attempt.reason) == ("not_yet", "empty.json has no data for what was asked")


def test_a_list_of_files_is_refused(landing: Landing) -> None:
    with pytest.raises(ContractError, match=r"bulk_HS-4f1d0f\.json is a list of files to download .*, not data\. Import an answer"):
        intake.land_file(landing, DATASET, recording("comtrade/bulk_HS-4f1d0f.json"))


# Asking


def test_with_a_key_each_flow_is_one_question(agency: Loopback, landing: Landing, key: str) -> None:
    attempt = fetch(landing)
    assert (attempt.outcome, attempt.vintage, attempt.part) == ("landed", "2026-11-06", PART)
    assert attempt.rows == len(FLOWS) * len(COMMODITIES) * len(PARTNERS)
    assert landing.vintages(DATASET.id)[0].is_complete
    assert [request.path.partition("?")[0] for request in agency.requests] == [DATA] * 4
    assert {request.headers["Ocp-Apim-Subscription-Key"] for request in agency.requests} == {key}
    first = agency.requests[0].query
    assert {name: first[name] for name in ("partner2Code", "motCode", "customsCode", "maxRecords")} == {
        "partner2Code": "0",
        "motCode": "0",
        "customsCode": "C00",
        "maxRecords": "100000",
    }
    assert (first["reporterCode"], first["period"], "partnerCode" in first) == ("124", "2024", False)
    assert max(len(request.path) for request in agency.requests) < 4096 - len(PROVIDER.base_url)


def test_the_source_names_the_question_without_flow_and_key(agency: Loopback, landing: Landing, key: str) -> None:
    fetch(landing)
    (vintage,) = landing.vintages(DATASET.id)
    assert vintage.source_url == f"{agency.base_url}{DATA}?reporterCode=124&period=2024"
    written = [path for path in landing.data_dir.rglob("*") if path.is_file()]
    assert written
    assert [path for path in written if key.encode() in path.read_bytes()] == []


def test_without_a_key_the_preview_gives_the_totals_by_partner(agency: Loopback, landing: Landing) -> None:
    attempt = fetch(landing)
    assert (attempt.outcome, attempt.rows) == ("landed", len(FLOWS) * len(PARTNERS))
    assert not landing.vintages(DATASET.id)[0].is_complete
    assert {request.path.partition("?")[0] for request in agency.requests} == {PREVIEW}
    assert {request.query["cmdCode"] for request in agency.requests} == {"TOTAL"}
    assert {request.headers["Ocp-Apim-Subscription-Key"] for request in agency.requests} == {None}


def test_a_year_that_is_not_declared_costs_one_question(agency: Loopback, landing: Landing, key: str) -> None:
    agency.answers[DATA] = answer([])
    attempt = fetch(landing)
    assert (attempt.outcome, attempt.reason) == ("not_yet", "UN Comtrade has no imports of 124-2024")
    assert len(agency.requests) == 1


def test_a_flow_that_a_country_does_not_have_is_empty(agency: Loopback, landing: Landing, key: str) -> None:
    agency.answers[DATA] = lambda request: answer([] if request.query["flowCode"] == "RM" else rows_for(request, [0]))
    assert fetch(landing).rows == 3 * len(COMMODITIES)


def test_the_same_rows_in_another_order_and_time_are_unchanged(agency: Loopback, landing: Landing, key: str) -> None:
    fetch(landing)
    agency.answers[DATA] = lambda request: answer(rows_for(request, list(PARTNERS))[::-1], seconds="1.08")
    assert fetch(landing).outcome == "unchanged"


def test_a_declaration_anew_may_have_a_few_rows_less(agency: Loopback, landing: Landing, key: str) -> None:
    fetch(landing)
    agency.answers[DATA] = lambda request: answer(rows_for(request, list(PARTNERS))[:-1])
    assert fetch(landing).vintage == "2026-11-06.2"


@pytest.mark.parametrize(
    ("keeps", "reason"),
    [
        (lambda one: one["partnerCode"] == 0, "66.7% fewer"),
        (lambda one: one["flowCode"] != "RM", "fewer|lacks .* periods of 'flowCode'"),
    ],
    ids=["the partners", "a flow"],
)
def test_a_declaration_anew_does_not_lose_partners_or_flows(
    agency: Loopback, landing: Landing, key: str, keeps: Callable[[dict[str, Any]], bool], reason: str
) -> None:
    fetch(landing)
    agency.answers[DATA] = lambda request: answer([one for one in rows_for(request, list(PARTNERS)) if keeps(one)])
    with pytest.raises(ContractError, match=reason):
        fetch(landing)
    assert len(landing.vintages(DATASET.id)) == 1


# More rows than an answer can have


def test_an_answer_that_is_cut_off_is_asked_again_in_halves_until_all_is_there(
    agency: Loopback, landing: Landing, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MOST_ROWS, "get", 110)
    attempt = fetch(landing)
    assert attempt.rows == len(FLOWS) * len(COMMODITIES) * len(PARTNERS)
    per_flow = [request.query["cmdCode"].count(",") + 1 for request in agency.requests if request.query["flowCode"] == "M"]
    assert per_flow == [137, 68, 34, 34, 69, 34, 35]
    assert len(agency.requests) == len(FLOWS) * len(per_flow)
    assert landing.vintages(DATASET.id)[0].is_complete


def test_halves_make_the_same_table_as_one_answer(agency: Loopback, tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = []
    for most in (100_000, 210):
        monkeypatch.setitem(MOST_ROWS, "get", most)
        landing = Landing(tmp_path / str(most))
        fetch(landing)
        tables.append(sorted(landed(landing).project("flowCode, cmdCode, partnerCode, primaryValue").fetchall()))
    assert tables[0] == tables[1]


@pytest.mark.parametrize("has_key", [True, False], ids=["data", "preview"])
def test_one_product_that_fills_an_answer_is_an_error(agency: Loopback, landing: Landing, monkeypatch: pytest.MonkeyPatch, *, has_key: bool) -> None:
    if has_key:
        monkeypatch.setenv("COMTRADE_API_KEY", KEY)
    monkeypatch.setitem(MOST_ROWS, "get" if has_key else "preview", 3)
    with pytest.raises(ContractError, match=r"the flow M of TOTAL for 124-2024 has 3 rows, as many as an answer can have, so it was cut off"):
        fetch(landing)
    assert landing.vintages() == []


@pytest.mark.parametrize("rows", MOST_ROWS.values())
def test_a_full_answer_of_unknown_origin_is_refused(tmp_path: Path, rows: int) -> None:
    payload = written(tmp_path, answer([{"cmdCode": str(place)} for place in range(rows)]))
    with pytest.raises(ContractError, match=f"answer.json has {rows:,} rows, as many as an answer can have"):
        parsed(payload, tmp_path)


def test_a_page_of_the_data_may_have_as_many_rows_as_the_preview(tmp_path: Path) -> None:
    imports = [row("M", partner, "TOTAL") for partner in range(MOST_ROWS["preview"])]
    payload = packed(tmp_path, get_M_1of1=imports, get_X_1of1=[], get_RX_1of1=[], get_RM_1of1=[])
    assert parsed(payload, tmp_path).rows == {"trade": 500}


# Answers that are no data


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        (Refuse(401, '{"message": "Access denied due to invalid subscription key."}'), PermanentError, "invalid subscription key.*comtradedeveloper"),
        (Refuse(403, "Forbidden"), PermanentError, "the key is not accepted. Get a key at https://comtradedeveloper.un.org and set COMTRADE_API_KEY"),
        (Refuse(403, "Out of call volume quota", {"Retry-After": "0"}), PermanentError, "the calls of the day.*Refresh again tomorrow"),
        (Refuse(403, "Out of call volume quota", {"Retry-After": "40000"}), PermanentError, "the calls of the day.*Refresh again tomorrow"),
        (Refuse(429, "Rate limit is exceeded.", {"Retry-After": "0"}), PermanentError, "the calls of the day"),
        (Refuse(429, "Rate limit is exceeded.", {"Retry-After": "7200"}), TransientError, "Try again in 7,200 s"),
        (Refuse(400, '{"errorObject": {"errorMessage": "period is not valid"}}'), PermanentError, "period is not valid"),
        (Refuse(414, "Request URL Too Long"), PermanentError, "longer than 4,096 characters"),
        (
            Refuse(404, "<html>The resource you are looking for has been removed</html>", {"Content-Type": "text/html"}),
            PermanentError,
            "longer than 4,096 characters",
        ),
        (Refuse(200, "<html>Sorry</html>", {"Content-Type": "text/html"}), ContractError, "a web page instead of data"),
        (Refuse(200, '{"count": 0, "data": [], "error": "The query is too complex"}'), ContractError, "'The query is too complex' instead of data"),
        (Refuse(200, '{"errorObject": {"errorMessage": "Invalid reporterCode"}}'), ContractError, "'Invalid reporterCode' instead of data"),
        (Refuse(200, '{"count": 2, "data": [{}], "error": ""}'), ContractError, "says that it has 2 rows, and has 1"),
        (Refuse(200, '{"count": 1, "data": [{"cmdCode":'), ContractError, "breaks off at line 1"),
    ],
)
def test_an_answer_that_is_no_data_is_not_asked_for_again(
    agency: Loopback, landing: Landing, key: str, fault: Fault, error: type[SourceError], reason: str
) -> None:
    agency.faults.append(fault)
    with pytest.raises(error, match=reason) as caught:
        fetch(landing)
    assert len(agency.requests) == 1
    assert landing.vintages() == []
    assert key not in str(caught.value)


def test_a_wait_that_the_gateway_names_is_worth_asking_again(agency: Loopback, landing: Landing, key: str) -> None:
    agency.faults.extend([Refuse(429, "Try again in 1 seconds.", {"Retry-After": "1"}), Refuse(403, "quota", {"Retry-After": "1"}), Refuse(503)])
    assert fetch(landing).outcome == "landed"
    assert len(agency.requests) == 4 + 3


def test_a_cut_or_slow_answer_is_asked_for_again(agency: Loopback, landing: Landing, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.http.READ_SECONDS", 0.5)
    agency.faults.extend([Cut(3000), Slow(1), Slow(0.1)])
    assert fetch(landing).outcome == "landed"
    assert len(agency.requests) == 4 + 2


def test_a_flow_that_never_comes_leaves_no_shorter_table(agency: Loopback, landing: Landing, key: str) -> None:
    agency.answers[DATA] = lambda request: Refuse(500) if request.query["flowCode"] == "RM" else answer(rows_for(request, list(PARTNERS)))
    with pytest.raises(TransientError, match="answered 500"):
        fetch(landing)
    assert len(agency.requests) == 3 + ATTEMPTS
    assert landing.vintages() == []


def test_a_part_of_another_reporter_is_refused(agency: Loopback, landing: Landing, key: str) -> None:
    agency.answers[DATA] = lambda request: answer([row(request.query["flowCode"], 0, "TOTAL", reporterCode=842)])
    with pytest.raises(ContractError, match=r"the payload is of 842-2024, and 124-2024 was asked for"):
        fetch(landing)


def test_a_changed_column_is_an_error(agency: Loopback, landing: Landing, key: str) -> None:
    agency.answers[DATA] = lambda request: answer([row(request.query["flowCode"], 0, "TOTAL") | {"tradeValue": 1}])
    fetch(landing)
    assert "tradeValue" in landed(landing).columns
    renamed = {name if name != "primaryValue" else "tradeValue": value for name, value in row("M", 0, "TOTAL").items()}
    agency.answers[DATA] = answer([renamed])
    with pytest.raises(ContractError, match="the payload has no column 'primaryValue'"):
        fetch(landing)


# Payloads


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"motCode": 1000}, r"1 rows have motCode \['1000'\] instead of '0': they are part of a total beside them"),
        ({"partner2Code": 124}, r"partner2Code \['124'\]"),
        ({"customsCode": "C01"}, r"customsCode \['C01'\]"),
        ({"freqCode": "M"}, r"freqCode \['M'\]"),
        ({"typeCode": "S"}, r"typeCode \['S'\]"),
        ({"reporterCode": 842}, r"of one reporter and one year, and is of \[\('124', '2024'\), \('842', '2024'\)\]"),
        ({"period": "2023"}, r"of one reporter and one year"),
    ],
)
def test_rows_beside_their_total_or_of_another_kind_are_refused(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    payload = written(tmp_path, answer([row("X", 842, "TOTAL"), row("X", 842, "87", **changes)]))
    with pytest.raises(ContractError, match=reason):
        parsed(payload, tmp_path)


def test_a_figure_that_is_there_twice_is_refused(landing: Landing, tmp_path: Path) -> None:
    payload = written(tmp_path, answer([row("X", 842, "TOTAL"), row("X", 842, "TOTAL", primaryValue=2.0)]))
    with pytest.raises(ContractError, match="more than once: reporterCode='124'"):
        intake.land_file(landing, DATASET, payload)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"[]", "is no answer of UN Comtrade"),
        (b'{"count": 1}', "has no"),
        (b'{"count": 1, "data": [7]}', "the rows of answer.json are no records, but 7"),
        (b"\xff\xfe{", "is not UTF-8"),
        (b'{"elapsedTime": "0.2 secs", "count": 3, "data": [{"typeCode": "C"', "breaks off"),
    ],
)
def test_what_is_no_answer_is_refused(tmp_path: Path, body: bytes, reason: str) -> None:
    with pytest.raises(ContractError, match=reason):
        parsed(written(tmp_path, body), tmp_path)


def test_a_figure_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"column 'primaryValue' should hold a number, and 1 rows do not: \['confidential'\]"):
        parsed(written(tmp_path, answer([row("X", 842, "TOTAL", primaryValue="confidential")])), tmp_path)


def test_all_pages_are_a_whole_part(tmp_path: Path) -> None:
    one = {flow: [row(flow, 0, "TOTAL")] for flow in FLOWS}
    payload = packed(tmp_path, get_M_1of2=one["M"], get_M_2of2=[row("M", 0, "87")], get_X_1of1=one["X"], get_RX_1of1=one["RX"], get_RM_1of1=[])
    found = parsed(payload, tmp_path)
    assert (found.rows, found.part, found.is_complete) == ({"trade": 4}, PART, True)
    assert (found.data_from, found.data_through) == (date(2024, 1, 1), date(2024, 1, 1))


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["get_M_1of2", "get_X_1of1", "get_RX_1of1", "get_RM_1of1"], "lacks get-M-2of2.json"),
        (["get_M_1of1", "get_X_1of1", "get_RX_1of1"], "lacks the pages of RM"),
        (["preview_M_1of1", "get_X_1of1", "get_RX_1of1", "get_RM_1of1"], "should have a page such as"),
        (["get_M_1of1", "get_X_1of1", "get_RX_1of1", "get_RM_1of1", "readme"], "should have a page such as"),
    ],
    ids=["the last page", "a flow", "two endpoints", "a stranger"],
)
def test_a_missing_page_is_an_error(tmp_path: Path, names: list[str], missing: str) -> None:
    payload = packed(tmp_path, **{name: [row("X", 0, "TOTAL")] for name in names})
    with pytest.raises(ContractError, match=missing):
        parsed(payload, tmp_path)


def test_a_damaged_page_is_an_error(tmp_path: Path) -> None:
    payload = packed(tmp_path, **{f"get_{flow}_1of1": [row(flow, 0, "TOTAL")] for flow in FLOWS})
    body = bytearray(payload.read_bytes())
    body[100] ^= 0xFF
    payload.write_bytes(body)
    with pytest.raises(ContractError, match=r"pages\.zip is a damaged zip"):
        parsed(payload, tmp_path)
    assert DATASET.fingerprint(payload)


def test_pages_without_any_row_are_not_yet(tmp_path: Path) -> None:
    with pytest.raises(NotYet):
        parsed(packed(tmp_path, **{f"get_{flow}_1of1": [] for flow in FLOWS}), tmp_path)


def test_a_payload_that_cannot_be_read_has_the_fingerprint_of_its_bytes(tmp_path: Path) -> None:
    broken, other = written(tmp_path, b'{"data": [', "broken.json"), written(tmp_path, b'{"data": [1', "other.json")
    assert DATASET.fingerprint(broken) != DATASET.fingerprint(other)
