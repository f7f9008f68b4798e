"""CanadaBuys: the three files by their bilingual headers, the fiscal years, and the firewall. Made-up rows are called synthetic."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from sources import contract, intake, registry
from sources.errors import ContractError, PermanentError, SourceError, TransientError
from sources.http import ATTEMPTS
from sources.landing import Attempt, Landing
from sources.providers.canadabuys import PAGE, fiscal_year
from sources.spec import Dataset, Parsed
from tests.payloads.recordings import recording
from tests.sources.loopback import Cut, File, Loopback, Refuse, Slow, serve

HISTORY, AWARDS, TENDERS = (registry.dataset(f"canadabuys/{name}") for name in ("contract_history", "award_notices", "tender_notices"))
NAMES = {
    HISTORY: "2026-2027-contractHistory-contratsOctroyes.csv",
    AWARDS: "2026-2027-awardNotice-avisAttribution.csv",
    TENDERS: "2026-2027-TenderNotice-AvisAppelOffres.csv",
}
ALL = pytest.mark.parametrize("dataset", NAMES, ids=lambda dataset: dataset.name)
REFERENCE, AMENDMENT, PUBLISHED = "referenceNumber-numeroReference", "amendmentNumber-numeroModification", "publicationDate-datePublication"
TOTAL = "totalContractValue-valeurTotaleContrat"

Row = dict[str, str]


def layout(dataset: Dataset) -> list[str]:
    return [field.name for field in dataset.tables[0].fields if field.name != "line"]


def file_of(dataset: Dataset, *rows: Row, header: list[str] | None = None) -> bytes:
    """A file in the agency's layout: byte order mark, every column."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header or layout(dataset), restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def synthetic(number: int, amendment: str = "000", **cells: str) -> Row:
    return {"title-titre-eng": f"Synthetic {number}", REFERENCE: f"CW{number}", AMENDMENT: amendment, PUBLISHED: "2026-05-04"} | cells


def parsed(folder: Path, dataset: Dataset, body: bytes, name: str = "") -> tuple[Parsed, list[dict[str, Any]]]:
    payload = folder / (name or NAMES[dataset])
    payload.write_bytes(body)
    found = dataset.parse(dataset, payload, folder)
    contract.check(dataset, folder, found)
    return found, landed_rows(folder, dataset)


def landed_rows(folder: Path, dataset: Dataset) -> list[dict[str, Any]]:
    rows = duckdb.read_parquet(str(folder / f"{dataset.tables[0].name}.parquet")).order("line")
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]


def refusal(folder: Path, dataset: Dataset, body: bytes, name: str = "") -> str:
    with pytest.raises(ContractError) as caught:
        parsed(folder, dataset, body, name)
    assert str(caught.value).startswith(f"{dataset.id}: ")
    assert caught.value.remedy
    return str(caught.value)


# The files


def test_the_files_have_67_80_and_91_columns() -> None:
    assert [len(set(layout(dataset))) for dataset in (TENDERS, AWARDS, HISTORY)] == [67, 80, 91]
    assert [len(layout(dataset)) for dataset in (TENDERS, AWARDS, HISTORY)] == [67, 80, 91]


def test_the_recording_imports_with_the_rows_columns_and_cells_that_the_csv_module_reads(tmp_path: Path) -> None:
    payload = recording("canadabuys/2026-2027-contractHistory-contratsOctroyes.excerpt.csv")
    with payload.open(encoding="utf-8-sig", newline="") as stream:
        expected = list(csv.DictReader(stream))
    assert (len(expected), len(expected[0])) == (10, 91)
    attempt = intake.land_file(Landing(tmp_path), HISTORY, payload, is_partial=True)
    assert (attempt.outcome, attempt.rows, attempt.part) == ("landed", 10, "2026-2027")
    assert attempt.vintage is not None
    rows = landed_rows(Landing(tmp_path).folder(HISTORY.id, attempt.vintage, "2026-2027"), HISTORY)
    assert {len(row) for row in rows} == {92}
    assert [{name: row[name] or "" for name in expected[0]} for row in rows] == expected
    assert {row["percentageOfGoodsByCountry-pourcentageDeBiensParPays"] for row in rows} == {None}


