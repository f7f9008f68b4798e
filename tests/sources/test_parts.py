"""Data sets that are released in parts: each part is fetched, checked, replaced and remembered by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from sources import intake, registry
from sources.errors import ContractError, PermanentError, SourceError
from sources.landing import Landing
from sources.spec import Dataset, Provider, Vintage
from tests.sources.loopback import File, Loopback, Refuse, serve
from tests.sources.made_up import KEY, made_up

SEPTEMBER = "Thu, 03 Sep 2026 02:30:00 GMT"
OCTOBER = "Tue, 06 Oct 2026 12:30:00 GMT"


def play(monkeypatch: pytest.MonkeyPatch, provider: Provider) -> Dataset:
    monkeypatch.setattr(registry, "providers", lambda: {provider.name: provider})
    return provider.datasets[0]


@pytest.fixture
def lighthouses(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    return play(monkeypatch, made_up())


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """The agency in November 2026, with three years out and this one not yet; back-offs are not waited for."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-11-22T16:00:00Z")
    with serve() as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_MADEUP", running.base_url)
        for year in (2023, 2024, 2025):
            publish(running, year, "CA,250", "NA,3")
        yield running


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


def publish(agency: Loopback, year: int, *rows: str, modified: str = SEPTEMBER, of: int | None = None) -> None:
    body = "year,code,lit\n" + "".join(f"{of or year},{row}\n" for row in rows)
    agency.files[f"/lit/{year}.csv"] = File(body.encode(), last_modified=modified)


def held(landing: Landing) -> list[tuple[str, str]]:
    return [(vintage.part, vintage.vintage) for vintage in landing.vintages("madeup/lighthouses")]


def test_a_refresh_asks_for_the_live_parts_and_nothing_else(agency: Loopback, landing: Landing, lighthouses: Dataset) -> None:
    attempts = intake.refresh(landing, lighthouses)
    assert [request.path for request in agency.requests] == ["/lit/2025.csv", "/lit/2026.csv"]
    assert [(attempt.part, attempt.outcome) for attempt in attempts] == [("2025", "landed"), ("2026", "not_yet")]
    # Half past two in the morning in London is the evening before in Halifax.
    assert held(landing) == [("2025", "2026-09-02")]
    assert (landing.root / "madeup/lighthouses/part=2025/vintage=2026-09-02/lighthouses.parquet").is_file()


def test_an_ordinary_day_costs_one_conditional_request_a_part(agency: Loopback, landing: Landing, lighthouses: Dataset) -> None:
    publish(agency, 2026, "CA,251")
    intake.refresh(landing, lighthouses)
    agency.requests.clear()
    assert [attempt.outcome for attempt in intake.refresh(landing, lighthouses)] == ["unchanged", "unchanged"]
    assert [request.headers["If-Modified-Since"] for request in agency.requests] == [SEPTEMBER, SEPTEMBER]


def test_a_part_is_replaced_alone(agency: Loopback, landing: Landing, lighthouses: Dataset) -> None:
    for year in ("2024", "2025"):
        intake.fetch(landing, lighthouses, year)
    publish(agency, 2024, "CA,260", modified=OCTOBER)
    intake.fetch(landing, lighthouses, "2024")
    assert held(landing) == [("2024", "2026-09-02"), ("2025", "2026-09-02"), ("2024", "2026-10-06")]
    assert landing.validators(lighthouses.id, "2025").last_modified == SEPTEMBER
    assert landing.validators(lighthouses.id, "2024").last_modified == OCTOBER


def test_a_payload_of_another_part_is_refused_even_where_it_is_known(agency: Loopback, landing: Landing, lighthouses: Dataset) -> None:
    publish(agency, 2024, "CA,250", "NA,3", of=2025)
    intake.fetch(landing, lighthouses, "2025")
    with pytest.raises(ContractError, match="the payload is of 2025, and 2024 was asked for"):
        intake.fetch(landing, lighthouses, "2024")
    assert held(landing) == [("2025", "2026-09-02")]


