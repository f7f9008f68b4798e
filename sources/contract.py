"""What every payload must fulfil before it becomes a vintage: three checks, from the bytes to the vintage before it.

`sniff` looks at the bytes, `check` at the landed tables, `check_gates` at them beside what is held already. What only a parser can
see (encoding, ragged rows, texts that are no numbers) is the parser's to refuse; what holds for every table is checked here, once.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import duckdb

from sources.errors import ContractError
from sources.spec import DUCKDB_TYPE, Dataset, Gap, Magnitude, Parsed, Shrunk, Table

_SHOWN = 3
# Distinct hashes are counted in passes of about so many, which bounds their memory.
_HASHES_AT_ONCE = 20_000_000
_AGAIN = "Fetch or download the file again; if it comes the same way, the agency's page may say why"


def sniff(dataset: Dataset, path: Path) -> None:
    """Refuse bytes that are no data set at all: nothing, a web page or an error document, a zip that cannot be opened."""
    with path.open("rb") as stream:
        start = stream.read(4096)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        raise ContractError(dataset.id, f"{path.name} is empty", _AGAIN)
    if _is_web_page(text):
        raise ContractError(dataset.id, f"{path.name} is a web page{_headline(text)}, not data", _AGAIN)
    if start.startswith(b"PK"):
        _open_zip(dataset, path)


def check(dataset: Dataset, folder: Path, parsed: Parsed, asked_part: str = "") -> None:
    """Hold the landed Parquet against the data set's tables: files, columns, types, keys, and that there is anything at all, of the part asked for.

    A key column without a value counts as a value of its own: "all products" may be written as an empty cell.
    """
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        for table in dataset.tables:
            path = folder / f"{table.name}.parquet"
            if not path.is_file():
                raise ContractError(dataset.id, f"the parser wrote no table {table.name!r}", "This is a fault of the program: please report it")
            landed = connection.read_parquet(str(path))
            _check_columns(dataset, table, landed)
            _check_key(dataset, table, landed)
    first = dataset.tables[0].name
    if not parsed.rows[first]:
        raise ContractError(dataset.id, f"the file has no row for {first!r}, only a header", _AGAIN)
    try:
        dataset.check_part(parsed.part)
    except ValueError as error:
        raise ContractError(
            dataset.id, f"the parser found the part {parsed.part!r}: {error}", "This is a fault of the program: please report it"
        ) from error
    if asked_part and parsed.part != asked_part:
        raise ContractError(dataset.id, f"the payload is of {parsed.part}, and {asked_part} was asked for", _AGAIN)


def check_gates(dataset: Dataset, folder: Path, rows: int, rows_held: int | None, whole_before: Path | None) -> None:
    """Refuse a complete vintage that the data set's gates do not let through.

    `rows_held` are the rows of the last complete vintage or of the largest excerpt, `whole_before` the folder of the last complete vintage.
    """
    name = f"{dataset.tables[0].name}.parquet"
    for gate in dataset.gates:
        match gate:
            case Shrunk() if rows_held:
                _check_size(dataset, gate, rows, rows_held)
            case Gap() if whole_before:
                _check_gap(dataset, gate, folder / name, whole_before / name)
            case Magnitude() if whole_before:
                _check_magnitude(dataset, gate, folder / name, whole_before / name)


def _check_size(dataset: Dataset, gate: Shrunk, rows: int, rows_held: int) -> None:
    loss = (rows_held - rows) / rows_held
    if loss > gate.max_row_loss_share:
        raise ContractError(
            dataset.id,
            f"it has {rows:,} rows where {rows_held:,} are held already: {loss:.1%} fewer, "
            f"and at most {gate.max_row_loss_share:.1%} may go ({gate.reason})",
            "If it is an excerpt, import it with --partial; if the agency really withdrew them, raise the gate; otherwise fetch the file again",
        )


def _check_gap(dataset: Dataset, gate: Gap, new: Path, held: Path) -> None:
    with duckdb.connect() as connection:
        period = f'"{gate.period}"'
        before, after = (connection.read_parquet(str(path)).project(period).distinct() for path in (held, new))
        gone = before.except_(after).order(period)
        periods = [value for (value,) in gone.fetchall()]
    if periods:
        raise ContractError(
            dataset.id,
            f"it lacks {len(periods):,} periods of {gate.period!r} that are held already: {periods[:_SHOWN]} ({gate.reason})",
            "If it is an excerpt, import it with --partial; otherwise fetch the file again",
        )


def _check_magnitude(dataset: Dataset, gate: Magnitude, new: Path, held: Path) -> None:
    with duckdb.connect() as connection:
        total = f'"{gate.period}" AS period, sum(abs("{gate.value}"))::DOUBLE AS total'
        after = connection.read_parquet(str(new)).aggregate(total, f'"{gate.period}"').set_alias("after")
        before = connection.read_parquet(str(held)).aggregate(total, f'"{gate.period}"').set_alias("before")
        both = after.join(before, "after.period = before.period").filter("after.total > 0 AND before.total > 0")
        factor = "greatest(after.total / before.total, before.total / after.total)"
        moved = both.filter(f"{factor} > {gate.max_factor}").project(f"after.period, before.total, after.total, {factor} AS factor")
        worst = moved.order("factor DESC").limit(1).fetchall()
    if worst:
        ((period, was, is_now, moved_by),) = worst
        raise ContractError(
            dataset.id,
            f"the sum of {gate.value!r} in {period} was {was:,.10g} and is {is_now:,.10g}, "
            f"{moved_by:,.4g} times as much or as little, where {gate.max_factor:g} is the most ({gate.reason})",
            "The agency may have changed a unit or a scale: compare the file with its page; if it is right, raise the gate",
        )


def _is_web_page(text: bytes) -> bool:
    is_markup = text.startswith(b"<")
    return is_markup and re.search(rb"<!doctype\s+html|<html|^(<\?xml[^>]*>\s*)?<error\b", text, re.IGNORECASE) is not None


def _headline(text: bytes) -> str:
    found = re.search(rb"<(title|message)>\s*([^<]{1,100})", text, re.IGNORECASE)
    return f" ({found[2].decode('utf-8', 'replace').strip()!r})" if found else ""


def _open_zip(dataset: Dataset, path: Path) -> None:
    try:
        zipfile.ZipFile(path).close()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ContractError(dataset.id, f"{path.name} is a truncated or damaged zip ({error})", _AGAIN) from error


def _check_columns(dataset: Dataset, table: Table, landed: duckdb.DuckDBPyRelation) -> None:
    types = dict(zip(landed.columns, map(str, landed.types), strict=True))
    missing = [column.name for column in table.fields if column.is_required and column.name not in types]
    if missing:
        raise ContractError(
            dataset.id,
            f"table {table.name!r} lacks the columns {missing}; it has {list(types)}",
            "The agency may have changed its layout: compare with the declared fields",
        )
    for column in table.fields:
        expected = DUCKDB_TYPE[column.type]
        if types.get(column.name, expected) != expected:
            raise ContractError(
                dataset.id,
                f"column {column.name!r} of table {table.name!r} landed as {types[column.name]}, its field says {expected}",
                "This is a fault of the program: please report it",
            )


def _check_key(dataset: Dataset, table: Table, landed: duckdb.DuckDBPyRelation) -> None:
    """Equal rows have equal hashes, so as many hashes as rows prove the key; only where they differ are the rows themselves compared."""
    key = ", ".join(f'"{name}"' for name in table.key)
    rows = len(landed)
    passes = rows // _HASHES_AT_ONCE + 1
    hashes = landed.project(f"hash({key}) AS hash")
    if rows == sum(hashes.filter(f"hash % {passes} = {each}").aggregate("count(DISTINCT hash)").fetchall()[0][0] for each in range(passes)):
        return
    repeated = landed.aggregate(f"{key}, count(*) AS times", key).filter("times > 1")
    total = len(repeated)
    if total:
        examples = [dict(zip(repeated.columns, row, strict=True)) for row in repeated.order(key).limit(_SHOWN).fetchall()]
        raise ContractError(
            dataset.id,
            f"table {table.name!r} has {total:,} keys {table.key} more than once: " + "; ".join(map(_in_words, examples)),
            "A row must be published once: fetch the file again, or ask the agency which row holds",
        )


def _in_words(example: dict[str, object]) -> str:
    times = example.pop("times")
    return ", ".join(f"{name}={value!r}" for name, value in example.items()) + f" ({times} times)"
