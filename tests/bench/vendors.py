"""Measure how well and how fast vendor names are linked, beside plain grouping by normalized name and rapidfuzz.

`python -m tests.bench.vendors`: pairwise precision and recall on the labelled names, on the half of the vendors that the model's probabilities come
from and on the half held out; then the same, seconds and memory on 200,000 distinct synthetic names with planted truth. A number behind it takes that
many. `python -m tests.bench.vendors estimate` prints the probabilities for LINKAGE in int_procurement__vendor.py.

All contenders begin from the normalized names, which the SQL model makes, in a process of their own. rapidfuzz compares all pairs of keys that begin
with the same four letters by `token_sort_ratio` and joins those from a cutoff on: the lowest that is as precise as promised on the first half of the
labels. Exits 1 when a promise is broken.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from pprint import pformat

import duckdb
import numpy as np
import pandas as pd

from orchestration.settings import DBT_PROJECT
from tests.bench.vendor_names import vendor_names
from tests.dbt.project import failed
from tests.dbt.vendors import estimate, halves, labels, linkage, small_project

NUMBER = 200_000
LEAST_PRECISION = 0.97
MOST_SECONDS = 40
MOST_MEGABYTES = 1_000

Clusters = Mapping[str, str]


def by_splink(names: pd.DataFrame, words: pd.DataFrame, overrides: pd.DataFrame) -> Clusters:
    found = linkage().resolve(names, words, overrides)
    return dict(zip(found["vendor_key"], found["vendor_id"], strict=True))


def by_key(names: pd.DataFrame) -> Clusters:
    return {key: key for key in names["vendor_key"]}


def by_rapidfuzz(names: pd.DataFrame, cutoff: float) -> Clusters:
    """Connected components of the pairs within blocks whose token_sort_ratio is at least the cutoff."""
    from rapidfuzz import fuzz, process

    keys = sorted(set(names["vendor_key"]))
    parent = {key: key for key in keys}

    def root(key: str) -> str:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    by_start: dict[str, list[str]] = {}
    for key in keys:
        by_start.setdefault(key[:4], []).append(key)
    for block in by_start.values():
        ratios = process.cdist(block, block, scorer=fuzz.token_sort_ratio, score_cutoff=cutoff, dtype=np.uint8, workers=2)
        for one, other in zip(*np.nonzero(np.triu(ratios, 1)), strict=True):
            parent[root(block[other])] = root(block[one])
    return {key: root(key) for key in keys}


def quality(names: pd.DataFrame, clusters: Clusters, vendors: set[str] | None = None) -> tuple[float, float]:
    """Pairwise precision and recall: of the pairs joined of which a name is of one of the vendors, and of those to join."""
    frame = pd.DataFrame({"vendor": names["vendor"], "found": names["vendor_key"].map(clusters)})
    frame["is_asked"] = True if vendors is None else frame["vendor"].isin(vendors)

    def pairs(*columns: str) -> int:
        """Pairs of names alike in the columns, without those of which neither is asked."""
        sizes, others = (side.groupby(list(columns)).size() for side in (frame, frame[~frame["is_asked"]]))
        return int((sizes * (sizes - 1) // 2).sum() - (others * (others - 1) // 2).sum())

    right = pairs("vendor", "found")
    return right / pairs("found"), right / pairs("vendor")


def main(number: int = NUMBER) -> int:
    with tempfile.TemporaryDirectory(prefix="synthetic-") as name:
        folder = Path(name)
        seed = pd.read_csv(DBT_PROJECT / "seeds" / "vendor_override.csv", dtype="str")
        labelled, _ = _read_by_sql(folder / "labels", [(label["vendor_name"], label["vendor"], 1) for label in labels()], seed)
        cutoff = _cutoff(labelled)
        rival = f"rapidfuzz from {cutoff}"
        words = _words()
        contenders: dict[str, Callable[[pd.DataFrame], Clusters]] = {
            "warehouse": lambda names: by_splink(names, words, seed),
            "normalized name": by_key,
            rival: lambda names: by_rapidfuzz(names, cutoff),
        }
        first, held_out = halves()
        print(f"{len(labelled):,} labelled names of {len(first | held_out):,} vendors: pairwise precision and recall")
        print("| contender | half of the estimate | half held out | all |\n|---|---|---|---|")
        broken = []
        for contender, link in contenders.items():
            clusters = link(labelled)
            found = [quality(labelled, clusters, vendors) for vendors in (first, held_out, None)]
            print(f"| {contender} | " + " | ".join(f"{precision:.3f}, {recall:.3f}" for precision, recall in found) + " |")
            if contender == "warehouse":
                broken += [f"precision {precision:.3f}" for precision, _ in found if precision < LEAST_PRECISION]

        print(f"\nMaking {number:,} synthetic names …", flush=True)
        names, seconds = _read_by_sql(folder / "synthetic", list(vendor_names(number)), seed.head(0))
        file = folder / "names.parquet"
        names.to_parquet(file)
        print(f"{names['vendor'].nunique():,} vendors, {names['vendor_key'].nunique():,} normalized names, which SQL made in {seconds:.1f} s")
        print("| contender | precision | recall | wall s | CPU s | MB beside |\n|---|---|---|---|---|---|")
        for contender in contenders:
            done = _apart("run", contender, file, cutoff)
            row = [f"{done['precision']:.3f}", f"{done['recall']:.3f}", f"{done['wall']:.1f}", f"{done['cpu']:.1f}", f"{done['megabytes']:,.0f}"]
            print(f"| {contender} | {' | '.join(row)} |", flush=True)
            if contender == "warehouse":
                wall, megabytes = done["wall"] + seconds, done["megabytes"]
                broken += [f"{wall:.1f} s"] * (wall > MOST_SECONDS) + [f"{megabytes:,.0f} MB"] * (megabytes > MOST_MEGABYTES)
    promise = f"{LEAST_PRECISION:.0%} precise at least, {MOST_SECONDS} s and {MOST_MEGABYTES:,} MB at most"
    print(f"\nBroken promise ({promise}): {', '.join(broken)}." if broken else f"\nThe promise holds: {promise}.")
    return 1 if broken else 0


def print_estimate() -> None:
    first, _ = halves()
    with tempfile.TemporaryDirectory() as folder:
        names, _ = _read_by_sql(Path(folder), [(label["vendor_name"], label["vendor"], 1) for label in labels()], pd.DataFrame())
    vendor_of = {key: vendor for key, vendor in zip(names["vendor_key"], names["vendor"], strict=True) if vendor in first}
    print(pformat(estimate(linkage().describe(names, _words()), vendor_of), sort_dicts=False))


def _read_by_sql(folder: Path, names: list[tuple[str, str, int]], overrides: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """int_procurement__vendor_key of names (name, vendor, rows), with their vendors; and the seconds that its query takes."""
    folder.mkdir(exist_ok=True)
    project = small_project(folder / "project", [(name, rows, None, None) for name, _, rows in names], list(overrides.itertuples(index=False)))
    statuses = project.dbt("build", "--exclude", "int_procurement__vendor")
    if failed(statuses):
        sys.exit(str(failed(statuses)))
    (query,) = (project.data_dir / "dbt").glob("compiled/**/int_procurement__vendor_key.sql")
    with project.connect() as connection:
        connection.execute("set threads = 2")
        start = time.perf_counter()
        connection.execute(f"create table again as {query.read_text()}")
        seconds = time.perf_counter() - start
        read = connection.table("int_procurement__vendor_key").df()
    return read.assign(vendor=read["vendor_name"].map({name: vendor for name, vendor, _ in names})), seconds


def _cutoff(names: pd.DataFrame) -> int:
    """The lowest cutoff at which rapidfuzz is as precise as promised on the vendors that the model's probabilities come from."""
    first, _ = halves()
    return next(cutoff for cutoff in range(70, 101) if quality(names, by_rapidfuzz(names, cutoff), first)[0] >= LEAST_PRECISION)


