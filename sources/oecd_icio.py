"""The OECD's inter-country input-output tables: one wide matrix a year, landed cell by cell.

Rows are the supplying country and industry (`CAN_C29`), then `TLS`, `VA` and `OUT`; columns the using country and industry, the final demand of each
country (`CAN_HFCE`), and `OUT`. Zeros are landed like any figure: a cell that is not there was not published. UNPIVOT needs more than a gigabyte for
the 4,500 columns of a table, so each line is split and unnested instead.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path, PurePosixPath

import duckdb

from sources.archive import extract
from sources.delimited import engine
from sources.errors import ContractError
from sources.spec import Dataset, Field, Parsed, Table

CELLS = Table(
    "cells",
    (
        Field("year", "Year of the table, from the name of its file"),
        Field(
            "row",
            "What is supplied: country and industry joined by _; TLS taxes less subsidies on products, VA value added, OUT output",
        ),
        Field(
            "column",
            "Who uses it: country and industry, country and final demand (HFCE, NPISH, GGFC, GFCF, INVNT, DPABR), or OUT, the output of the row",
        ),
        Field(
            "value", "Million US dollars at basic prices of the year; 0 is published as such, inventories may be negative", type="number", unit="USD"
        ),
    ),
    key=("year", "row", "column"),
)
FINAL_DEMAND = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
_ACCOUNTS = ("TLS", "VA", "OUT")
_LABEL = re.compile(r"[A-Z0-9]{3}_[A-Z0-9_]+|OUT")
_MEMBER = re.compile(r"(\d{4})_SML\.csv")
# The tables are balanced numerically: small residuals are left, and cells below 0.1 million may have been set to zero.
_RESIDUAL, _RESIDUAL_SHARE = 1.0, 0.01
# Some 4,500 cells make a line; a small buffer keeps the reader within its memory.
_LONGEST_LINE = 1 << 20
_SHOWN = 3
_AGAIN = "Download the zip again from the OECD's page of the tables"


def parse_icio(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `cells` of a zip of consecutive years; the part is the edition and its years, such as `2025-2016-2022`.

    Raises ContractError for what is no such zip, a matrix that is not square, cells that are no numbers, and inputs that do not add up to output.
    """
    years = _years(dataset, payload)
    with engine(folder) as connection:
        tables = [_land_year(dataset, connection, payload, folder, year) for year in years]
        editions = sorted({edition for edition, _ in tables})
        if len(editions) > 1:
            raise ContractError(dataset.id, f"{payload.name} mixes the editions {editions}", "Import one edition at a time")
        cells = connection.read_parquet([str(path) for _, path in tables])
        cells.write_parquet(str(folder / "cells.parquet"), compression="zstd")
        rows = len(cells)
    for _, path in tables:
        path.unlink()
    part = "-".join(dict.fromkeys((editions[0], years[0], years[-1])))
    return Parsed({"cells": rows}, date(int(years[0]), 1, 1), date(int(years[-1]), 1, 1), part=part)


def _land_year(dataset: Dataset, connection: duckdb.DuckDBPyConnection, payload: Path, folder: Path, year: str) -> tuple[str, Path]:
    """The edition of one year's table, and its cells as Parquet: a year at a time, so that memory does not grow with the years."""
    (member,) = extract(dataset, payload, rf"{year}_SML\.csv", folder)
    header = _header(dataset, member)
    edition = _edition(dataset, member, header)
    path = folder / f"{year}.parquet"
    try:
        connection.sql(_cells(connection, year, member, header)).write_parquet(str(path), compression="zstd")
    except duckdb.Error as error:
        raise ContractError(dataset.id, f"{member.name} cannot be read: {str(error).splitlines()[0]}", _AGAIN) from error
    finally:
        member.unlink()
    cells = connection.read_parquet(str(path))
    _check_square(dataset, cells, year, header)
    _check_balance(dataset, cells, year)
    return edition, path


def _years(dataset: Dataset, payload: Path) -> list[str]:
    if not zipfile.is_zipfile(payload):
        raise ContractError(
            dataset.id, f"{payload.name} is no whole zip, and a table alone does not say its year", "Import the zip as the OECD offers it"
        )
    with zipfile.ZipFile(payload) as archive:
        names = sorted(PurePosixPath(name).name for name in archive.namelist())
    years = [found[1] for found in map(_MEMBER.fullmatch, names) if found]
    if not years:
        raise ContractError(
            dataset.id, f"{payload.name} has no table like 2016_SML.csv; it has {names[:10]}", "Use the regular tables (SML), not the extended ones"
        )
    gaps = [str(year) for year in range(int(years[0]), int(years[-1])) if str(year) not in years]
    if gaps:
        raise ContractError(dataset.id, f"{payload.name} goes from {years[0]} to {years[-1]} and lacks {gaps}", _AGAIN)
    return years


