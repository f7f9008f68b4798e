"""The rows of `metrics.policy_metric` on industries at home: vehicles made, sold and assembled, and what each industry supplies of its market."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from orchestration.metrics.cards import Metric
from orchestration.metrics.home_share import home_share, import_penetration
from orchestration.metrics.policy_metric import CANADA, Measured, PolicyMetric, measure, unknown
from orchestration.metrics.vehicles import north_american_sales_share, us_canada_parts_content, vehicle_production_change

HOME_SHARE_DATASET = "statcan/16100047"


@dataclass(frozen=True, kw_only=True)
class Production:
    """Vehicles of a category that a country made in a year and in the year before, by one publisher, as they stand."""

    dataset: str
    publisher: str
    country: str
    category: str
    year: int
    before: float
    after: float
    vintage_dates: tuple[date, date]


@dataclass(frozen=True, kw_only=True)
class Content:
    """What the lines assembled in a country state of their parts, in percent, by model year."""

    dataset: str
    country: str
    model_year: int
    stated_pct: Sequence[float]
    vintage_date: date


@dataclass(frozen=True, kw_only=True)
class Sales:
    """New vehicles sold in Canada by month of a year, and those of them from North America."""

    dataset: str
    year: int
    from_north_america: Sequence[float | None]
    sold: Sequence[float | None]
    vintage_dates: tuple[date, date]


@dataclass(frozen=True, kw_only=True)
class HomeMarket:
    """Production, domestic exports and imports of an industry in a calendar year, in Canadian dollars."""

    industry: str
    year: int
    is_whole_year: bool
    production: float
    domestic_exports: float
    imports: float
    vintage_dates: tuple[date, date]


def production_metrics(made: Production, as_of: date) -> Iterator[PolicyMetric]:
    """By how much more was made than in the year before."""
    on = _year(f"{made.country}, {made.category}, {made.publisher}", made.dataset, "final_assembly", made.year, made.vintage_dates)
    yield measure(vehicle_production_change, on, as_of, made.before, made.after)


def content_metrics(content: Content, as_of: date) -> Iterator[PolicyMetric]:
    """What is stated of the parts of the lines that are assembled in the country."""
    on = _year(f"lines assembled in {content.country}", content.dataset, "value_of_parts", content.model_year, (content.vintage_date,) * 2)
    yield measure(us_canada_parts_content, on, as_of, content.stated_pct)


def sales_metrics(sales: Sales, as_of: date) -> Iterator[PolicyMetric]:
    """How much of what is sold was made in North America."""
    on = _year(CANADA, sales.dataset, "units", sales.year, sales.vintage_dates)
    yield measure(north_american_sales_share, on, as_of, sales.from_north_america, sales.sold)


def home_market_metrics(market: HomeMarket, as_of: date) -> Iterator[PolicyMetric]:
    """How much of its own market an industry supplies."""
    on = _year(f"{CANADA}, {market.industry}", HOME_SHARE_DATASET, "apparent_consumption", market.year, market.vintage_dates)
    metrics: tuple[Metric, ...] = (home_share, import_penetration)
    for metric in metrics:
        if market.is_whole_year:
            yield measure(metric, on, as_of, market.production, market.domestic_exports, market.imports)
        else:
            yield unknown(metric, on, as_of, "not all twelve months of production, exports and imports are held")


def without_home_market(as_of: date) -> Iterator[PolicyMetric]:
    """What cannot be said while no industry has all three."""
    on = _year(f"{CANADA}, Motor vehicles", HOME_SHARE_DATASET, "apparent_consumption", as_of.year - 1, (None, None))
    metrics: tuple[Metric, ...] = (home_share, import_penetration)
    reason = f"`warehouse refresh {HOME_SHARE_DATASET}` brings production, which is not held, `warehouse backfill statcan/cimt` exports and imports"
    for metric in metrics:
        yield unknown(metric, on, as_of, reason)


def _year(subject: str, dataset: str, basis: str, year: int, vintage_dates: tuple[date | None, date | None]) -> Measured:
    return Measured(
        subject=subject,
        window_type="year",
        period_start_date=date(year, 1, 1),
        period_end_date=date(year, 12, 31),
        dataset=dataset,
        basis=basis,
        seasonal_adjustment="unadjusted",
        vintage_date_min=vintage_dates[0],
        vintage_date_max=vintage_dates[1],
    )
