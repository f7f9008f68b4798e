"""Proactive publication of contracts: the file, what is wrong with it, the portal, and the bundled samples. Made-up rows are called synthetic."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from sources import contract, intake, registry
from sources.errors import ContractError, PermanentError, SourceError, TransientError
from sources.http import ATTEMPTS
from sources.landing import Attempt, Landing
from sources.providers.open_canada import BASE_URL, PACKAGE, RESOURCE
from sources.spec import Parsed
from tests.bench.contracts import write_contracts
from tests.payloads.recordings import RECORDINGS, recording
from tests.sources.loopback import Cut, File, Loopback, Refuse, Slow, serve

DATASET = registry.dataset("open_canada/contracts")
OLD_NAMES = {"indigenous_business": "aboriginal_business", "indigenous_business_excluding_psib": "aboriginal_business_incidental"}
OUR_OWN = ("line", "vendor_normalised", *OLD_NAMES.values())
LAYOUT = [field.name for field in DATASET.tables[0].fields if field.name not in OUR_OWN]
FIGURES = RECORDINGS.parent / "figures"

Row = dict[str, str]


def contracts_csv(*rows: Row, header: list[str] = LAYOUT) -> bytes:
    """A file in the portal's layout: 43 columns, byte order mark, CRLF."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def synthetic(number: int, **cells: str) -> Row:
    known = {"owner_org": "syn", "reference_number": f"C-2026-2027-Q1-{number:05}", "procurement_id": f"S{number}", "vendor_name": "Synthetic Inc."}
    return known | {"contract_value": "25000.00", "instrument_type": "C", "reporting_period": "2026-2027-Q1", "contract_date": "2026-05-04"} | cells


FILE = contracts_csv(synthetic(1), synthetic(2))


def parsed(folder: Path, body: bytes) -> tuple[Parsed, list[Row]]:
    payload = folder / "contracts.csv"
    payload.write_bytes(body)
    found = DATASET.parse(DATASET, payload, folder)
    contract.check(DATASET, folder, found)
    return found, landed_rows(folder)


def landed_rows(folder: Path) -> list[dict[str, Any]]:
    rows = duckdb.read_parquet(str(folder / "contracts.parquet")).order("line")
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]


def refusal(folder: Path, body: bytes) -> str:
    with pytest.raises(ContractError) as caught:
        parsed(folder, body)
    assert str(caught.value).startswith("open_canada/contracts: ")
    assert caught.value.remedy
    return str(caught.value)


