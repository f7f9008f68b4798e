"""Nova Scotia's awarded tenders: pages to the last one, every answer that is not data, and the rows as they land. All rows here are made up."""

from __future__ import annotations

import json
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
from sources.providers import nova_scotia
from sources.spec import Parsed
from tests.sources.loopback import Cut, Fault, Loopback, Refuse, Request, Slow, serve

DATASET = registry.dataset("nova_scotia/awarded_tenders")
UPDATED = "2026-08-18T01:30:00.000Z"


def row(number: int, **changes: Any) -> dict[str, Any]:
    tender = {":id": f"row-{number:04}", "tender_id": f"T{number // 2}", "entity": "Made-up Department", "vendor": f"Made-up {number} Ltd."}
    tender |= {"tender_description": "Made up", "tender_start_date": "2026-07-01T00:00:00.000", "awarded_date": "2026-08-12T00:00:00.000"}
    return tender | {"awarded_amount": f"{number}.50", "goods": "Y", "service": "N", "construction": "N"} | changes


def encoded(content: Any) -> bytes:
    return content if isinstance(content, bytes) else json.dumps(content).encode()


def written(folder: Path, content: Any, name: str = "rows.json") -> Path:
    path = folder / name
    path.write_bytes(encoded(content))
    return path


def packed(folder: Path, counted: Any, *pages: Any) -> Path:
    path = folder / "pages.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in [("count.json", counted), *((f"page-{number:04}.json", page) for number, page in enumerate(pages, 1))]:
            archive.writestr(name, encoded(content))
    return path


def counting(rows: int) -> list[dict[str, str]]:
    return [{"n_rows": str(rows), "updated_at": UPDATED}]


def parsed(payload: Path, folder: Path) -> tuple[Parsed, list[dict[str, Any]]]:
    target = folder / "parsed"
    target.mkdir()
    answer = DATASET.parse(DATASET, payload, target)
    assert [path.name for path in target.iterdir()] == ["awarded_tenders.parquet"]
    landed = duckdb.read_parquet(str(target / "awarded_tenders.parquet")).order('":id"')
    return answer, [dict(zip(landed.columns, one, strict=True)) for one in landed.fetchall()]


def test_the_docstring_says_what_a_source_must_say() -> None:
    for heading in ("Domain:", "Data sets:", "Cadence:", "Licence:", "API documentation:", "Caveats:"):
        assert f"\n{heading}" in (nova_scotia.__doc__ or "")


# Payloads


def test_pages_land_as_published_and_state_their_release(tmp_path: Path) -> None:
    """Half past one in the morning in UTC is the evening before in Halifax."""
    answer, rows = parsed(packed(tmp_path, counting(3), [row(1), row(2)], [row(3, awarded_date="2010-04-01T00:00:00.000")]), tmp_path)
    assert answer.rows == {"awarded_tenders": 3}
    assert answer.released is not None
    assert (answer.released.date, answer.data_from, answer.data_through) == (date(2026, 8, 17), date(2010, 4, 1), date(2026, 8, 12))
    assert [(one["tender_id"], one["vendor"], one["awarded_amount"], one["goods"]) for one in rows] == [
        ("T0", "Made-up 1 Ltd.", "1.50", "Y"),
        ("T1", "Made-up 2 Ltd.", "2.50", "Y"),
        ("T1", "Made-up 3 Ltd.", "3.50", "Y"),
    ]


def test_what_a_row_leaves_out_is_null_and_what_is_new_is_kept_as_text(tmp_path: Path) -> None:
    lacking = {name: value for name, value in row(1).items() if name != "vendor"}
    _, rows = parsed(written(tmp_path, [lacking, row(2, awarded_amount=20, rush=True, link={"url": "https://example.org/é"})]), tmp_path)
    assert [one["vendor"] for one in rows] == [None, "Made-up 2 Ltd."]
    assert [(one["awarded_amount"], one["rush"], one["link"]) for one in rows] == [
        ("1.50", None, None),
        ("20", "true", '{"url": "https://example.org/é"}'),
    ]


def test_an_amount_that_is_no_number_and_a_date_that_is_none_stay_as_typed(tmp_path: Path) -> None:
    answer, (one,) = parsed(written(tmp_path, [row(1, awarded_amount="20/hour", awarded_date="soon")]), tmp_path)
    assert (one["awarded_amount"], one["awarded_date"], answer.data_from) == ("20/hour", "soon", None)


