"""FRED: one series a file, what Akamai sends instead, and vehicles in staging's list. Figures of the loopback server are made up."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from sources import intake, registry
from sources.errors import ContractError, PermanentError, SourceError, TransientError
from sources.http import ATTEMPTS
from sources.landing import Attempt, Landing
from sources.providers.fred import SERIES
from sources.spec import Vintage
from tests.payloads.recordings import recording
from tests.sources.loopback import Cut, Fault, File, Loopback, Refuse, Slow, serve

DATASET = registry.dataset("fred/series")
STAGING = Path(__file__).parents[2] / "dbt_project" / "models" / "staging" / "fred" / "stg_fred__series.sql"
PATH = "/graph/fredgraph.csv"
JULY = "observation_date,ALTSALES\n2026-05-01,15.1\n2026-06-01,.\n2026-07-01,15.3\n"
PAGE = {"Content-Type": "text/html"}


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """FRED with one series; nobody waits for a turn or after an error."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setattr("sources.http._await_turn", lambda provider: None)
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-08-09T02:00:00Z")
    with serve() as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_FRED", running.base_url)
        running.files[PATH] = File(JULY.encode(), content_type="application/csv")
        yield running


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "data")


def fetch(landing: Landing) -> Attempt:
    return intake.fetch(landing, DATASET, "ALTSALES")


def landed(landing: Landing, vintage: str, part: str = "ALTSALES") -> list[tuple[date, str, float | None]]:
    path = landing.folder(DATASET.id, vintage, part) / "observations.parquet"
    return duckdb.read_parquet(str(path), hive_partitioning=False).order("observation_date").fetchall()


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "fredgraph.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# What is declared


def test_staging_knows_the_unit_of_each_series_that_is_fetched() -> None:
    assert set(re.findall(r"\('([A-Z0-9]+)', '", STAGING.read_text())) == set(SERIES)
    assert DATASET.partition
    assert DATASET.partition.live(date(2026, 8, 8)) == DATASET.partition.expected(date(2026, 8, 8)) == SERIES


# Recordings


@pytest.mark.parametrize("series", ["ALTSALES", "FAUTONSA", "FAUTOSAAR", "LAUTONSA"])
def test_a_recorded_series_imports(landing: Landing, series: str) -> None:
    """13 rows each by `wc -l` less the header; every cell against the csv module. The part comes from the header."""
    path = recording(f"fred/{series}.csv")
    attempt = intake.land_file(landing, DATASET, path, Vintage(date(2025, 2, 10)), is_partial=True)
    assert (attempt.outcome, attempt.part, attempt.rows) == ("landed", series, 13)
    with path.open() as lines:
        published = [(date.fromisoformat(day), series, float(value)) for day, value in list(csv.reader(lines))[1:]]
    assert landed(landing, "2025-02-10", series) == published


def test_the_units_of_the_recorded_series_agree(landing: Landing) -> None:
    """The mean annual rate of 2024, in millions, is the sum of its months, in thousands, but for the adjustment."""
    thousands, millions = (
        [float(line.split(",")[1]) for line in recording(f"fred/{name}.csv").read_text().split()[1:13]] for name in ("FAUTONSA", "FAUTOSAAR")
    )
    assert sum(thousands) * 1000 == pytest.approx(sum(millions) / 12 * 1_000_000, rel=0.02)


# Asking


def test_a_series_is_asked_for_from_its_beginning(agency: Loopback, landing: Landing) -> None:
    attempt = fetch(landing)
    assert (attempt.outcome, attempt.vintage, attempt.part, attempt.rows) == ("landed", "2026-08-08", "ALTSALES", 3)
    assert [request.query for request in agency.requests] == [{"id": "ALTSALES", "cosd": "1900-01-01"}]
    assert landed(landing, "2026-08-08") == [
        (date(2026, 5, 1), "ALTSALES", 15.1),
        (date(2026, 6, 1), "ALTSALES", None),
        (date(2026, 7, 1), "ALTSALES", 15.3),
    ]
    (vintage,) = landing.vintages(DATASET.id)
    assert (vintage.is_complete, vintage.data_from, vintage.data_through) == (True, date(2026, 5, 1), date(2026, 7, 1))


def test_a_series_that_did_not_change_is_unchanged(agency: Loopback, landing: Landing) -> None:
    fetch(landing)
    assert fetch(landing).outcome == "unchanged"


def test_one_series_that_fails_does_not_keep_the_others_from_being_asked_for(agency: Loopback, landing: Landing) -> None:
    agency.files.clear()
    agency.answers[PATH] = lambda request: (
        Refuse(404, "<html>", PAGE) if request.query["id"] == "DAUPSA" else f"observation_date,{request.query['id']}\n2026-07-01,1\n".encode()
    )
    with pytest.raises(PermanentError, match=r"DAUPSA.*FRED has no such series"):
        intake.refresh(landing, DATASET)
    assert [vintage.part for vintage in landing.vintages(DATASET.id)] == sorted(set(SERIES) - {"DAUPSA"})