def read_by_csv(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def texts(row: dict[str, Any], names: list[str]) -> Row:
    return {name: row[name] or "" for name in names}


# The file


def test_the_layout_has_43_columns() -> None:
    assert len(LAYOUT) == len(set(LAYOUT)) == 43


def test_the_recording_imports_with_the_rows_and_cells_that_the_csv_module_reads(tmp_path: Path) -> None:
    payload = recording("open_canada/contracts.sample.csv")
    expected = read_by_csv(payload)
    attempt = intake.land_file(Landing(tmp_path), DATASET, payload, is_partial=True)
    # wc -l says 56: a header, and no cell that runs over a line.
    assert (attempt.outcome, attempt.rows, len(expected)) == ("landed", 55, 55)
    assert attempt.vintage is not None
    rows = landed_rows(Landing(tmp_path).folder(DATASET.id, attempt.vintage))
    assert [texts(row, list(expected[0])) for row in rows] == expected
    assert {row["aboriginal_business"] for row in rows} == {"NA"}
    assert {row["indigenous_business"] for row in rows} == {None}


def test_cells_run_over_lines_and_hold_quotes_and_commas(tmp_path: Path) -> None:
    comment = 'Sole-sourced.\n"In part", as they say,\r\n\r\nover four lines.'
    found, rows = parsed(tmp_path, contracts_csv(synthetic(1, comments_en=comment), synthetic(2, comments_fr="Marché «synthétique», 10 000 $")))
    assert found.rows == {"contracts": 2}
    assert [row["line"] for row in rows] == [1, 2]
    assert rows[0]["comments_en"] == comment
    assert rows[1]["comments_fr"] == "Marché «synthétique», 10 000 $"


def test_every_value_lands_as_published_with_its_typos(tmp_path: Path) -> None:
    typos = {"contract_value": "12,345.67", "original_value": "1.13", "amendment_value": "-", "contract_date": "2201-02-30", "number_of_bids": "two"}
    codes = {"economic_object_code": "499", "vendor_postal_code": "NA", "country_of_vendor": "NA", "trade_agreement": "NA", "land_claims": "NA"}
    _, (row,) = parsed(tmp_path, contracts_csv(synthetic(1, **typos, **codes)))
    assert {name: row[name] for name in typos | codes} == typos | codes
    assert row["buyer_name"] is None


def test_a_doubled_reference_number_does_not_keep_the_file_out(tmp_path: Path) -> None:
    found, rows = parsed(tmp_path, contracts_csv(synthetic(1), synthetic(1, contract_value="26000"), synthetic(2)))
    assert found.rows == {"contracts": 3}
    assert [(row["line"], row["reference_number"][-1]) for row in rows] == [(1, "1"), (2, "1"), (3, "2")]


def test_the_periods_are_those_of_well_formed_quarters(tmp_path: Path) -> None:
    periods = ["2017-2018-Q4", "NA", "", "2026-2027-Q2", "2099-Q1", "20267-2027-Q1", "2025-2026-Q9"]
    found, _ = parsed(tmp_path, contracts_csv(*(synthetic(number, reporting_period=period) for number, period in enumerate(periods))))
    assert (str(found.data_from), str(found.data_through)) == ("2018-01-01", "2026-07-01")
    assert found.is_complete


def test_the_template_of_2022_lands_under_its_own_names(tmp_path: Path) -> None:
    header = [OLD_NAMES.get(name, name) for name in LAYOUT]
    row = synthetic(1, aboriginal_business="MS", aboriginal_business_incidental="N")
    _, (row,) = parsed(tmp_path, contracts_csv(row, header=header))
    assert [row[name] for name in OLD_NAMES.values()] == ["MS", "N"]
    assert [row[name] for name in OLD_NAMES] == [None, None]


def test_optional_columns_may_be_absent_and_new_ones_are_kept(tmp_path: Path) -> None:
    header = [name for name in LAYOUT if name != "article_6_exceptions"] + ["buy_canadian"]
    _, (row,) = parsed(tmp_path, contracts_csv(synthetic(1, buy_canadian="Y"), header=header))
    assert (row["article_6_exceptions"], row["buy_canadian"]) == (None, "Y")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no header"),
        (contracts_csv(), "no row for 'contracts', only a header"),
        (FILE[:-30], "line 3 of contracts.csv has 31 cells where the header has 43"),
        (contracts_csv(synthetic(1, comments_en="a\nb")).replace(b'b"', b"b"), "quote that does not close"),
        (FILE.replace(b"contract_value", b"total_contract_value"), "the payload has no column 'contract_value'; it has "),
        (FILE.replace(b"comments_fr,", b"comments_en,", 1), "names columns twice: ['comments_en'"),
        (contracts_csv(synthetic(1, vendor_name="Synthétique")).replace("é".encode(), b"\xe9"), "not UTF-8 on line 2"),
        (b"<!DOCTYPE html><title>Open Government Portal</title>", "no column 'reference_number'"),
    ],
    ids=["empty", "only a header", "truncated", "open quote", "renamed", "doubled name", "latin-1", "web page"],
)
def test_a_bad_file_is_refused_with_what_is_wrong(tmp_path: Path, body: bytes, words: str) -> None:
    assert words in refusal(tmp_path, body)


def test_the_synthetic_file_of_the_bench_reads_as_the_csv_module_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "synthetic"
    folder.mkdir()
    write_contracts(folder / "contracts.csv", 7_000)
    body = (folder / "contracts.csv").read_bytes()
    expected = read_by_csv(folder / "contracts.csv")
    _, rows = parsed(folder, body)
    assert list(expected[0]) == LAYOUT
    assert [texts(row, LAYOUT) for row in rows] == expected
    assert body.count(b"\n") > 1.04 * len(rows) > 1.04 * 6_999


# The portal

