"""From the marts' monthly figures to the rows of `metrics.policy_metric`: every metric over every window that its figures cover."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from orchestration.metrics.catalogue import card_of
from orchestration.metrics.concentration import effective_partners, partner_hhi, us_share
from orchestration.metrics.decomposition import share_change_from_rest, share_change_from_us
from orchestration.metrics.exports import Exports
from orchestration.metrics.interval import Bounded
from orchestration.metrics.months import last_day, window
from orchestration.metrics.quantity import Quantity, Total, total_over
from orchestration.metrics.target import non_us_exports_ahead, non_us_exports_path, non_us_exports_years_ahead
from orchestration.metrics.theil import theil

CANDIDATE_BASE_YEARS = (2024, 2025)
CANADA = "Canada"


@dataclass(frozen=True)
class ExportSeries:
    """The exports of one kind (data set, basis, adjustment) as known: month by month, and to each listed partner.

    `partners` maps a partner code to its figures by month. Where `is_absent_zero`, the list is of every country with trade, so that a month
    without a figure is a zero; elsewhere it is missing. `listed_partners` is how many countries the list has, with or without a figure.
    `changes` has, for a month, the pair before and the pair of the month out of one release.
    """

    months: dict[date, Exports]
    partners: dict[str, dict[date, Quantity]]
    changes: dict[date, tuple[Exports, Exports]]
    is_absent_zero: bool
    listed_partners: int
    never_held: int


@dataclass(frozen=True)
class PolicyMetric:
    """One row of `metrics.policy_metric`. `value` is None where the metric is a true interval."""

    metric: str
    subject: str
    period_start_date: date
    period_end_date: date
    window_type: str
    dataset: str
    basis: str
    seasonal_adjustment: str
    price_basis: str
    value: float | None
    value_low: float
    value_high: float
    unit: str
    n_units: int
    n_missing: int
    vintage_date_min: date
    vintage_date_max: date
    as_of: date


def policy_metrics(series: Iterable[ExportSeries], as_of: date) -> list[PolicyMetric]:
    """Every metric of every series, on the knowledge of `as_of`."""
    return [row for one in series for rows in (_concentration, _changes, _path) for row in rows(one, as_of)]


def _concentration(series: ExportSeries, as_of: date) -> Iterator[PolicyMetric]:
    for window_type, months in _windows(series):
        world = [month.world for month in months]
        partners = [_figures(series, held, months) for held in series.partners.values()]
        listed = [figures for figures in partners if any(figures)]
        unlisted: list[Sequence[Quantity | None]] = [[None] * len(months)] * (_expected(series) - len(listed))
        concentration = partner_hhi([*listed, *unlisted], world)
        total = total_over(world)
        yield _row("us_share", CANADA, window_type, total, us_share([month.us for month in months], world), as_of)
        yield _row("partner_hhi", CANADA, window_type, total, concentration, as_of)
        yield _row("effective_partners", CANADA, window_type, total, effective_partners(concentration), as_of)
        if series.is_absent_zero and not series.never_held:
            values = [sum(figure.value for figure in figures if figure) for figures in listed]
            yield _row("theil", CANADA, window_type, total, theil(values), as_of)


def _changes(series: ExportSeries, as_of: date) -> Iterator[PolicyMetric]:
    parts: dict[str, Callable[[Quantity, Quantity, Quantity, Quantity], Bounded]] = {
        "share_change_from_us": share_change_from_us,
        "share_change_from_rest": share_change_from_rest,
    }
    for before, after in series.changes.values():
        for metric, part in parts.items():
            yield _row(metric, CANADA, "month", total_over([after.world]), part(before.us, before.world, after.us, after.world), as_of)


def _path(series: ExportSeries, as_of: date) -> Iterator[PolicyMetric]:
    positions: dict[str, Callable[[Total, Total], Bounded]] = {
        "non_us_exports_path": non_us_exports_path,
        "non_us_exports_ahead": non_us_exports_ahead,
        "non_us_exports_years_ahead": non_us_exports_years_ahead,
    }
    windows = [(window_type, months) for window_type, months in _windows(series) if window_type != "month"]
    bases = {months[-1].period.year: _non_us(months) for window_type, months in windows if window_type == "year"}
    for base_year in CANDIDATE_BASE_YEARS:
        for window_type, months in windows:
            if base_year in bases and window_type == "ttm" and months[-1].period >= date(base_year, 12, 1):
                observed = _non_us(months)
                for metric, place in positions.items():
                    yield _row(metric, f"{CANADA}, base {base_year}", "ttm", observed, place(bases[base_year], observed), as_of)


def _windows(series: ExportSeries) -> Iterator[tuple[str, list[Exports]]]:
    """Each window whose months are all there: the month, the twelve months that end with it, and the calendar year at December."""
    for end in sorted(series.months):
        for window_type in ("month", "ttm", "year"):
            if window_type == "year" and end.month != 12:
                continue
            months = [series.months.get(month) for month in window(window_type, end)]
            covered = [month for month in months if month is not None]
            if len(covered) == len(months):
                yield window_type, covered


def _figures(series: ExportSeries, held: dict[date, Quantity], months: Sequence[Exports]) -> list[Quantity | None]:
    return [held.get(month.period) or (replace(month.world, value=0.0) if series.is_absent_zero else None) for month in months]


def _expected(series: ExportSeries) -> int:
    return len(series.partners) + series.never_held if series.is_absent_zero else series.listed_partners


def _non_us(months: Sequence[Exports]) -> Total:
    return total_over([month.non_us for month in months])


def _row(metric: str, subject: str, window_type: str, total: Total, result: Bounded, as_of: date) -> PolicyMetric:
    return PolicyMetric(
        metric=metric,
        subject=subject,
        period_start_date=total.first_period,
        period_end_date=last_day(total.last_period),
        window_type=window_type,
        dataset=total.dataset,
        basis=total.basis,
        seasonal_adjustment=total.seasonal_adjustment,
        price_basis=total.price_basis,
        value=result.value,
        value_low=result.low,
        value_high=result.high,
        unit=card_of(metric).unit,
        n_units=result.n_units,
        n_missing=result.n_missing,
        vintage_date_min=total.vintage_date_min,
        vintage_date_max=total.vintage_date_max,
        as_of=as_of,
    )