# Answers that are no data


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        (Refuse(404, "<html>", PAGE), PermanentError, "FRED has no such series. Look for its successor"),
        (Refuse(403, "<html><title>Access Denied</title>", PAGE), PermanentError, "instead of data: most likely Akamai.*from another network"),
        (Refuse(200, "<html>", PAGE), PermanentError, "instead of data: most likely Akamai.*import it"),
        (Refuse(400, "Bad Request"), PermanentError, "answered 400"),
        (Refuse(429, "", {"Retry-After": "3600"}), TransientError, "Try again in 3,600 s"),
        (Refuse(200, "<!DOCTYPE html><title>Robot?</title>"), ContractError, "is a web page"),
        (Refuse(200, "observation_date,LAUTOSA\n2026-07-01,1\n"), ContractError, "the payload is of LAUTOSA, and ALTSALES was asked for"),
        (Refuse(200, "observation_date,value\n2026-07-01,1\n"), ContractError, "the header should be a date column and one series"),
        (Refuse(200, "observation_date,ALTSALES\n"), ContractError, "has no row for 'observations', only a header"),
    ],
)
def test_an_answer_that_is_no_data_is_not_asked_for_again(
    agency: Loopback, landing: Landing, fault: Fault, error: type[SourceError], reason: str
) -> None:
    agency.faults.append(fault)
    with pytest.raises(error, match=reason):
        fetch(landing)
    assert len(agency.requests) == 1
    assert landing.vintages() == []


def test_a_cut_or_slow_answer_is_asked_for_again(agency: Loopback, landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.http.READ_SECONDS", 0.3)
    agency.faults.extend([Refuse(503), Cut(40), Slow(0.6), Slow(0.1)])
    assert fetch(landing).rows == 3
    assert len(agency.requests) == 4


def test_an_outage_ends_after_some_attempts(agency: Loopback, landing: Landing) -> None:
    agency.faults.extend([Refuse(502)] * ATTEMPTS)
    with pytest.raises(TransientError, match="answered 502"):
        fetch(landing)
    assert len(agency.requests) == ATTEMPTS


# Against the vintage before


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (JULY.replace("2026-05-01,15.1\n", ""), "1 fewer|33.3% fewer"),
        (JULY.replace("2026-05-01", "2026-08-01"), r"lacks 1 periods of 'observation_date'"),
        (JULY.replace("15.1", "15100"), "the sum of 'value' in 2026-05-01 was 15.1 and is 15,100"),
    ],
    ids=["a month less", "another month", "another unit"],
)
def test_a_series_does_not_shrink_or_change_its_unit(agency: Loopback, landing: Landing, content: str, reason: str) -> None:
    fetch(landing)
    agency.files[PATH] = File(content.encode())
    with pytest.raises(ContractError, match=reason):
        fetch(landing)
    assert len(landing.vintages(DATASET.id)) == 1


# Payloads


@pytest.mark.parametrize("header", ["DATE", "observation_date", "date_of_something"])
def test_the_date_is_the_first_column_whatever_its_name(landing: Landing, tmp_path: Path, header: str) -> None:
    payload = written(tmp_path, JULY.replace("observation_date", header))
    assert intake.land_file(landing, DATASET, payload).part == "ALTSALES"


def test_a_point_and_an_empty_cell_are_missing(landing: Landing, tmp_path: Path) -> None:
    intake.land_file(landing, DATASET, written(tmp_path, "DATE,DAUPSA\r\n2026-05-01,.\r\n2026-06-01,\r\n2026-07-01,0\r\n"), Vintage(date(2026, 8, 8)))
    assert [value for _, _, value in landed(landing, "2026-08-08", "DAUPSA")] == [None, None, 0.0]
    assert landing.vintages(DATASET.id)[0].data_from == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("observation_date,ALTSALES,LAUTOSA\n2026-07-01,1,2\n", "one series, such as .*and is 'observation_date,ALTSALES,LAUTOSA'"),
        ("observation_date\n2026-07-01\n", "one series, such as"),
        (JULY + "2026-08-01,n.a.\n", r"column 'value' should hold a number, and 1 rows do not: \['n.a.'\]"),
        (JULY + "Aug 2026,15.0\n", r"column 'observation_date' should hold a date, and 1 rows do not: \['Aug 2026'\]"),
        (JULY + ",15.0\n", "1 rows of ALTSALES have no date"),
        (JULY + "2026-07-01,15.4\n", r"more than once: series_id='ALTSALES', observation_date=datetime.date\(2026, 7, 1\)"),
        (JULY + "2026-0", "has 1 cells where the header has 2"),
        (JULY.encode() + "2026-08-01,15,3é\n".encode("latin-1"), "cells where the header has 2|not UTF-8"),
        ("", "is empty"),
    ],
)
def test_what_is_no_series_is_refused(landing: Landing, tmp_path: Path, content: str | bytes, reason: str) -> None:
    with pytest.raises(ContractError, match=reason):
        intake.land_file(landing, DATASET, written(tmp_path, content))
