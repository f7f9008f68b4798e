"""Why a metric has no value: the figures do not belong together, or there is nothing to divide."""

from __future__ import annotations

from collections.abc import Mapping


class Undefined(ValueError):
    """The metric has no value for this input: an empty list, a zero total, a month that is not there."""


class MixedRatio(ValueError):
    """Two figures that differ in kind were about to be divided, subtracted or added. `differences` maps each dimension to its two sides."""

    def __init__(self, differences: Mapping[str, tuple[object, object]]) -> None:
        self.differences = dict(differences)
        sides = "; ".join(f"{dimension} is {first} on one side and {second} on the other" for dimension, (first, second) in self.differences.items())
        super().__init__(f"figures of different kinds: {sides}")


class SeasonalComparison(ValueError):
    """Unadjusted figures of different months of the year were about to be compared, and the season would pass for a change."""

    def __init__(self, before: str, after: str, remedy: str) -> None:
        self.before, self.after = before, after
        super().__init__(f"unadjusted figures of {before} and of {after} differ by season: {remedy}, or take seasonally adjusted figures")
