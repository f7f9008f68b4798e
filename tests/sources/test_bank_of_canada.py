"""The Bank of Canada: the Valet service's answers in long form, and the bundled rates. Figures of the loopback server are made up."""

from __future__ import annotations

import csv
import json
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
from sources.providers.bank_of_canada import SERIES
from sources.spec import Dataset, Parsed, Vintage
from tests.payloads.recordings import RECORDINGS, recording
from tests.sources.loopback import Cut, Fault, Loopback, Refuse, Slow, serve

VALET, MONTHLY = registry.dataset("bank_of_canada/valet"), registry.dataset("bank_of_canada/fx_monthly")
FIGURES = RECORDINGS.parent / "figures"
PATH = f"/observations/{','.join(SERIES)}/json"


def described(*series: str) -> dict[str, Any]:
    dimension = {"key": "d", "name": "Date"}
    return {name: {"label": name, "description": f"A made-up rate called {name}", "dimension": dimension} for name in series}


def answer(observations: list[dict[str, Any]], *series: str) -> dict[str, Any]:
    return {"terms": {"url": "https://www.bankofcanada.ca/terms/"}, "seriesDetail": described(*(series or SERIES)), "observations": observations}


def day(text: str, **values: str) -> dict[str, Any]:
    return {"d": text} | {series.replace("_", "."): {"v": value} for series, value in values.items()}


