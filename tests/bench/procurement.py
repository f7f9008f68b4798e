"""Measure the contract models on 1.3 million disclosed rows with planted truth, and beside pandas: `python -m tests.bench.procurement [ROWS]`.

The branch is built once with its tests, from what has landed to its marts; then the way to one row a procurement alone beside the same rules in
pandas, each in a process of its own, in rounds that interleave. Exits 1 when a promise is broken. The input is synthetic and made anew in a temporary
folder.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from tests.bench.grouping import Pairwise, pairwise
from tests.bench.synthetic_contracts import write_contracts

ROWS = 1_300_000
ROUNDS = 3
VINTAGE = date(2026, 9, 24)
MOST_SECONDS, MOST_MEGABYTES = 150.0, 4_000.0
LEAST_PRECISION = LEAST_RECALL = 0.99
# The warehouse carries forty columns to where the rival has seven, and resolves vendors on its way, which the rival does not.
MOST_TO_PANDAS = 1.5
RESOLUTION = ("int_procurement__vendor_name", "int_procurement__vendor_key", "int_procurement__vendor")
BRANCH = ("+path:models/marts/sourcing_content", "+path:models/marts/policy")
PROCUREMENTS = ("+int_procurement__federal_contract",)
_TRUTH = """SELECT owner_org || '/' || reference_number AS "row", contract AS "group", * FROM '{truth}'
    QUALIFY count(*) OVER (PARTITION BY owner_org, reference_number) = 1"""
_FOUND = """SELECT buyer_code || '/' || reference_number AS "row", contract_id AS "group" FROM marts.fct_contract_amendment
    QUALIFY count(*) OVER (PARTITION BY buyer_code, reference_number) = 1"""


def main(rows: int = ROWS) -> int:
    with tempfile.TemporaryDirectory(prefix="synthetic-") as name:
        folder = Path(name)
        file, truth = folder / "contracts.csv", folder / "contracts.truth.parquet"
        print(f"Writing a synthetic file of {rows:,} contracts …", flush=True)
        _apart("write", file, rows)
        _apart("land", file, folder)
        branch = json.loads(_apart("dbt", folder, "build", *BRANCH))
        broken = [*_of_branch(branch, rows), *_of_truth(folder, truth)]
        measures: dict[str, list[dict[str, Any]]] = {"warehouse": [], "pandas": []}
        for round_number in range(ROUNDS):
            for contender in list(measures)[:: 1 if round_number % 2 else -1]:
                print(f"{contender}: round {round_number + 1} of {ROUNDS} …", flush=True)
                arguments = ("dbt", folder, "run", *PROCUREMENTS) if contender == "warehouse" else ("pandas", folder)
                measures[contender].append(json.loads(_apart(*arguments)))
        broken += _of_rival(measures)
    print(*(broken or ["All promises hold."]), sep="\n")
    return 1 if broken else 0


def _of_branch(branch: Mapping[str, Any], rows: int) -> list[str]:
    print(f"\n{rows:,} rows; the branch with its tests: {branch['wall']:.1f} s, {branch['peak']:,.0f} MB. By stage, those above a second:")
    print("| stage | s |\n|---|---|")
    for stage, seconds in sorted(branch["stages"].items(), key=lambda stage: -stage[1]):
        if seconds >= 1:
            print(f"| `{stage}` | {seconds:.1f} |")
    is_kept = branch["wall"] <= MOST_SECONDS and branch["peak"] <= MOST_MEGABYTES
    return [] if is_kept else [f"Broken promise: the branch takes at most {MOST_SECONDS:g} s and {MOST_MEGABYTES:,.0f} MB."]


def _of_truth(folder: Path, truth: Path) -> list[str]:
    with duckdb.connect(str(folder / "work" / "current" / "warehouse.duckdb"), read_only=True) as connection:
        grouping = found_grouping(connection, truth)
        clean, exact = clean_procurements(connection, truth)
    print(f"\nGrouping: precision {grouping.precision:.5f}, recall {grouping.recall:.5f}.")
    print(f"The current value is exact on {exact:,} of {clean:,} clean procurements.")
    is_kept = grouping.precision >= LEAST_PRECISION and grouping.recall >= LEAST_RECALL and exact == clean
    return [] if is_kept else [f"Broken promise: precision and recall at least {LEAST_PRECISION:g}, and every clean procurement exact."]


def found_grouping(connection: duckdb.DuckDBPyConnection, truth: Path) -> Pairwise:
    """How well the rows of a warehouse are grouped, against the truth that was written beside their file."""
    return pairwise(connection, _TRUTH.format(truth=truth), _FOUND)


def clean_procurements(connection: duckdb.DuckDBPyConnection, truth: Path) -> tuple[int, int]:
    """How many procurements have no fault that makes them undecidable, and how many of them came out in one row with the true value."""
    ((clean, exact),) = connection.execute(
        f"""
        SELECT count(*), count(*) FILTER (n = 1 AND abs(current_value_cad - true_current_cad) < 0.005)
        FROM (
            SELECT
                contract, any_value(found."group") AS contract_id, count(DISTINCT found."group") AS n, any_value(true_current_cad) AS true_current_cad
            FROM ({_TRUTH.format(truth=truth)}) AS truth INNER JOIN ({_FOUND}) AS found USING ("row")
            WHERE is_clean GROUP BY contract
        )
        INNER JOIN marts.fct_contract USING (contract_id)"""
    ).fetchall()
    return clean, exact


def _of_rival(measures: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    ours = _median(measures["warehouse"], "wall")
    grouping = ours - median(sum(measure["stages"][stage] for stage in RESOLUTION) for measure in measures["warehouse"])
    theirs = _median(measures["pandas"], "wall")
    print(f"\nFrom landed rows to procurements; load of the machine over five minutes, with this run: {os.getloadavg()[1]:.1f}")
    print("| contender | procurements | wall s | peak MB | wall, ratio to pandas |\n|---|---|---|---|---|")
    for name, contender, wall in (
        ("warehouse, vendors resolved", "warehouse", ours),
        ("warehouse, without the resolution", "warehouse", grouping),
        ("pandas, vendors by a cleaned name", "pandas", theirs),
    ):
        found, peak = measures[contender][0]["procurements"], _median(measures[contender], "peak")
        print(f"| {name} | {found:,} | {wall:.1f} | {peak:,.0f} | {wall / theirs:.2f} |")
    is_kept = grouping <= MOST_TO_PANDAS * theirs
    return [] if is_kept else [f"Broken promise: without the resolution it takes at most {MOST_TO_PANDAS:g} times as long as pandas."]


def _median(rounds: Sequence[Mapping[str, Any]], what: str) -> float:
    return median(measure[what] for measure in rounds)


def _land(file: Path, folder: Path) -> None:
    from sources import registry
    from sources.intake import land_file
    from sources.landing import Landing
    from sources.spec import Vintage

    landing = Landing(folder)
    land_file(landing, registry.dataset("open_canada/contracts"), file, Vintage(VINTAGE))
    landing.prepare(registry.datasets())


def _dbt(folder: Path, command: str, *selected: str) -> dict[str, object]:
    from tests.dbt.project import Project, failed

    project = Project(folder)
    options = ("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious")
    start = time.perf_counter()
    statuses = project.dbt(command, *(options if command == "build" else ()), "-s", *selected)
    wall = time.perf_counter() - start
    if failed(statuses):
        sys.exit(f"dbt failed: {failed(statuses)}")
    results = json.loads((folder / "dbt" / "run_results.json").read_text())["results"]
    with project.connect() as connection:
        ((procurements,),) = connection.execute("SELECT count(*) FROM intermediate.int_procurement__federal_contract").fetchall()
    stages = {result["unique_id"].split(".")[2]: result["execution_time"] for result in results}
    return {"wall": wall, "peak": _peak(), "stages": stages, "procurements": procurements}


def _pandas(folder: Path) -> dict[str, float]:
    from tests.bench.contracts_in_pandas import procurements

    file = folder / "landing" / "open_canada" / "contracts" / f"vintage={VINTAGE}" / "contracts.parquet"
    start = time.perf_counter()
    found = procurements(file)
    found.to_parquet(folder / "pandas.parquet")
    return {"wall": time.perf_counter() - start, "peak": _peak(), "procurements": len(found)}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _apart(*arguments: object) -> str:
    """Run a part of this module in a process of its own: a peak is that of a whole process. Returns the last line that it prints."""
    command = [sys.executable, "-m", "tests.bench.procurement", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip().rpartition("\n")[2]


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", path, number]:
            write_contracts(Path(path), int(number))
        case ["land", path, folder]:
            _land(Path(path), Path(folder))
        case ["dbt", folder, command, *selected]:
            print(json.dumps(_dbt(Path(folder), command, *selected)))
        case ["pandas", folder]:
            print(json.dumps(_pandas(Path(folder))))
        case numbers:
            sys.exit(main(*map(int, numbers)))
