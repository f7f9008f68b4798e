"""Prove that two contenders wrote the same rows: `python -m tests.bench.verify OURS THEIRS` exits 1 where they did not.

Rows are compared as a multiset, by their number and the sum of their hashes; order is nobody's promise.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb


def main(ours: Path, theirs: Path) -> int:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW observations AS FROM '{ours}/observations.parquet'")
        connection.execute(f"CREATE VIEW series AS FROM '{ours}/series.parquet'")
        connection.execute("CREATE VIEW ours AS FROM observations JOIN series USING (COORDINATE)")
        connection.execute(f"CREATE VIEW theirs AS FROM '{theirs}/rows.parquet'")
        expected, found = (_content(connection, name) for name in ("ours", "theirs"))
    if expected != found:
        print(f"{theirs.name} has other rows: {found} against {expected}")
        return 1
    return 0


def _content(connection: duckdb.DuckDBPyConnection, view: str) -> tuple[list[str], int, int]:
    """Columns, number of rows and sum of their hashes; an empty cell and the space behind a scalar factor do not count."""
    columns = sorted(row[0] for row in connection.execute(f"DESCRIBE {view}").fetchall())
    cells = ", ".join(name if name == "VALUE" else f"""nullif(trim("{name}"), '')""" for name in columns)
    number, digest = connection.execute(f"SELECT count(*), sum(hash({cells})::HUGEINT) FROM {view}").fetchall()[0]
    return columns, number, digest


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
