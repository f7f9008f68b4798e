"""What the command line does when there is nothing to do, and what it does not import."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.end_to_end.command import Warehouse, clean_environment

# Runs the command and tells, on its last line of standard error, which of the heavy packages it has imported.
_TELLING = """
import sys
from orchestration.cli import main
try:
    main(sys.argv[1:], standalone_mode=False)
finally:
    heavy = sorted({name.partition(".")[0] for name in sys.modules} & {"dagster", "dagster_dbt", "dbt", "pandas", "altair", "duckdb", "jinja2"})
    print(*heavy, file=sys.stderr)
"""


def imported(warehouse: Warehouse, *arguments: str) -> set[str]:
    command = [sys.executable, "-c", _TELLING, "--data-dir", str(warehouse.data_dir), *arguments]
    done = subprocess.run(command, env=clean_environment({}), capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


def test_nothing_new_builds_nothing(built: Warehouse) -> None:
    before, started = built.releases, time.monotonic()
    answer = built("build")
    assert time.monotonic() - started < 3
    assert answer.code == 0
    assert answer.err.strip() == "Nothing is new: the release matches everything that has landed."
    assert "66.57%" in answer.out
    assert built.release().release_id in answer.out
    assert built.releases == before


def test_nothing_new_imports_no_orchestrator(built: Warehouse) -> None:
    assert imported(built, "build") <= {"duckdb"}


@pytest.mark.parametrize(
    "arguments", [("--help",), ("build", "--help"), ("status",), ("datasets",), ("sql", "select 1"), ("diff", "current")], ids=" ".join
)
def test_questions_import_no_orchestrator(built: Warehouse, arguments: tuple[str, ...]) -> None:
    assert imported(built, *arguments) <= {"duckdb"}


def test_claims_import_no_orchestrator(built: Warehouse) -> None:
    assert not {"dagster", "dbt"} & imported(built, "claims")


def test_a_new_vintage_makes_the_release_old(copied: Warehouse, tmp_path: Path) -> None:
    """The shortcut asks what has landed, not what was built last."""
    from orchestration.publication.state import state_of

    assert copied.release().state == state_of(copied.data_dir, None)
    assert copied.release().state != state_of(copied.data_dir, copied.release().created_at.date())
    newer = tmp_path / "newer.csv"
    newer.write_text(
        Path(__file__).parents[2].joinpath("sources/reference/statcan/12100011/2026-10-06.csv").read_text().replace("54458.0", "54459.0")
    )
    assert copied("import", "statcan/12100011", str(newer), "--vintage", "2026-10-07", "--partial").code == 0
    assert copied.release().state != state_of(copied.data_dir, None)


def test_datasets_names_title_cadence_and_licence(built: Warehouse) -> None:
    rows = {row["dataset"]: row for row in json.loads(built("datasets", "--format", "json").out)}
    table = rows["statcan/12100011"]
    assert (table["cadence"], table["vintages"], table["last_vintage"]) == ("monthly", 12, "2026-10-06")
    assert table["licence"] == "Statistics Canada Open Licence"


def test_status_says_what_is_stale_and_what_to_do(built: Warehouse) -> None:
    answer = built("status", "--format", "json")
    rows = {row["dataset"]: row for row in json.loads(answer.out)}
    assert rows["statcan/12100011"]["state"] == "stale"
    assert rows["statcan/12100011"]["what_to_do"].endswith("warehouse refresh statcan/12100011")
    assert built.release().release_id in answer.err


def test_sql_shows_text_as_it_is(built: Warehouse) -> None:
    answer = built("sql", "select '[bold]x[/bold] :x: \\[y]' as text, null as nothing")
    assert answer.out.splitlines()[1].rstrip() == "[bold]x[/bold] :x: \\[y]"


def test_sql_answers_without_rows_keep_their_header(built: Warehouse) -> None:
    assert built("sql", "select 1 as a, 2 as b where false", "--format", "csv").out == "a,b\n"


@pytest.mark.parametrize(
    ("query", "said"), [("select nothing from nowhere", "nowhere"), ("selec", "syntax error"), ("delete from marts.fct_trade", "read-only")]
)
def test_sql_that_cannot_be_answered_is_an_error(built: Warehouse, query: str, said: str) -> None:
    answer = built("sql", query)
    assert answer.code == 1
    assert said in answer.err
    assert "Traceback" not in answer.err


def test_a_release_of_a_day_that_was_not_built_is_named(built: Warehouse) -> None:
    answer = built("sql", "select 1", "--as-of", "2020-01-01")
    assert answer.code == 1
    assert answer.error_lines == ["Error there is no release yet; run `warehouse build --as-of 2020-01-01`"]
