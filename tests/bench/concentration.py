"""Measure concentration by exporter and product on 11 million bilateral rows beside pandas and polars, then the warehouse alone on up to 100 million.

`python -m tests.bench.concentration`, or for a trial of the first part on fewer rows `python -m tests.bench.concentration EXPORTERS`.

Every contender reads the same Parquet files in a process of its own, once a round and in an order that turns, so that a busy machine disturbs all
alike; the median counts. Timed is the question, from the opening of the files to the frame that answers it; the start of Python and imports are not.
Exits 1 when a promise is broken or a contender finds something else. The input is synthetic and made anew in a temporary folder, 320 MB of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import duckdb

from tests.bench.cases import Promise

EXPORTERS = 220
ROUNDS = 5
RIVALS = ("polars", "pandas, categories", "pandas")
# Categories are the fastest way that pandas has; they gain more than the others where memory is warm and the second core is busy elsewhere.
PROMISES = (Promise("wall", 0.5, "pandas"), Promise("wall", 0.75, "pandas, categories"), Promise("wall", 1.1, "polars"))

# Millions of rows -> exporters and years: 50,000 rows for each exporter and year.
SIZES = {1: (20, 1), 10: (200, 1), 50: (200, 5), 100: (200, 10)}
SIZE_ROUNDS = 3
# Seconds a row at the most rows over those at ten million. The work on a row is the same; the tables of ten times as many groups miss the caches more
# often, and one run differs from the next by a tenth.
MOST_GROWTH = 1.25

TOLERANCE = 1e-12
_OTHER_ROWS = """
    SELECT count(*)
    FROM '{ours}' AS ours
    FULL JOIN '{theirs}' AS theirs USING (exporter, product)
    WHERE
        (ours.n_partners, ours.top_partner) IS DISTINCT FROM (theirs.n_partners, theirs.top_partner::VARCHAR)
        OR NOT (
            abs(theirs.total_value / ours.total_value - 1) <= {tolerance}
            AND abs(theirs.partner_hhi / ours.partner_hhi_low - 1) <= {tolerance}
            AND abs(theirs.effective_partners / ours.effective_partners_low - 1) <= {tolerance}
            AND abs(theirs.top_share / ours.top_share - 1) <= {tolerance}
        )
"""

Measures = dict[str, list[dict[str, float]]]


def main(exporters: int | None = None) -> int:
    with tempfile.TemporaryDirectory(prefix="synthetic-") as name:
        broken = _beside_rivals(Path(name), exporters or EXPORTERS)
        if exporters is None:
            broken += _at_every_size(Path(name))
    print(*(broken or ["All promises hold."]), sep="\n")
    return 1 if broken else 0


def _beside_rivals(folder: Path, exporters: int) -> list[str]:
    file = _year(folder, exporters, 2024)
    measures: Measures = {name: [] for name in ("warehouse", *RIVALS)}
    names = deque(measures)
    for round_number in range(1, ROUNDS + 1):
        for name in names:
            result = str(folder / f"{name}.parquet") if round_number == 1 else "-"
            measures[name].append(_measure(name, result, [file], f"round {round_number} of {ROUNDS}"))
        names.rotate()
    for name in RIVALS:
        _verify(folder / "warehouse.parquet", folder / f"{name}.parquet")
    ours = _median(measures["warehouse"], "wall")
    print(f"\n{_rows([file]):,} rows, {measures['warehouse'][0]['groups']:,} groups; {_load()}")
    print("| contender | wall s | CPU s | peak MB | wall, ratio to the warehouse |\n|---|---|---|---|---|")
    for name, rounds in measures.items():
        wall, cpu, peak = (_median(rounds, what) for what in ("wall", "cpu", "peak"))
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {peak:,.0f} | {wall / ours:.2f} |")
    print(f"Medians of {ROUNDS} interleaved rounds. All found the same, figures to {TOLERANCE:g}, top partners of equal size by their code.\n")
    return [f"Broken promise: {promise}." for promise in PROMISES if not _is_kept(promise, measures)]


def _at_every_size(folder: Path) -> list[str]:
    files = {millions: [_year(folder, exporters, 2014 + year) for year in range(years)] for millions, (exporters, years) in SIZES.items()}
    measures: dict[int, list[dict[str, float]]] = {millions: [] for millions in SIZES}
    for round_number in range(1, SIZE_ROUNDS + 1):
        for millions in SIZES:
            what = f"{millions} million, round {round_number} of {SIZE_ROUNDS}"
            measures[millions].append(_measure("warehouse, by year", "-", files[millions], what))
    rows = {millions: _rows(files[millions]) for millions in SIZES}
    a_row = {millions: _median(measures[millions], "wall") / rows[millions] for millions in SIZES}
    print(f"\nThe warehouse alone, by year, exporter and product; {_load()}")
    print("| rows | groups | wall s | CPU s | million rows a second | peak MB | wall a row, ratio to 10 million |\n|---|---|---|---|---|---|---|")
    for millions, rounds in measures.items():
        wall, cpu, peak = (_median(rounds, what) for what in ("wall", "cpu", "peak"))
        speed, ratio = rows[millions] / wall / 1e6, a_row[millions] / a_row[10]
        print(f"| {rows[millions]:,} | {rounds[0]['groups']:,} | {wall:.2f} | {cpu:.2f} | {speed:.1f} | {peak:,.0f} | {ratio:.2f} |")
    print(f"Medians of {SIZE_ROUNDS} interleaved rounds.\n")
    growth = a_row[max(SIZES)] / a_row[10]
    return [] if growth <= MOST_GROWTH else [f"Broken promise: a row takes at most {MOST_GROWTH:g} times as long, not {growth:.2f}."]


def _year(folder: Path, exporters: int, year: int) -> Path:
    file = folder / f"{exporters}-{year}.parquet"
    if not file.exists():
        print(f"Writing a synthetic year of {exporters} exporters …", flush=True)
        _python("tests.bench.bilateral", str(file), str(exporters), str(year))
    return file


def _measure(name: str, result: str, files: Sequence[Path], what: str) -> dict[str, float]:
    print(f"{name}: {what} …", flush=True)
    return json.loads(_python("tests.bench.concentration_contenders", name, result, *map(str, files)))


def _python(module: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{module} {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _verify(ours: Path, theirs: Path) -> None:
    with duckdb.connect() as connection:
        query = _OTHER_ROWS.format(ours=ours, theirs=theirs, tolerance=TOLERANCE)
        ((other,),) = connection.execute(query).fetchall()
    if other:
        sys.exit(f"{theirs.stem} found something else than the warehouse in {other:,} groups")


def _rows(files: Sequence[Path]) -> int:
    with duckdb.connect() as connection:
        return connection.read_parquet(list(map(str, files))).aggregate("count(*)").fetchall()[0][0]


def _load() -> str:
    return f"load of the machine over five minutes, with this run: {os.getloadavg()[1]:.1f}"


def _is_kept(promise: Promise, measures: Measures) -> bool:
    return _median(measures[promise.contender], promise.measure) <= promise.most * _median(measures[promise.rival], promise.measure)


def _median(rounds: Sequence[Mapping[str, float]], what: str) -> float:
    return median(measure[what] for measure in rounds)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