PACKAGE_SHOW = "/data/api/3/action/package_show"
PLACE = f"/data/dataset/{PACKAGE}/resource/{RESOURCE}/download/contracts.csv"
WEDNESDAY = "Wed, 23 Sep 2026 08:00:00 GMT"


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """The portal with one synthetic file, on the morning after it changed; nobody waits."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setattr("sources.http._await_turn", lambda provider: None)
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-09-24T13:00:00Z")
    with serve() as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_OPEN_CANADA", running.base_url)
        publish(running, FILE, "2026-09-24T02:12:03.482123", WEDNESDAY)
        yield running


def publish(portal: Loopback, body: bytes, modified: str | None, last_modified: str | None, place: str = PLACE, url: str | None = None) -> None:
    resources = [
        {"id": "fa4ff6c4-e9af-4491-9d4e-2b468e415a68", "name": "Contracts Nothing to Report", "url": f"{BASE_URL}/nil.csv"},
        {"id": RESOURCE, "name": "Contracts over $10,000", "url": url or BASE_URL + place, "last_modified": modified},
    ]
    portal.answers[PACKAGE_SHOW] = {"success": True, "result": {"id": PACKAGE, "metadata_modified": modified, "resources": resources}}
    portal.files[place] = File(body, etag=f'"{hash(body)}"', last_modified=last_modified, content_type="text/csv")


def fetch(folder: Path) -> Attempt:
    return intake.fetch(Landing(folder), DATASET)


def failure(folder: Path) -> SourceError:
    with pytest.raises(SourceError) as caught:
        fetch(folder)
    assert Landing(folder).vintages(DATASET.id) == []
    assert "\n" not in str(caught.value)
    return caught.value


def paths(portal: Loopback) -> list[str]:
    return [request.path for request in portal.requests]


def test_the_file_lands_as_of_the_day_in_ottawa_on_which_the_portal_changed_it(portal: Loopback, tmp_path: Path) -> None:
    attempt = fetch(tmp_path)
    # 02:12 UTC on September 24 is the evening of the 23rd.
    assert (attempt.outcome, attempt.vintage, attempt.rows) == ("landed", "2026-09-23", 2)
    assert attempt.source_url == portal.base_url + PLACE
    assert paths(portal) == [f"{PACKAGE_SHOW}?id={PACKAGE}", PLACE]


def test_an_ordinary_day_costs_one_request(portal: Loopback, tmp_path: Path) -> None:
    fetch(tmp_path)
    portal.requests.clear()
    assert fetch(tmp_path).outcome == "unchanged"
    assert paths(portal) == [f"{PACKAGE_SHOW}?id={PACKAGE}"]


def test_a_file_that_the_portal_touched_and_did_not_change_is_not_sent_again(portal: Loopback, tmp_path: Path) -> None:
    fetch(tmp_path)
    publish(portal, FILE, "2026-09-25T02:12:03", "Fri, 25 Sep 2026 08:00:00 GMT")
    portal.requests.clear()
    assert fetch(tmp_path).reason == "the agency says: not modified"
    assert paths(portal)[1:] == [PLACE]
    assert portal.requests[1].headers["If-None-Match"] == f'"{hash(FILE)}"'


def test_a_changed_file_is_a_new_vintage(portal: Loopback, tmp_path: Path) -> None:
    fetch(tmp_path)
    publish(portal, contracts_csv(synthetic(1), synthetic(2), synthetic(3)), "2026-09-24T12:00:00", "Thu, 24 Sep 2026 12:00:00 GMT")
    assert (fetch(tmp_path).vintage, [vintage.rows for vintage in Landing(tmp_path).vintages(DATASET.id)]) == ("2026-09-24", [2, 3])


def test_a_file_that_has_moved_on_the_portal_is_found(portal: Loopback, tmp_path: Path) -> None:
    del portal.files[PLACE]
    publish(portal, FILE, "2026-09-24T02:12:03", None, place="/data/dataset/elsewhere/contracts.csv")
    assert fetch(tmp_path).outcome == "landed"


def test_without_a_day_of_change_the_files_own_validators_count(portal: Loopback, tmp_path: Path) -> None:
    publish(portal, FILE, None, WEDNESDAY)
    assert fetch(tmp_path).vintage == "2026-09-23"
    assert fetch(tmp_path).outcome == "unchanged"
    assert len(portal.asked(PLACE)) == 2


def test_a_file_that_lies_elsewhere_is_not_fetched(portal: Loopback, tmp_path: Path) -> None:
    publish(portal, FILE, "2026-09-24T02:12:03", WEDNESDAY, url="https://example.org/contracts.csv")
    error = failure(tmp_path)
    assert isinstance(error, ContractError)
    assert "names https://example.org/contracts.csv" in error.reason
    assert "warehouse import open_canada/contracts FILE" in error.remedy


def test_a_resource_that_is_gone_is_named_with_those_that_are_left(portal: Loopback, tmp_path: Path) -> None:
    portal.answers[PACKAGE_SHOW]["result"]["resources"].pop()
    error = failure(tmp_path)
    assert isinstance(error, ContractError)
    assert f"has no resource {RESOURCE}; it has fa4ff6c4-e9af-4491-9d4e-2b468e415a68 (Contracts Nothing to Report)" in error.reason
    assert len(portal.requests) == 1


def test_a_day_of_change_that_is_no_date_is_said(portal: Loopback, tmp_path: Path) -> None:
    publish(portal, FILE, "yesterday", WEDNESDAY)
    assert "last modified on 'yesterday'" in failure(tmp_path).reason


CKAN_ERROR = '{"help": "…", "success": false, "error": {"message": "synthetic", "__type": "%s"}}'


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, "Not Found Error"), (403, "Authorization Error"), (409, "Validation Error"), (409, "Search Query Error"), (200, "Not Found Error")],
)
def test_an_error_of_ckan_that_comes_again_is_not_asked_again(portal: Loopback, tmp_path: Path, status: int, kind: str) -> None:
    portal.faults.append(Refuse(status, CKAN_ERROR % kind, {"Content-Type": "application/json"}))
    error = failure(tmp_path)
    assert isinstance(error, PermanentError)
    assert f"({kind})" in error.reason
    assert len(portal.requests) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Refuse(409),
        Refuse(409, CKAN_ERROR % "Busy"),
        Refuse(503),
        Refuse(500, CKAN_ERROR % "Internal Server Error"),
        Refuse(429, "", {"Retry-After": "1"}),
    ],
)
def test_a_busy_portal_is_asked_again(portal: Loopback, tmp_path: Path, fault: Refuse) -> None:
    portal.faults.append(fault)
    assert fetch(tmp_path).outcome == "landed"
    assert len(portal.requests) == 3


def test_a_portal_that_stays_busy_is_given_up(portal: Loopback, tmp_path: Path) -> None:
    portal.faults.extend([Refuse(409)] * ATTEMPTS)
    error = failure(tmp_path)
    assert isinstance(error, TransientError)
    assert "answered 409 (Conflict)" in error.reason
    assert len(portal.requests) == ATTEMPTS


def test_no_success_without_a_kind_may_pass(portal: Loopback, tmp_path: Path) -> None:
    portal.answers[PACKAGE_SHOW] = {"success": False, "error": {"message": "Internal error"}}
    assert isinstance(failure(tmp_path), TransientError)


@pytest.mark.parametrize(
    ("body", "words"),
    [('{"success": true, "result": {', "breaks off"), ("", "breaks off"), ("[]", "is no package")],
    ids=["truncated", "nothing", "a list"],
)
def test_an_answer_that_is_no_package_is_refused(portal: Loopback, tmp_path: Path, body: str, words: str) -> None:
    portal.answers[PACKAGE_SHOW] = body.encode()
    assert words in failure(tmp_path).reason


def test_a_cut_download_goes_on_where_it_was_cut(portal: Loopback, tmp_path: Path) -> None:
    publish(portal, contracts_csv(*map(synthetic, range(2_000))), "2026-09-24T02:12:03", WEDNESDAY)
    portal.faults.extend([Slow(0), Cut(150_000), Slow(0.2)])
    assert fetch(tmp_path).rows == 2_000
    assert portal.requests[-1].headers["Range"].startswith("bytes=")


def test_a_download_that_is_always_cut_leaves_nothing(portal: Loopback, tmp_path: Path) -> None:
    portal.offers_ranges = False
    portal.faults.extend([Slow(0), *[Cut(200)] * ATTEMPTS])
    assert isinstance(failure(tmp_path), TransientError)
    assert not list((tmp_path / "raw" / "scratch").iterdir())


@pytest.mark.parametrize(
    ("status", "body", "kind", "error", "words"),
    [
        (404, "<html>Page not found</html>", "text/html", PermanentError, "answered 404"),
        (200, "<html><title>We are sorry</title></html>", "text/html", ContractError, "web page"),
        (200, "<html><title>We are sorry</title></html>", "text/csv", ContractError, "'We are sorry'"),
        (200, "", "text/csv", ContractError, "is empty"),
        (200, FILE.decode().replace("procurement_id", "procurement_number"), "text/csv", ContractError, "no column 'procurement_id'"),
    ],
    ids=["gone", "web page", "web page as csv", "nothing", "renamed column"],
)
def test_what_is_no_file_is_refused_at_once(
    portal: Loopback, tmp_path: Path, status: int, body: str, kind: str, error: type[SourceError], words: str
) -> None:
    portal.faults.extend([Slow(0), Refuse(status, body, {"Content-Type": kind})])
    found = failure(tmp_path)
    assert isinstance(found, error)
    assert words in found.reason
    assert len(portal.requests) == 2


def test_a_file_that_lost_a_department_is_refused(portal: Loopback, tmp_path: Path) -> None:
    publish(portal, contracts_csv(*map(synthetic, range(100))), "2026-09-24T02:12:03", WEDNESDAY)
    fetch(tmp_path)
    publish(portal, contracts_csv(*map(synthetic, range(97))), "2026-09-24T12:00:00", WEDNESDAY)
    with pytest.raises(ContractError, match=r"97 rows where 100 are held already: 3\.0% fewer"):
        fetch(tmp_path)


# The bundled samples

SAMPLE, CASES = "2022-01-30~", "2022-05-30~"
BUNDLED = {SAMPLE: ("federal_contracts.csv", 55), CASES: ("contracts_procurement_id_cases.csv", 90)}
NOT_PUBLISHED = ("source", "start_date", "end_date", "amendment_group_id", "case")


@pytest.mark.parametrize("vintage", BUNDLED)
def test_bundled_vintages_are_samples_in_the_portals_layout(tmp_path: Path, vintage: str) -> None:
    landing = Landing(tmp_path)
    assert [attempt.outcome for attempt in intake.land_bundled(landing, DATASET)] == ["landed", "landed"]
    landed = {one.label: one for one in landing.vintages(DATASET.id)}
    assert (landed[vintage].is_complete, landed[vintage].is_estimated, landed[vintage].rows) == (False, True, BUNDLED[vintage][1])
    header = list(read_by_csv(intake.REFERENCE / DATASET.id / f"{vintage}.csv")[0])
    assert header == LAYOUT + (["vendor_normalised"] if vintage == CASES else [])


@pytest.mark.parametrize("vintage", BUNDLED)
def test_bundled_cells_are_the_figures_both_ways(vintage: str) -> None:
    figures = FIGURES / BUNDLED[vintage][0]
    if not FIGURES.is_dir():
        pytest.skip(f"there are no figures at {FIGURES}")
    known = [{name: "" if value == "NA" else value for name, value in row.items() if name not in NOT_PUBLISHED} for row in read_by_csv(figures)]
    held = read_by_csv(intake.REFERENCE / DATASET.id / f"{vintage}.csv")
    assert [{name: row[name] for name in known[0]} for row in held] == known
    assert {value for row in held for name, value in row.items() if name not in known[0]} == {""}


def test_a_known_contract_stands_in_the_sample() -> None:
    rows = read_by_csv(intake.REFERENCE / DATASET.id / f"{SAMPLE}.csv")
    (bridge,) = [row for row in rows if row["reference_number"] == "C-2021-2022-Q3-0001"]
    assert (bridge["owner_org"], bridge["contract_value"], bridge["instrument_type"]) == ("infc", "5031364910.17", "A")
