"""The rows of `metrics.policy_metric`: a metric of a subject over a window, as an interval or as unknown with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from orchestration.metrics.cards import Metric
from orchestration.metrics.catalogue import card_of
from orchestration.metrics.errors import Undefined
from orchestration.metrics.interval import Bounded

CANADA = "Canada"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a metric is measured on, and over which window. `compared_with` is the first day of the window that a change starts from.

    The vintages are absent where nothing is held that it could be measured on.
    """

    subject: str
    window_type: str
    period_start_date: date
    period_end_date: date
    dataset: str
    basis: str
    seasonal_adjustment: str
    vintage_date_min: date | None
    vintage_date_max: date | None
    trade_type: str = "total"
    product_scope: str = "all"
    price_basis: str = "nominal"
    compared_with: date | None = None


@dataclass(frozen=True)
class PolicyMetric:
    """One row of `metrics.policy_metric`.

    `value` is None where the metric is a true interval; the bounds are None too where it is unknown, and `reason` says why.
    """

    metric: str
    subject: str
    period_start_date: date
    period_end_date: date
    window_type: str
    compared_with_start_date: date | None
    dataset: str
    trade_type: str
    product_scope: str
    basis: str
    seasonal_adjustment: str
    price_basis: str
    value: float | None
    value_low: float | None
    value_high: float | None
    unit: str
    n_units: int | None
    n_missing: int | None
    vintage_date_min: date | None
    vintage_date_max: date | None
    as_of: date
    reason: str | None


def measure(metric: Metric, on: Measured, as_of: date, *figures: Any, **options: Any) -> PolicyMetric:
    """The row of a metric of these figures; unknown, for the reason that it gives, where it is undefined on them."""
    try:
        return known(metric, on, as_of, metric(*figures, **options))
    except Undefined as undefined:
        return unknown(metric, on, as_of, str(undefined))


def known(metric: Metric, on: Measured, as_of: date, result: Bounded) -> PolicyMetric:
    """The row of a metric whose result is at hand."""
    return _row(metric, on, as_of, result, None)


def unknown(metric: Metric, on: Measured, as_of: date, reason: str) -> PolicyMetric:
    """The row of a metric that cannot be measured, and why."""
    return _row(metric, on, as_of, None, reason)


def _row(metric: Metric, on: Measured, as_of: date, result: Bounded | None, reason: str | None) -> PolicyMetric:
    return PolicyMetric(
        metric=metric.__name__,
        subject=on.subject,
        period_start_date=on.period_start_date,
        period_end_date=on.period_end_date,
        window_type=on.window_type,
        compared_with_start_date=on.compared_with,
        dataset=on.dataset,
        trade_type=on.trade_type,
        product_scope=on.product_scope,
        basis=on.basis,
        seasonal_adjustment=on.seasonal_adjustment,
        price_basis=on.price_basis,
        value=result.value if result else None,
        value_low=result.low if result else None,
        value_high=result.high if result else None,
        unit=card_of(metric.__name__).unit,
        n_units=result.n_units if result else None,
        n_missing=result.n_missing if result else None,
        vintage_date_min=on.vintage_date_min,
        vintage_date_max=on.vintage_date_max,
        as_of=as_of,
        reason=reason,
    )
