"""`warehouse refresh` against an agency on the loopback interface: a release arrives, nothing new costs one request, a failure stays small."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from sources import intake
from sources.landing import Landing
from tests.end_to_end.command import Answer, Warehouse
from tests.sources.agency import HEADER, Agency, Refuse, serve

TABLE = "statcan/12100011"
RELEASE_DAY = "2026-11-05"
BEFORE_THE_RELEASE, AFTER_THE_RELEASE = f"{RELEASE_DAY}T12:30:00Z", f"{RELEASE_DAY}T14:00:00Z"
SEPTEMBER = (
    "select round(100 * us_share, 2), vintage_date_max from marts.export_concentration where dataset = 'statcan/12100011' and window_type = 'month' "
    "and period_start_date = '2026-09-01' and basis = 'customs' and seasonal_adjustment = 'seasonally_adjusted'"
)

Ask = Callable[..., Answer]


def complete_table() -> bytes:
    """Every figure of the bundled vintages, the newest of each, and made-up ones for August and September, packed as the agency does."""
    rows: dict[tuple[str, str], list[str]] = {}
    for file in sorted((intake.REFERENCE / TABLE).glob("*.csv")):
        reader = csv.reader(file.open(encoding="utf-8-sig"))
        names = next(reader)
        month, coordinate, value = (names.index(name) for name in ("REF_DATE", "COORDINATE", "VALUE"))
        rows |= {(row[month], row[coordinate]): row for row in reader}
    for period, us, world in [("2026-08", "54458.0", "80000.0"), ("2026-09", "51000.0", "85000.0")]:
        for coordinate, figure in {"1.2.1.2.2": us, "1.2.1.2.1": world}.items():
            latest = rows["2026-07", coordinate]
            rows[period, coordinate] = [period if cell == "2026-07" else figure if cell == latest[value] else cell for cell in latest]
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows[cell] for cell in sorted(rows))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("12100011.csv", f"\ufeff{HEADER}\r\n{text.getvalue()}")
        target.writestr("12100011_MetaData.csv", '"Cube Title","Product Id"\r\n"A made-up table","12100011"\r\n')
    return archive.getvalue()


@pytest.fixture(scope="module")
def agency() -> Iterator[Agency]:
    with serve() as running:
        yield running


@pytest.fixture(scope="module")
def warehouse(built: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A copy of the built warehouse that the tests of this module change one after the other."""
    return Warehouse(Path(shutil.copytree(built.data_dir, tmp_path_factory.mktemp("refreshed") / "data", symlinks=True)))


