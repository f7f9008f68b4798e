"""Figures in another currency, each at the rate of its own month: the mean of the daily rates, as `marts.exchange_rate` has it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from orchestration.metrics.errors import MixedRatio, Undefined
from orchestration.metrics.months import plus_months
from orchestration.metrics.quantity import Quantity, Total, total_over
from sources.units import check_unit


@dataclass(frozen=True, kw_only=True)
class ExchangeRate:
    """The mean rate of a month (its first day). `pair` says which way it goes: `CAD per USD` turns US dollars into Canadian ones.

    A month that is not held is no ExchangeRate, and the reciprocal of a mean is not the mean of the other pair.
    """

    pair: str
    value: float
    period: date
    dataset: str
    vintage: date

    def __post_init__(self) -> None:
        check_unit(self.pair)
        if " per " not in self.pair:
            raise ValueError(f"{self.pair!r} is not a pair of currencies, such as CAD per USD")
        if not (math.isfinite(self.value) and self.value > 0):
            raise ValueError(f"{self.value} is not a rate of {self.pair}")

    @property
    def into(self) -> str:
        return self.pair.partition(" per ")[0]

    @property
    def out_of(self) -> str:
        return self.pair.partition(" per ")[2]


def to_currency(quantity: Quantity, rate: ExchangeRate) -> Quantity:
    """Convert one month's figure; it keeps its release. Raises MixedRatio, with both sides, where the rate is of another currency or month."""
    sides = {"unit": (quantity.unit, rate.out_of), "period": (quantity.period, rate.period)}
    differences = {name: pair for name, pair in sides.items() if pair[0] != pair[1]}
    if differences:
        raise MixedRatio(differences)
    return replace(quantity, value=quantity.value * rate.value, unit=rate.into)


def total_in_currency(months: Sequence[Quantity], rates: Iterable[ExchangeRate]) -> Total:
    """Sum the months of a window, each converted at its own rate. Raises Undefined where the rate of a month is missing."""
    by_month = _by_month(rates)
    return total_over([to_currency(month, _rate_of(month.period, by_month)) for month in months])


def total_at_mean_rate(total: Total, rates: Iterable[ExchangeRate]) -> Total:
    """Convert a total of which no months are published at the plain mean of its months' rates.

    The months of a year are not equally large, so that this is another figure than `total_in_currency` gives: use that where months are held.
    """
    by_month = _by_month(rates)
    chosen = [_rate_of(plus_months(total.first_period, index), by_month) for index in range(total.n_periods)]
    pairs = sorted({rate.pair for rate in chosen})
    if len(pairs) > 1:
        raise MixedRatio({"pair": (pairs[0], pairs[1])})
    if total.unit != chosen[0].out_of:
        raise MixedRatio({"unit": (total.unit, chosen[0].out_of)})
    return replace(total, value=total.value * math.fsum(rate.value for rate in chosen) / len(chosen), unit=chosen[0].into)


def _by_month(rates: Iterable[ExchangeRate]) -> dict[date, ExchangeRate]:
    by_month: dict[date, ExchangeRate] = {}
    for rate in rates:
        if rate.period in by_month:
            raise ValueError(f"two rates of {rate.period:%Y-%m}: {by_month[rate.period].value} and {rate.value}; pass those of one pair and data set")
        by_month[rate.period] = rate
    return by_month


def _rate_of(month: date, by_month: dict[date, ExchangeRate]) -> ExchangeRate:
    if month not in by_month:
        raise Undefined(f"the exchange rate of {month:%Y-%m} is not held, and none is made up")
    return by_month[month]
