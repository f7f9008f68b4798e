"""Measure value added on a full-size inter-country table, beside pymrio: `python -m tests.bench.value_added [ECONOMIES INDUSTRIES]`.

The table has 81 economies and 50 industries, as the OECD's: 4,050 sectors. The warehouse computes every metric of every economy; pymrio's `calc_all`
computes coefficients, the inverse and the accounts of one extension, from the same arrays. Each runs in a process of its own, in rounds that
interleave; timed is the work, not the reading of the arrays. Exits 1 when a promise is broken or the inverses differ. The input is synthetic.
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
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

ECONOMIES, INDUSTRIES = 81, 50
ROUNDS = 3
MOST_SECONDS, MOST_MEGABYTES = 60.0, 4_000.0
TOLERANCE = 1e-9


def write_table(path: Path, economies: int, industries: int) -> None:
    """Write a synthetic table of random inputs, mostly from home, of which every sector adds a fifth of its output or more itself."""
    draw = np.random.default_rng(2022)
    n = economies * industries
    shares = draw.random((n, n))
    for economy in range(economies):
        home = slice(economy * industries, (economy + 1) * industries)
        shares[home, home] *= 200
    shares *= (0.3 + 0.5 * draw.random(n)) / shares.sum(axis=0)
    final = draw.random((n, economies)) * 1e3
    output = np.linalg.solve(np.eye(n) - shares, final.sum(axis=1))
    np.savez(path, intermediate=shares * output, final=final, output=output, added=output * (1 - shares.sum(axis=0)))


def main(economies: int = ECONOMIES, industries: int = INDUSTRIES) -> int:
    with tempfile.TemporaryDirectory(prefix="synthetic-") as name:
        path = Path(name) / "table.npz"
        write_table(path, economies, industries)
        measures: dict[str, list[dict[str, Any]]] = {"warehouse": [], "pymrio": []}
        for round_number in range(ROUNDS):
            for contender in list(measures)[:: 1 if round_number % 2 else -1]:
                print(f"{contender}: round {round_number + 1} of {ROUNDS} …", flush=True)
                measures[contender].append(_apart(contender, path, economies, industries))
    ours, theirs = (_median(measures[name], "wall") for name in measures)
    print(f"\n{economies * industries:,} sectors; load of the machine over five minutes, with this run: {os.getloadavg()[1]:.1f}")
    print("| contender | wall s | CPU s | peak MB | wall, ratio to the warehouse |\n|---|---|---|---|---|")
    for contender, rounds in measures.items():
        wall, cpu, peak = (_median(rounds, what) for what in ("wall", "cpu", "peak"))
        print(f"| {contender} | {wall:.1f} | {cpu:.1f} | {peak:,.0f} | {wall / ours:.2f} |")
    broken = []
    if abs(measures["warehouse"][0]["footprint"] / measures["pymrio"][0]["footprint"] - 1) > TOLERANCE:
        broken.append("The two found other footprints.")
    if ours > MOST_SECONDS or _median(measures["warehouse"], "peak") > MOST_MEGABYTES:
        broken.append(f"Broken promise: all metrics within {MOST_SECONDS:g} s and {MOST_MEGABYTES:,.0f} MB.")
    if ours > theirs:
        broken.append("Broken promise: at least as fast as pymrio's calc_all.")
    print(*(broken or ["All promises hold."]), sep="\n")
    return 1 if broken else 0


def _warehouse(path: Path, economies: int, industries: int) -> dict[str, float]:
    from orchestration.metrics import value_added as io

    names, sectors = _names(economies, industries)
    with np.load(path) as arrays:
        intermediate, final, output, added = (arrays[name] for name in ("intermediate", "final", "output", "added"))
    start, cpu = time.perf_counter(), time.process_time()
    table = io.InputOutputTable(2022, names, sectors, intermediate, final, tuple(dict.fromkeys(names)), output, added)
    for economy in table.demand:
        io.domestic_value_added_share(table, economy)
        io.domestic_value_added_share_without_returns(table, economy)
        io.vax_ratio(table, economy)
    io.border_crossings(table)
    io.border_crossings(table, ("E0", "E1"))
    io.production_length(table)
    io.cumulative_tariff(table, 0.25, ("E0", "E1"))
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    footprint = float((table.value_added_coefficients @ table.leontief @ final)[0])
    return {"wall": wall, "cpu": cpu, "peak": _peak(), "footprint": footprint}


def _pymrio(path: Path, economies: int, industries: int) -> dict[str, float]:
    import pandas as pd
    import pymrio

    names, sectors = _names(economies, industries)
    rows = pd.MultiIndex.from_arrays([names, sectors], names=["region", "sector"])
    columns = pd.MultiIndex.from_product([tuple(dict.fromkeys(names)), ["final"]], names=["region", "category"])
    with np.load(path) as arrays:
        intermediate, final = (
            pd.DataFrame(arrays["intermediate"], index=rows, columns=rows),
            pd.DataFrame(arrays["final"], index=rows, columns=columns),
        )
        added = pd.DataFrame([arrays["added"]], index=["value added"], columns=rows)
    start, cpu = time.perf_counter(), time.process_time()
    system = pymrio.IOSystem(Z=intermediate, Y=final)
    system.added = pymrio.Extension("added", F=added)
    system.calc_all()
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    return {"wall": wall, "cpu": cpu, "peak": _peak(), "footprint": float(system.added.D_cba_reg.to_numpy()[0][0])}


def _names(economies: int, industries: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    places = range(economies * industries)
    return tuple(f"E{place // industries}" for place in places), tuple(f"I{place % industries}" for place in places)


def _median(rounds: Sequence[Mapping[str, Any]], what: str) -> float:
    return median(measure[what] for measure in rounds)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _apart(contender: str, *arguments: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.value_added", contender, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    measured: dict[str, Any] = json.loads(done.stdout.strip().rpartition("\n")[2])
    return measured


if __name__ == "__main__":
    match sys.argv[1:]:
        case [("warehouse" | "pymrio") as contender, path, economies, industries]:
            run = _warehouse if contender == "warehouse" else _pymrio
            print(json.dumps(run(Path(path), int(economies), int(industries))))
        case numbers:
            sys.exit(main(*map(int, numbers)))
