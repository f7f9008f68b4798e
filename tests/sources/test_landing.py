"""The landing zone: a vintage is whole or absent, every attempt is on record, and a crash leaves nothing that hurts."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from sources.errors import ContractError, NotYet
from sources.landing import Attempt, LandedVintage, Landing
from sources.spec import Cadence, Dataset, Download, Field, Licence, Parsed, Shrunk, Table, Validators, Vintage

FACTS = Table("facts", (Field("month", "Month"), Field("value", "Figure", type="number", unit="CAD")), key=("month",))
NOTES = Table(
    "notes",
    (Field("line", "Line", type="integer", unit="count"), Field("cells", "Cells", type="texts"), Field("on", "Day", type="date")),
    key=("line",),
)
RELEASE = Vintage(date(2026, 9, 3))


def parse(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """A csv of month and value."""
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE facts AS SELECT * FROM read_csv($1, columns = {'month': 'VARCHAR', 'value': 'DOUBLE'})", [str(payload)])
        connection.execute('CREATE TABLE notes (line BIGINT, cells VARCHAR[], "on" DATE)')
        for table in ("facts", "notes"):
            connection.execute(f"COPY {table} TO '{str(folder).replace(chr(39), 2 * chr(39))}/{table}.parquet' (FORMAT parquet)")
        rows = connection.execute("SELECT count(*) FROM facts").fetchall()[0][0]
    return Parsed({"facts": rows, "notes": 0}, date(2024, 1, 1), date(2024, 2, 1))


DATASET = Dataset(
    provider="agency",
    name="figures",
    title="Figures",
    source_url="https://example.org/figures",
    tables=(FACTS, NOTES),
    cadence=Cadence("monthly", "30 8 * * *", "America/Toronto", 40, 70),
    licence=Licence("a licence", "https://example.org", "words"),
    parse=parse,
)


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "somebody's data")


def payload(folder: Path, *rows: str, name: str = "figures.csv") -> Path:
    path = folder / name
    path.write_text("month,value\n" + "".join(f"{row}\n" for row in rows))
    return path


def land(
    landing: Landing, path: Path, dataset: Dataset = DATASET, release: Callable[[Parsed], Vintage] | Vintage = RELEASE, *, is_partial: bool = False
) -> Attempt:
    vintage_of = (lambda parsed: release) if isinstance(release, Vintage) else release
    with landing.attempt(dataset.id, "import", path.name) as attempt:
        landing.land(attempt, dataset, Download(path, path.name, None), vintage_of, is_partial=is_partial)
    return attempt.record


def files(landing: Landing) -> set[str]:
    return {str(path.relative_to(landing.root)) for path in landing.root.rglob("*") if path.is_file()}


# A good landing


def test_a_payload_becomes_a_blob_a_vintage_and_a_line(tmp_path: Path, landing: Landing) -> None:
    record = land(landing, payload(tmp_path, "2024-01,1", "2024-02,2"))
    assert (record.outcome, record.vintage, record.rows, record.reason) == ("landed", "2026-09-03", 2, "")
    assert list(landing.attempts(DATASET.id)) == [record]
    assert files(landing) == {f"agency/figures/vintage=2026-09-03/{name}" for name in ("facts.parquet", "notes.parquet", "vintage.json")}
    (vintage,) = landing.vintages()
    assert (vintage.rows, vintage.is_complete, vintage.data_through, vintage.attribution) == (2, True, date(2024, 2, 1), "words")
    assert vintage.sha256 == record.sha256
    assert (landing.blobs / vintage.sha256[:2] / vintage.sha256).read_bytes() == (tmp_path / "figures.csv").read_bytes()


def test_known_content_is_unchanged_however_it_is_packed(tmp_path: Path, landing: Landing) -> None:
    plain = payload(tmp_path, "2024-01,1")
    land(landing, plain)
    before = files(landing)
    packed = tmp_path / "figures.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain, "other name.csv")
    for path in (plain, packed):
        record = land(landing, path, release=Vintage(date(2026, 10, 1)))
        assert (record.outcome, record.vintage, record.rows) == ("unchanged", "2026-09-03", 1)
    assert files(landing) == before
    assert [attempt.outcome for attempt in landing.attempts(DATASET.id)] == ["landed", "unchanged", "unchanged"]


def test_further_releases_of_a_day_are_numbered_and_stay_in_order(tmp_path: Path, landing: Landing) -> None:
    labels = [land(landing, payload(tmp_path, f"2024-01,{number}")).vintage for number in range(1, 12)]
    assert labels == ["2026-09-03", *(f"2026-09-03.{number}" for number in range(2, 12))]
    assert [vintage.vintage for vintage in landing.vintages(DATASET.id)] == labels


def test_validators_are_those_of_the_last_download_that_is_landed(tmp_path: Path, landing: Landing) -> None:
    def fetched(path: Path, etag: str) -> None:
        with landing.attempt(DATASET.id, "refresh", "u") as attempt:
            landing.land(attempt, DATASET, Download(path, "u", datetime(2026, 9, 3, tzinfo=UTC), Validators(etag)), lambda parsed: RELEASE)

    assert landing.validators(DATASET.id) == Validators()
    fetched(payload(tmp_path, "2024-01,1"), "first")
    with pytest.raises(ContractError):
        fetched(payload(tmp_path, "2024-01,1", "2024-01,2"), "bad")
    assert landing.validators(DATASET.id) == Validators("first")


# Failures


def _too_small(folder: Path) -> tuple[Path, Dataset]:
    return payload(folder, "2024-01,5"), replace(DATASET, gates=(Shrunk(0.1, "months stay"),))


def _interrupted(dataset: Dataset, path: Path, folder: Path) -> Parsed:
    parse(dataset, path, folder)
    raise KeyboardInterrupt("by hand")


FAILURES: dict[str, tuple[Callable[[Path], tuple[Path, Dataset]], type[BaseException], str]] = {
    "a web page": (lambda folder: ((folder / "a").write_text("<html>") and folder / "a", DATASET), ContractError, "web page"),
    "a repeated key": (lambda folder: (payload(folder, "2024-01,1", "2024-01,2"), DATASET), ContractError, "month='2024-01' (2 times)"),
    "no rows": (lambda folder: (payload(folder), DATASET), ContractError, "no row"),
    "a vintage too small": (_too_small, ContractError, "50.0% fewer"),
    "a fault of the parser": (lambda folder: (payload(folder, "2024-01,x"), DATASET), duckdb.Error, "ConversionException"),
    "an interruption": (lambda folder: (payload(folder, "2024-01,9"), replace(DATASET, parse=_interrupted)), KeyboardInterrupt, "by hand"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_leaves_the_vintages_and_one_line_with_the_reason(tmp_path: Path, landing: Landing, failure: str) -> None:
    land(landing, payload(tmp_path, "2024-01,1", "2024-02,2"))
    before = files(landing), landing.vintages()
    make, error, words = FAILURES[failure]
    path, dataset = make(tmp_path)
    with pytest.raises(error):
        land(landing, path, dataset)
    assert (files(landing), landing.vintages()) == before
    _, line = landing.attempts(DATASET.id)
    assert line.outcome == "failed"
    assert words in line.reason
    assert line.vintage is None


def test_not_yet_is_an_answer_and_leaves_no_vintage(tmp_path: Path, landing: Landing) -> None:
    def release(parsed: Parsed) -> Vintage:
        raise NotYet(DATASET.id, "2024-03 is not in it")

    record = land(landing, payload(tmp_path, "2024-01,1"), release=release)
    assert (record.outcome, record.reason) == ("not_yet", "2024-03 is not in it")
    assert landing.vintages() == []
    assert files(landing) == set()


def test_a_partial_vintage_may_be_small_and_does_not_set_the_gate(tmp_path: Path, landing: Landing) -> None:
    gated = replace(DATASET, gates=(Shrunk(0.1, "months stay"),))
    land(landing, payload(tmp_path, *(f"2024-{month:02d},1" for month in range(1, 11))), gated)
    assert land(landing, payload(tmp_path, "2024-01,7"), gated, is_partial=True).outcome == "landed"
    with pytest.raises(ContractError, match="10 are held already"):
        land(landing, payload(tmp_path, "2024-01,8", "2024-02,8"), gated)


def test_a_whole_table_cannot_be_smaller_than_an_excerpt_of_it(tmp_path: Path, landing: Landing) -> None:
    gated = replace(DATASET, gates=(Shrunk(0.1, "months stay"),))
    land(landing, payload(tmp_path, *(f"2024-{month:02d},1" for month in range(1, 11))), gated, is_partial=True)
    with pytest.raises(ContractError, match=r"10 are held already.*--partial"):
        land(landing, payload(tmp_path, "2024-01,8", "2024-02,8"), gated)


def test_a_correction_that_is_taken_back_is_a_vintage_of_its_own_and_a_stale_copy_is_not(tmp_path: Path, landing: Landing) -> None:
    def on(day: int) -> Callable[[Parsed], Vintage]:
        return lambda parsed: Vintage(date(2024, 3, day))

    assert land(landing, payload(tmp_path, "2024-01,1"), release=on(1)).outcome == "landed"
    assert land(landing, payload(tmp_path, "2024-01,2"), release=on(2)).outcome == "landed"
    assert land(landing, payload(tmp_path, "2024-01,1"), release=on(1)).outcome == "unchanged"
    assert land(landing, payload(tmp_path, "2024-01,1"), release=on(3)).vintage == "2024-03-03"


# Crashes


def test_a_landing_killed_half_way_leaves_the_zone_whole(tmp_path: Path, landing: Landing) -> None:
    land(landing, payload(tmp_path, "2024-01,1"))
    before = files(landing), landing.vintages(), list(landing.attempts(DATASET.id))
    path, ready = payload(tmp_path, "2024-01,2"), tmp_path / "ready"
    program = tmp_path / "killed.py"
    program.write_text(
        textwrap.dedent(f"""
        import sys, time
        from dataclasses import replace
        from pathlib import Path
        sys.path.insert(0, {str(Path(__file__).parents[2])!r})
        from sources.landing import Landing
        from tests.sources import test_landing

        def halts(dataset, payload, folder):
            test_landing.parse(dataset, payload, folder)
            Path({str(ready)!r}).touch()
            time.sleep(60)

        test_landing.land(Landing(Path({str(landing.data_dir)!r})), Path({str(path)!r}), replace(test_landing.DATASET, parse=halts))
        """)
    )
    process = subprocess.Popen([sys.executable, str(program)])
    try:
        deadline = time.monotonic() + 60
        while not ready.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        assert ready.exists()
        staged = [file for file in files(landing) if "/.staging/" in file]
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(staged) == 2
    assert (files(landing) - set(staged), landing.vintages(), list(landing.attempts(DATASET.id))) == before
    assert land(landing, path).vintage == "2026-09-03.2"
    assert not [file for file in files(landing) if "/.staging/" in file]


def test_a_torn_last_line_does_not_count_and_does_not_spoil_the_next(tmp_path: Path, landing: Landing) -> None:
    first = land(landing, payload(tmp_path, "2024-01,1"))
    manifest = landing.manifests / "agency" / "figures.jsonl"
    with manifest.open("a") as stream:
        stream.write(manifest.read_text()[:70])
    assert list(landing.attempts(DATASET.id)) == [first]
    second = land(landing, payload(tmp_path, "2024-01,2"))
    assert list(landing.attempts(DATASET.id)) == [first, second]


# What SQL reads


def test_prepare_makes_empty_tables_and_the_list_of_vintages(tmp_path: Path, landing: Landing) -> None:
    landing.prepare([DATASET])
    land(landing, payload(tmp_path, "2024-01,1"), release=Vintage(date(2026, 9, 3), is_estimated=True), is_partial=True)
    with duckdb.connect() as connection:
        listed = str(landing.root / "vintage.parquet")
        assert connection.read_parquet(listed).fetchall() == []
        landing.prepare([DATASET])
        columns = "dataset, vintage, vintage_date, sequence, is_estimated, is_complete, rows, data_from, fetched_at IS NULL, licence"
        expected = [("agency/figures", "2026-09-03", date(2026, 9, 3), 1, True, False, 1, date(2024, 1, 1), True, "a licence")]
        assert connection.read_parquet(listed).project(columns).fetchall() == expected
        types = dict(zip(connection.read_parquet(listed).columns, map(str, connection.read_parquet(listed).types), strict=True))
        assert types["landed_at"] == types["fetched_at"] == "TIMESTAMP WITH TIME ZONE"
        assert set(types) == set(LandedVintage.__dataclass_fields__)
        for table, expected_types in {"facts": ["VARCHAR", "DOUBLE"], "notes": ["BIGINT", "VARCHAR[]", "DATE"]}.items():
            empty = connection.read_parquet(str(landing.folder(DATASET.id, "none") / f"{table}.parquet"), hive_partitioning=False)
            assert ([str(kind) for kind in empty.types], empty.fetchall()) == (expected_types, [])
            everything = connection.read_parquet(
                str(landing.root / DATASET.id / "vintage=*" / f"{table}.parquet"), union_by_name=True, hive_partitioning=True
            )
            assert [str(kind) for kind in everything.types] == [*expected_types, "VARCHAR"]


def test_a_manifest_line_is_json_that_other_programs_read(tmp_path: Path, landing: Landing) -> None:
    land(landing, payload(tmp_path, "2024-01,1"))
    (line,) = (landing.manifests / "agency" / "figures.jsonl").read_text().splitlines()
    facts = json.loads(line)
    assert facts["outcome"] == "landed"
    assert datetime.fromisoformat(facts["started_at"]).tzinfo is not None
