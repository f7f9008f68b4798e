"""Delimited text: rows as texts under the names of their header, and texts as the typed columns of a landed table.

DuckDB reads and writes, so that a file of millions of rows needs little memory; what is wrong with a file is said in the words of who has to
mend it.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import duckdb

from sources.errors import ContractError
from sources.spec import DUCKDB_TYPE, Dataset, Field, Table

_MEMORY_LIMIT = "1GB"
_LONGEST_LINE = 32 << 20
_SHOWN = 3
_count = count()
_AGAIN = "Fetch or download the file again; if it comes the same way, the agency may have changed its layout"


@contextmanager
def engine(folder: Path, *, keeps_order: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB of bounded memory that spills below the folder. `keeps_order` costs memory; rows can be numbered only with it."""
    spill = folder / ".spill"
    settings = {"temp_directory": str(spill), "memory_limit": _MEMORY_LIMIT, "preserve_insertion_order": str(keeps_order).lower()}
    try:
        with duckdb.connect(config=settings) as connection:  # type: ignore[arg-type]
            yield connection
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def read_texts(
    dataset: Dataset,
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    header: Sequence[str] | None = None,
    skip: int = 0,
    numbered: bool = False,
) -> duckdb.DuckDBPyRelation:
    """The rows as texts, an empty cell NULL. Quoted cells may run over lines.

    The header stands below `skip` lines, or is given where the file has none. `numbered` adds a first column `line` (1 for the first row; the
    engine must keep the order). Raises ContractError for bytes that are not of the encoding, ragged rows, an unclosed quote, a doubled name.
    """
    source = path if encoding == "utf-8" else _as_utf8(dataset, path, encoding, _spill(connection))
    names = list(header) if header else _header(dataset, source, delimiter, skip)
    doubled = sorted({name for name in names if [other.casefold() for other in names].count(name.casefold()) > 1})
    if doubled:
        raise ContractError(dataset.id, f"{path.name} names columns twice: {doubled}", _AGAIN)
    first = skip + (header is None)
    line = "row_number() OVER () AS line, " if numbered else ""
    texts = f"texts_{next(_count)}"
    try:
        connection.execute(f"CREATE TEMP TABLE {texts} AS SELECT {line}* FROM read_csv({_quoted(str(source))}, {_options(names, delimiter, first)})")
    except duckdb.Error as error:
        raise _explained(dataset, path, source, first, error) from error
    return connection.table(texts)


def from_rows(connection: duckdb.DuckDBPyConnection, names: Sequence[str], rows: Iterable[Sequence[str | None]]) -> duckdb.DuckDBPyRelation:
    """Rows that Python holds, as texts: for sheets and documents, not for millions."""
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    texts = f"texts_{next(_count)}"
    listed = ", ".join(f"unnest($c{place}::VARCHAR[]) AS {_name(name)}" for place, name in enumerate(names))
    connection.execute(f"CREATE TEMP TABLE {texts} AS SELECT {listed}", {f"c{place}": list(column) for place, column in enumerate(columns)})
    return connection.table(texts)


def land(dataset: Dataset, table: Table, relation: duckdb.DuckDBPyRelation, folder: Path) -> int:
    """Write the table's Parquet and return its rows: texts cast to the fields' types, further columns as they are, absent optional ones NULL.

    Raises ContractError where a required column is absent, and with the offending texts where one is no number, integer or date (ISO 8601).
    """
    _check_required(dataset, table, relation.columns)
    have = {name.casefold(): name for name in relation.columns}
    typed = [field for field in table.fields if field.type in ("number", "integer", "date") and field.name.casefold() in have]
    declared = {field.name.casefold() for field in table.fields}
    columns = [_cast(field, field.name.casefold() in have) for field in table.fields]
    columns += [_name(name) for name in relation.columns if name.casefold() not in declared]
    _check_whole(dataset, relation, typed)
    path = folder / f"{table.name}.parquet"
    try:
        relation.project(", ".join(columns)).write_parquet(str(path), compression="zstd")
    except duckdb.ConversionException as error:
        raise _not_of_type(dataset, relation, typed, error) from error
    return len(relation.query("texts", f"FROM read_parquet({_quoted(str(path))})") or [])


def check_header(dataset: Dataset, table: Table, relation: duckdb.DuckDBPyRelation) -> None:
    """For layouts of our own: refuse columns other than the table's, in its order."""
    names = [field.name for field in table.fields]
    if relation.columns != names:
        said = f"the header should be {','.join(names)}, and is {','.join(relation.columns)}"
        raise ContractError(dataset.id, said[:500], "Import a file of the bundled layout")


def check_texts(dataset: Dataset, relation: duckdb.DuckDBPyRelation, patterns: Mapping[str, str]) -> None:
    """Refuse texts that do not match the whole of their column's pattern, showing some; an empty cell is an empty text."""
    for name, pattern in patterns.items():
        strange = relation.filter(f"NOT regexp_full_match(coalesce({_name(name)}, ''), {_quoted(pattern)})").project(_name(name))
        examples = [text for (text,) in strange.distinct().order(_name(name)).limit(_SHOWN).fetchall()]
        if examples:
            raise ContractError(dataset.id, f"column {name!r} has {examples}, which should match {pattern}", _AGAIN)


# The header


