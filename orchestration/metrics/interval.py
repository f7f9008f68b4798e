"""The result of a metric: an interval, and how much of what it should rest on was missing."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Bounded:
    """The true value lies in [low, high]; `n_missing` of the `n_units` that the metric is about (partners, months) had no figure.

    `high` may be infinite, where nothing bounds the metric from above.
    """

    low: float
    high: float
    n_units: int
    n_missing: int = 0

    def __post_init__(self) -> None:
        if not (self.low <= self.high and math.isfinite(self.low)):
            raise ValueError(f"[{self.low}, {self.high}] is not an interval with a finite lower bound")
        if not 0 <= self.n_missing <= self.n_units:
            raise ValueError(f"{self.n_missing} missing of {self.n_units} units")

    @classmethod
    def exact(cls, value: float, n_units: int) -> Bounded:
        """A value that is known exactly, from `n_units` units of which none is missing."""
        return cls(value, value, n_units)

    @property
    def value(self) -> float | None:
        """The point, or None where the metric is a true interval."""
        return self.low if self.low == self.high else None

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high
