"""Measure the landing of payloads of 5 million rows beside pandas and polars: `make bench`, or `python -m tests.bench [ROWS]`.

Every contender runs in a process of its own, once a round and in turn, so that a busy machine disturbs all alike; each one's best time counts.
Exits 1 when a promise is broken or a contender wrote other rows. The input is synthetic and made anew in a temporary folder.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.cases import CASES, ROWS, Promise

# The contenders' own libraries are imported in their processes only: a child's peak memory would count the parent's.
NAMES = ("warehouse", "polars", "pandas", "whole landing", "limit: decompress", "limit: decompress and scan")
RIVALS = ("polars", "pandas")
ROUNDS = 5

Measures = dict[str, list[dict[str, float]]]


def main(rows: int = ROWS) -> int:
    broken = []
    for name, case in CASES.items():
        with tempfile.TemporaryDirectory(prefix="synthetic-") as folder:
            print(f"{name}: writing {rows:,} synthetic rows …", flush=True)
            _python("tests.bench.synthetic", name, folder, str(rows))
            measures = _measure(name, Path(folder) / case.payload, Path(folder))
        _report(name, measures)
        broken += [f"Broken promise: {name}, {promise}." for promise in case.promises if not _is_kept(promise, measures)]
    print(*(broken or ["All promises hold."]), sep="\n")
    return 1 if broken else 0


def _measure(case: str, payload: Path, folder: Path) -> Measures:
    measures: Measures = {name: [] for name in NAMES}
    for round_number in range(1, ROUNDS + 1):
        for name in NAMES:
            print(f"Round {round_number} of {ROUNDS}: {name} …", flush=True)
            work = folder / name
            work.mkdir()
            measures[name].append(json.loads(_python("tests.bench.contenders", case, name, str(payload), str(work))))
            if name in RIVALS and round_number == 1:
                _python("tests.bench.verify", case, str(folder / "warehouse"), str(work))
            if name != "warehouse":
                shutil.rmtree(work)
        shutil.rmtree(folder / "warehouse")
    return measures


def _python(module: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{module} {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _report(case: str, measures: Measures) -> None:
    ours = _best(measures, "warehouse", "wall")
    print(f"\n{case}\n{'contender':<28}{'wall s':>9}{'CPU s':>9}{'peak MB':>10}{'ratio':>8}")
    for name in NAMES:
        wall, cpu, peak = (_best(measures, name, what) for what in ("wall", "cpu", "peak"))
        print(f"{name:<28}{wall:>9.2f}{cpu:>9.2f}{peak:>10,.0f}{wall / ours:>8.2f}")
    print(f"Best of {ROUNDS} interleaved rounds; the ratio is of wall time to the warehouse's.")
    print("pandas and polars wrote the same rows as the warehouse.\n")


def _is_kept(promise: Promise, measures: Measures) -> bool:
    unit = _best(measures, promise.rival, promise.measure) if promise.rival else 1
    return _best(measures, promise.contender, promise.measure) <= promise.most * unit


def _best(measures: Measures, name: str, what: str) -> float:
    return min(measure[what] for measure in measures[name])


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