@pytest.mark.parametrize(
    ("counted", "pages", "reason"),
    [
        (counting(3), [[row(1), row(2)]], "1 pages have 2 rows, and the service counted 3"),
        (counting(1), [[row(1), row(2)]], "1 pages have 2 rows, and the service counted 1"),
        (counting(2), [encoded([row(1), row(2)])[:-9]], "page-0001.json breaks off at line 1"),
        (counting(2), [{"code": "query.timeout", "error": True}], "page-0001.json should be a list of rows, and is .*query.timeout"),
        (counting(1), [[1]], r"page-0001.json should be a list of rows, and is \[1\]"),
        ({"error": True}, [[row(1)]], "asked for the number of rows, the service says .*error"),
        ([{"n_rows": "many", "updated_at": UPDATED}], [[row(1)]], "the service says .*many"),
        ([{"n_rows": "1"}], [[row(1)]], "the service says .*n_rows"),
        (b"", [[row(1)]], "count.json breaks off at line 1"),
        (counting(1), [[{"tender": "T1"} | {name: value for name, value in row(1).items() if name != "tender_id"}]], "no column 'tender_id'; it has"),
        (counting(1), [[{name: value for name, value in row(1).items() if name != ":id"}]], "no column ':id'; it has"),
    ],
    ids=[
        "a page missing",
        "a row too many",
        "truncated",
        "error",
        "numbers",
        "count error",
        "count words",
        "no date",
        "no count",
        "renamed",
        "no id",
    ],
)
def test_bad_pages_are_refused_with_what_is_wrong(tmp_path: Path, counted: Any, pages: list[Any], reason: str) -> None:
    with pytest.raises(ContractError, match=reason) as failure:
        parsed(packed(tmp_path, counted, *pages), tmp_path)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize("rows", [1_000, 50_000])
def test_a_single_page_with_as_many_rows_as_the_limit_was_cut_off(tmp_path: Path, rows: int) -> None:
    with pytest.raises(ContractError, match=rf"has {rows:,} rows, the limit of one answer: it was cut off\. Ask for it with \$limit=50000"):
        parsed(written(tmp_path, [{":id": str(number)} for number in range(rows)]), tmp_path)


@pytest.mark.parametrize("content", [b"[]", b"null", b"[1, 2", b"{}", b"\xff\xfe", "é".encode("latin-1")])
def test_a_page_that_is_no_page_fails_in_words_on_the_way_in(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ContractError, match=r"has no rows|breaks off|should be a list of rows|is not UTF-8"):
        intake.land_file(Landing(tmp_path / "data"), DATASET, written(tmp_path, content))


def test_a_row_that_comes_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"1 keys \(':id',\) more than once: :id='row-0001' \(2 times\)"):
        intake.land_file(Landing(tmp_path / "data"), DATASET, written(tmp_path, [row(1), row(1)]))


# The service


class Service(Loopback):
    """Socrata on loopback: it counts, and gives rows by `$limit` and `$offset`, a thousand to who names no limit, and none behind `ends_at`."""

    def __init__(self, base_url: str) -> None:
        super().__init__(base_url)
        self.rows = [row(number) for number in range(1, 8)]
        self.updated = UPDATED
        self.ends_at: int | None = None
        self.answers[nova_scotia.ROWS] = self._rows_for

    def _rows_for(self, request: Request) -> Any:
        query = request.query
        if query["$select"].startswith("count(*)"):
            return [{"n_rows": str(len(self.rows)), "updated_at": self.updated}] if self.rows else [{"n_rows": "0"}]
        assert (query["$select"], query["$order"]) == (":id,*", ":id")
        start = int(query["$offset"])
        return self.rows[: self.ends_at][start : start + int(query.get("$limit", 1_000))]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The service with seven rows and pages of three; nobody waits for a turn or after an error."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setattr("sources.http._await_turn", lambda provider: None)
    monkeypatch.setattr(nova_scotia, "PAGE_SIZE", 3)
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-08-18T10:00:00Z")
    with serve(Service) as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_NOVA_SCOTIA", running.base_url)
        yield running


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "data")


def fetch(landing: Landing) -> Attempt:
    return intake.fetch(landing, DATASET)


@pytest.mark.parametrize(("rows", "pages"), [(1, 1), (2, 1), (3, 2), (7, 3), (9, 4)])
def test_pages_are_asked_for_to_the_one_that_is_not_full(service: Service, landing: Landing, rows: int, pages: int) -> None:
    service.rows = [row(number) for number in range(rows)]
    attempt = fetch(landing)
    assert (attempt.outcome, attempt.vintage, attempt.rows) == ("landed", "2026-08-17", rows)
    assert [request.query.get("$offset") for request in service.requests] == [None, *(str(3 * page) for page in range(pages))]
    assert {request.query["$limit"] for request in service.requests[1:]} == {"3"}