@pytest.fixture
def ask(warehouse: Warehouse, agency: Agency, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Run `warehouse refresh` at a moment, of the table unless others are named; back-offs are not waited for."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    agency.requests.clear()
    return lambda moment, *names: warehouse.here("refresh", *(names or [TABLE]), WAREHOUSE_NOW=moment, WAREHOUSE_UPSTREAM_STATCAN=agency.base_url)


def errors(answer: Answer) -> list[str]:
    return [line for line in answer.error_lines if line.startswith("Error")]


def test_1_before_the_release_the_answer_is_not_yet(warehouse: Warehouse, agency: Agency, ask: Ask) -> None:
    agency.faults.append(Refuse(409, "The product is not released yet"))
    before = warehouse.release().release_id
    answer = ask(BEFORE_THE_RELEASE)
    assert (answer.code, errors(answer)) == (0, [])
    assert "Nothing is new" in answer.err
    assert warehouse.release().release_id == before
    assert len(agency.requests) == 1
    rows = {row["dataset"]: row for row in json.loads(warehouse.here("status", "--format", "json", WAREHOUSE_NOW="2026-09-10T12:00:00Z").out)}
    assert rows[TABLE]["state"] == "not yet"
    assert "08:30" in rows[TABLE]["what_to_do"]


def test_2_a_new_release_arrives_in_the_figures(warehouse: Warehouse, agency: Agency, ask: Ask) -> None:
    agency.publish(complete_table(), "2026-09", RELEASE_DAY, etag='"september"')
    before = warehouse.release()
    answer = ask(AFTER_THE_RELEASE)
    assert (answer.code, errors(answer)) == (0, [])
    assert warehouse.release().release_id != before.release_id
    (vintage,) = [vintage for vintage in Landing(warehouse.data_dir).vintages(TABLE) if vintage.vintage == RELEASE_DAY]
    assert (vintage.is_complete, vintage.method) == (True, "refresh")
    with warehouse.connect() as connection:
        assert [(share, str(day)) for share, day in connection.execute(SEPTEMBER).fetchall()] == [(60.0, RELEASE_DAY)]
        withdrawn = connection.execute("select count(*) from marts.fct_trade_vintage where is_withdrawn and dataset = 'statcan/12100011'").fetchall()
        url = connection.execute("select source_url, is_complete from meta.source_file where vintage = ?", [RELEASE_DAY]).fetchall()
    assert withdrawn == [(0,)]
    assert url == [(f"{agency.base_url}/n1/tbl/csv/12100011-eng.zip", True)]
    assert answer.out.startswith("60.00% of Canad")


def test_3_not_modified_costs_one_request_and_rebuilds_nothing(warehouse: Warehouse, agency: Agency, ask: Ask) -> None:
    before = warehouse.releases
    answer = ask(AFTER_THE_RELEASE)
    assert (answer.code, errors(answer)) == (0, [])
    assert [request.headers["If-None-Match"] for request in agency.requests] == ['"september"']
    assert "Nothing is new" in answer.err
    assert warehouse.releases == before


@pytest.mark.parametrize(
    "fault", [Refuse(503, "Service unavailable"), Refuse(404, "Not found"), Refuse(409, "Conflict")], ids=lambda fault: str(fault.status)
)
def test_4_an_agency_that_fails_costs_one_line(warehouse: Warehouse, agency: Agency, ask: Ask, fault: Refuse) -> None:
    before, vintages = warehouse.releases, warehouse.vintages
    agency.faults.extend([fault] * 10)
    try:
        answer = ask(AFTER_THE_RELEASE)
    finally:
        agency.faults.clear()
    assert answer.code == 1
    (line,) = errors(answer)
    assert line.startswith(f"Error {TABLE}: ")
    assert str(fault.status) in line
    assert "Traceback" not in answer.out + answer.err
    assert warehouse.releases == before
    assert warehouse.vintages == vintages
    assert list(Landing(warehouse.data_dir).attempts(TABLE))[-1].outcome == "failed"
    with warehouse.connect() as connection:
        assert connection.execute(SEPTEMBER).fetchall()[0][0] == 60.0


def test_5_a_table_that_is_not_declared_is_landed_and_published_with_its_terms(
    warehouse: Warehouse, agency: Agency, ask: Ask, recordings: Path
) -> None:
    """One undeclared table must not keep the others from being published."""
    agency.publish((recordings / "statcan/18100204-eng.zip").read_bytes(), "2018-10", "2018-12-20", product_id="18100204")
    before = warehouse.release().release_id
    answer = ask(AFTER_THE_RELEASE, "statcan/18100204")
    assert (answer.code, errors(answer)) == (0, [])
    assert warehouse.release().release_id != before
    with warehouse.connect() as connection:
        rows = connection.execute(
            "select rows, described.licence from meta.source_file join meta.dataset as described using (dataset) where dataset = 'statcan/18100204'"
        ).fetchall()
        kept = connection.execute(SEPTEMBER).fetchall()[0][0]
    assert rows == [(11_804, "Statistics Canada Open Licence")]
    assert kept == 60.0


def test_6_what_nobody_offers_is_refused(ask: Ask) -> None:
    answer = ask(AFTER_THE_RELEASE, "statcan/cimt_aggregates")
    assert answer.code == 1
    (line,) = errors(answer)
    assert line.startswith("Error statcan/cimt_aggregates: ")
    assert "warehouse import" in line