NOVEMBER = answer(
    [
        day("2026-11-18", FXUSDCAD="1.4010", V80691311="4.45", V80691335="6.09"),
        day("2026-11-19", FXUSDCAD="1.4025", V39079="2.25", AVG_INTWO="2.27"),
        day("2026-11-20", FXUSDCAD="1.4040", BD_CDN_10YR_DQ_YLD=""),
    ]
)


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """The service in the evening of a business day, when it is Saturday in UTC; nobody waits for a turn or after an error."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setattr("sources.http._await_turn", lambda provider: None)
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-11-21T01:00:00Z")
    with serve() as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_BANK_OF_CANADA", running.base_url)
        running.answers[PATH] = NOVEMBER
        yield running


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "data")


def fetch(landing: Landing) -> Attempt:
    return intake.fetch(landing, VALET)


def table(landing: Landing, name: str, dataset: Dataset = VALET, vintage: str | None = None) -> duckdb.DuckDBPyRelation:
    folder = landing.folder(dataset.id, vintage or landing.vintages(dataset.id)[-1].vintage)
    return duckdb.read_parquet(str(folder / f"{name}.parquet"), hive_partitioning=False)


def written(folder: Path, content: Any, name: str = "valet.json") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def parsed(payload: Path, folder: Path, dataset: Dataset = VALET) -> Parsed:
    target = folder / "parsed"
    target.mkdir()
    return dataset.parse(dataset, payload, target)


# Recordings


@pytest.mark.parametrize(
    ("name", "series", "rows", "first", "last"),
    [
        ("boc_cadusd.json", "FXCADUSD", 2349, ("2017-01-03", 0.7443), ("2026-06-02", 0.7229)),
        ("boc_overnight.json", "V39079", 4269, ("2010-01-01", 0.25), ("2026-06-02", 2.25)),
    ],
)
def test_a_recorded_answer_imports(landing: Landing, name: str, series: str, rows: int, first: tuple[str, float], last: tuple[str, float]) -> None:
    """Rows by `jq '.observations | length'`; every value against the json module. One series of nine is a partial vintage."""
    path = recording(f"bank_of_canada/{name}")
    attempt = intake.land_file(landing, VALET, path, Vintage(date(2026, 6, 2)))
    assert (attempt.outcome, attempt.rows) == ("landed", rows)
    assert not landing.vintages(VALET.id)[0].is_complete
    cells = table(landing, "observations").order("d").project("d::VARCHAR, v").fetchall()
    assert (cells[0], cells[-1]) == (first, last)
    assert cells == [(one["d"], float(one[series]["v"])) for one in json.loads(path.read_bytes())["observations"]]
    assert table(landing, "series").project("series, dimension_key").fetchall() == [(series, "d")]


# Asking


def test_all_series_are_one_question(agency: Loopback, landing: Landing) -> None:
    attempt = fetch(landing)
    assert (attempt.outcome, attempt.vintage, attempt.rows) == ("landed", "2026-11-20", 8)
    assert [request.path for request in agency.requests] == [f"{PATH}?start_date=1997-01-01"]
    (vintage,) = landing.vintages(VALET.id)
    assert (vintage.is_complete, vintage.data_from, vintage.data_through) == (True, date(2026, 11, 18), date(2026, 11, 20))


def test_a_day_has_only_the_series_that_were_observed_on_it(agency: Loopback, landing: Landing) -> None:
    fetch(landing)
    assert table(landing, "observations").order("d, series").project("d::VARCHAR, series, v").fetchall() == [
        ("2026-11-18", "FXUSDCAD", 1.401),
        ("2026-11-18", "V80691311", 4.45),
        ("2026-11-18", "V80691335", 6.09),
        ("2026-11-19", "AVG.INTWO", 2.27),
        ("2026-11-19", "FXUSDCAD", 1.4025),
        ("2026-11-19", "V39079", 2.25),
        ("2026-11-20", "BD.CDN.10YR.DQ.YLD", None),
        ("2026-11-20", "FXUSDCAD", 1.404),
    ]
    assert {name for (name,) in table(landing, "series").project("series").fetchall()} == set(SERIES)


def test_an_ordinary_evening_without_anything_new_is_unchanged(agency: Loopback, landing: Landing) -> None:
    fetch(landing)
    assert fetch(landing).outcome == "unchanged"
    assert len(agency.requests) == 2


def test_an_answer_that_lacks_a_series_overlays_and_withdraws_nothing(agency: Loopback, landing: Landing) -> None:
    fetch(landing)
    agency.answers[PATH] = answer([day("2026-11-20", FXUSDCAD="1.4041")], "FXUSDCAD")
    assert fetch(landing).vintage == "2026-11-20.2"
    assert [vintage.is_complete for vintage in landing.vintages(VALET.id)] == [True, False]


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        (Refuse(404, '{"message": "Series V39079 not found.", "docs": "https://…"}'), PermanentError, "V39079 not found.*renamed.*lists/series/json"),
        (Refuse(400, '{"message": "recent cannot be combined with start_date", "docs": ""}'), PermanentError, "recent cannot be combined"),
        (Refuse(200, "<html><title>Maintenance</title>", {"Content-Type": "text/html"}), ContractError, "a web page instead of data"),
        (Refuse(200, '{"message": "Bad request", "docs": ""}'), ContractError, "has no 'seriesDetail' and 'observations', but is"),
        (Refuse(200, json.dumps(answer([]))), ContractError, "has no row for 'observations'"),
        (Refuse(200, json.dumps(NOVEMBER)[:-40]), ContractError, "valet.json (breaks off|is no JSON) at line 1"),
        (Refuse(429, "", {"Retry-After": "900"}), TransientError, "Try again in 900 s"),
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
    agency.faults.extend([Refuse(503), Cut(100), Slow(0.6), Slow(0.1)])
    assert fetch(landing).rows == 8
    assert len(agency.requests) == 4


def test_an_outage_ends_after_some_attempts(agency: Loopback, landing: Landing) -> None:
    agency.faults.extend([Refuse(500)] * ATTEMPTS)
    with pytest.raises(TransientError, match="answered 500"):
        fetch(landing)
    assert len(agency.requests) == ATTEMPTS


@pytest.mark.parametrize(
    ("observations", "reason"),
    [
        (NOVEMBER["observations"][1:], "7 rows where 5|5 rows where 8"),
        (
            [day("2026-11-17", FXUSDCAD="1.40") | NOVEMBER["observations"][0] | {"d": "2026-11-17"}, *NOVEMBER["observations"][1:]],
            "lacks . periods of 'd'",
        ),
        (
            [NOVEMBER["observations"][0], day("2026-11-19", FXUSDCAD="1.4025", V39079="225", AVG_INTWO="2.27"), NOVEMBER["observations"][2]],
            "in V39079 was",
        ),
    ],
    ids=["a day less", "another day", "basis points"],
)
def test_history_does_not_shrink_or_change_its_unit(agency: Loopback, landing: Landing, observations: list[dict[str, Any]], reason: str) -> None:
    fetch(landing)
    agency.answers[PATH] = answer(observations)
    with pytest.raises(ContractError, match=reason):
        fetch(landing)
    assert len(landing.vintages(VALET.id)) == 1


# Payloads


def test_a_series_is_one_whatever_letters_the_request_used(tmp_path: Path) -> None:
    lower = [name.lower() for name in SERIES]
    payload = written(tmp_path, answer([day("2026-11-20", fxusdcad="1.4040"), day("2026-11-19", FXUSDCAD="1.4025")], *lower))
    assert parsed(payload, tmp_path).is_complete
    found = duckdb.read_parquet(str(tmp_path / "parsed" / "observations.parquet"))
    assert found.project("series").distinct().fetchall() == [("FXUSDCAD",)]


def test_a_series_that_has_ended_stays(tmp_path: Path) -> None:
    payload = written(tmp_path, answer([day("2019-01-02", V80691335="5.34"), day("2026-11-20", FXUSDCAD="1.4040")]))
    assert parsed(payload, tmp_path).rows == {"observations": 2, "series": len(SERIES)}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[1, 2]", "has no 'seriesDetail' and 'observations'"),
        (b"TERMS AND CONDITIONS\nhttps://www.bankofcanada.ca/terms/\n", "is no JSON at line 1"),
        ("d,v\né".encode("latin-1"), "is not UTF-8"),
        (answer([{"date": "2026-11-20", "FXUSDCAD": {"v": "1.4"}}]), "is not a date and values of described series"),
        (answer([{"d": "2026-11-20", "FXUSDCAD": {"value": "1.4"}}]), "is not a date and values of described series"),
        (answer([{"d": "2026-11-20", "FXUSDCAD": {"v": 1.4}}]), "is not a date and values of described series"),
        (answer([day("2026-11-20", FXAUDCAD="0.91")]), "is not a date and values of described series: .*FXAUDCAD"),
        (answer([day("2026-11-20", FXUSDCAD="Bank holiday")]), r"column 'v' should hold a number, and 1 rows do not: \['Bank holiday'\]"),
        (answer([day("20 November", FXUSDCAD="1.4")]), r"column 'd' should hold a date, and 1 rows do not: \['20 November'\]"),
        ({"seriesDetail": {"X": {"dimension": {"key": "bond_id"}}}, "observations": []}, "series X is not by date, but by {'key': 'bond_id'}"),
    ],
)
def test_what_is_no_answer_is_refused(tmp_path: Path, content: Any, reason: str) -> None:
    with pytest.raises(ContractError, match=reason):
        parsed(written(tmp_path, content), tmp_path)


def test_a_day_that_is_there_twice_is_refused(landing: Landing, tmp_path: Path) -> None:
    payload = written(tmp_path, answer([day("2026-11-20", FXUSDCAD="1.4040"), day("2026-11-20", FXUSDCAD="1.4041")], "FXUSDCAD"))
    with pytest.raises(ContractError, match="more than once: series='FXUSDCAD'"):
        intake.land_file(landing, VALET, payload)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("month,cad_usd_mean,usd_cad_mean,days\n2026-5,0.7,1.4,20\n", r"column 'month' has \['2026-5'\]"),
        ("month,cad_usd_mean,usd_cad_mean,days\n,0.7,1.4,20\n", r"column 'month' has \[None\]"),
        ("month,cad_usd_mean,usd_cad_mean\n2026-05,0.7,1.4\n", "no column 'days'"),
        ("month,cad_usd_mean,usd_cad_mean,days\n2026-05,0.7,n/a,20\n", "column 'usd_cad_mean' should hold a number"),
        ("month,cad_usd_mean,usd_cad_mean,days\n2026-05,0.7\n", "has 2 cells where the header has 4"),
    ],
)
def test_what_are_no_monthly_means_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    with pytest.raises(ContractError, match=reason):
        parsed(written(tmp_path, content.encode(), "means.csv"), tmp_path, MONTHLY)


# The bundled vintages


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Landing:
    landing = Landing(tmp_path_factory.mktemp("bundled"))
    for dataset in (VALET, MONTHLY):
        intake.land_bundled(landing, dataset)
    return landing


def cells(landing: Landing, series: str) -> dict[str, tuple[str, float]]:
    """Day to vintage and value."""
    return {
        when: (vintage.label, value)
        for vintage in landing.vintages(VALET.id)
        for when, value in table(landing, "observations", vintage=vintage.vintage).filter(f"series = '{series}'").project("d::VARCHAR, v").fetchall()
    }


def figures(name: str) -> list[dict[str, str]]:
    if not FIGURES.is_dir():
        pytest.skip(f"there are no figures at {FIGURES}")
    with (FIGURES / name).open() as lines:
        return list(csv.DictReader(lines))


def test_the_bundled_vintages_are_excerpts_with_estimated_dates(bundled: Landing) -> None:
    assert [(vintage.label, vintage.rows, vintage.is_complete) for vintage in bundled.vintages(VALET.id)] == [
        ("2026-06-02~", 42, False),
        ("2026-09-11~", 2, False),
        ("2026-10-08~", 1, False),
    ]
    assert [(vintage.label, vintage.rows, vintage.is_complete) for vintage in bundled.vintages(MONTHLY.id)] == [("2026-06-02~", 113, False)]


def test_no_value_is_known_before_its_day(bundled: Landing) -> None:
    for series in ("FXUSDCAD", "V39079"):
        assert all(when <= vintage.rstrip("~") for when, (vintage, _) in cells(bundled, series).items())


def test_the_bundled_exchange_rates_are_the_figures(bundled: Landing) -> None:
    published = {row["date"]: float(row["usd_cad"]) for row in figures("fx_daily_checkpoints.csv")}
    assert {when: value for when, (_, value) in cells(bundled, "FXUSDCAD").items()} == published
    assert len(published) == 11


def test_the_bundled_policy_rates_are_the_figures_that_have_a_day(bundled: Landing) -> None:
    rows = figures("policy_rates.csv")
    published = {row["date"]: float(row["target_rate_pct"]) for row in rows if len(row["date"]) == len("2026-09-11")}
    assert {when: value for when, (_, value) in cells(bundled, "V39079").items()} == published
    assert len(published) == len(rows) - 1 == 34


def test_the_bundled_monthly_means_are_the_figures(bundled: Landing) -> None:
    names = ("ref_month", "cad_usd_mean", "usd_cad_mean_of_reciprocals", "n_days")
    published = [(row[names[0]], float(row[names[1]]), float(row[names[2]]), int(row[names[3]])) for row in figures("fx_monthly.csv")]
    assert table(bundled, "observations", MONTHLY).order("month").fetchall() == published
    assert len(published) == 113


def test_the_bundled_policy_rate_has_every_change_of_the_recorded_series(bundled: Landing) -> None:
    observations = json.loads(recording("bank_of_canada/boc_overnight.json").read_bytes())["observations"]
    rates = [(one["d"], float(one["V39079"]["v"])) for one in observations]
    changes = {when: rate for place, (when, rate) in enumerate(rates) if not place or rates[place - 1][1] != rate}
    assert {when: value for when, (vintage, value) in cells(bundled, "V39079").items() if vintage == "2026-06-02~"} == changes


def test_the_bundled_rates_agree_with_the_recorded_reciprocal(bundled: Landing) -> None:
    observations = json.loads(recording("bank_of_canada/boc_cadusd.json").read_bytes())["observations"]
    reciprocal = {one["d"]: 1 / float(one["FXCADUSD"]["v"]) for one in observations}
    both = [(value, reciprocal[when]) for when, (_, value) in cells(bundled, "FXUSDCAD").items() if when in reciprocal]
    assert len(both) == 9
    assert all(rate == pytest.approx(other, abs=0.0001) for rate, other in both)