def test_nothing_new_costs_one_request(service: Service, landing: Landing) -> None:
    fetch(landing)
    service.requests.clear()
    assert fetch(landing).outcome == "unchanged"
    assert len(service.requests) == 1


def test_the_same_rows_loaded_anew_under_new_ids_are_unchanged(service: Service, landing: Landing) -> None:
    fetch(landing)
    service.rows = [one | {":id": f"new-{place}"} for place, one in enumerate(reversed(service.rows))]
    service.updated = "2026-08-19T12:00:00.000Z"
    assert fetch(landing).outcome == "unchanged"
    assert [vintage.vintage for vintage in landing.vintages(DATASET.id)] == ["2026-08-17"]


def test_a_corrected_amount_makes_a_vintage(service: Service, landing: Landing) -> None:
    fetch(landing)
    service.rows[3] = row(4, awarded_amount="99.00")
    service.updated = "2026-08-19T12:00:00.000Z"
    attempt = fetch(landing)
    assert (attempt.outcome, attempt.vintage) == ("landed", "2026-08-19")


def test_a_missing_last_page_is_an_error_and_no_short_table(service: Service, landing: Landing) -> None:
    service.ends_at = 6
    with pytest.raises(ContractError, match=r"3 pages have 6 rows, and the service counted 7\. Fetch it again"):
        fetch(landing)
    assert landing.vintages(DATASET.id) == []


def test_a_service_without_rows_is_not_yet(service: Service, landing: Landing) -> None:
    service.rows = []
    assert fetch(landing).outcome == "not_yet"
    assert len(service.requests) == 1


def test_a_bad_morning_is_survived(service: Service, landing: Landing) -> None:
    service.faults.extend([Refuse(503), Refuse(429, headers={"Retry-After": "1"}), Slow(0.1), Cut(20), Slow(0.1), Refuse(500)])
    assert fetch(landing).rows == 7
    assert len(service.requests) == 4 + 4


@pytest.mark.parametrize(
    ("faults", "error", "reason", "asked"),
    [
        (
            [Refuse(400, '{"code": "query.compiler.malformed", "error": true, "message": "Could not parse"}')],
            PermanentError,
            "400.*Could not parse",
            1,
        ),
        ([Refuse(403, '{"error": true, "message": "You must be logged in"}')], PermanentError, "403.*You must be logged in", 1),
        ([Refuse(404)], PermanentError, "answered 404", 1),
        ([Slow(0), Refuse(500), *[Refuse(500)] * ATTEMPTS], TransientError, "answered 500", 1 + ATTEMPTS),
        ([Refuse(429, headers={"Retry-After": "7200"})], TransientError, "answered 429", 1),
        ([Refuse(200, "<html>Sign in</html>", {"Content-Type": "text/html"})], ContractError, "web page", 1),
        ([Slow(0), Refuse(202, '{"status": "processing"}')], ContractError, "should be a list of rows, and is .*processing", 4),
        ([Refuse(204)], ContractError, "count.json breaks off", 1),
    ],
    ids=["400", "403", "404", "500", "429 for two hours", "web page", "202", "204"],
)
def test_what_is_asked_again_and_what_is_not(
    service: Service, landing: Landing, faults: list[Fault], error: type[SourceError], reason: str, asked: int
) -> None:
    service.faults.extend(faults)
    with pytest.raises(error, match=reason):
        fetch(landing)
    assert len(service.requests) == asked
    assert landing.vintages(DATASET.id) == []


def test_a_body_that_breaks_off_is_no_short_table(service: Service, landing: Landing) -> None:
    service.announces_length = False
    service.faults.extend([Slow(0), Slow(0), Cut(40)])
    with pytest.raises(ContractError, match=r"page-0002\.json breaks off"):
        fetch(landing)


def test_a_renamed_column_lands_nothing(service: Service, landing: Landing) -> None:
    service.rows = [{("award_amount" if name == "awarded_amount" else name): value for name, value in one.items()} for one in service.rows]
    with pytest.raises(ContractError, match=r"no column 'awarded_amount'; it has .*'award_amount'"):
        fetch(landing)


def test_a_table_that_lost_rows_is_not_taken_for_a_release(service: Service, landing: Landing) -> None:
    service.rows = [row(number) for number in range(100)]
    fetch(landing)
    service.rows = service.rows[:90]
    with pytest.raises(ContractError, match=r"90 rows where 100 are held already: 10\.0% fewer"):
        fetch(landing)
