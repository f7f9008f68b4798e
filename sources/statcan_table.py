"""Statistics Canada's full tables, any of them: `{pid}-eng.zip`, or the csv in it, to Parquet, as published.

The wide csv repeats a dozen labels on every row, and each is a function of the row's coordinate. They leave the rows for a dictionary, `series`,
and the rows keep what changes with time. A label that does change with time stays with the rows. Empty cells are NULL.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

import duckdb

from sources.errors import ContractError
from sources.spec import Dataset, Field, Parsed, Table

OBSERVATIONS = Table(
    "observations",
    (
        Field("REF_DATE", "Reference period as published: YYYY, YYYY-MM, YYYY-MM-DD or 2023/2024"),
        Field("COORDINATE", "Position in the cube: the member number in each dimension, joined by points"),
        Field("VALUE", "The figure as published, before its scalar factor is applied; NULL where it is blank", type="number", unit="as stated"),
        Field(
            "STATUS", "Why a value is blank, or its quality: .. not available, x suppressed, F too unreliable, A to E grades, p, r", is_required=False
        ),
        Field("SYMBOL", "Further symbol of the agency's legend", is_required=False),
        Field("TERMINATED", "t where the series has ended", is_required=False),
        Field("DECIMALS", "Decimals to which the value is published", is_required=False),
    ),
    key=("REF_DATE", "COORDINATE"),
)
SERIES = Table(
    "series",
    (
        Field("COORDINATE", "Position in the cube: the member number in each dimension, joined by points"),
        Field("GEO", "Geography", is_required=False),
        Field("DGUID", "Dissemination geography unique identifier", is_required=False),
        Field("UOM", "Unit of measure", is_required=False),
        Field("UOM_ID", "Code of the unit of measure", is_required=False),
        Field("SCALAR_FACTOR", "Power of ten that the value is to be multiplied by, in words", is_required=False),
        Field("SCALAR_ID", "Code of the scalar factor, the power itself: 0 units, 3 thousands, 6 millions", is_required=False),
        Field("VECTOR", "The agency's identifier of the time series", is_required=False),
    ),
    key=("COORDINATE",),
)
METADATA = Table(
    "metadata",
    (
        Field("section", "First cell of the section's header line"),
        Field("line", "Line of the metadata file, from 1", type="integer", unit="count"),
        Field("cells", "The line's cells, as published", type="texts"),
    ),
    key=("line",),
)
TABLES: tuple[Table, ...] = (OBSERVATIONS, SERIES, METADATA)

_AGAIN = "Download the file again"
_SHOWN = 3
_CHUNK = 1 << 20
_PERIOD = r"\d{4}(-(0[1-9]|1[0-2])(-\d{2})?|/\d{4})?"


def parse_table(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `observations`, `series` and `metadata` into the folder; raises ContractError. That keys are unique is `contract.check`'s to see."""
    with _opened(dataset, payload) as (table, metadata), _unpacked(dataset, table, folder) as text, _engine(folder) as engine:
        with text.open("rb") as start:
            columns = _columns(dataset, start)
        try:
            moving = _write_series(engine, text, columns, folder)
            _write_observations(engine, text, columns, moving, folder)
        except duckdb.Error as error:
            raise _explained(dataset, engine, text, columns, error) from error
        lines = _write_metadata(engine, metadata, folder)
        observations = engine.read_parquet(str(folder / "observations.parquet"))
        data_from, data_through = _span(dataset, observations)
        rows = {"observations": len(observations), "series": len(engine.read_parquet(str(folder / "series.parquet"))), "metadata": lines}
    return Parsed(rows, data_from, data_through)


# The payload