def _header(dataset: Dataset, path: Path, delimiter: str, skip: int) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as stream:
        for _ in range(skip):
            stream.readline(_LONGEST_LINE)
        try:
            names = [name.strip() for name in next(csv.reader(stream, delimiter=delimiter), [])]
        except csv.Error as error:
            raise ContractError(dataset.id, f"the first line of {path.name} is no header of a csv ({error})", _AGAIN) from error
    if not any(names):
        raise ContractError(dataset.id, f"{path.name} has no header: its first line has the cells {names}", _AGAIN)
    return [name or f"column ({place})" for place, name in enumerate(names, 1)]


def _options(names: Sequence[str], delimiter: str, skip: int) -> str:
    types = ", ".join(f"{_quoted(name)}: 'VARCHAR'" for name in names)
    return (
        f"columns = {{{types}}}, auto_detect = false, header = false, skip = {skip}, delim = {_quoted(delimiter)}, quote = '\"', escape = '\"', "
        f"nullstr = '', max_line_size = {_LONGEST_LINE}"
    )


def _as_utf8(dataset: Dataset, path: Path, encoding: str, folder: Path) -> Path:
    target = folder / f"{path.name}.utf-8"
    try:
        with path.open(encoding=encoding, newline="") as source, target.open("w", encoding="utf-8", newline="") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
    except UnicodeDecodeError as error:
        raise ContractError(dataset.id, f"{path.name} is not {encoding}: byte {error.object[error.start]:#04x}", _AGAIN) from error
    return target


def _spill(connection: duckdb.DuckDBPyConnection) -> Path:
    folder = Path(connection.execute("SELECT current_setting('temp_directory')").fetchall()[0][0])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


# The columns


def _check_required(dataset: Dataset, table: Table, columns: Sequence[str]) -> None:
    have = {name.casefold() for name in columns}
    missing = [field.name for field in table.fields if field.is_required and field.name.casefold() not in have]
    if missing:
        raise ContractError(
            dataset.id,
            f"the payload has no column {' and no '.join(map(repr, missing))}; it has {', '.join(repr(name) for name in columns if name != 'line')}",
            "The agency may have renamed it: compare with the declared fields of the data set",
        )


def _cast(field: Field, is_there: bool) -> str:
    source = _name(field.name) if is_there else "NULL"
    return f"CAST({source} AS {DUCKDB_TYPE[field.type]}) AS {_name(field.name)}"


def _check_whole(dataset: Dataset, relation: duckdb.DuckDBPyRelation, fields: Sequence[Field]) -> None:
    """A cast to an integer would round a fraction."""
    broken = {field: f"TRY_CAST({_name(field.name)} AS DOUBLE) % 1 <> 0" for field in fields if field.type == "integer"}
    if broken and relation.filter(" OR ".join(broken.values())).limit(1).fetchall():
        for field, condition in broken.items():
            _refuse_any(dataset, field, relation.filter(condition))


def _not_of_type(dataset: Dataset, relation: duckdb.DuckDBPyRelation, fields: Sequence[Field], error: duckdb.Error) -> ContractError:
    for field in fields:
        column = _name(field.name)
        _refuse_any(dataset, field, relation.filter(f"{column} IS NOT NULL AND TRY_CAST({column} AS {DUCKDB_TYPE[field.type]}) IS NULL"))
    return ContractError(dataset.id, f"the rows cannot be cast ({str(error).splitlines()[0]})", _AGAIN)


def _refuse_any(dataset: Dataset, field: Field, strange: duckdb.DuckDBPyRelation) -> None:
    """Raise ContractError with some of these rows' texts, if there are any."""
    column, kind = _name(field.name), f"{'an' if field.type == 'integer' else 'a'} {field.type}"
    examples = [text for (text,) in strange.project(column).distinct().order(column).limit(_SHOWN).fetchall()]
    if examples:
        raise ContractError(dataset.id, f"column {field.name!r} should hold {kind}, and {len(strange):,} rows do not: {examples}", _AGAIN)


# Errors


def _explained(dataset: Dataset, path: Path, source: Path, first: int, error: duckdb.Error) -> ContractError:
    """What DuckDB could not read. Lines are those of the file, its header being the first."""
    said = str(error)
    place = re.search(r"CSV Error on Line: (\d+)\s+Original Line:(.*?)\n(.*)", said, re.DOTALL)
    if place is None:
        return ContractError(dataset.id, f"{path.name} cannot be read ({said.splitlines()[0]})", _AGAIN)
    line, shown = int(place[1]), " ".join(place[2].split())[:200]
    if "nvalid unicode" in place[3] or "not utf-8" in said.lower():
        return ContractError(dataset.id, f"{path.name} is not UTF-8 {_first_not_utf8(source)}", _AGAIN)
    cells = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", place[3])
    fault = f"has {cells[2]} cells where the header has {cells[1]}" if cells else "has a quote that does not close"
    return ContractError(dataset.id, f"line {line:,} of {path.name} {fault}: {shown}", _AGAIN)


def _first_not_utf8(path: Path) -> str:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                around = line[max(0, error.start - 30) : error.start + 30].decode("latin-1")
                return f"on line {number:,}, it may be latin-1: {around.strip()}"
    raise AssertionError(f"{path} is UTF-8 after all")


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