def test_a_part_that_fails_does_not_keep_the_others_from_being_asked(agency: Loopback, landing: Landing, lighthouses: Dataset) -> None:
    publish(agency, 2026, "CA,251")
    agency.faults.append(Refuse(403, "not you"))
    with pytest.raises(PermanentError, match=r"answered 403 \(Forbidden\): not you"):
        intake.refresh(landing, lighthouses)
    assert held(landing) == [("2026", "2026-09-02")]
    assert [(attempt.part, attempt.outcome) for attempt in landing.attempts(lighthouses.id)] == [("2025", "failed"), ("2026", "landed")]


def test_what_is_missing_is_what_has_not_landed_whole(agency: Loopback, landing: Landing, lighthouses: Dataset, tmp_path: Path) -> None:
    intake.fetch(landing, lighthouses, "2024")
    excerpt = tmp_path / "excerpt.csv"
    excerpt.write_text("year,code,lit\n2023,CA,250\n")
    intake.land_file(landing, lighthouses, excerpt, Vintage.parse("2026-09-01"), is_partial=True)
    assert intake.missing_parts(landing, lighthouses) == ["2026", "2025", "2023", "2022", "2021"]


def test_a_part_that_does_not_exist_is_named_with_those_that_do(agency: Loopback, landing: Landing, lighthouses: Dataset) -> None:
    with pytest.raises(PermanentError, match=r"has a part by year, not ''\. The newest parts are: 2022, 2023, 2024, 2025, 2026"):
        intake.fetch(landing, lighthouses)
    assert agency.requests == []


def test_what_is_only_imported_is_not_refreshed_in_silence(landing: Landing, lighthouses: Dataset) -> None:
    imported = replace(lighthouses, fetch=None, release_of=None)
    with pytest.raises(PermanentError, match=r"no machine access to this data set\. Use `warehouse import madeup/lighthouses FILE`"):
        intake.refresh(landing, imported)
    assert [attempt.outcome for attempt in landing.attempts(imported.id)] == ["failed"]


def test_an_import_finds_its_part_in_the_file(landing: Landing, lighthouses: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "lit.csv"
    file.write_text("year,code,lit\n2022,CA,250\n")
    attempt = intake.land_file(landing, lighthouses, file, Vintage.parse("2026-09-01"))
    assert (attempt.outcome, attempt.part) == ("landed", "2022")
    assert intake.land_file(landing, lighthouses, file).outcome == "unchanged"


def test_sql_reads_parts_and_none_alike(landing: Landing, lighthouses: Dataset, agency: Loopback) -> None:
    landing.prepare([lighthouses])
    query = (
        f"SELECT part, vintage, code, lit FROM read_parquet('{landing.root}/madeup/lighthouses/part=*/vintage=*/lighthouses.parquet', "
        "union_by_name = true, hive_partitioning = true, hive_types_autocast = false) ORDER BY ALL"
    )
    assert duckdb.sql(query).fetchall() == []
    intake.fetch(landing, lighthouses, "2025")
    assert duckdb.sql(query).fetchall() == [("2025", "2026-09-02", "CA", 250), ("2025", "2026-09-02", "NA", 3)]


def test_without_its_key_a_data_set_is_not_configured_and_nobody_is_asked(
    agency: Loopback, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyed = play(monkeypatch, made_up(KEY))
    attempt = intake.fetch(landing, keyed, "2025")
    assert (attempt.outcome, attempt.reason) == (
        "not_configured",
        "the agency asks for a key. Get a key at https://example.org/key and set MADE_UP_KEY",
    )
    assert agency.requests == []
    monkeypatch.setenv("MADE_UP_KEY", "secret")
    assert intake.fetch(landing, keyed, "2025").outcome == "landed"
    assert agency.requests[0].query == {"key": "secret"}


@pytest.mark.parametrize(
    "body", [b"", b"<html><title>Sorry</title></html>", b"year,code,lit\n", b"year,code\n2025,CA\n", b"year,code,lit\n2025,CA,x\n"]
)
def test_a_bad_part_leaves_the_last_good_one(agency: Loopback, landing: Landing, lighthouses: Dataset, body: bytes) -> None:
    intake.fetch(landing, lighthouses, "2025")
    agency.files["/lit/2025.csv"] = File(body, last_modified=OCTOBER)
    with pytest.raises(SourceError, match="madeup/lighthouses: "):
        intake.fetch(landing, lighthouses, "2025")
    assert held(landing) == [("2025", "2026-09-02")]
