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
