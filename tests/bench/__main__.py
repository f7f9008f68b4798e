"""Measure the landing of a 5-million-row table beside pandas and polars: `make bench`, or `python -m tests.bench [ROWS]`.

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

# The contenders' own libraries are imported in their processes only: a child's peak memory would count the parent's.
NAMES = ("warehouse", "polars", "pandas", "whole landing", "limit: decompress", "limit: decompress and scan")
RIVALS = ("polars", "pandas")
ROWS = 5_000_000
ROUNDS = 5

Measures = dict[str, list[dict[str, float]]]


def main(rows: int = ROWS) -> int:
    with tempfile.TemporaryDirectory(prefix="synthetic-") as name:
        folder = Path(name)
        payload = folder / "12100011-eng.zip"
        print(f"Writing a synthetic table of {rows:,} rows …", flush=True)
        _python("tests.bench.synthetic", str(payload), str(rows))
        measures = _measure(payload, folder)
    _report(measures)
    broken = _broken_promises(measures)
    print(*(broken or ["All promises hold."]), sep="\n")
    return 1 if broken else 0


def _measure(payload: Path, folder: Path) -> Measures:
    measures: Measures = {name: [] for name in NAMES}
    for round_number in range(1, ROUNDS + 1):
        for name in NAMES:
            print(f"Round {round_number} of {ROUNDS}: {name} …", flush=True)
            work = folder / name
            work.mkdir()
            measures[name].append(json.loads(_python("tests.bench.contenders", name, str(payload), str(work))))
            if name in RIVALS and round_number == 1:
                _python("tests.bench.verify", str(folder / "warehouse"), str(work))
            if name != "warehouse":
                shutil.rmtree(work)
        shutil.rmtree(folder / "warehouse")
    return measures


def _python(module: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{module} {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _report(measures: Measures) -> None:
    ours = _best(measures, "warehouse", "wall")
    print(f"\n{'contender':<28}{'wall s':>9}{'CPU s':>9}{'peak MB':>10}{'ratio':>8}")
    for name in NAMES:
        wall, cpu, peak = (_best(measures, name, what) for what in ("wall", "cpu", "peak"))
        print(f"{name:<28}{wall:>9.2f}{cpu:>9.2f}{peak:>10,.0f}{wall / ours:>8.2f}")
    print(f"Best of {ROUNDS} interleaved rounds; the ratio is of wall time to the warehouse's.")
    print("pandas and polars wrote the same rows as the warehouse.\n")


def _broken_promises(measures: Measures) -> list[str]:
    wall = {name: _best(measures, name, "wall") for name in NAMES}
    peak = {name: _best(measures, name, "peak") for name in NAMES}
    promises = {
        "at least 2 times faster than pandas": 2 * wall["warehouse"] <= wall["pandas"],
        "at most a quarter of the memory of pandas": 4 * peak["warehouse"] <= peak["pandas"],
        "no slower than 1.1 times polars": wall["warehouse"] <= 1.1 * wall["polars"],
    }
    return [f"Broken promise: {promise}." for promise, is_kept in promises.items() if not is_kept]


def _best(measures: Measures, name: str, what: str) -> float:
    return min(measure[what] for measure in measures[name])


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
