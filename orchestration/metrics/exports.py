"""Exports to the United States beside exports to the world, of one series or product by product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from orchestration.metrics.errors import Undefined
from orchestration.metrics.quantity import Quantity, remainder, require_comparable, require_one_release, require_part, share


@dataclass(frozen=True)
class Exports:
    """Exports of one period to the United States and to the world, both from one release. Raises MixedRatio where the two differ in kind."""

    us: Quantity
    world: Quantity

    def __post_init__(self) -> None:
        require_part(self.us, self.world)

    @property
    def period(self) -> date:
        return self.world.period

    @property
    def non_us(self) -> Quantity:
        return remainder(self.world, self.us)

    @property
    def us_share(self) -> float:
        return share(self.us, self.world)


def require_same_products(*sides: Mapping[str, object]) -> None:
    """Raise ValueError naming the products that only some of the sides have."""
    everywhere = set(sides[0]).intersection(*sides)
    somewhere = set(sides[0]).union(*sides)
    if somewhere != everywhere:
        names = ", ".join(sorted(somewhere - everywhere))
        raise ValueError(f"{names}: only on one side; pass a zero where it is known to be zero, else leave it out of both")


def require_comparable_products(before: Mapping[str, Exports], after: Mapping[str, Exports]) -> None:
    """Raise unless both periods have the same products, each period is of one month, all is of one release, and the two can be compared."""
    require_same_products(before, after)
    if not before:
        raise Undefined("there are no products to compare")
    for products in (before, after):
        require_one_release(exports.world for exports in products.values())
    require_comparable(next(iter(before.values())).world, next(iter(after.values())).world)
