"""Fetching a table of Statistics Canada, end to end: from whatever the server does to the manifest line and the landing folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from sources import intake, registry
from sources.errors import ContractError, PermanentError, SourceError, TransientError
from sources.http import ATTEMPTS
from sources.landing import Attempt, Landing
from tests.sources.agency import TABLE, Agency, Cut, Refuse, Slow, serve, table_zip

DATASET = f"statcan/{TABLE}"


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> Iterator[Agency]:
    """The agency at noon Eastern on the day of a release that runs through July; back-offs are not waited for."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-09-03T16:00:00Z")
    with serve() as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_STATCAN", running.base_url)
        running.publish(table_zip("2026-07"), "2026-07", "2026-09-03", etag='"july"')
        yield running


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


def fetch(landing: Landing) -> Attempt:
    return intake.fetch(landing, registry.dataset(DATASET))


def outcomes(landing: Landing) -> list[tuple[str, str | None]]:
    """The manifest: outcome and vintage of each attempt."""
    return [(attempt.outcome, attempt.vintage) for attempt in landing.attempts(DATASET)]


def folders(landing: Landing) -> list[str]:
    return sorted(path.name for path in (landing.root / DATASET).glob("vintage=*"))


def test_a_release_lands(agency: Agency, landing: Landing) -> None:
    attempt = fetch(landing)
    (vintage,) = landing.vintages(DATASET)
    assert (attempt.outcome, attempt.vintage, attempt.rows) == ("landed", "2026-09-03", 14)
    assert (vintage.is_complete, vintage.is_estimated, vintage.method) == (True, False, "refresh")
    assert vintage.source_url == f"{agency.base_url}/n1/tbl/csv/{TABLE}-eng.zip"
    assert sorted(path.name for path in landing.folder(DATASET, "2026-09-03").iterdir()) == [
        "metadata.parquet",
        "observations.parquet",
        "series.parquet",
        "vintage.json",
    ]
    assert [request.method for request in agency.requests] == ["GET", "POST"]
    assert not list((landing.data_dir / "raw" / "scratch").iterdir())


def test_not_modified_costs_one_request(agency: Agency, landing: Landing) -> None:
    fetch(landing)
    agency.requests.clear()
    fetch(landing)
    assert outcomes(landing) == [("landed", "2026-09-03"), ("unchanged", None)]
    assert [request.headers["If-None-Match"] for request in agency.requests] == ['"july"']


def test_a_zip_that_was_only_packed_again_is_unchanged(agency: Agency, landing: Landing) -> None:
    fetch(landing)
    agency.requests.clear()
    agency.publish(table_zip("2026-07", packed_on=(2026, 9, 4)), "2026-07", "2026-09-04", etag='"repacked"')
    fetch(landing)
    assert outcomes(landing) == [("landed", "2026-09-03"), ("unchanged", "2026-09-03")]
    assert [request.method for request in agency.requests] == ["GET"]
    first, second = landing.attempts(DATASET)
    assert first.sha256 != second.sha256
    assert first.fingerprint == second.fingerprint
    assert folders(landing) == ["vintage=2026-09-03"]


def test_a_zip_older_than_its_cube_is_not_yet_and_lands_when_it_is_there(agency: Agency, landing: Landing) -> None:
    agency.publish_cube("2026-08", "2026-10-06")
    attempt = fetch(landing)
    assert attempt.outcome == "not_yet"
    assert "ends with 2026-07-01, and its cube, released on 2026-10-06, with 2026-08-01" in attempt.reason
    assert folders(landing) == []
    agency.publish(table_zip("2026-08"), "2026-08", "2026-10-06")
    fetch(landing)
    assert outcomes(landing) == [("not_yet", None), ("landed", "2026-10-06")]


def test_a_second_correction_on_the_same_day_is_a_vintage_of_its_own(agency: Agency, landing: Landing) -> None:
    for level in (100.0, 200.0, 300.0):
        agency.publish(table_zip("2026-07", level=level), "2026-07", "2026-09-03")
        fetch(landing)
    assert outcomes(landing) == [("landed", "2026-09-03"), ("landed", "2026-09-03.2"), ("landed", "2026-09-03.3")]
    values = [
        duckdb.read_parquet(str(landing.folder(DATASET, label) / "observations.parquet")).max("VALUE").fetchall()[0][0]
        for label in ("2026-09-03", "2026-09-03.2", "2026-09-03.3")
    ]
    assert values == [107.0, 207.0, 307.0]


