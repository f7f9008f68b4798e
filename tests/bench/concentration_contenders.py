"""Each way from bilateral rows to concentration, in a process of its own: `python -m tests.bench.concentration_contenders NAME RESULT FILE…`.

Each reads the Parquet files and holds a frame of its own with a row for each group: total, number of partners, HHI, effective partners, the top
partner (of equal ones the first by its code) and its share. Prints seconds from the opening of the files to the frame, without the start of Python
and imports, and the peak of the process in megabytes. The frame is written to RESULT afterwards, unless that is `-`.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from orchestration.settings import DBT_PROJECT

BY = ("exporter", "product")
# The warehouse's own limits, as in dbt_project/profiles.yml.
SETTINGS = {"threads": 2, "memory_limit": "2GB", "preserve_insertion_order": False}

Frame = Any
Run = Callable[[], Frame]


def warehouse(files: Sequence[str], by: Sequence[str] = BY) -> Run:
    """The macro as dbt renders it, all of its columns, with all of its checks; into Arrow."""
    import duckdb
    import jinja2
    import pyarrow  # noqa: F401  is loaded before the clock starts

    macros = jinja2.Environment().from_string((DBT_PROJECT / "macros" / "concentration.sql").read_text(encoding="utf-8")).module
    query = macros.partner_concentration(f"read_parquet({list(files)})", list(by))

    def run() -> Frame:
        with duckdb.connect(config={**SETTINGS, "temp_directory": str(Path(files[0]).parent / "spilled")}) as connection:
            return connection.sql(query).to_arrow_table()

    return run


def warehouse_by_year(files: Sequence[str]) -> Run:
    return warehouse(files, ("year", *BY))


def polars(files: Sequence[str]) -> Run:
    """One aggregation, in the streaming engine."""
    import polars as pl

    value, partner = pl.col("value"), pl.col("partner_code")

    def run() -> Frame:
        sums = (
            pl.scan_parquet(files)
            .group_by(BY)
            .agg(
                total_value=value.sum(),
                n_partners=value.count(),
                squares=(value * value).sum(),
                top_value=value.max(),
                top_partner=partner.min_by(pl.struct(-value, partner)),
            )
        )
        hhi = pl.col("squares") / pl.col("total_value") ** 2
        return sums.select(
            *BY,
            "total_value",
            "n_partners",
            "top_partner",
            partner_hhi=hhi,
            effective_partners=1 / hhi,
            top_share=pl.col("top_value") / pl.col("total_value"),
        ).collect(engine="streaming")

    return run


def pandas(files: Sequence[str]) -> Run:
    """Texts as they are; of the rows with their group's largest value, the first partner."""
    return _pandas(files)


def pandas_categories(files: Sequence[str]) -> Run:
    """The same on categories, as the file's dictionaries give them."""
    return _pandas(files, read_dictionary=[*BY, "partner_code"])


def _pandas(files: Sequence[str], **options: Any) -> Run:
    import pandas as pd
    import pyarrow.parquet  # noqa: F401  is loaded before the clock starts

    (file,), by = files, list(BY)

    def run() -> Frame:
        rows = pd.read_parquet(file, columns=[*by, "partner_code", "value"], **options)
        rows["square"] = rows["value"] * rows["value"]
        groups = rows.groupby(by, sort=False, observed=True)
        sums = groups.agg(total_value=("value", "sum"), n_partners=("value", "count"), squares=("square", "sum"), top_value=("value", "max"))
        largest = rows[rows["value"] == groups["value"].transform("max")]
        if options:
            codes = rows["partner_code"].cat.categories.sort_values()
            ranks = largest["partner_code"].cat.set_categories(codes).cat.codes
            first = largest.assign(rank=ranks).groupby(by, sort=False, observed=True)["rank"].min()
            sums["top_partner"] = pd.Series(pd.Categorical.from_codes(first.to_numpy(), codes), index=first.index)
        else:
            sums["top_partner"] = largest.groupby(by, sort=False)["partner_code"].min()
        hhi = sums.pop("squares") / sums["total_value"] ** 2
        return sums.assign(partner_hhi=hhi, effective_partners=1 / hhi, top_share=sums.pop("top_value") / sums["total_value"]).reset_index()

    return run


CONTENDERS: dict[str, Callable[[Sequence[str]], Run]] = {
    "warehouse": warehouse,
    "warehouse, by year": warehouse_by_year,
    "polars": polars,
    "pandas": pandas,
    "pandas, categories": pandas_categories,
}


def main(name: str, result: str, *files: str) -> None:
    run = CONTENDERS[name](files)
    wall, cpu = time.perf_counter(), time.process_time()
    frame = run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak, "groups": len(frame)}))
    if result != "-":
        _write(frame, result)


def _write(frame: Frame, result: str) -> None:
    import pyarrow.parquet

    if hasattr(frame, "write_parquet"):
        frame.write_parquet(result)
    elif hasattr(frame, "to_parquet"):
        frame.to_parquet(result)
    else:
        pyarrow.parquet.write_table(frame, result)


if __name__ == "__main__":
    main(*sys.argv[1:])
