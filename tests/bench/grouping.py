"""How well rows were put together, against the truth: over all pairs of rows that are, or were found to be, of one group."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Pairwise:
    """Share of the pairs found that are true (precision), and of the true ones that were found (recall)."""

    precision: float
    recall: float


def pairwise(connection: duckdb.DuckDBPyConnection, truth: str, found: str) -> Pairwise:
    """Compare two relations of `row` (unique in each) and `group`; rows that only one of them has do not count."""
    ((true, claimed, both),) = connection.execute(
        f"""
        WITH joined AS (SELECT truth."group" AS truth, found."group" AS found FROM ({truth}) AS truth INNER JOIN ({found}) AS found USING ("row"))
        SELECT
            (SELECT sum(n * (n - 1) / 2) FROM (SELECT count(*) AS n FROM joined GROUP BY truth)),
            (SELECT sum(n * (n - 1) / 2) FROM (SELECT count(*) AS n FROM joined GROUP BY found)),
            (SELECT sum(n * (n - 1) / 2) FROM (SELECT count(*) AS n FROM joined GROUP BY truth, found))"""
    ).fetchall()
    return Pairwise(both / claimed if claimed else 1.0, both / true if true else 1.0)