@contextmanager
def _opened(dataset: Dataset, payload: Path) -> Iterator[tuple[IO[bytes], bytes]]:
    """The data csv as a stream, and the bytes of its metadata file (empty where there is none)."""
    if not zipfile.is_zipfile(payload):
        with payload.open("rb") as stream:
            yield stream, b""
        return
    with zipfile.ZipFile(payload) as archive:
        members = [name for name in archive.namelist() if name.lower().endswith(".csv")]
        described = [name for name in members if name.lower().endswith("_metadata.csv")]
        data = [name for name in members if name not in described]
        if len(data) != 1:
            raise ContractError(dataset.id, f"{payload.name} should hold one csv of data, it holds {archive.namelist()}", _english(dataset))
        _check_product(dataset, data[0])
        with archive.open(data[0]) as stream:
            yield stream, archive.read(described[0]) if described else b""


def _check_product(dataset: Dataset, member: str) -> None:
    product = Path(member).stem
    if product != dataset.name:
        raise ContractError(dataset.id, f"the zip holds {member}, the table of product {product}", f"Import it as statcan/{product}")


@contextmanager
def _unpacked(dataset: Dataset, table: IO[bytes], folder: Path) -> Iterator[Path]:
    text = folder / ".unpacked.csv"
    try:
        with text.open("wb") as target:
            shutil.copyfileobj(table, target, _CHUNK)
        yield text
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ContractError(dataset.id, f"the zip is damaged ({error})", _AGAIN) from error
    finally:
        text.unlink(missing_ok=True)


