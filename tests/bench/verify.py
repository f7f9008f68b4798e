"""Prove that two contenders wrote the same rows: `python -m tests.bench.verify CASE OURS THEIRS` exits 1 where they did not.

Rows are compared as a multiset, by their number and the sum of their hashes; order is nobody's promise.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from tests.bench.cases import CASES, Case


def main(case: Case, ours: Path, theirs: Path) -> int:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW ours AS {case.landed.format(folder=ours)}")
        connection.execute(f"CREATE VIEW theirs AS FROM '{theirs}/rows.parquet'")
        expected, found = (_content(connection, case, name) for name in ("ours", "theirs"))
    if expected != found:
        print(f"{theirs.name} has other rows: {found} against {expected}")
        return 1
    return 0


def _content(connection: duckdb.DuckDBPyConnection, case: Case, view: str) -> tuple[list[str], int, int]:
    """Columns, number of rows and sum of their hashes; an empty cell and the space behind a scalar factor do not count."""
    columns = sorted(row[0] for row in connection.execute(f"DESCRIBE {view}").fetchall())
    cells = ", ".join(f'"{name}"' if name in case.numbers else f"""nullif(trim("{name}"), '')""" for name in columns)
    number, digest = connection.execute(f"SELECT count(*), sum(hash({cells})::HUGEINT) FROM {view}").fetchall()[0]
    return columns, number, digest


if __name__ == "__main__":
    sys.exit(main(CASES[sys.argv[1]], Path(sys.argv[2]), Path(sys.argv[3])))
