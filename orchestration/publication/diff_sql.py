"""The SQL that holds one table of a release against the same table of another: which rows differ, in which columns, and why.

`diff.py` says what the causes mean. Rows are paired by one full join; NULL equals NULL, also within a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from orchestration.publication.tables import literal, quoted

CAUSES: Final = ("definition", "undated", "revision", "withdrawn", "new period", "new series", "new row", "repeated")

# Sums that are added in another order differ by some units in the last place; 1e-14 of a hundred trillion dollars is a dollar.
TOLERANCE: Final = 1e-14

_NUMBER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?(INT|INTEGER)|FLOAT|DOUBLE|DECIMAL.*")
_FLOATS = frozenset({"FLOAT", "DOUBLE"})
_VINTAGE = re.compile(r".*(vintage|sha256).*|known_(from|to)")
_PERIOD = re.compile(r"period_(start|end)_date|event_date|as_known_on|(.*_)?(year|quarter|month)")
_CLOSING = "known_to"
_LEADING = ("period_start_date", "as_known_on")


@dataclass(frozen=True)
class ComparedColumn:
    """A column that both tables have, with its type in each."""

    name: str
    types: frozenset[str]

    @property
    def is_number(self) -> bool:
        return all(_NUMBER.fullmatch(kind) for kind in self.types)

    @property
    def is_vintage(self) -> bool:
        return bool(_VINTAGE.fullmatch(self.name))

    @property
    def selected(self) -> str:
        """Of two types that do not compare, the texts do."""
        name = quoted(self.name)
        return name if len(self.types) == 1 or self.is_number else f"CAST({name} AS VARCHAR) AS {name}"

    @property
    def differs(self) -> str:
        older, newer = f"older.{quoted(self.name)}", f"newer.{quoted(self.name)}"
        differs = f"{older} IS DISTINCT FROM {newer}"
        if self.is_number and self.types & _FLOATS:
            differs += f" AND NOT coalesce(abs({older} - {newer}) < {TOLERANCE} * greatest(1, abs({older}), abs({newer})), false)"
        return f"({differs})"

    def cell(self, place: int) -> str:
        older, newer = f"older.{quoted(self.name)}", f"newer.{quoted(self.name)}"
        difference = f"CAST({newer} AS DOUBLE) - CAST({older} AS DOUBLE)" if self.is_number else "NULL"
        return _cell(place, literal(self.name), older, newer, difference, self.differs)


@dataclass(frozen=True)
class RowComparison:
    """A table in two releases: the relations to read, the columns that identify a row, the others that are compared.

    `is_keyed` is false where nothing but the whole row identifies a row. `changed_otherwise` is the cause of a change that no vintage explains.
    """

    older: str
    newer: str
    key: tuple[ComparedColumn, ...]
    values: tuple[ComparedColumn, ...]
    is_keyed: bool
    changed_otherwise: str

    @property
    def columns(self) -> tuple[ComparedColumn, ...]:
        return self.key + self.values

    @property
    def periods(self) -> list[str]:
        return [column.name for column in self.key if self.is_keyed and _PERIOD.fullmatch(column.name)]

    @property
    def versions(self) -> list[str]:
        """The part of the key that tells the versions of one figure apart."""
        names = [column.name for column in self.key if column.is_vintage]
        return names if self.is_keyed and "known_from" in names else []

    @property
    def series(self) -> list[str]:
        return [column.name for column in self.key if column.name not in (*self.periods, *self.versions)]

    @property
    def leading_period(self) -> str | None:
        return next((name for name in (*_LEADING, *self.periods) if name in self.periods), None)

    def count_by_cause(self) -> str:
        """Cause, rows, first and last period, and the names of the columns that differ within rows that both have."""
        names = ", ".join(
            f"CASE WHEN bool_or({_flag(place)} AND _was AND _is) THEN {literal(column.name)} END" for place, column in enumerate(self.values)
        )
        return f"""{self._changed()}
            SELECT _cause, count(*), min(_from), max(_to), list_filter([{names}]::VARCHAR[], lambda name: name IS NOT NULL)
            FROM changed GROUP BY _cause ORDER BY list_position({_list(CAUSES)}, _cause)"""

    def count_cells(self) -> str:
        """How many lines `list_cells` has."""
        cells = " + ".join(f"CAST({_flag(place)} AS INTEGER)" for place in range(len(self.values)))
        return f"{self._changed()} SELECT coalesce(sum(greatest(1, {cells or 0})), 0)::BIGINT FROM changed"

    def list_cells(self, limit: int | None) -> str:
        """The key, cause, column, before, after and difference of each cell that differs; a row without any is one line without a column."""
        keys = ", ".join(quoted(column.name) for column in self.key)
        order = f"list_position({_list(CAUSES)}, _cause), {keys}"
        at_most = "" if limit is None else f"LIMIT {limit}"
        return f"""{self._changed()}
            SELECT {keys}, _cause AS cause, _cell.name AS "column", _cell."before", _cell."after", _cell.difference
            FROM (
                SELECT *, unnest(_cells) AS _cell
                FROM (SELECT {keys}, _cause, _cells FROM changed ORDER BY {order} {at_most})
            )
            WHERE _cell.differs
            ORDER BY {order}, _cell.place {at_most}"""

    def _changed(self) -> str:
        selected = ", ".join(["true AS _there", *(column.selected for column in self.columns)])
        distinct = "" if self.is_keyed else "DISTINCT "
        flags = "".join(f", {column.differs} AS {_flag(place)}" for place, column in enumerate(self.values))
        changes = [(_flag(place), column) for place, column in enumerate(self.values)]
        value_changes = _any(flag for flag, column in changes if not column.is_vintage or column.name == _CLOSING)
        vintage_changes = _any(flag for flag, column in changes if column.is_vintage)
        joins, new = self._new_rows()
        return f"""
            WITH older AS NOT MATERIALIZED (SELECT {distinct}{selected} FROM {self.older}),
            newer AS NOT MATERIALIZED (SELECT {distinct}{selected} FROM {self.newer}),
            paired AS NOT MATERIALIZED (
                SELECT {self._identity()}, older._there AS _was, newer._there AS _is, {self._cells()} AS _cells{flags}
                FROM older FULL JOIN newer ON {_same(self.key, "older", "newer")}
            ),
            changed AS NOT MATERIALIZED (
                SELECT paired.*, CASE
                    WHEN _is IS NULL THEN 'withdrawn'
                    WHEN _was IS NULL THEN {new}
                    WHEN {value_changes} AND {vintage_changes} THEN 'revision'
                    WHEN {value_changes} THEN {literal(self.changed_otherwise)}
                    ELSE 'repeated' END AS _cause
                FROM paired{joins}
                WHERE _is IS NULL OR _was IS NULL OR {value_changes} OR {vintage_changes}
            )"""

    def _identity(self) -> str:
        """The key, and the period that the row is about: from its first day to its last, where the table has both."""
        names = {column.name for column in self.columns}
        leading = self.leading_period
        last = "period_end_date" if leading == "period_start_date" and "period_end_date" in names else leading
        keys = [f"{_either(column.name)} AS {quoted(column.name)}" for column in self.key]
        return ", ".join([*keys, f"{_either(leading) if leading else 'NULL'} AS _from", f"{_either(last) if last else 'NULL'} AS _to"])

    def _cells(self) -> str:
        """What differs, column by column; one cell without a column for a row that has nothing but its key."""
        nothing = _cell(0, "NULL", "NULL", "NULL", "NULL", "true")
        if not self.values:
            return f"[{nothing}]"
        cells = ", ".join(column.cell(place) for place, column in enumerate(self.values))
        return f"CASE WHEN {_any(column.differs for column in self.values)} THEN [{cells}] ELSE [{nothing}] END"

    def _new_rows(self) -> tuple[str, str]:
        """Joins to what the older table knows of, and the cause of a row that only the newer one has."""
        by_name = {column.name: column for column in self.key}
        series = [by_name[name] for name in self.series]
        joins, cases, otherwise = "", [], "'new row'"
        if self.versions:
            joins += _left_join("cell", [*series, *(by_name[name] for name in self.periods)], "count(*) > 0 AS _known_cell")
            cases.append("WHEN _known_cell THEN 'revision'")
        if leading := self.leading_period:
            dataset = [column for column in series if column.name == "dataset"]
            joins += _left_join("series", series, "count(*) > 0 AS _known_series")
            joins += _left_join("latest", dataset, f"max({quoted(leading)}) AS _last")
            cases.append(f"WHEN _known_series OR paired.{quoted(leading)} > _last THEN 'new period'")
            otherwise = "'new series'"
        return joins, f"CASE {' '.join(cases)} ELSE {otherwise} END" if cases else otherwise


def identifies(relation: str, key: Iterable[str]) -> str:
    """Whether no two rows of the relation share the key."""
    return f"SELECT count(*) = (SELECT count(*) FROM (SELECT DISTINCT {', '.join(map(quoted, key))} FROM {relation})) FROM {relation}"


def _left_join(name: str, columns: Sequence[ComparedColumn], fact: str) -> str:
    """What the older table knows of each combination of the columns that it has."""
    chosen = "".join(f"{quoted(column.name)}, " for column in columns)
    condition = f"_was IS NULL AND {_same(columns, 'paired', f'known_{name}')}" if columns else "_was IS NULL"
    return f"\n                LEFT JOIN (SELECT {chosen}{fact} FROM older GROUP BY ALL) AS known_{name} ON {condition}"


def _same(columns: Iterable[ComparedColumn], one: str, other: str) -> str:
    return " AND ".join(f"{one}.{quoted(column.name)} IS NOT DISTINCT FROM {other}.{quoted(column.name)}" for column in columns)


def _either(name: str) -> str:
    return f"coalesce(newer.{quoted(name)}, older.{quoted(name)})"


def _cell(place: int, name: str, before: str, after: str, difference: str, differs: str) -> str:
    return (
        f"{{'place': {place}, 'name': CAST({name} AS VARCHAR), 'before': CAST({before} AS VARCHAR), 'after': CAST({after} AS VARCHAR), "
        f"'difference': CAST({difference} AS DOUBLE), 'differs': {differs}}}"
    )


def _flag(place: int) -> str:
    return f"_differs_{place}"


def _any(conditions: Iterable[str]) -> str:
    return f"({' OR '.join(conditions) or 'false'})"


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(literal, texts))}]"