def _words() -> pd.DataFrame:
    with duckdb.connect() as connection:
        return connection.read_csv(str(DBT_PROJECT / "seeds" / "vendor_word.csv"), all_varchar=True).df()


def _run(contender: str, file: str, cutoff: str) -> dict[str, float]:
    """Link the names of a file; the megabytes are those by which this process's peak grew."""
    names, words = pd.read_parquet(file), _words()
    if contender.startswith("rapidfuzz"):
        by_rapidfuzz(names.head(10), float(cutoff))
    before, start, cpu = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter(), time.process_time()
    if contender == "warehouse":
        clusters = by_splink(names, words, pd.DataFrame({"vendor_key": [], "vendor_id": []}))
    else:
        clusters = by_key(names) if contender == "normalized name" else by_rapidfuzz(names, float(cutoff))
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    megabytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    precision, recall = quality(names, clusters)
    return {"precision": precision, "recall": recall, "wall": wall, "cpu": cpu, "megabytes": megabytes}


def _apart(*arguments: object) -> dict[str, float]:
    """Run a part of this module in a process of its own: a peak is that of a whole process."""
    command = [sys.executable, "-m", "tests.bench.vendors", *map(str, arguments)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["estimate"]:
            print_estimate()
        case ["run", contender, file, cutoff]:
            print(json.dumps(_run(contender, file, cutoff)))
        case numbers:
            sys.exit(main(*map(int, numbers)))
