"""What a release must pass before it goes live. Each check yields sentences that say what is wrong; none is good."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from orchestration.publication.checksums import checksum_problems
from orchestration.publication.database import STORAGE, STORAGE_NUMBER, storage_number
from orchestration.publication.release import ReleaseError, ReleaseInfo
from orchestration.publication.state import PROJECT
from orchestration.publication.tables import PublicTable, literal, public_tables, quoted
from sources.units import UNITS

_KNOWLEDGE_COLUMNS: Final = frozenset({"vintage_date", "vintage_date_min", "vintage_date_max", "known_from", "known_to"})
_TEXT_FILES: Final = frozenset({".html", ".csv", ".json", ".md", ".txt", ""})
_MACHINE_FOLDERS: Final = ("/home/", "/root/", "/Users/", "/tmp/", "/var/", "/private/", "/mnt/", "/opt/", "/srv/", "/usr/", "/Volumes/")
_SHOWN = 3


@dataclass(frozen=True)
class Candidate:
    """A release that is not live yet: its folder, its description, its database opened to read, and the folder that it must not name."""

    release: ReleaseInfo
    connection: duckdb.DuckDBPyConnection
    tables: list[PublicTable]
    data_dir: Path

    @property
    def folder(self) -> Path:
        return self.release.folder

    def count(self, query: str) -> int:
        return int(self.connection.execute(query).fetchall()[0][0])

    def texts(self, query: str) -> list[str]:
        return [text for (text,) in self.connection.execute(query).fetchall()]


def check_release(folder: Path, data_dir: Path) -> None:
    """Raises ReleaseError with everything that is wrong with the release in the folder."""
    release = ReleaseInfo.read(folder)
    problems = [*checksum_problems(folder), *_storage_problems(release.database)]
    if not problems:
        with duckdb.connect(str(release.database), read_only=True) as connection:
            candidate = Candidate(release, connection, public_tables(connection), data_dir)
            problems = [problem for check in CHECKS for problem in check(candidate)]
    if problems:
        raise ReleaseError(release.release_id, problems)


def holds_tables_only(candidate: Candidate) -> Iterator[str]:
    """A view would name files of the machine that built it."""
    for name in candidate.texts("SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal"):
        yield f"{name} is a view; a release holds tables only"


def counts_agree(candidate: Candidate) -> Iterator[str]:
    """Database, Parquet and release.json hold the same tables with as many rows."""
    counted = {table.full_name: table.rows for table in candidate.tables}
    for name in sorted(counted.keys() ^ candidate.release.tables.keys()):
        yield f"{name} is {'not in release.json' if name in counted else 'in release.json but not in the database'}"
    for table in candidate.tables:
        parquet = candidate.folder / table.parquet
        if not parquet.is_file():
            yield f"{table.full_name} has no file {table.parquet}"
            continue
        rows = candidate.count(f"SELECT count(*) FROM read_parquet({literal(str(parquet))})")
        if not rows == table.rows == candidate.release.tables.get(table.full_name, rows):
            yield f"{table.full_name} has {table.rows} rows in the database and {rows} in {table.parquet}"


def is_described(candidate: Candidate) -> Iterator[str]:
    """Every table has a description, a grain and a key; every column a description and a unit of the vocabulary."""
    for table in candidate.tables:
        for fact in ("description", "grain", "primary_key"):
            if not getattr(table, fact):
                yield f"{table.full_name} has no {fact.replace('_', ' ')}"
        for column in table.columns:
            if not column.description:
                yield f"{table.full_name}.{column.name} has no description"
            if column.unit not in UNITS:
                yield f"{table.full_name}.{column.name} has {f'the unknown unit {column.unit!r}' if column.unit else 'no unit'}"


def describes_what_is_there(candidate: Candidate) -> Iterator[str]:
    """The dictionary names no table or column that is not there, and gives the types of the files."""
    yield from candidate.texts("""
        SELECT schema_name || '.' || table_name || ' is described but not there' FROM meta.table_dictionary
        ANTI JOIN (FROM duckdb_tables() WHERE NOT internal) USING (schema_name, table_name) ORDER BY ALL""")
    yield from candidate.texts("""
        SELECT concat_ws('.', schema_name, table_name, column_name) || CASE WHEN found.data_type IS NULL THEN ' is described but not there'
               ELSE ' is ' || found.data_type || ' in the release and ' || described.data_type || ' in the warehouse' END
        FROM meta.column_dictionary AS described
        LEFT JOIN (FROM duckdb_columns() WHERE NOT internal) AS found USING (schema_name, table_name, column_name)
        WHERE found.data_type IS DISTINCT FROM described.data_type OR found.data_type IS NULL ORDER BY ALL""")


def keys_identify(candidate: Candidate) -> Iterator[str]:
    """No two rows share a primary key, and none lacks a part of it."""
    for table in candidate.tables:
        present = {column.name for column in table.columns}
        strangers = [name for name in table.primary_key if name not in present]
        if strangers:
            yield f"{table.full_name} has no column {', '.join(strangers)}, which its key names"
        elif table.primary_key:
            columns = ", ".join(quoted(name) for name in table.primary_key)
            duplicates = candidate.connection.execute(
                f"SELECT {columns} FROM {table.sql_name} GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT {_SHOWN}"
            ).fetchall()
            if duplicates:
                shown = "; ".join(", ".join(str(value) for value in key) for key in duplicates)
                yield f"{table.full_name} has several rows of one key ({', '.join(table.primary_key)}): {shown}"
            for name in table.primary_key:
                if missing := candidate.count(f"SELECT count(*) FROM {table.sql_name} WHERE {quoted(name)} IS NULL"):
                    yield f"{table.full_name} has {missing} rows without {name}, which is part of the key"


def knows_nothing_later(candidate: Candidate) -> Iterator[str]:
    """A release as of a day holds nothing that was learnt after it."""
    as_of = candidate.release.as_of
    for table in candidate.tables if as_of else ():
        for column in table.columns:
            if column.name in _KNOWLEDGE_COLUMNS:
                later = candidate.count(f"SELECT count(*) FROM {table.sql_name} WHERE {quoted(column.name)} > DATE '{as_of}'")
                if later:
                    yield f"{table.full_name} has {later} rows with a {column.name} after {as_of}"


def sources_are_licensed(candidate: Candidate) -> Iterator[str]:
    """Every file that figures come from is of a data set whose licence and attribution are stated."""
    yield from candidate.texts("""
        SELECT DISTINCT dataset || ' has landed files but is not in meta.dataset with a licence and an attribution' FROM meta.source_file
        ANTI JOIN (FROM meta.dataset WHERE licence <> '' AND attribution <> '') USING (dataset) ORDER BY ALL""")


def names_no_machine(candidate: Candidate) -> Iterator[str]:
    """No text of the release names a folder of the machine that built it."""
    private = _private_paths(candidate.data_dir)
    for where, text in _texts(candidate):
        if found := private.search(text):
            yield f"{where} names {found[0]!r}, a folder of this machine"


CHECKS: Final[tuple[Callable[[Candidate], Iterator[str]], ...]] = (
    holds_tables_only,
    counts_agree,
    is_described,
    describes_what_is_there,
    keys_identify,
    knows_nothing_later,
    sources_are_licensed,
    names_no_machine,
)


def _storage_problems(database: Path) -> Iterator[str]:
    number = storage_number(database)
    if number != STORAGE_NUMBER:
        yield f"{database.name} has the storage version {number}, not {STORAGE_NUMBER} ({STORAGE}): older clients could not open it"
    if database.with_name(f"{database.name}.wal").exists():
        yield f"{database.name} was not closed: it has a write-ahead log"


def _private_paths(data_dir: Path) -> re.Pattern[str]:
    """Paths below the folders that machines have, this project's and the data's; not the same words inside an address or a relative path."""
    own = [str(folder.resolve()) for folder in (data_dir, PROJECT) if len(folder.resolve().parts) > 1]
    starts = "|".join(re.escape(start) for start in (*_MACHINE_FOLDERS, *own))
    return re.compile(rf"(?<![\w./<-])(?:{starts})[^\s\"'<>]*|file://[^\s\"'<>]*|\b[A-Z]:\\\w[^\s\"'<>]*")


def _texts(candidate: Candidate) -> Iterator[tuple[str, str]]:
    """Text files, comments, and the texts of `meta`, which tells of files and failures."""
    for path in sorted(candidate.folder.rglob("*")):
        if path.is_file() and path.suffix in _TEXT_FILES:
            yield path.name, path.read_text(encoding="utf-8")
    comments = candidate.texts("SELECT comment FROM duckdb_tables() UNION ALL SELECT comment FROM duckdb_columns()")
    yield "a comment", "\n".join(filter(None, comments))
    for table in candidate.tables:
        for column in table.columns:
            if table.schema == "meta" and column.data_type == "VARCHAR":
                values = candidate.texts(f"SELECT DISTINCT {quoted(column.name)} FROM {table.sql_name}")
                yield f"{table.full_name}.{column.name}", "\n".join(filter(None, values))
