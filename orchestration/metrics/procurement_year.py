"""The rows of `metrics.policy_metric` on public contracts: a jurisdiction's fiscal year, and the reach of the measures that govern it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from orchestration.metrics.cards import Metric
from orchestration.metrics.content import (
    canadian_content_share,
    canadian_control_share,
    canadian_vendor_count_share,
    canadian_vendor_share,
    policy_reach_share,
    restriction_coverage,
    sole_source_share,
    supplier_hhi,
    us_vendor_share,
)
from orchestration.metrics.months import plus_months
from orchestration.metrics.policy_metric import CANADA, Measured, PolicyMetric, measure, unknown
from orchestration.metrics.spending import Spending

# What each metric goes by; it is the basis of its row.
BASES: Mapping[str, str] = {
    canadian_vendor_share.__name__: "vendor_address",
    canadian_vendor_count_share.__name__: "vendor_address",
    us_vendor_share.__name__: "vendor_address",
    canadian_control_share.__name__: "vendor_control",
    canadian_content_share.__name__: "content",
    sole_source_share.__name__: "procedure",
    supplier_hhi.__name__: "vendor",
    policy_reach_share.__name__: "value_at_award",
    restriction_coverage.__name__: "gross_domestic_product",
}


@dataclass(frozen=True, kw_only=True)
class ProcurementYear:
    """The contracts of a data set that were awarded in a fiscal year (April to March), by what is known of them.

    `is_over` is true where the year had ended by the vintage. `is_whole` is false where only an excerpt is held: nothing may be computed from it,
    and `how_to_fill` is the command that brings the rest. `reach` has the contracts that each measure of the jurisdiction can reach, by its name.
    Values are Canadian dollars.
    """

    dataset: str
    jurisdiction: str
    first_day: date
    is_whole: bool
    is_over: bool
    how_to_fill: str
    vintage_date: date
    by_canadian_address: Spending
    by_us_address: Spending
    by_canadian_control: Spending
    by_sole_source: Spending
    by_content: Spending
    suppliers: Sequence[float]
    unnamed: float
    reach: Mapping[str, Spending]


@dataclass(frozen=True)
class Restriction:
    """A province's rule against US suppliers, and the first day on which it holds."""

    measure: str
    province: str
    effective_from: date


def procurement_metrics(year: ProcurementYear, as_of: date) -> Iterator[PolicyMetric]:
    """The shares of a fiscal year; all unknown, with what to do, where only a sample of its contracts is held."""
    yield _row(canadian_vendor_share, year, as_of, year.by_canadian_address)
    yield _row(canadian_vendor_count_share, year, as_of, year.by_canadian_address)
    yield _row(us_vendor_share, year, as_of, year.by_us_address)
    yield _row(canadian_control_share, year, as_of, year.by_canadian_control)
    yield _row(canadian_content_share, year, as_of, year.by_content)
    yield _row(sole_source_share, year, as_of, year.by_sole_source)
    yield _row(supplier_hhi, year, as_of, year.suppliers, year.unnamed)
    for name, spending in year.reach.items():
        yield _row(policy_reach_share, year, as_of, spending, subject=f"{year.jurisdiction}, {name}")


def restriction_metrics(rules: Sequence[Restriction], provinces: Sequence[str], as_of: date) -> Iterator[PolicyMetric]:
    """How much of the country has a rule against US suppliers, from the first day of each; GDP by province is not held yet."""
    for rule in rules:
        on = Measured(
            subject=CANADA,
            window_type="day",
            period_start_date=rule.effective_from,
            period_end_date=rule.effective_from,
            dataset="statcan/36100402",
            basis=BASES[restriction_coverage.__name__],
            seasonal_adjustment="unadjusted",
            vintage_date_min=None,
            vintage_date_max=None,
        )
        in_force = {other.province for other in rules if other.effective_from <= rule.effective_from}
        yield measure(restriction_coverage, on, as_of, dict.fromkeys(provinces), in_force)


def _row(metric: Metric, year: ProcurementYear, as_of: date, *figures: object, subject: str = "") -> PolicyMetric:
    on = Measured(
        subject=subject or year.jurisdiction,
        window_type="fiscal_year",
        period_start_date=year.first_day,
        period_end_date=plus_months(year.first_day, 12) - timedelta(days=1),
        dataset=year.dataset,
        basis=BASES[metric.__name__],
        seasonal_adjustment="unadjusted",
        vintage_date_min=year.vintage_date,
        vintage_date_max=year.vintage_date,
    )
    if year.is_whole and not year.is_over:
        return unknown(metric, on, as_of, "the fiscal year is not over; its quarters are in marts.procurement_content")
    if not year.is_whole:
        return unknown(metric, on, as_of, f"only a sample of these contracts is held; `{year.how_to_fill}` brings all")
    return measure(metric, on, as_of, *figures)