@ALL
def test_columns_are_known_by_name_in_any_order(tmp_path: Path, dataset: Dataset) -> None:
    header = list(reversed(layout(dataset)))
    found, (row,) = parsed(tmp_path, dataset, file_of(dataset, synthetic(1), header=header))
    assert (found.rows, found.part) == ({dataset.tables[0].name: 1}, "2026-2027")
    assert (row["line"], row[REFERENCE], row["title-titre-eng"]) == (1, "CW1", "Synthetic 1")


@ALL
def test_a_column_that_is_needed_and_not_there_is_named(tmp_path: Path, dataset: Dataset) -> None:
    body = file_of(dataset, synthetic(1)).replace(b"referenceNumber-numeroReference", b"noticeNumber-numeroAvis")
    assert "no column 'referenceNumber-numeroReference'" in refusal(tmp_path, dataset, body)


def test_other_columns_are_null_where_they_are_absent_and_kept_where_they_are_new(tmp_path: Path) -> None:
    header = [name for name in layout(HISTORY) if not name.startswith(("instrumentType", "amendmentType")) and not name.endswith("-fra")] + [
        "canadianContent"
    ]
    _, (row,) = parsed(tmp_path, HISTORY, file_of(HISTORY, synthetic(1, canadianContent="Y"), header=header))
    assert (row["instrumentType-typeInstrument-eng"], row["title-titre-fra"], row["canadianContent"]) == (None, None, "Y")


@ALL
def test_cells_land_as_published(tmp_path: Path, dataset: Dataset) -> None:
    cells = {
        "unspsc": "*72120000\n*23251500",
        "tradeAgreements-accordsCommerciaux-eng": "*Canada-Panama Free Trade Agreement\r\n*Canadian Free Trade Agreement (CFTA)",
        "procurementCategory-categorieApprovisionnement": "*GD",
        PUBLISHED: "2023-04-03 14:00:00 EDT",
        "contactInfoName-informationsContactNom": "Synthetic Officer",
        "title-titre-fra": '«Synthétique» &amp; d&#39;essai, "un"',
    }
    found, (row,) = parsed(tmp_path, dataset, file_of(dataset, synthetic(1, "T01", **cells)))
    assert {name: row[name] for name in cells} == cells
    assert row[AMENDMENT] == "T01"
    assert (found.data_from, found.data_through) == (date(2023, 4, 3), date(2023, 4, 3))


def test_the_span_is_that_of_publication_in_any_of_the_three_ways_to_write_a_day(tmp_path: Path) -> None:
    days = ["2026-05-04", "2026-04-01T13:00:00", "2027-01-03 14:00:00 EST", "", "soon"]
    found, _ = parsed(tmp_path, TENDERS, file_of(TENDERS, *(synthetic(number, **{PUBLISHED: day}) for number, day in enumerate(days))))
    assert (found.data_from, found.data_through) == (date(2026, 4, 1), date(2027, 1, 3))


def test_the_total_stays_on_each_amendment(tmp_path: Path) -> None:
    rows = [synthetic(1, amendment, **{TOTAL: "300000.00"}) for amendment in ("000", "001", "T01")]
    found, landed = parsed(tmp_path, HISTORY, file_of(HISTORY, *rows))
    assert found.rows == {"amendments": 3}
    assert [(row[AMENDMENT], row[TOTAL]) for row in landed] == [("000", "300000.00"), ("001", "300000.00"), ("T01", "300000.00")]


def test_an_amendment_that_stands_twice_in_the_history_is_refused(tmp_path: Path) -> None:
    body = file_of(HISTORY, synthetic(1), synthetic(1), synthetic(2))
    assert f"{REFERENCE}='CW1', {AMENDMENT}='000' (2 times)" in refusal(tmp_path, HISTORY, body)


