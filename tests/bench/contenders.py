"""Each way from the zip to Parquet, run in a process of its own: `python -m tests.bench.contenders NAME ZIP FOLDER` prints seconds and megabytes."""

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

CSV = "12100011.csv"


def warehouse(payload: Path, folder: Path) -> Callable[[], object]:
    """The parser: from the zip to the landed tables, as the rivals do it."""
    from tests.bench.dataset import DATASET

    return lambda: DATASET.parse(DATASET, payload, folder)


def whole_landing(payload: Path, folder: Path) -> Callable[[], object]:
    """The parser and all around it: archive, hashes, proof that keys are unique, manifest, fsync, rename."""
    from datetime import date

    from sources.landing import Landing
    from sources.spec import Download, Vintage
    from tests.bench.dataset import DATASET

    def run() -> None:
        landing = Landing(folder)
        with landing.attempt(DATASET.id, "import", payload.name) as attempt:
            landing.land(attempt, DATASET, Download(payload, payload.name, None), lambda parsed: Vintage(date(2026, 9, 3)))

    return run


def pandas(payload: Path, folder: Path) -> Callable[[], object]:
    import pandas as pd
    import pyarrow.parquet  # noqa: F401  loads the writer before the clock starts

    def run() -> None:
        with zipfile.ZipFile(payload) as archive, archive.open(CSV) as start, archive.open(CSV) as stream:
            header = next(csv.reader([start.readline().decode("utf-8-sig")]))
            types = {name: float if name == "VALUE" else str for name in header}
            table = pd.read_csv(stream, dtype=types, keep_default_na=False, na_values=[""])
        table.to_parquet(folder / "rows.parquet", compression="zstd", index=False)

    return run


def polars(payload: Path, folder: Path) -> Callable[[], object]:
    import polars as pl

    def run() -> None:
        text = _unzip(payload, folder)
        pl.scan_csv(text, infer_schema=False, schema_overrides={"VALUE": pl.Float64}).sink_parquet(folder / "rows.parquet", compression="zstd")

    return run


def decompress(payload: Path, folder: Path) -> Callable[[], object]:
    def run() -> None:
        with zipfile.ZipFile(payload) as archive, archive.open(CSV) as stream:
            while stream.read(1 << 20):
                pass

    return run


def decompress_and_scan(payload: Path, folder: Path) -> Callable[[], object]:
    import duckdb

    def run() -> None:
        text = _unzip(payload, folder)
        with duckdb.connect() as connection:
            connection.execute(f"SELECT sum(VALUE::DOUBLE) FROM read_csv('{text}', all_varchar = true)").fetchall()

    return run


def _unzip(payload: Path, folder: Path) -> Path:
    text = folder / CSV
    with zipfile.ZipFile(payload) as archive, archive.open(CSV) as stream, text.open("wb") as target:
        shutil.copyfileobj(stream, target, 1 << 20)
    return text


CONTENDERS: dict[str, Callable[[Path, Path], Callable[[], object]]] = {
    "warehouse": warehouse,
    "pandas": pandas,
    "polars": polars,
    "whole landing": whole_landing,
    "limit: decompress": decompress,
    "limit: decompress and scan": decompress_and_scan,
}


def main(name: str, payload: Path, folder: Path) -> None:
    run = CONTENDERS[name](payload, folder)
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
