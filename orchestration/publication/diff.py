"""What changed from one release to another, row by row, and why.

Every public table of either release is compared by its primary key. A cause is decided for each row that differs:

    new period    only in B, in a period that A lacks: of a series that A has (the key less its period), or later than all that A has of the data set
    new series    only in B otherwise, where the table has periods
    new row       only in B, where the table has none
    withdrawn     only in A
    revision      in both with other values and other vintages: other data. In a table of versions also a new version of a figure that A has, and
                  the end (`known_to`) of an old one
    definition    in both with other values though the vintages are the same: another computation. Of a table: a table, column or key that came or
                  went, a type, unit, description or code list that changed
    undated       in both with other values, in a table without vintages, while the releases rest on different files: data or computation
    repeated      in both with the same values: a later release repeats the figure

Where data and computation changed together, a row is a revision. A window shows only its oldest and its newest vintage: where a file of a day
between them was landed late, its change reads as one of definition. What data sets and their columns are declared to be has no vintage and is
never undated. `Comparison.not_compared` says what is no change.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb

from orchestration.publication.diff_sql import TOLERANCE, ComparedColumn, RowComparison, identifies
from orchestration.publication.tables import PUBLIC_SCHEMAS, PublicColumn, PublicTable, literal, public_tables

MADE_COLUMNS: Final = frozenset({"created_at", "release_id", "as_of", "fetched_at", "landed_at"})
_TABLES_NOT_COMPARED: Final = {
    "meta.release": "it names the release itself",
    "meta.table_dictionary": "a difference in it is a change of definition of the table that it describes",
    "meta.column_dictionary": "a difference in it is a change of definition of the table that it describes",
}
LINE: Final = ("cause", "column", "before", "after", "difference")
_VERDICTS: Final = "metrics.claim_verdict"
_DECLARATIONS: Final = frozenset({"meta.dataset", "meta.source_column"})
_FILE: Final = ("dataset", "part", "vintage", "vintage_date", "sha256")
_MEMORY_LIMIT = "1GB"


class UnknownTableError(Exception):
    """The table is in neither release, or is not compared."""


@dataclass(frozen=True)
class Change:
    """What changed in a table for one cause. `rows` is 0 where only the description did; `what` names columns, or parts of the description."""

    table: str
    cause: str
    rows: int
    period_from: Any
    period_to: Any
    what: str


@dataclass(frozen=True)
class Listing:
    """Lines of what changed in a table, one per cell or part of the description. `total` is how many there are, of which `rows` may be the first.

    A line has the key of its row, which is empty where the table's description changed, and `LINE`; values are texts as DuckDB writes them.
    """

    key: tuple[str, ...]
    rows: list[dict[str, Any]]
    total: int

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.key, *LINE)


@dataclass(frozen=True)
class _Described:
    """A part of a table's description that changed."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Comparison:
    """Two releases, attached as the catalogs `before` and `after` and held against each other."""

    connection: duckdb.DuckDBPyConnection
    before: dict[str, PublicTable] = field(repr=False)
    after: dict[str, PublicTable] = field(repr=False)

    @property
    def tables(self) -> list[str]:
        """The compared tables of either release: marts first, then metrics, then meta."""
        names = (self.before.keys() | self.after.keys()) - _TABLES_NOT_COMPARED.keys()
        return sorted(names, key=lambda name: (PUBLIC_SCHEMAS.index(name.partition(".")[0]), name))

    def changes(self) -> list[Change]:
        """One row per table and cause; none for a table that did not change."""
        return [change for table in self.tables for change in self._changes(table)]

    def listing(self, table: str, limit: int | None = None) -> Listing:
        """At most `limit` of the table's changes, those of definition first. Raises UnknownTableError."""
        if table in _TABLES_NOT_COMPARED:
            raise UnknownTableError(f"{table} is not compared: {_TABLES_NOT_COMPARED[table]}")
        if table not in self.tables:
            raise UnknownTableError(f"neither release has a table {table!r}; there are: {', '.join(self.tables)}")
        comparison, described = self._rows(table), self._description(table)
        key = tuple(column.name for column in comparison.key) if comparison else ()
        lines: list[tuple[Any, ...]] = [(*(None for _ in key), "definition", part.what, part.before, part.after, None) for part in described][:limit]
        total = len(described)
        if comparison:
            lines += self.connection.execute(comparison.list_cells(None if limit is None else limit - len(lines))).fetchall()
            total += self.connection.execute(comparison.count_cells()).fetchall()[0][0]
        return Listing(key, [dict(zip((*key, *LINE), line, strict=True)) for line in lines], total)

    def not_compared(self, table: str | None = None) -> list[str]:
        """What is no change between two releases, in all tables or in one, and why; a line each."""
        tables = [table] if table else self.tables
        made = [f"{name}.{column}" for name in tables for column in sorted(MADE_COLUMNS & self._columns(name).keys() - set(self._key(name)))]
        verdicts = f"{_VERDICTS} as known on the day of the build: the next build has its own day, unless figures were released on that day"
        return [
            *(f"{name}: {reason}" for name, reason in _TABLES_NOT_COMPARED.items() if not table),
            *([f"{', '.join(made)}: when a thing was made, not what it is"] if made else []),
            *([verdicts] if _VERDICTS in tables else []),
            f"numbers that differ by less than {TOLERANCE:.0e} of themselves or of 1: sums added in another order",
        ]

    def _changes(self, table: str) -> list[Change]:
        described = [part.what for part in self._description(table)]
        comparison = self._rows(table)
        counted = self.connection.execute(comparison.count_by_cause()).fetchall() if comparison else []
        if described and not any(cause == "definition" for cause, *_ in counted):
            counted.insert(0, ("definition", 0, None, None, []))
        return [
            Change(table, cause, rows, first, last, ", ".join([*(described if cause == "definition" else []), *names]))
            for cause, rows, first, last, names in counted
        ]

    def _rows(self, table: str) -> RowComparison | None:
        """How the table's rows are compared; None where the two have no column in common."""
        columns = self._columns(table)
        key = [name for name in self._key(table) if name in columns]
        older, newer = self._relation("before", table), self._relation("after", table)
        if self._keys_differ(table) and key and not all(self._holds(identifies(relation, key)) for relation in (older, newer)):
            key = []
        compared = [name for name in columns if name in key or name not in MADE_COLUMNS]
        if not compared:
            return None
        return RowComparison(
            older,
            newer,
            key=tuple(columns[name] for name in key or compared),
            values=tuple(columns[name] for name in compared if key and name not in key),
            is_keyed=bool(key),
            changed_otherwise=self._changed_otherwise(table, columns),
        )

    def _columns(self, table: str) -> dict[str, ComparedColumn]:
        """The columns that the table has in both releases, or in the only one that has it, in the order of the newer."""
        sides = [{column.name: column.data_type for column in side[table].columns} for side in (self.after, self.before) if table in side]
        return {name: ComparedColumn(name, frozenset(side[name] for side in sides)) for name in sides[0] if all(name in side for side in sides)}

    def _key(self, table: str) -> tuple[str, ...]:
        return (self.after.get(table) or self.before[table]).primary_key

    def _keys_differ(self, table: str) -> bool:
        return table in self.before and table in self.after and set(self.before[table].primary_key) != set(self.after[table].primary_key)

    def _relation(self, catalog: str, table: str) -> str:
        """The table's rows in that release, as what follows FROM; none where the release lacks the table."""
        here, other = (self.before, self.after) if catalog == "before" else (self.after, self.before)
        if table not in here:
            return f"{'after' if catalog == 'before' else 'before'}.{other[table].sql_name} WHERE false"
        name = f"{catalog}.{here[table].sql_name}"
        if table != _VERDICTS:
            return name
        return f"""{name} WHERE as_known_on < (SELECT max(as_known_on) FROM {name}) OR as_known_on IN (
            SELECT vintage_date FROM {catalog}.meta.source_file
            WHERE dataset IN (SELECT dataset FROM {catalog}.meta.source_file SEMI JOIN {name} USING (sha256)))"""

    def _changed_otherwise(self, table: str, columns: dict[str, ComparedColumn]) -> str:
        """The cause of a change that no vintage explains."""
        is_dated = table in _DECLARATIONS or any(column.is_vintage for column in columns.values())
        return "definition" if is_dated or self._rest_on_the_same_files() else "undated"

    def _rest_on_the_same_files(self) -> bool:
        if not all("meta.source_file" in side for side in (self.before, self.after)):
            return False
        names = ", ".join(name for name in self._columns("meta.source_file") if name in _FILE)
        older, newer = (f"(SELECT {names} FROM {catalog}.meta.source_file)" for catalog in ("before", "after"))
        return self._holds(f"SELECT NOT EXISTS ({older} EXCEPT {newer}) AND NOT EXISTS ({newer} EXCEPT {older})")

    def _description(self, table: str) -> list[_Described]:
        """How the table's description in the newer release differs from that in the older one."""
        older, newer = self.before.get(table), self.after.get(table)
        if older is None or newer is None:
            return [_Described("table", older.comment if older else None, newer.comment if newer else None)]
        parts = [
            _Described("key", ", ".join(sorted(older.primary_key)), ", ".join(sorted(newer.primary_key))),
            _Described("description", older.description, newer.description),
            _Described("grain", older.grain, newer.grain),
        ]
        columns = [{column.name: column for column in side.columns} for side in (older, newer)]
        for name in columns[0] | columns[1]:
            parts += _described_column(name, columns[0].get(name), columns[1].get(name))
        return [part for part in parts if part.before != part.after]

    def _holds(self, question: str) -> bool:
        return bool(self.connection.execute(question).fetchall()[0][0])


@contextmanager
def compared(before: Path, after: Path) -> Iterator[Comparison]:
    """The two releases' DuckDB files, held against each other; read only, in bounded memory."""
    with tempfile.TemporaryDirectory() as spill, duckdb.connect(config={"temp_directory": spill, "memory_limit": _MEMORY_LIMIT}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        tables = []
        for catalog, database in (("before", before), ("after", after)):
            connection.execute(f"ATTACH {literal(str(database))} AS {catalog} (READ_ONLY)")
            connection.execute(f"USE {catalog}")
            tables.append({table.full_name: table for table in public_tables(connection)})
        yield Comparison(connection, *tables)


def _described_column(name: str, older: PublicColumn | None, newer: PublicColumn | None) -> list[_Described]:
    if older is None or newer is None:
        return [_Described(f"column {name}", older.data_type if older else None, newer.data_type if newer else None)]
    return [
        _Described(f"type of {name}", older.data_type, newer.data_type),
        _Described(f"unit of {name}", older.unit, newer.unit),
        _Described(f"description of {name}", older.description, newer.description),
        _Described(f"code list of {name}", older.classification, newer.classification),
    ]