@pytest.mark.parametrize("dataset", [AWARDS, TENDERS], ids=lambda dataset: dataset.name)
def test_a_notice_may_stand_twice(tmp_path: Path, dataset: Dataset) -> None:
    found, rows = parsed(tmp_path, dataset, file_of(dataset, synthetic(1), synthetic(1)))
    assert (found.rows, [row["line"] for row in rows]) == ({"notices": 2}, [1, 2])


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("2009-2010-contractHistory-contratsOctroyes.csv", "2009-2010"),
        ("2026-2027-contractHistory-contratsOctroyes.excerpt.csv", "2026-2027"),
        ("2099-2100-contractHistory (1).csv", "2099-2100"),
    ],
)
def test_the_part_is_the_fiscal_year_of_the_name(tmp_path: Path, name: str, part: str) -> None:
    assert parsed(tmp_path, HISTORY, file_of(HISTORY, synthetic(1)), name)[0].part == part


@pytest.mark.parametrize(
    "name",
    [
        "contracts.csv",
        "contractHistoryComplete-contratsOctroyesComplet.csv",
        "2009-2023-contractHistoryHistorical-contratsOctroyesHistorique.csv",
        "2026-contractHistory.csv",
        "2027-2026-contractHistory.csv",
    ],
)
def test_a_name_without_one_fiscal_year_is_refused_and_says_how_to_name_it(tmp_path: Path, name: str) -> None:
    said = refusal(tmp_path, HISTORY, file_of(HISTORY, synthetic(1)), name)
    assert f"the name {name!r} does not name one fiscal year" in said
    assert "such as 2026-2027-contractHistory-contratsOctroyes.csv" in said


STATUS = {
    HISTORY: "contractStatus-statutContrat-eng",
    AWARDS: "awardStatus-attributionStatut-eng",
    TENDERS: "tenderStatus-appelOffresStatut-eng",
}


@pytest.mark.parametrize("other", NAMES, ids=lambda dataset: dataset.name)
@ALL
def test_a_file_of_another_kind_is_refused_by_what_it_lacks(tmp_path: Path, dataset: Dataset, other: Dataset) -> None:
    body = file_of(other, synthetic(1))
    if other is dataset:
        parsed(tmp_path, dataset, body)
    else:
        lacks, _, _ = refusal(tmp_path, dataset, body).partition("; it has")
        assert STATUS[dataset] in lacks


WHOLE = file_of(HISTORY, synthetic(1, **{"contractStatus-statutContrat-fra": "Complété"}), synthetic(2))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no header"),
        (file_of(HISTORY), "no row for 'amendments', only a header"),
        (WHOLE[:-40], "cells where the header has 91"),
        (WHOLE.replace(b"Synthetic 2", b'"Synthetic 2'), "quote that does not close"),
        (WHOLE.replace(b"title-titre-fra", b"title-titre-eng"), "names columns twice"),
        (WHOLE.replace("é".encode(), b"\xe9"), "not UTF-8"),
        (b"<!DOCTYPE html><title>Access denied</title>", "no column"),
    ],
    ids=["empty", "only a header", "truncated", "open quote", "doubled name", "latin-1", "web page"],
)
def test_a_bad_file_is_refused_with_what_is_wrong(tmp_path: Path, body: bytes, words: str) -> None:
    assert words in refusal(tmp_path, HISTORY, body)


# The fiscal years


def test_a_fiscal_year_begins_on_the_first_of_april() -> None:
    days = (date(2026, 3, 31), date(2026, 4, 1), date(2027, 1, 1))
    assert [fiscal_year(day) for day in days] == ["2025-2026", "2026-2027", "2026-2027"]


@pytest.mark.parametrize(
    ("day", "live"),
    [
        (date(2026, 3, 31), ("2025-2026",)),
        (date(2026, 4, 1), ("2025-2026", "2026-2027")),
        (date(2026, 9, 30), ("2025-2026", "2026-2027")),
        (date(2026, 10, 1), ("2026-2027",)),
    ],
)
@ALL
def test_the_year_before_is_asked_for_until_the_end_of_september(dataset: Dataset, day: date, live: tuple[str, ...]) -> None:
    assert dataset.live_parts(day) == live


