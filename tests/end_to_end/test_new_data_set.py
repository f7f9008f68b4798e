"""The test of the architecture: a new data set is one provider file and one staging folder, and never an edit in `orchestration/`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import REPOSITORY
from tests.end_to_end.command import clean_environment
from tests.sources import made_up

# One module: a data set by year, fetched, with its own answers explained.
PROVIDER = Path(made_up.__file__).read_text() + "\n\nPROVIDER = made_up()\n"
SOURCES = """sources:
  - name: madeup_lighthouses
    config:
      meta:
        dataset: madeup/lighthouses
        external_location: >-
          read_parquet('{{ env_var("WAREHOUSE_LANDING", "../.warehouse/landing") }}/madeup/lighthouses/part=*/vintage=*/{name}.parquet',
          union_by_name = true, hive_partitioning = true, hive_types_autocast = false)
    tables:
      - name: lighthouses
"""
MODEL = """select part, code as country_code, lit as n_lit, vintage from {{ source("madeup_lighthouses", "lighthouses") }}
"""
# Everything in one process, since each start costs seconds: build, list the data sets, and tell what the asset graph says of the new one.
PROGRAM = """
import dagster, io, json, os, sys
from contextlib import redirect_stdout
from orchestration.cli import main
data_dir = sys.argv[1]
os.environ["WAREHOUSE_DATA_DIR"] = data_dir
with redirect_stdout(io.StringIO()):
    main(["build"], standalone_mode=False)
listed = io.StringIO()
with redirect_stdout(listed):
    main(["datasets", "--format", "json"], standalone_mode=False)
from orchestration.definitions import definitions
graph = definitions().resolve_asset_graph()
told = {key.to_user_string(): sorted(parent.to_user_string() for parent in graph.get(key).parent_keys) for key in graph.get_all_asset_keys()}
schedules = {one.name: (one.cron_schedule, one.execution_timezone, one.default_status.value) for one in definitions().schedules}
partitions = graph.get(dagster.AssetKey(["parts", "madeup", "lighthouses"])).partitions_def.get_partition_keys()
pools = {key.to_user_string(): sorted(graph.get(key).pools) for key in graph.get_all_asset_keys()}
import duckdb, orchestration
with duckdb.connect(data_dir + "/publish/current/warehouse.duckdb", read_only=True) as connection:
    described = connection.execute("select title, licence, attribution from meta.dataset where dataset = 'madeup/lighthouses'").fetchall()
    columns = connection.execute("select column_name, unit from meta.source_column where dataset = 'madeup/lighthouses' order by position").fetchall()
    files = connection.execute("select part, vintage, rows from meta.source_file where dataset = 'madeup/lighthouses'").fetchall()
with duckdb.connect(data_dir + "/work/current/warehouse.duckdb", read_only=True) as connection:
    staged = connection.execute("select part, country_code, n_lit, vintage from staging.stg_madeup__lighthouses order by all").fetchall()
print(json.dumps({
    "code": orchestration.__file__, "parents": told, "pools": pools, "listed": json.loads(listed.getvalue()),
    "schedules": schedules, "partitions": partitions, "columns": columns, "described": described, "files": files, "staged": staged,
}))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a copy of the project says once it has the new data set."""
    root = tmp_path_factory.mktemp("with-a-new-data-set")
    project = root / "project"
    for name in ("sources", "orchestration", "dbt_project"):
        shutil.copytree(REPOSITORY / name, project / name, ignore=shutil.ignore_patterns("__pycache__", "target", "logs"))
    shutil.copy(REPOSITORY / "pyproject.toml", project)
    (project / "sources/providers/madeup.py").write_text(PROVIDER)
    bundled = project / "sources/reference/madeup/lighthouses"
    bundled.mkdir(parents=True)
    (bundled / "2026-02-01.csv").write_text("year,code,lit\n2025,CA,250\n2025,NA,\n")
    staging = project / "dbt_project/models/staging/madeup"
    staging.mkdir()
    (staging / "_sources.yml").write_text(SOURCES)
    (staging / "stg_madeup__lighthouses.sql").write_text(MODEL)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(root / "data")],
        env=clean_environment({"PYTHONPATH": str(project)}),
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert Path(said["code"]).is_relative_to(project)
    return said


def test_it_is_in_the_asset_graph(told: dict[str, Any]) -> None:
    assert told["parents"]["staging/stg_madeup__lighthouses"] == ["raw/madeup/lighthouses"]
    assert "raw/madeup/lighthouses" in told["parents"]["raw/vintage"]
    assert told["pools"]["raw/madeup/lighthouses"] == ["api_madeup"]


def test_its_parts_and_its_schedule_are_in_the_orchestrator(told: dict[str, Any]) -> None:
    assert told["parents"]["raw/madeup/lighthouses"] == ["parts/madeup/lighthouses"]
    assert told["partitions"] == ["2021", "2022", "2023", "2024", "2025", "2026"]
    assert told["schedules"]["refresh_annual_halifax_0_9_x_x_1"] == ["0 9 * * 1", "America/Halifax", "STOPPED"]


def test_it_is_on_the_command_line(told: dict[str, Any]) -> None:
    (row,) = [row for row in told["listed"] if row["dataset"] == "madeup/lighthouses"]
    assert (row["title"], row["vintages"], row["last_vintage"], row["access"]) == ("Lighthouses by country", 1, "2026-02-01", "fetched")
    assert (row["parts_by"], row["asked_at"], row["configuration"]) == ("year", "0 9 * * 1 America/Halifax", "no key needed")
    assert {row["dataset"] for row in told["listed"]} > {"statcan/12100011"}


def test_it_is_in_the_dictionary_and_among_the_files(told: dict[str, Any]) -> None:
    assert told["described"] == [["Lighthouses by country", "Open Licence of the Made-up Agency", "Source: Made-up Agency."]]
    assert told["columns"] == [["year", "none"], ["code", "none"], ["lit", "count"]]
    assert told["files"] == [["2025", "2026-02-01", 2]]


def test_its_figures_are_staged(told: dict[str, Any]) -> None:
    assert told["staged"] == [["2025", "CA", 250, "2026-02-01"], ["2025", "NA", None, "2026-02-01"]]