def _header(dataset: Dataset, member: Path) -> list[str]:
    """The labels of the columns, without the empty or generic one of the rows' labels."""
    with member.open(encoding="utf-8-sig", newline="", errors="replace") as stream:
        labels = next(csv.reader(stream), [])[1:]
    strange = [label for label in labels if not _LABEL.fullmatch(label)]
    if not labels or strange:
        raise ContractError(dataset.id, f"the header of {member.name} should name country and industry, and has {strange[:_SHOWN] or labels}", _AGAIN)
    repeated = sorted({label for label in labels if labels.count(label) > 1}) if len(set(labels)) < len(labels) else []
    if repeated:
        raise ContractError(dataset.id, f"the header of {member.name} names columns twice: {repeated[:_SHOWN]}", _AGAIN)
    return labels


def _edition(dataset: Dataset, member: Path, header: Sequence[str]) -> str:
    """The edition of 2025 divides basic metals (C24) in two, that of 2023 does not."""
    industries = {label.partition("_")[2] for label in header}
    if {"C24A", "C24B"} <= industries:
        return "2025"
    if "C24" in industries:
        return "2023"
    raise ContractError(
        dataset.id,
        f"{member.name} has basic metals neither as C24 nor as C24A and C24B: it is of an edition that is not known",
        "Compare its industries with those of 2025, then teach the parser the edition",
    )


def _cells(connection: duckdb.DuckDBPyConnection, year: str, member: Path, header: Sequence[str]) -> str:
    """The query for the cells of one table; it fails in words where a line is not as long as the header."""
    connection.execute("SET VARIABLE labels = ?", [list(header)])
    return f"""
        SELECT '{year}' AS year, cells[1] AS row, unnest(getvariable('labels')) AS "column", unnest(cells[2:]::DOUBLE[]) AS value
        FROM (
            SELECT CASE
                WHEN len(cells) = {len(header) + 1} THEN cells
                ELSE error('the row ' || cells[1] || ' has ' || len(cells) || ' cells, and the header {len(header) + 1}')
            END AS cells
            FROM (
                SELECT string_split(replace(line, '"', ''), ',') AS cells
                FROM read_csv('{str(member).replace("'", "''")}', columns = {{'line': 'VARCHAR'}}, auto_detect = false, header = false, skip = 1,
                    delim = '\x01', quote = '', escape = '', max_line_size = {_LONGEST_LINE})
            )
        )"""


def _check_square(dataset: Dataset, cells: duckdb.DuckDBPyRelation, year: str, header: Sequence[str]) -> None:
    """Each supplying industry uses too, every other column is final demand or output, and the accounts are there."""
    rows = {row for (row,) in cells.filter(f"\"column\" = '{header[0]}'").project("row").fetchall()}
    stray = sorted(rows.difference(header, _ACCOUNTS))
    missing = sorted(set(_ACCOUNTS).difference(rows)) + sorted({"OUT"}.difference(header))
    unknown = [label for label in header if label not in rows and label.rpartition("_")[2] not in (*FINAL_DEMAND, "OUT")]
    if stray or missing or unknown:
        raise ContractError(
            dataset.id,
            f"the table of {year} is not square: it lacks {missing}, no column is {stray[:_SHOWN]} and no row {unknown[:_SHOWN]}",
            _AGAIN,
        )


def _check_balance(dataset: Dataset, cells: duckdb.DuckDBPyRelation, year: str) -> None:
    """What an industry buys, its taxes and its value added make its output."""
    sums = "\"column\", sum(value) FILTER (row <> 'OUT') AS inputs, sum(value) FILTER (row = 'OUT') AS output"
    final = ", ".join(f"'{kind}'" for kind in (*FINAL_DEMAND, "OUT"))
    columns = cells.filter(f"split_part(\"column\", '_', -1) NOT IN ({final})").aggregate(sums, '"column"')
    off = columns.filter(f"abs(inputs - output) > {_RESIDUAL} + {_RESIDUAL_SHARE} * abs(output)").order('abs(inputs - output) DESC, "column"')
    wrong = off.fetchall()
    if wrong:
        column, inputs, output = wrong[0]
        raise ContractError(
            dataset.id,
            f"{len(wrong):,} columns of {year} do not add up: the inputs of {column} are {inputs:,.1f}, and its output is {output:,.1f}",
            _AGAIN,
        )
