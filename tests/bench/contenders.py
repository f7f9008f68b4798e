"""Each way from the zip to Parquet, in a process of its own: `python -m tests.bench.contenders CASE NAME ZIP FOLDER` prints seconds and megabytes."""

from __future__ import annotations

import csv
import json
import resource
import shutil
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.bench.cases import CASES, Case

Run = Callable[[], object]


def warehouse(case: Case, payload: Path, folder: Path) -> Run:
    """The parser: from the zip to the landed tables, as the rivals do it."""
    from sources import registry

    dataset = registry.dataset(case.dataset)
    return lambda: dataset.parse(dataset, payload, folder)


def whole_landing(case: Case, payload: Path, folder: Path) -> Run:
    """The parser and all around it: archive, hashes, proof that keys are unique, manifest, fsync, rename."""
    from datetime import date

    from sources import registry
    from sources.landing import Landing
    from sources.spec import Download, Vintage

    dataset = registry.dataset(case.dataset)

    def run() -> None:
        landing = Landing(folder)
        with landing.attempt(dataset.id, "import", payload.name) as attempt:
            landing.land(attempt, dataset, Download(payload, payload.name, None), lambda parsed: Vintage(date(2026, 9, 3)))

    return run


def pandas(case: Case, payload: Path, folder: Path) -> Run:
    import pandas as pd
    import pyarrow.parquet  # noqa: F401  loads the writer before the clock starts

    def run() -> None:
        with zipfile.ZipFile(payload) as archive, archive.open(case.member) as start, archive.open(case.member) as stream:
            header = next(csv.reader([start.readline().decode("utf-8-sig")]))
            types = {name: case.numbers.get(name, str) for name in header}
            table = pd.read_csv(stream, dtype=types, keep_default_na=False, na_values=[""])
        table.to_parquet(folder / "rows.parquet", compression="zstd", index=False)

    return run


def polars(case: Case, payload: Path, folder: Path) -> Run:
    import polars as pl

    types = {name: pl.Float64 if kind is float else pl.Int64 for name, kind in case.numbers.items()}

    def run() -> None:
        text = _unzip(case, payload, folder)
        pl.scan_csv(text, infer_schema=False, schema_overrides=types).sink_parquet(folder / "rows.parquet", compression="zstd")

    return run


def decompress(case: Case, payload: Path, folder: Path) -> Run:
    def run() -> None:
        with zipfile.ZipFile(payload) as archive, archive.open(case.member) as stream:
            while stream.read(1 << 20):
                pass

    return run


def decompress_and_scan(case: Case, payload: Path, folder: Path) -> Run:
    import duckdb

    number = next(iter(case.numbers))

    def run() -> None:
        text = _unzip(case, payload, folder)
        with duckdb.connect() as connection:
            connection.execute(f"""SELECT sum("{number}"::DOUBLE) FROM read_csv('{text}', all_varchar = true)""").fetchall()

    return run


def _unzip(case: Case, payload: Path, folder: Path) -> Path:
    text = folder / Path(case.member).name
    with zipfile.ZipFile(payload) as archive, archive.open(case.member) as stream, text.open("wb") as target:
        shutil.copyfileobj(stream, target, 1 << 20)
    return text


CONTENDERS: dict[str, Callable[[Case, Path, Path], Run]] = {
    "warehouse": warehouse,
    "pandas": pandas,
    "polars": polars,
    "whole landing": whole_landing,
    "limit: decompress": decompress,
    "limit: decompress and scan": decompress_and_scan,
}


def main(case: str, name: str, payload: Path, folder: Path) -> None:
    run = CONTENDERS[name](CASES[case], payload, folder)
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