@contextmanager
def _engine(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    spill = folder / ".spill"
    try:
        with duckdb.connect(config={"temp_directory": str(spill), "memory_limit": "1GB", "preserve_insertion_order": "false"}) as connection:
            yield connection
    finally:
        shutil.rmtree(spill, ignore_errors=True)


# The header


@dataclass(frozen=True)
class _Columns:
    """The header, by the names under which the columns land, in the file's order."""

    names: tuple[str, ...]

    @property
    def labels(self) -> list[str]:
        rows = {field.name for field in OBSERVATIONS.fields}
        return [name for name in self.names if name not in rows]

    @property
    def typed(self) -> str:
        return ", ".join(f"{_text(name)}: '{'DOUBLE' if name == 'VALUE' else 'VARCHAR'}'" for name in self.names)


def _columns(dataset: Dataset, start: IO[bytes]) -> _Columns:
    try:
        header = next(csv.reader(io.TextIOWrapper(start, "utf-8-sig")), [])
    except UnicodeDecodeError as error:
        raise ContractError(dataset.id, f"the data are not UTF-8 ({error.reason})", _english(dataset)) from error
    header = [name.strip() for name in header]
    if len(header) == 1 and ";" in header[0] or "VALEUR" in header:
        raise ContractError(dataset.id, f"this is the French file, its header is {header}", _english(dataset))
    names = _landed_names(header)
    missing = [field.name for field in OBSERVATIONS.fields if field.is_required and field.name not in names]
    if missing:
        raise ContractError(dataset.id, f"the header lacks {', '.join(missing)}; it is {header}", _english(dataset))
    return _Columns(tuple(names))


def _landed_names(header: list[str]) -> list[str]:
    """The agency's own columns in capitals; of two that differ in case only, the last is the agency's and the first a dimension."""
    known = {field.name for table in (OBSERVATIONS, SERIES) for field in table.fields}
    names: list[str] = []
    for position, name in reversed(list(enumerate(header, 1))):
        name = name.upper() if name.upper() in known else name or f"column {position}"
        taken = {other.casefold() for other in names}
        if name.casefold() in taken:
            name = f"{header[position - 1]} ({position})"
        names.append(name)
    return names[::-1]


# The engine


def _write_series(engine: duckdb.DuckDBPyConnection, text: Path, columns: _Columns, folder: Path) -> list[str]:
    """One row per coordinate; returns the labels that are not a function of it."""
    wide = ", ".join(map(_name, ["COORDINATE", *columns.labels]))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE wide AS SELECT DISTINCT {wide} FROM {_scan(text, columns)}")
    moving = [name for name in columns.labels if _moves(engine, name)]
    fixed = [name for name in columns.labels if name not in moving]
    absent = [field.name for field in SERIES.fields if field.name not in columns.names]
    chosen = ["COORDINATE", *(f"trim({_name(name)}) AS {_name(name)}" if name == "SCALAR_FACTOR" else _name(name) for name in fixed)]
    _copy(engine, f"SELECT DISTINCT {', '.join(chosen + [f'NULL::VARCHAR AS {name}' for name in absent])} FROM wide", folder / "series.parquet")
    return moving


def _moves(engine: duckdb.DuckDBPyConnection, label: str) -> bool:
    pairs, coordinates = engine.execute(
        f"SELECT count(*), count(DISTINCT COORDINATE) FROM (SELECT DISTINCT COORDINATE, {_name(label)} FROM wide)"
    ).fetchall()[0]
    return bool(pairs != coordinates)


def _write_observations(engine: duckdb.DuckDBPyConnection, text: Path, columns: _Columns, moving: list[str], folder: Path) -> None:
    chosen = [_name(field.name) if field.name in columns.names else f"NULL::VARCHAR AS {_name(field.name)}" for field in OBSERVATIONS.fields] + [
        _name(name) for name in moving
    ]
    _copy(engine, f"SELECT {', '.join(chosen)} FROM {_scan(text, columns)}", folder / "observations.parquet")


def _write_metadata(engine: duckdb.DuckDBPyConnection, metadata: bytes, folder: Path) -> int:
    lines = _metadata_lines(metadata)
    engine.execute("CREATE OR REPLACE TABLE metadata (section VARCHAR, line BIGINT, cells VARCHAR[])")
    if lines:
        engine.executemany("INSERT INTO metadata VALUES (?, ?, ?)", lines)
    _copy(engine, "SELECT * FROM metadata", folder / "metadata.parquet")
    return len(lines)


def _metadata_lines(metadata: bytes) -> list[tuple[str, int, list[str]]]:
    try:
        text = metadata.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = metadata.decode("latin-1")
    lines, section = [], ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            section = ""
            continue
        cells = next(csv.reader([line]))
        section = section or cells[0]
        lines.append((section, number, cells))
    return lines


def _span(dataset: Dataset, observations: duckdb.DuckDBPyRelation) -> tuple[date | None, date | None]:
    periods = sorted(row[0] for row in observations.project("REF_DATE").distinct().fetchall())
    strange = [period for period in periods if not re.fullmatch(_PERIOD, period)]
    if strange:
        raise ContractError(dataset.id, f"REF_DATE should be YYYY, YYYY-MM, YYYY-MM-DD or 2023/2024, and has {strange[:_SHOWN]}", _AGAIN)
    return (_first_day(periods[0]), _first_day(periods[-1])) if periods else (None, None)


def _first_day(period: str) -> date:
    year, month, day = (period.partition("/")[0] + "-01-01").split("-")[:3]
    return date(int(year), int(month), int(day))


def _explained(dataset: Dataset, engine: duckdb.DuckDBPyConnection, text: Path, columns: _Columns, error: duckdb.Error) -> ContractError:
    said = str(error)
    if "Invalid unicode" in said:
        return ContractError(dataset.id, "the data are not UTF-8", _english(dataset))
    if "DOUBLE" in said:
        bad = engine.execute(
            f"SELECT REF_DATE, COORDINATE, VALUE FROM {_scan(text, columns).replace('DOUBLE', 'VARCHAR')} WHERE VALUE IS NOT NULL AND TRY_CAST(VALUE AS DOUBLE) IS NULL LIMIT {_SHOWN}"
        ).fetchall()
        return ContractError(dataset.id, f"VALUE has texts that are no numbers: {bad}", _AGAIN)
    return ContractError(dataset.id, said.partition("Possible")[0].strip(), _AGAIN)


def _scan(text: Path, columns: _Columns) -> str:
    return f"read_csv({_text(str(text))}, columns = {{{columns.typed}}}, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', nullstr = '')"


def _copy(engine: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    engine.execute(f"COPY ({query}) TO {_text(str(path))} (FORMAT parquet, COMPRESSION zstd)")


def _english(dataset: Dataset) -> str:
    return f"Use the English file, {dataset.name}-eng.zip, from https://www150.statcan.gc.ca/n1/tbl/csv/"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