@pytest.mark.parametrize("moment", ["2026-09-03T12:29:00Z", "2026-09-03T04:00:00Z", "2026-12-03T13:29:00Z"], ids=["before", "midnight", "winter"])
def test_409_before_half_past_eight_eastern_is_not_yet(agency: Agency, landing: Landing, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    monkeypatch.setenv("WAREHOUSE_NOW", moment)
    agency.faults.append(Refuse(409, "The product is not released yet"))
    attempt = fetch(landing)
    assert attempt.outcome == "not_yet"
    assert "locked until 08:30 Eastern" in attempt.reason
    assert len(agency.requests) == 1


def test_409_on_the_cube_leaves_no_vintage(agency: Agency, landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-09-03T12:00:00Z")
    agency.faults.extend([Slow(0), Refuse(409, "The product is not released yet")])
    fetch(landing)
    assert outcomes(landing) == [("not_yet", None)]
    assert folders(landing) == []


@pytest.mark.parametrize("moment", ["2026-09-03T12:30:00Z", "2026-09-04T03:59:00Z"], ids=["half past eight", "before midnight"])
def test_409_after_the_lock_is_an_outage(agency: Agency, landing: Landing, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    monkeypatch.setenv("WAREHOUSE_NOW", moment)
    agency.faults.append(Refuse(409))
    assert fetch(landing).outcome == "landed"
    agency.faults.extend([Refuse(409)] * ATTEMPTS)
    with pytest.raises(TransientError, match=r"statcan/12100011: .* answered 409 \(Conflict\), though the lock ends at 08:30 Eastern"):
        fetch(landing)


def test_a_bad_morning_is_survived(agency: Agency, landing: Landing) -> None:
    agency.faults.extend([Refuse(503), Refuse(429, headers={"Retry-After": "1"}), Cut(200), Slow(0.2), Refuse(502)])
    assert fetch(landing).outcome == "landed"
    assert len(agency.requests) == 6


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        (Refuse(404), PermanentError, r"answered 404 \(Not Found\)"),
        (Refuse(406, '{"message": "One or more co-ordinate(s) provided is not valid"}'), PermanentError, "co-ordinate"),
        (Refuse(200, "<!DOCTYPE html><html><title>We are sorry</title></html>"), ContractError, "is a web page .'We are sorry'."),
        (Refuse(200, ""), ContractError, "is empty"),
        (Refuse(200, "REF_DATE,COORDINATE\n2026-01,1.1\n"), ContractError, "header .* VALUE"),
    ],
    ids=["404", "406", "web page", "nothing", "no values"],
)
def test_a_bad_payload_is_one_line_and_no_vintage(agency: Agency, landing: Landing, fault: Refuse, error: type[SourceError], reason: str) -> None:
    fetch(landing)
    agency.faults.append(fault)
    with pytest.raises(error, match=reason) as failure:
        fetch(landing)
    *_, last = landing.attempts(DATASET)
    assert (last.outcome, last.reason) == ("failed", str(failure.value))
    assert last.reason.startswith(f"{DATASET}: ")
    assert "\n" not in last.reason
    assert folders(landing) == ["vintage=2026-09-03"]


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_a_truncated_zip_is_one_line_and_no_vintage(agency: Agency, landing: Landing, kept: float) -> None:
    archive = table_zip("2026-07")
    agency.publish(archive[: int(len(archive) * kept)], "2026-07", "2026-09-03")
    with pytest.raises(ContractError, match="truncated or damaged zip"):
        fetch(landing)
    assert outcomes(landing) == [("failed", None)]
    assert folders(landing) == []


def test_a_flipped_byte_in_a_zip_is_noticed(agency: Agency, landing: Landing) -> None:
    archive = bytearray(table_zip("2026-07"))
    archive[200] ^= 0xFF
    agency.publish(bytes(archive), "2026-07", "2026-09-03")
    with pytest.raises(ContractError, match="damaged"):
        fetch(landing)
    assert folders(landing) == []


def test_after_a_failure_the_file_is_asked_for_whole(agency: Agency, landing: Landing) -> None:
    """The validators of a payload that did not land must not make the next look "not modified"."""
    agency.publish(b"PK, but no zip", "2026-07", "2026-09-03", etag='"broken"')
    with pytest.raises(ContractError):
        fetch(landing)
    agency.publish(table_zip("2026-07"), "2026-07", "2026-09-03", etag='"broken"')
    assert fetch(landing).outcome == "landed"


def test_a_landing_folder_that_is_gone_is_filled_again(agency: Agency, landing: Landing) -> None:
    fetch(landing)
    shutil.rmtree(landing.root)
    fetch(landing)
    assert outcomes(landing) == [("landed", "2026-09-03"), ("landed", "2026-09-03")]


def test_any_table_by_its_product_id(agency: Agency, landing: Landing) -> None:
    agency.publish(table_zip("2026-06", product_id="12100175"), "2026-06", "2026-08-04", product_id="12100175")
    attempt = intake.fetch(landing, registry.dataset("statcan/12100175"))
    assert (attempt.dataset, attempt.outcome, attempt.vintage) == ("statcan/12100175", "landed", "2026-08-04")


def test_what_has_no_machine_access_says_how_it_is_brought_in(landing: Landing) -> None:
    with pytest.raises(PermanentError, match="warehouse import statcan/cimt_aggregates FILE"):
        intake.fetch(landing, registry.dataset("statcan/cimt_aggregates"))
