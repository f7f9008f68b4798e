"""What is landed: payloads of five million rows in two layouts, how the rows that landed compare with those of a rival, and what is promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ROWS = 5_000_000


@dataclass(frozen=True)
class Promise:
    """A contender's `wall` (seconds) or `peak` (megabytes of memory) is at most so many times that of a rival, or so many where there is no rival."""

    measure: str
    most: float
    rival: str = ""
    contender: str = "warehouse"

    def __str__(self) -> str:
        limit = f"{self.most:g} times that of {self.rival}" if self.rival else f"{self.most:g} {'s' if self.measure == 'wall' else 'MB'}"
        return f"{self.measure} of {self.contender} is at most {limit}"


@dataclass(frozen=True)
class Case:
    """One payload: its data set, its file, the csv in it, that csv's columns of numbers, and the query that makes its rows of what has landed."""

    dataset: str
    payload: str
    member: str
    numbers: Mapping[str, type]
    landed: str
    promises: tuple[Promise, ...]


CASES = {
    "12-10-0011": Case(
        dataset="statcan/12100011",
        payload="12100011-eng.zip",
        member="12100011.csv",
        numbers={"VALUE": float},
        landed="FROM '{folder}/observations.parquet' JOIN '{folder}/series.parquet' USING (COORDINATE)",
        promises=(Promise("wall", 0.5, "pandas"), Promise("peak", 0.25, "pandas"), Promise("wall", 1.1, "polars")),
    ),
    # The rivals read the rows only; the warehouse holds them against their layout as well, and reads the code lists.
    "CIMT, a year of imports": Case(
        dataset="statcan/cimt",
        payload="CIMT-CICM_Imp_2025.zip",
        member="CIMT-CICM_Imp_2025/ODPFN014_202512N.csv",
        numbers={"Value/Valeur": int, "Quantity/Quantité": int},
        landed="SELECT * EXCLUDE (HS8) FROM '{folder}/trade.parquet'",
        promises=(
            Promise("wall", 1, "pandas"),
            Promise("peak", 0.5, "pandas"),
            Promise("wall", 2, "polars"),
            Promise("wall", 25, contender="whole landing"),
            Promise("peak", 1500, contender="whole landing"),
        ),
    ),
}
