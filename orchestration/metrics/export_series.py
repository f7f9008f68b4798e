"""The metrics of a series of exports: concentration, what moved the US share, and the path to double what goes elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from orchestration.metrics.concentration import effective_partners, partner_hhi, partner_hhi_normalized, us_share
from orchestration.metrics.decomposition import share_change_from_rest, share_change_from_us
from orchestration.metrics.errors import Undefined
from orchestration.metrics.exports import Exports
from orchestration.metrics.months import last_day, window
from orchestration.metrics.policy_metric import CANADA, Measured, PolicyMetric, known, measure, unknown
from orchestration.metrics.quantity import Quantity, Total, total_over
from orchestration.metrics.target import (
    ANNOUNCED_ON,
    YEARS,
    non_us_exports_ahead,
    non_us_exports_path,
    non_us_exports_required_growth,
    non_us_exports_years_ahead,
)
from orchestration.metrics.theil import theil, theil_between_regions, theil_within_regions

# The scopes of products that the target is read for; with services it has two readings more, of which nothing is held.
TARGET_SCOPES = ("all", "ex_precious_metals")
FIRST_BASE_YEAR = ANNOUNCED_ON.year - YEARS
NO_SERVICES = "exports of services are not held, and the monthly table of them (12-10-0144) names no countries"

_POSITIONS = (non_us_exports_path, non_us_exports_ahead, non_us_exports_years_ahead, non_us_exports_required_growth)


@dataclass(frozen=True)
class Coverage:
    """What a data set lists of partners: how many (None where that is not known), how many of them it never holds, and whether absence is zero.

    `universe` counts the countries that could be partners, and `region_of` has the region of each.
    """

    is_absent_zero: bool
    listed_partners: int | None
    never_held: int
    universe: int
    region_of: Mapping[str, str]


@dataclass(frozen=True)
class ExportSeries:
    """The exports of one kind (data set, trade type, scope of products, basis, adjustment) as known: by month, and to each listed partner.

    `partners` maps a partner code to its figures by month. Where the coverage says `is_absent_zero`, the list is of every country with trade, so that
    a month without a figure is a zero; elsewhere it is missing. `changes` has, for a month, the pair of figures that it is compared with and its own,
    out of one release: the month before, or unadjusted the same month of the year before.
    """

    product_scope: str
    months: Mapping[date, Exports]
    partners: Mapping[str, Mapping[date, Quantity]]
    changes: Mapping[date, tuple[Exports, Exports]]
    coverage: Coverage

    def measured(self, total: Total, window_type: str, subject: str = CANADA, compared_with: date | None = None) -> Measured:
        return Measured(
            subject=subject,
            window_type=window_type,
            period_start_date=total.first_period,
            period_end_date=last_day(total.last_period),
            dataset=total.dataset,
            trade_type=total.trade_type,
            product_scope=self.product_scope,
            basis=total.basis,
            seasonal_adjustment=total.seasonal_adjustment,
            price_basis=total.price_basis,
            vintage_date_min=total.vintage_date_min,
            vintage_date_max=total.vintage_date_max,
            compared_with=compared_with,
        )


def series_metrics(series: ExportSeries, as_of: date) -> Iterator[PolicyMetric]:
    """Every metric of the series over every window that its figures cover, on the knowledge of `as_of`."""
    yield from _concentration(series, as_of)
    yield from _changes(series, as_of)
    if series.product_scope in TARGET_SCOPES:
        yield from _path(series, as_of)


def _concentration(series: ExportSeries, as_of: date) -> Iterator[PolicyMetric]:
    for window_type, months in _windows(series):
        world = [month.world for month in months]
        on = series.measured(total_over(world), window_type)
        yield measure(us_share, on, as_of, [month.us for month in months], world)
        expected = _expected(series)
        if expected is None:
            continue
        partners = {code: _figures(series, held, months) for code, held in series.partners.items()}
        listed = {code: figures for code, figures in partners.items() if any(figures)}
        unlisted: list[Sequence[Quantity | None]] = [[None] * len(months)] * (expected - len(listed))
        try:
            concentration = partner_hhi([*listed.values(), *unlisted], world)
        except Undefined as undefined:
            yield from (unknown(metric, on, as_of, str(undefined)) for metric in (partner_hhi, partner_hhi_normalized, effective_partners))
            continue
        yield known(partner_hhi, on, as_of, concentration)
        yield measure(partner_hhi_normalized, on, as_of, concentration, n_partners=max(series.coverage.universe, expected))
        yield measure(effective_partners, on, as_of, concentration)
        if not (series.coverage.is_absent_zero and concentration.n_missing == 0):
            reason = f"the list is not complete: of {concentration.n_units} partners {concentration.n_missing} have no figure"
            yield from (unknown(metric, on, as_of, reason) for metric in (theil, theil_between_regions, theil_within_regions))
        else:
            values = {code: sum(figure.value for figure in figures if figure) for code, figures in listed.items()}
            yield measure(theil, on, as_of, list(values.values()))
            yield measure(theil_between_regions, on, as_of, values, series.coverage.region_of)
            yield measure(theil_within_regions, on, as_of, values, series.coverage.region_of)


def _changes(series: ExportSeries, as_of: date) -> Iterator[PolicyMetric]:
    for before, after in series.changes.values():
        on = series.measured(total_over([after.world]), "month", compared_with=before.period)
        for part in (share_change_from_us, share_change_from_rest):
            yield measure(part, on, as_of, before.us, before.world, after.us, after.world)


def _path(series: ExportSeries, as_of: date) -> Iterator[PolicyMetric]:
    """The place on the path from every base year that the target may mean: none was named, and its decade is not over."""
    windows = [(window_type, _non_us(months)) for window_type, months in _windows(series) if window_type != "month"]
    if not windows or (windows[0][1].basis, windows[0][1].trade_type) != ("customs", "total"):
        return
    bases = {total.last_period.year: total for window_type, total in windows if window_type == "year"}
    observed = [total for window_type, total in windows if window_type == "ttm"]
    for base_year, base in bases.items():
        if not FIRST_BASE_YEAR <= base_year <= ANNOUNCED_ON.year:
            continue
        for total in observed:
            if date(base_year, 12, 1) <= total.last_period <= date(base_year + YEARS, 12, 1):
                on = series.measured(total, "ttm", f"{CANADA}, base {base_year}", compared_with=base.first_period)
                for position in _POSITIONS:
                    yield measure(position, on, as_of, base, total)
        if observed and observed[-1].last_period <= date(base_year + YEARS, 12, 1):
            on = series.measured(observed[-1], "ttm", f"{CANADA}, goods and services, base {base_year}", compared_with=base.first_period)
            for position in _POSITIONS:
                yield unknown(position, replace(on, vintage_date_min=None, vintage_date_max=None), as_of, NO_SERVICES)


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


def _figures(series: ExportSeries, held: Mapping[date, Quantity], months: Sequence[Exports]) -> list[Quantity | None]:
    is_absent_zero = series.coverage.is_absent_zero
    return [held.get(month.period) or (replace(month.world, value=0.0) if is_absent_zero else None) for month in months]


def _expected(series: ExportSeries) -> int | None:
    """How many partners the data set has figures of, or should have; None where that is not known."""
    coverage = series.coverage
    return len(series.partners) + coverage.never_held if coverage.is_absent_zero else coverage.listed_partners


def _non_us(months: Sequence[Exports]) -> Total:
    return total_over([month.non_us for month in months])
