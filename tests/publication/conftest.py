"""A small working warehouse with hand-made figures: public tables, views that must stay behind, and a dictionary."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import pytest

from orchestration.publication.dictionary import ColumnDescription, TableDescription, write_dictionary
from orchestration.publication.publish import publish
from orchestration.publication.release import ReleaseInfo
from sources.spec import Cadence, Dataset, Field, Licence, Table

TABLES = """
    CREATE SCHEMA staging; CREATE SCHEMA marts; CREATE SCHEMA metrics; CREATE SCHEMA meta;
    CREATE TABLE staging.raw_trade AS SELECT 1 AS x;
    CREATE TABLE marts.fct_trade AS
        SELECT 'made_up/trade' AS dataset, unnest(['US', 'CN', 'US', 'CN']) AS partner_code,
               unnest([DATE '2026-02-01', DATE '2026-02-01', DATE '2026-01-01', DATE '2026-01-01']) AS period_start_date,
               unnest([40e9, 3.5e9, 41e9, 3e9]) AS value, DATE '2026-04-02' AS vintage_date;
    CREATE VIEW marts.trade_view AS FROM marts.fct_trade;
    CREATE TABLE metrics.policy_metric AS
        SELECT 'us_share' AS metric, DATE '2026-02-01' AS period_start_date, 0.9195::DOUBLE AS value, DATE '2026-04-02' AS vintage_date_max;
    CREATE TABLE meta.source_file AS
        SELECT 'made_up/trade' AS dataset, unnest([DATE '2026-03-05', DATE '2026-04-02']) AS vintage_date,
               'https://example.org/usr/trade.zip' AS source_url;
"""
DESCRIBED = (
    TableDescription(
        "marts",
        "fct_trade",
        "Monthly trade by partner; Canada's exports.",
        "data set × partner × month",
        ("dataset", "partner_code", "period_start_date"),
        (
            ColumnDescription("dataset", "Data set."),
            ColumnDescription("partner_code", "The other country.", classification="ISO 3166-1 alpha-2, 2026"),
            ColumnDescription("period_start_date", "First day of the month."),
            ColumnDescription("value", "Value of the goods.", "CAD"),
            ColumnDescription("vintage_date", "Release of the figure."),
        ),
    ),
    TableDescription(
        "metrics",
        "policy_metric",
        "Metrics.",
        "metric × month",
        ("metric", "period_start_date"),
        (
            ColumnDescription("metric", "Name of the metric."),
            ColumnDescription("period_start_date", "First day of the month."),
            ColumnDescription("value", "Value.", "share"),
            ColumnDescription("vintage_date_max", "Latest release among the inputs."),
        ),
    ),
    TableDescription(
        "meta",
        "source_file",
        "Files.",
        "file",
        ("dataset", "vintage_date"),
        (
            ColumnDescription("dataset", "Data set."),
            ColumnDescription("vintage_date", "Release."),
            ColumnDescription("source_url", "Address."),
        ),
    ),
)


def _dataset(name: str) -> Dataset:
    return Dataset(
        provider="made_up",
        name=name,
        title=f"Made-up <{name}>",
        source_url=f"https://example.org/{name}",
        tables=(Table("observations", (Field("x", "x"),), ("x",)),),
        cadence=Cadence("monthly", "30 8 * * *", "America/Toronto", 40, 70),
        licence=Licence("Open Licence – Test", "https://example.org/licence", "Source: the Made-up Agency."),
        parse=lambda dataset, path, folder: pytest.fail("publication parses nothing"),
    )


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def warehouse(data_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with working_warehouse(data_dir) as connection:
        yield connection


@contextmanager
def working_warehouse(data_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    (data_dir / "work").mkdir(parents=True)
    with duckdb.connect(str(data_dir / "work" / "working.duckdb")) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(TABLES)
        write_dictionary(connection, DESCRIBED, [_dataset("trade"), _dataset("not_landed")])
        yield connection


Publish = Callable[..., ReleaseInfo]


def publish_nth(
    warehouse: duckdb.DuckDBPyConnection, data_dir: Path, n: int, as_of: date | None = None, report_html: str = "<p>92 % went to the US</p>"
) -> ReleaseInfo:
    return publish(
        warehouse,
        data_dir,
        release_id=f"20261122T1705{n:02}Z-0000000{n % 10}",
        as_of=as_of,
        state=f"state {n}",
        headline=f"Headline {n}: 92 % of exports went to the US",
        report_html=report_html,
    )


@pytest.fixture
def release(warehouse: duckdb.DuckDBPyConnection, data_dir: Path) -> Publish:
    """Publish the warehouse as the n-th release of a minute; `as_of` and `report_html` as asked for."""
    return partial(publish_nth, warehouse, data_dir)


@pytest.fixture(scope="session")
def finished_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one release, to be read and copied."""
    data_dir = tmp_path_factory.mktemp("finished") / "data"
    with working_warehouse(data_dir) as connection:
        return publish_nth(connection, data_dir, 1).folder


# Publishes the working warehouse again and again, saying the name of each release that is live.
_PUBLISHER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import duckdb
from orchestration.publication.publish import publish
from orchestration.publication.release import new_release_id
data_dir, times = Path(sys.argv[1]), int(sys.argv[2])
with duckdb.connect(str(data_dir / "work" / "working.duckdb")) as connection:
    print("ready", flush=True)
    for n in range(times):
        name = new_release_id(datetime.now(UTC))
        release = publish(connection, data_dir, release_id=name, as_of=None, state=name, headline=name, report_html=name)
        print(release.release_id, flush=True)
"""

# Follows publish/current until told to stop; counts the releases that it saw and stops at the first that is not one whole.
_READER = """
import json, sys
from pathlib import Path
import duckdb
publish, stop = Path(sys.argv[1]) / "publish", Path(sys.argv[2])
seen, reads = set(), 0
print("ready", flush=True)
while not stop.exists():
    with duckdb.connect(str(publish / "current" / "warehouse.duckdb"), read_only=True) as connection:
        (straight,) = connection.execute("SELECT release_id FROM meta.release").fetchone()
    folder = (publish / "current").resolve()
    described = json.loads((folder / "release.json").read_text())["release_id"]
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        ((inside,),) = connection.execute("SELECT release_id FROM meta.release").fetchall()
        labels = connection.execute(
            "SELECT DISTINCT decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = 'release_id'", [str(folder / "parquet/*/*.parquet")]
        ).fetchall()
        rows = connection.execute("SELECT count(*) FROM marts.fct_trade").fetchone()
    report = (folder / "report.html").read_text()
    assert {inside, described, report, folder.name} == {described} and labels == [(described,)] and rows == (4,), (inside, described, labels, rows)
    seen |= {straight, described}
    reads += 1
print(json.dumps({"releases": len(seen), "reads": reads}))
"""


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a Python program in a process of its own and wait until it is ready; whatever still runs at the end is killed."""
    processes = []

    def run(program: str, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", program, *map(str, arguments)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()
        return process

    yield run
    for process in processes:
        process.kill()
        process.communicate()


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start_publisher(start: Start, data_dir: Path) -> Start:
    """Start a process that publishes the working warehouse so many times."""
    return partial(start, _PUBLISHER, data_dir)


@pytest.fixture
def start_reader(start: Start, data_dir: Path) -> Start:
    """Start a process that reads `publish/current` until the file that it is told of exists."""
    return partial(start, _READER, data_dir)
