"""Statistics Canada's full tables, any of them: `{pid}-eng.zip`, or the csv in it, to Parquet, as published.

The wide csv repeats a dozen labels on every row, and nearly each is a function of the row's coordinate. They leave the rows for a dictionary,
`series`, and the rows keep what changes with time; a label that does change with time stays with the rows. An empty cell is NULL.

One pass: a thread inflates the csv into a few chunk files in turn, and DuckDB keeps of each row its period, its value, and the 64-bit hashes of
its labels and of its marks (status, symbol, terminated, decimals). A chunk with hashes not seen before is read once more to learn what stands
behind them, so a table sorted by date is read once. With a million label rows, the odds that two share a hash are one in thirty million.
"""

from __future__ import annotations

import csv
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from queue import SimpleQueue
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
_HASHES = ("label_hash", "mark_hash")
_MARKS = ["STATUS", "SYMBOL", "TERMINATED", "DECIMALS"]
_IS_NEW = "(label_hash NOT IN (SELECT label_hash FROM labels) OR mark_hash NOT IN (SELECT mark_hash FROM marks))"
TABLES: tuple[Table, ...] = (OBSERVATIONS, SERIES, METADATA)

Read = Callable[[], bytes]

_BLOCK = 256 << 10
_FIRST_CHUNK = 4 << 20
_CHUNK = 64 << 20
_CHUNKS = 3
_SCAN_BUFFER = 8 << 20
_MEMORY_LIMIT = "1GB"
_SHOWN = 3
_PERIOD = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?|/\d{4})?"
_SELECTION = re.compile(r"(\d{8})\d{2}[-_]databaseLoadingData")
_FRENCH = {"PÉRIODE DE RÉFÉRENCE", "GÉO", "VALEUR", "COORDONNÉES"}
_AGAIN = "Download the file again; if it comes the same way, tell the agency"


