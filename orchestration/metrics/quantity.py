"""Figures that know what they are, so that a ratio of two different things is refused instead of computed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import pairwise
from operator import attrgetter

from orchestration.metrics.errors import MixedRatio, SeasonalComparison, Undefined
from orchestration.metrics.months import plus_months
from sources.units import check_unit

UNADJUSTED = "unadjusted"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What two figures must have in common before they may be added, subtracted or divided. The unit of money is its currency."""

    dataset: str
    basis: str
    seasonal_adjustment: str
    unit: str
    trade_type: str = "total"
    price_basis: str = "nominal"


@dataclass(frozen=True, kw_only=True)
class Quantity(Kind):
    """One published figure: its value in whole units, the month it is about (its first day) and the release it was read from.

    A figure that is missing is no Quantity: pass None where a function allows it, never zero.
    """

    value: float
    period: date
    vintage: date

    def __post_init__(self) -> None:
        check_unit(self.unit)
        if not math.isfinite(self.value):
            raise ValueError(f"{self.value} is not a figure; a missing one is None")


@dataclass(frozen=True, kw_only=True)
class Total(Kind):
    """The sum over a window of consecutive months, which may come from several releases."""

    value: float
    first_period: date
    last_period: date
    n_periods: int
    vintage_date_min: date
    vintage_date_max: date


_KIND = tuple(field.name for field in fields(Kind))
_kind_of = attrgetter(*_KIND)


def require_same(one: Kind, other: Kind, dimensions: Sequence[str] = ()) -> None:
    """Raise MixedRatio where the two differ in kind or in one of the further `dimensions`."""
    if _kind_of(one) == _kind_of(other) and all(getattr(one, name) == getattr(other, name) for name in dimensions):
        return
    sides = {name: (getattr(one, name), getattr(other, name)) for name in (*_KIND, *dimensions)}
    raise MixedRatio({name: pair for name, pair in sides.items() if pair[0] != pair[1]})


def require_one_release(quantities: Iterable[Quantity]) -> None:
    """Raise MixedRatio unless all are of one kind, one month and one vintage."""
    first, *others = quantities
    for other in others:
        require_same(first, other, ["period", "vintage"])


def require_part(part: Quantity, whole: Quantity) -> None:
    """Raise unless the one can be a part of the other: one kind, one vintage, one month, neither negative, the part not the larger one."""
    require_same(part, whole, ["period", "vintage"])
    if not 0 <= part.value <= whole.value:
        raise ValueError(f"{part.value:g} is not a part of {whole.value:g}")


def require_comparable(before: Quantity, after: Quantity) -> None:
    """Raise unless what lies between two months is a change: one kind, one vintage, and, unadjusted, the same month of different years."""
    require_same(before, after, ["vintage"])
    is_same_season = before.period.month == after.period.month and before.period.year != after.period.year
    if before.seasonal_adjustment == UNADJUSTED and not is_same_season:
        raise SeasonalComparison(f"{before.period:%Y-%m}", f"{after.period:%Y-%m}", "compare with the same month of the year before")


def require_comparable_totals(before: Total, after: Total) -> None:
    """Raise unless what lies between two windows is a change: one kind, equally long, and, unadjusted, whole years or the same months of a year."""
    require_same(before, after, ["n_periods"])
    is_same_season = before.n_periods % 12 == 0 or before.first_period.month == after.first_period.month
    if before.seasonal_adjustment == UNADJUSTED and not is_same_season:
        first, second = (f"{total.first_period:%Y-%m} to {total.last_period:%Y-%m}" for total in (before, after))
        raise SeasonalComparison(first, second, "compare with the same months of the year before or over whole years")


def ratio(numerator: Quantity, denominator: Quantity) -> float:
    """Divide two figures of one kind and one vintage, perhaps of different months (as in a growth factor) that can be compared."""
    require_same(numerator, denominator, ["vintage"])
    if numerator.period != denominator.period:
        require_comparable(denominator, numerator)
    if denominator.value == 0:
        raise Undefined("the denominator is zero")
    return numerator.value / denominator.value


def share(part: Quantity, whole: Quantity) -> float:
    """Divide a part by its whole. The result lies in [0, 1]."""
    require_part(part, whole)
    if whole.value == 0:
        raise Undefined("the denominator is zero")
    return part.value / whole.value


def remainder(whole: Quantity, part: Quantity) -> Quantity:
    """Subtract a part from its whole."""
    require_part(part, whole)
    return replace(whole, value=whole.value - part.value)


def total_over(quantities: Sequence[Quantity]) -> Total:
    """Sum figures of one kind over consecutive months; each may come from its own release. Raises Undefined where the window has a gap."""
    if not quantities:
        raise Undefined("the window is empty")
    months = sorted(quantities, key=lambda quantity: quantity.period)
    for before, after in pairwise(months):
        require_same(before, after)
        if after.period != plus_months(before.period, 1):
            raise Undefined(f"the window jumps from {before.period:%Y-%m} to {after.period:%Y-%m}")
    vintages = [quantity.vintage for quantity in months]
    return Total(
        **{field.name: getattr(months[0], field.name) for field in fields(Kind)},
        value=math.fsum(quantity.value for quantity in months),
        first_period=months[0].period,
        last_period=months[-1].period,
        n_periods=len(months),
        vintage_date_min=min(vintages),
        vintage_date_max=max(vintages),
    )


def share_over(parts: Sequence[Quantity], wholes: Sequence[Quantity]) -> float:
    """Divide the window's sums of parts and wholes, given month by month. Both figures of a month share one vintage; the months may differ."""
    for part, whole in zip(parts, wholes, strict=True):
        share(part, whole)
    return total_over(parts).value / total_over(wholes).value
