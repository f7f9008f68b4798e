"""Measure the landing of a proactive-publication file of 1.3 million rows: `python -m tests.bench.contracts [ROWS]`.

The whole landing counts: hash, archive, parse, checks, fsync, rename. It runs in a process of its own, and the best of some rounds is held against
the promise; exits 1 when that is broken. The input is synthetic and made anew in a temporary folder.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from tests.bench.synthetic_contracts import write_contracts

ROWS = 1_300_000
ROUNDS = 3
MOST_SECONDS, MOST_MEGABYTES = 30.0, 1_500.0


def land(payload: Path, folder: Path) -> dict[str, float]:
    """Land the file as a vintage of its own; seconds by the clock and of the processor, and this process's peak in megabytes."""
    from sources import registry
    from sources.landing import Landing
    from sources.spec import Download, Vintage

    dataset, landing = registry.dataset("open_canada/contracts"), Landing(folder)
    start, cpu = time.perf_counter(), time.process_time()
    with landing.attempt(dataset.id, "import", payload.name) as attempt:
        landing.land(attempt, dataset, Download(payload, payload.name, None), lambda parsed: Vintage(date(2026, 9, 24)))
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": attempt.record.rows or 0, "seconds": seconds, "cpu": cpu, "megabytes": peak}


def main(rows: int = ROWS) -> int:
    with tempfile.TemporaryDirectory(prefix="synthetic-") as name:
        payload = Path(name) / "contracts.csv"
        print(f"Writing a synthetic file of {rows:,} contracts …", flush=True)
        _apart("write", payload, rows)
        measures = [json.loads(_apart("land", payload, Path(name) / f"data-{number}")) for number in range(ROUNDS)]
        size = payload.stat().st_size / 1e6
    seconds, cpu, megabytes = (min(measure[what] for measure in measures) for what in ("seconds", "cpu", "megabytes"))
    landed = measures[0]["rows"]
    print(f"{landed:,} rows, {size:,.0f} MB landed in {seconds:.1f} s ({cpu:.1f} s CPU) with {megabytes:,.0f} MB at the peak (best of {ROUNDS}).")
    is_kept = landed == rows and seconds <= MOST_SECONDS and megabytes <= MOST_MEGABYTES
    print("The promise holds." if is_kept else f"Broken promise: {rows:,} rows in {MOST_SECONDS:g} s and {MOST_MEGABYTES:,.0f} MB.")
    return 0 if is_kept else 1


def _apart(*arguments: object) -> str:
    """Run a part of this module in a process of its own: a peak is that of a whole process, and a child begins with its parent's."""
    command = [sys.executable, "-m", "tests.bench.contracts", *map(str, arguments)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", path, number]:
            write_contracts(Path(path), int(number))
        case ["land", path, folder]:
            print(json.dumps(land(Path(path), Path(folder))))
        case numbers:
            sys.exit(main(*map(int, numbers)))