def test_files_exist_from_their_first_year_on() -> None:
    spans = {dataset: dataset.partition.expected(date(2026, 11, 22)) for dataset in NAMES if dataset.partition}
    assert [(parts[0], parts[-1], len(parts)) for parts in spans.values()] == [
        ("2009-2010", "2026-2027", 18),
        ("2022-2023", "2026-2027", 5),
        ("2022-2023", "2026-2027", 5),
    ]


# The agency

PUB = "/opendata/pub"


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """CanadaBuys with one synthetic file of each kind, in September; nobody waits."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setattr("sources.http._await_turn", lambda provider: None)
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-09-09T13:30:00Z")
    with serve() as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_CANADABUYS", running.base_url)
        for dataset in NAMES:
            publish(running, dataset, file_of(dataset, synthetic(1), synthetic(2)), "Wed, 09 Sep 2026 02:00:00 GMT")
        yield running


def publish(agency: Loopback, dataset: Dataset, body: bytes, last_modified: str) -> None:
    agency.files[f"{PUB}/{NAMES[dataset]}"] = File(body, last_modified=last_modified, content_type="application/octet-stream")


def fetch(folder: Path, dataset: Dataset = HISTORY, part: str = "2026-2027") -> Attempt:
    return intake.fetch(Landing(folder), dataset, part)


def failure(folder: Path, part: str = "2026-2027") -> SourceError:
    with pytest.raises(SourceError) as caught:
        fetch(folder, HISTORY, part)
    assert Landing(folder).vintages(HISTORY.id) == []
    assert "\n" not in str(caught.value)
    return caught.value


@ALL
def test_the_file_of_a_year_lands_as_of_the_day_in_ottawa_of_its_last_change(agency: Loopback, tmp_path: Path, dataset: Dataset) -> None:
    attempt = fetch(tmp_path, dataset)
    assert (attempt.outcome, attempt.part, attempt.vintage, attempt.rows) == ("landed", "2026-2027", "2026-09-08", 2)
    (request,) = agency.requests
    assert request.path == f"{PUB}/{NAMES[dataset]}"
    assert request.headers["User-Agent"].startswith("trade-leverage-warehouse/")
    assert request.headers["Referer"] == PAGE


def test_not_modified_costs_one_request(agency: Loopback, tmp_path: Path) -> None:
    fetch(tmp_path)
    agency.requests.clear()
    assert fetch(tmp_path).outcome == "unchanged"
    assert [request.headers["If-Modified-Since"] for request in agency.requests] == ["Wed, 09 Sep 2026 02:00:00 GMT"]


def test_a_changed_file_replaces_its_year_only(agency: Loopback, tmp_path: Path) -> None:
    fetch(tmp_path)
    publish(agency, HISTORY, file_of(HISTORY, *map(synthetic, range(3))), "Wed, 09 Sep 2026 12:00:00 GMT")
    agency.files[f"{PUB}/2025-2026-contractHistory-contratsOctroyes.csv"] = File(file_of(HISTORY, synthetic(9)))
    attempts = intake.refresh(Landing(tmp_path), HISTORY)
    assert [(attempt.part, attempt.vintage, attempt.rows) for attempt in attempts] == [("2025-2026", "2026-09-09", 1), ("2026-2027", "2026-09-09", 3)]


@pytest.mark.parametrize(
    "refused",
    [Refuse(403, "<html>Forbidden</html>", {"Content-Type": "text/html"}), Refuse(403), Refuse(200, "<html>", {"Content-Type": "text/html"})],
)
def test_the_firewall_is_not_asked_again_and_the_error_says_what_it_wants(agency: Loopback, tmp_path: Path, refused: Refuse) -> None:
    agency.faults.append(refused)
    error = failure(tmp_path)
    assert isinstance(error, PermanentError)
    assert "firewall" in error.reason
    assert "a User-Agent of the asker's own, a Referer, and a network it trusts" in error.reason
    assert "warehouse import canadabuys/contract_history FILE" in error.remedy
    assert len(agency.requests) == 1


def test_a_web_page_that_passes_for_a_file_is_refused(agency: Loopback, tmp_path: Path) -> None:
    agency.faults.append(Refuse(200, "<!DOCTYPE html><title>Request rejected</title>", {"Content-Type": "application/octet-stream"}))
    assert "is a web page ('Request rejected'), not data" in failure(tmp_path).reason


@pytest.mark.parametrize("today", ["2027-04-01T12:00:00Z", "2027-06-30T12:00:00Z"])
def test_a_fiscal_year_that_has_only_begun_is_not_yet_there(agency: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, today: str) -> None:
    monkeypatch.setenv("WAREHOUSE_NOW", today)
    attempt = fetch(tmp_path, HISTORY, "2027-2028")
    assert attempt.outcome == "not_yet"
    assert "2027-2028 is not published yet" in attempt.reason
    assert len(agency.requests) == 1


@pytest.mark.parametrize(
    ("today", "part"), [("2027-04-01T12:00:00Z", "2025-2026"), ("2027-07-01T12:00:00Z", "2027-2028"), ("2027-04-01T03:59:00Z", "2027-2028")]
)
def test_any_other_year_that_is_not_there_is_an_error(
    agency: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, today: str, part: str
) -> None:
    monkeypatch.setenv("WAREHOUSE_NOW", today)
    error = failure(tmp_path, part)
    assert isinstance(error, PermanentError)
    assert "answered 404" in error.reason
    assert len(agency.requests) == 1


@pytest.mark.parametrize("fault", [Refuse(503), Refuse(429, headers={"Retry-After": "1"}), Cut(300), Slow(0.2)], ids=["503", "429", "cut", "slow"])
def test_a_bad_morning_is_survived(agency: Loopback, tmp_path: Path, fault: Refuse | Cut | Slow) -> None:
    agency.faults.append(fault)
    assert fetch(tmp_path).rows == 2
    assert len(agency.requests) == (1 if isinstance(fault, Slow) else 2)


def test_a_file_that_is_always_cut_leaves_nothing(agency: Loopback, tmp_path: Path) -> None:
    agency.offers_ranges = False
    agency.faults.extend([Cut(300)] * ATTEMPTS)
    assert isinstance(failure(tmp_path), TransientError)
    assert len(agency.requests) == ATTEMPTS
    assert not list((tmp_path / "raw" / "scratch").iterdir())


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (WHOLE.replace(b"contractAmount", b"amount"), "no column 'contractAmount-montantContrat'"),
        (WHOLE[:-40], "cells where the header has 91"),
        (b"", "is empty"),
    ],
    ids=["renamed column", "truncated", "empty"],
)
def test_a_bad_payload_is_one_line_and_no_vintage(agency: Loopback, tmp_path: Path, body: bytes, words: str) -> None:
    publish(agency, HISTORY, body, "Wed, 09 Sep 2026 12:00:00 GMT")
    assert words in failure(tmp_path).reason
    assert len(agency.requests) == 1


def test_a_year_that_lost_a_fifth_is_refused(agency: Loopback, tmp_path: Path) -> None:
    publish(agency, HISTORY, file_of(HISTORY, *map(synthetic, range(10))), "Wed, 09 Sep 2026 02:00:00 GMT")
    fetch(tmp_path)
    publish(agency, HISTORY, file_of(HISTORY, *map(synthetic, range(7))), "Wed, 09 Sep 2026 12:00:00 GMT")
    with pytest.raises(ContractError, match="7 rows where 10 are held already"):
        fetch(tmp_path)


def test_the_bundled_extract_holds_the_recorded_cells_but_those_of_persons_and_sentences() -> None:
    recorded = recording("canadabuys/2026-2027-contractHistory-contratsOctroyes.excerpt.csv")
    (bundled,) = intake.bundled_files(HISTORY)
    ours, theirs = (list(csv.DictReader(path.open(encoding="utf-8-sig", newline=""))) for path in (bundled, recorded))
    assert len(ours) == len(theirs) == 10
    assert [{name: theirs[place][name] for name, cell in row.items() if cell} for place, row in enumerate(ours)] == [
        {name: cell for name, cell in row.items() if cell} for row in ours
    ]
    filled = {name for row in ours for name, cell in row.items() if cell}
    assert {name for name in filled if re.search(r"title|contactInfo|AddressLine|[Pp]ostal[Cc]ode|Description|-fra$", name)} == set()