def parse_table(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `observations`, `series` and `metadata` into the folder; raises ContractError. Whether keys are unique is `contract.check`'s to see.

    A csv that somebody selected on the table's page (its name says `databaseLoadingData`) is a part of the table, everything else the whole.
    """
    with _opened(dataset, payload) as (read, metadata), _engine(folder) as engine:
        columns, rest = _header(dataset, read())
        with _Chunks(read, rest, folder / ".chunks") as chunks:
            _encode(dataset, engine, chunks, columns)
        data_from, data_through = _span(dataset, engine)
        moving = [name for name in columns.labels if _moves(engine, name)]
        rows = {
            "observations": _write(engine, _observations(moving), folder / "observations.parquet"),
            "series": _write(engine, _series([name for name in columns.labels if name not in moving]), folder / "series.parquet"),
            "metadata": _write(engine, _metadata(engine, metadata), folder / "metadata.parquet"),
        }
    return Parsed(rows, data_from, data_through, is_complete=not _SELECTION.match(payload.name))


# The payload


@contextmanager
def _opened(dataset: Dataset, payload: Path) -> Iterator[tuple[Read, bytes]]:
    """A function that reads the data csv block by block, and the bytes of its metadata file (none beside a bare csv)."""
    with ExitStack() as stack:
        plain = stack.enter_context(payload.open("rb"))
        if plain.peek(2)[:2] != b"PK":
            _check_product(dataset, payload.name)
            yield partial(plain.read, _BLOCK), b""
            return
        with _damage_told(dataset, payload):
            archive = stack.enter_context(zipfile.ZipFile(plain))
            data, metadata = _members(dataset, archive)
            inflated = stack.enter_context(archive.open(data))
            described = archive.read(metadata) if metadata else b""

        def read() -> bytes:
            with _damage_told(dataset, payload):
                return inflated.read(_BLOCK)

        yield read, described


@contextmanager
def _damage_told(dataset: Dataset, payload: Path) -> Iterator[None]:
    """Say in one line what `zipfile` finds: no directory, a wrong CRC, a cut stream, a password, an unknown compression."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ContractError(dataset.id, f"{payload.name} is a truncated or damaged zip ({error})", _AGAIN) from error


def _members(dataset: Dataset, archive: zipfile.ZipFile) -> tuple[str, str | None]:
    tables = [name for name in archive.namelist() if name.lower().endswith(".csv")]
    metadata = [name for name in tables if name.lower().endswith("_metadata.csv")]
    data = [name for name in tables if name not in metadata]
    if len(data) != 1:
        raise ContractError(dataset.id, f"the zip should hold one csv of data; it holds {archive.namelist()}", _english(dataset))
    _check_product(dataset, data[0])
    return data[0], metadata[0] if metadata else None


def _check_product(dataset: Dataset, file: str) -> None:
    """A csv named for a product must be named for this one; a csv of another kind of name may be anybody's copy of it."""
    selection = _SELECTION.match(file)
    product = selection[1] if selection else Path(file).stem
    if re.fullmatch(r"\d{8}", product) and product != dataset.name:
        raise ContractError(dataset.id, f"{file} is the table of product {product}, not of {dataset.name}", f"Import it as statcan/{product}")


class _Chunks:
    """The text below the header in files of whole records: a thread fills them in turn, and iteration frees each for its next turn.

    The first chunk is a small one: it teaches most of the labels, and is read twice for it.
    """

    def __init__(self, read: Read, start: bytes, folder: Path) -> None:
        self._read = read
        self._start = start
        self._folder = folder
        self._free: SimpleQueue[Path | None] = SimpleQueue()
        self._ready: SimpleQueue[Path | None] = SimpleQueue()
        self._thread = ThreadPoolExecutor(1, "inflate")

    def __enter__(self) -> _Chunks:
        self._folder.mkdir()
        for number in range(_CHUNKS):
            file = self._folder / f"{number}.csv"
            file.touch()
            self._free.put(file)
        self._written = self._thread.submit(self._write)
        return self

    def __exit__(self, *error: object) -> None:
        self._free.put(None)
        self._thread.shutdown()
        shutil.rmtree(self._folder)

    def __iter__(self) -> Iterator[Path]:
        """The chunks in the text's order; raises what reading raised."""
        while file := self._ready.get():
            yield file
            self._free.put(file)
        self._written.result()

    def _write(self) -> None:
        try:
            block, size = self._start or self._read(), min(_FIRST_CHUNK, _CHUNK)
            is_first = True
            while (block or is_first) and (file := self._free.get()):
                with file.open("r+b") as chunk:
                    block = self._fill(chunk, block, size)
                    chunk.truncate()
                self._ready.put(file)
                size, is_first = _CHUNK, False
        finally:
            self._ready.put(None)

    def _fill(self, chunk: IO[bytes], block: bytes, enough: int) -> bytes:
        """Write whole records until the chunk is large enough; returns what was read beyond them, nothing at the end of the text."""
        size, is_quoted = 0, False
        while block:
            size += len(block)
            is_quoted ^= block.count(b'"') % 2 == 1
            end = _end_of_records(block, is_quoted) if size >= enough else 0
            if end:
                chunk.write(block[:end])
                return block[end:] or self._read()
            chunk.write(block)
            block = self._read()
        return b""


def _end_of_records(block: bytes, is_quoted: bool) -> int:
    """The length of the block up to its last line end outside quotes, 0 where there is none; `is_quoted` holds at the block's end."""
    end = len(block)
    while line_end := block.rfind(b"\n", 0, end) + 1:
        is_quoted ^= block.count(b'"', line_end, end) % 2 == 1
        if not is_quoted:
            return line_end
        end = line_end - 1
    return 0


@contextmanager
def _engine(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    spill = folder / ".spill"
    try:
        with duckdb.connect(config={"temp_directory": str(spill), "memory_limit": _MEMORY_LIMIT, "preserve_insertion_order": "false"}) as engine:
            yield engine
    finally:
        shutil.rmtree(spill, ignore_errors=True)


# The header


@dataclass(frozen=True)
class _Columns:
    """The header's columns in its order, under the names by which they land, and the line end of the file in DuckDB's spelling."""

    names: tuple[str, ...]
    line_end: str

    @property
    def labels(self) -> list[str]:
        """The columns that observations do not have of themselves, absent ones too."""
        rows = _fields(OBSERVATIONS)
        return list(dict.fromkeys([name for name in self.names if name not in rows] + [name for name in _fields(SERIES) if name not in rows]))

    @property
    def dictionaries(self) -> dict[str, list[str]]:
        return {"labels": ["COORDINATE", *self.labels], "marks": _MARKS}

    @property
    def hashes(self) -> str:
        label, mark = (f"hash({', '.join(map(_name, names))})" for names in self.dictionaries.values())
        return f"{label} AS label_hash, {mark} AS mark_hash"

    def scan(self, file: Path, type_of_value: str = "DOUBLE", options: str = "ignore_errors = false") -> str:
        """A chunk's rows; the columns that the header lacks have no values."""
        types = ", ".join(f"{_text(name)}: '{type_of_value if name == 'VALUE' else 'VARCHAR'}'" for name in self.names)
        absent = "".join(f", NULL::VARCHAR AS {name}" for name in _fields(OBSERVATIONS) + _fields(SERIES)[1:] if name not in self.names)
        return (
            f"(SELECT *{absent} FROM read_csv({_text(str(file))}, columns = {{{types}}}, auto_detect = false, header = false, delim = ',', "
            f"quote = '\"', escape = '\"', nullstr = '', new_line = '{self.line_end}', buffer_size = {_SCAN_BUFFER}, {options}))"
        )


def _header(dataset: Dataset, start: bytes) -> tuple[_Columns, bytes]:
    """The columns that the first block's header names, and the rest of the block."""
    start = start.removeprefix(b"\xef\xbb\xbf")
    end = start.find(b"\n") + 1
    while end and start.count(b'"', 0, end) % 2:
        end = start.find(b"\n", end) + 1
    line, rest = (start[:end], start[end:]) if end else (start, b"")
    try:
        text = line.decode().strip()
        header = [name.strip() for name in next(csv.reader([text]), [])]
    except UnicodeDecodeError as error:
        raise _not_utf8(dataset, 1, line) from error
    except csv.Error as error:
        raise ContractError(dataset.id, f"the first line is no header of a csv ({error}): {text[:200]!r}", _english(dataset)) from error
    if (";" in text and "," not in text) or _FRENCH & {name.strip('"') for name in re.split("[;,]", text)}:
        raise ContractError(dataset.id, f"this is the French edition of the table, its header is {text}", _english(dataset))
    names = _landed_names(header)
    missing = [field.name for field in OBSERVATIONS.fields if field.is_required and field.name not in names]
    if missing:
        raise ContractError(dataset.id, f"the header has no column {' and no '.join(missing)}; it is {text[:500] or 'empty'}", _english(dataset))
    return _Columns(tuple(names), r"\r\n" if line.endswith(b"\r\n") else r"\n"), rest


def _landed_names(header: list[str]) -> list[str]:
    """The header's names, each once however it is capitalized.

    A dimension may be called Value or Status too: the agency's own column is the one in capitals, else the last, and the other gets its position
    as a suffix. So does a dimension called Vintage, the name of the landing zone's partitions.
    """
    names: dict[int, str] = {}
    for known in (*_fields(OBSERVATIONS), *_fields(SERIES)):
        places = [place for place, name in enumerate(header) if name.upper() == known]
        if places:
            names[max(places, key=lambda place: (header[place] == known, place))] = known
    taken = {"vintage", *(name.casefold() for name in names.values())}
    for place, name in enumerate(header):
        if place not in names:
            names[place] = name if name and name.casefold() not in taken else f"{name or 'column'} ({place + 1})"
            taken.add(names[place].casefold())
    return [names[place] for place in range(len(header))]


# The rows, encoded


def _encode(dataset: Dataset, engine: duckdb.DuckDBPyConnection, chunks: _Chunks, columns: _Columns) -> None:
    """Fill `rows` (REF_DATE, VALUE, label_hash, mark_hash) and the dictionaries `labels` and `marks` behind the last two."""
    for (dictionary, names), key in zip(columns.dictionaries.items(), _HASHES, strict=True):
        engine.execute(f"CREATE TEMP TABLE {dictionary} ({key} UBIGINT, {', '.join(_name(name) + ' VARCHAR' for name in names)})")
    engine.execute("CREATE TEMP TABLE rows (REF_DATE VARCHAR, VALUE DOUBLE, label_hash UBIGINT, mark_hash UBIGINT)")
    for file in chunks:
        try:
            engine.execute(f"CREATE OR REPLACE TEMP TABLE chunk AS SELECT REF_DATE, VALUE, {columns.hashes} FROM {columns.scan(file)}")
            if _one(engine, f"SELECT count(*) FROM chunk WHERE {_IS_NEW}"):
                _learn(engine, file, columns)
        except duckdb.Error as error:
            for _ in chunks:  # a damaged zip makes bad data, and only reading on tells the one from the other
                pass
            raise _explained(dataset, engine, file, columns, error) from error
        engine.execute("INSERT INTO rows FROM chunk")


def _learn(engine: duckdb.DuckDBPyConnection, file: Path, columns: _Columns) -> None:
    """Add what the chunk has beyond the dictionaries."""
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE found AS "
        f"SELECT DISTINCT {columns.hashes}, * EXCLUDE (REF_DATE, VALUE) FROM {columns.scan(file)} WHERE {_IS_NEW}"
    )
    for (dictionary, names), key in zip(columns.dictionaries.items(), _HASHES, strict=True):
        engine.execute(f"INSERT INTO {dictionary} SELECT {key}, {', '.join(map(_name, names))} FROM found EXCEPT FROM {dictionary}")


def _moves(engine: duckdb.DuckDBPyConnection, label: str) -> bool:
    """Whether some coordinate has more than one value of the label, "none" being a value too."""
    several = f"SELECT COORDINATE FROM (SELECT DISTINCT COORDINATE, {_name(label)} FROM labels) GROUP BY COORDINATE HAVING count(*) > 1"
    return bool(_one(engine, f"SELECT count(*) FROM ({several})"))


def _span(dataset: Dataset, engine: duckdb.DuckDBPyConnection) -> tuple[date | None, date | None]:
    """The first day of the first and of the last period, once every row has a period, a place and a figure or none."""
    periods = [period for (period,) in engine.execute("SELECT DISTINCT REF_DATE FROM rows ORDER BY REF_DATE").fetchall()]
    unplaced = "label_hash IN (SELECT label_hash FROM labels WHERE COORDINATE IS NULL)"
    holes = engine.execute(
        "SELECT REF_DATE, COORDINATE, VALUE FROM "
        f"(FROM rows WHERE REF_DATE IS NULL OR NOT isfinite(VALUE) OR {unplaced} LIMIT {_SHOWN}) JOIN labels USING (label_hash)"
    ).fetchall()
    if holes:
        raise ContractError(dataset.id, f"rows need a REF_DATE, a COORDINATE and a VALUE that is finite or blank: {_rows(holes)}", _AGAIN)
    strange = [period for period in periods if not re.fullmatch(_PERIOD, period)]
    if strange:
        raise ContractError(dataset.id, f"REF_DATE is none of YYYY, YYYY-MM, YYYY-MM-DD, 2023/2024: {strange[:_SHOWN]}", _english(dataset))
    days = [_first_day(period) for period in periods]
    return min(days, default=None), max(days, default=None)


def _first_day(period: str) -> date:
    year, month, day = (period.partition("/")[0] + "-01-01").split("-")[:3]
    return date(int(year), int(month), int(day))


# The tables


def _observations(moving: list[str]) -> str:
    chosen = [*_fields(OBSERVATIONS), *map(_column, moving)]
    return f"SELECT {', '.join(chosen)} FROM rows JOIN labels USING (label_hash) JOIN marks USING (mark_hash)"


def _series(fixed: list[str]) -> str:
    return f"SELECT DISTINCT COORDINATE, {', '.join(map(_column, fixed))} FROM labels ORDER BY COORDINATE"


def _metadata(engine: duckdb.DuckDBPyConnection, metadata: bytes) -> str:
    lines = _metadata_lines(metadata)
    engine.execute(
        "CREATE TEMP TABLE metadata AS SELECT unnest($1::VARCHAR[]) AS section, unnest($2::BIGINT[]) AS line, unnest($3::VARCHAR[][]) AS cells",
        [[section for section, _, _ in lines], [line for _, line, _ in lines], [cells for _, _, cells in lines]],
    )
    return "FROM metadata ORDER BY line"


def _write(engine: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    return _one(engine, f"COPY ({query}) TO {_text(str(path))} (FORMAT parquet, COMPRESSION zstd)")


def _metadata_lines(metadata: bytes) -> list[tuple[str, int, list[str]]]:
    """Section, line and cells of the stacked tables in a metadata file. Lenient: some are latin-1, some have quotes within quotes."""
    try:
        text = metadata.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = metadata.decode("latin-1")
    lines, section = [], ""
    for line, cells in _records(re.split("\r?\n", text)):
        if not any(cells):
            section = ""
            continue
        section = section or cells[0]
        lines.append((section, line, cells))
    return lines


def _records(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Cells with the line on which they begin. A note may run over several lines: its quotes close before the next blank one."""
    place = 0
    while place < len(lines):
        end, is_open = place, False
        while end < len(lines) and (end == place or (is_open and lines[end].strip())):
            is_open ^= lines[end].count('"') % 2 == 1
            end += 1
        try:
            cells = next(csv.reader(["\n".join(lines[place:end])], strict=True), [])
        except csv.Error:
            cells, end = _lenient_cells(lines[place]), place + 1
        yield place + 1, cells
        place = end


def _lenient_cells(line: str) -> list[str]:
    """A quote opens a cell at the cell's start and closes it before a comma or the line's end; every other quote is text."""
    cells = re.findall(r'"((?:[^"]|"(?!,))*)",|([^,]*),', line + ",")
    return [(quoted or plain).replace('""', '"') for quoted, plain in cells]


# Errors


def _explained(dataset: Dataset, engine: duckdb.DuckDBPyConnection, file: Path, columns: _Columns, error: duckdb.Error) -> ContractError:
    """What DuckDB could not read, in words for who has to mend it. Lines are counted as records, below the header."""
    said = str(error)
    place = re.search(r"CSV Error on Line: (\d+)\s+Original Line: (.*?)\n(.*)", said, re.DOTALL)
    if place is None:
        return ContractError(dataset.id, f"the csv cannot be read ({said.splitlines()[0]})", _AGAIN)
    if "Could not convert" in place[3]:
        return _not_numbers(dataset, engine, file, columns)
    before = 1 + _one(engine, "SELECT count(*) FROM rows")
    if "Invalid unicode" in place[3]:
        return _not_utf8(dataset, *_first_not_utf8(file, before))
    cells = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", place[3])
    fault = f"has {cells[2]} cells where the header has {cells[1]}" if cells else "has a quote that does not close"
    return ContractError(dataset.id, f"line {before + int(place[1])} {fault}: {' '.join(place[2].split())[:200]}", _AGAIN)


def _not_numbers(dataset: Dataset, engine: duckdb.DuckDBPyConnection, file: Path, columns: _Columns) -> ContractError:
    engine.execute("SET preserve_insertion_order = true")
    examples = engine.execute(
        f"SELECT REF_DATE, COORDINATE, VALUE FROM {columns.scan(file, 'VARCHAR', 'ignore_errors = true')} "
        f"WHERE VALUE IS NOT NULL AND TRY_CAST(VALUE AS DOUBLE) IS NULL LIMIT {_SHOWN}"
    ).fetchall()
    return ContractError(dataset.id, f"VALUE is no number in {_rows(examples)}", _AGAIN)


def _not_utf8(dataset: Dataset, number: int, line: bytes) -> ContractError:
    shown = line[:200].decode("latin-1").strip()
    return ContractError(dataset.id, f"line {number} of the data is not UTF-8, it may be latin-1: {shown}", _english(dataset))


def _first_not_utf8(file: Path, before: int) -> tuple[int, bytes]:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, before + 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number, line
    raise AssertionError(f"{file} is UTF-8 after all")


def _rows(examples: list[tuple[str, str, object]]) -> str:
    return "; ".join(f"REF_DATE={period!r}, COORDINATE={coordinate!r}, VALUE={value!r}" for period, coordinate, value in examples)


def _english(dataset: Dataset) -> str:
    return f"Use the English file: https://www150.statcan.gc.ca/n1/tbl/csv/{dataset.name}-eng.zip"


# SQL


def _fields(table: Table) -> list[str]:
    return [field.name for field in table.fields]


def _column(name: str) -> str:
    """The column as it lands: the agency writes some scalar factors with a space behind."""
    return f"trim({name}) AS {name}" if name == "SCALAR_FACTOR" else _name(name)


def _one(engine: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(engine.execute(query).fetchall()[0][0])


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
