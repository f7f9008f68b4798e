"""The rows of `metrics.policy_metric` on value added: what the inter-country table of a year says, beside what is published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from orchestration.metrics.cards import Metric
from orchestration.metrics.interval import Bounded
from orchestration.metrics.policy_metric import Measured, PolicyMetric, known, measure, unknown
from orchestration.metrics.value_added import (
    InputOutputTable,
    domestic_value_added_share,
    domestic_value_added_share_without_returns,
    sector_border_crossings,
    sector_cumulative_tariff,
    sector_production_length,
    us_value_added_share,
    vax_ratio,
)

DATASET = "oecd/icio"
ECONOMIES = {"CAN": "Canada", "USA": "United States", "MEX": "Mexico"}
MOTOR_VEHICLES = "C29"
CANADA_US = ("CAN", "USA")
# The rate of the US tariff of 2025 on vehicles and of the first one on Canada, for a chain on which every crossing pays it.
TARIFF = 0.25
_VEHICLES = "motor vehicles"
_ALL_BORDERS = f"{_VEHICLES}, all borders"
_TAXED = f"{_VEHICLES}, {TARIFF:.0%} on every crossing between Canada and United States"
# The last year of the OECD's edition of 2025, which a warehouse without a table has unknown.
LAST_PUBLISHED_YEAR = 2022
_TO_IMPORT = "no inter-country table is held; download the zip of the years at https://oe.cd/icio and use `warehouse import oecd/icio FILE`"


@dataclass(frozen=True)
class PublishedShare:
    """Domestic value added in the exports of an economy to all countries and of all industries, as a data set publishes it for a year."""

    dataset: str
    economy: str
    year: int
    share: float
    vintage_date: date


def table_metrics(table: InputOutputTable, vintage_date: date, as_of: date) -> Iterator[PolicyMetric]:
    """What the table of a year says of Canada, the United States and Mexico, and of the vehicles that they make. The year is in every subject."""
    for code in ECONOMIES:
        if code not in table.economies:
            continue
        on = _on(code, table.year, vintage_date)
        for metric in (domestic_value_added_share, domestic_value_added_share_without_returns, vax_ratio):
            yield measure(metric, on, as_of, table, code)
        if code != "USA" and "USA" in table.economies:
            yield measure(us_value_added_share, on, as_of, table, code)
        sector = f"{code}_{MOTOR_VEHICLES}"
        for between, subject in ((None, _ALL_BORDERS), (CANADA_US, f"{_VEHICLES}, Canada and United States")):
            on = _on(code, table.year, vintage_date, subject)
            yield measure(sector_border_crossings, on, as_of, table, sector, between)
        yield measure(sector_production_length, _on(code, table.year, vintage_date, _VEHICLES), as_of, table, sector)
        yield measure(sector_cumulative_tariff, _on(code, table.year, vintage_date, _TAXED), as_of, table, sector, TARIFF, CANADA_US)


def without_table(as_of: date) -> Iterator[PolicyMetric]:
    """What cannot be said of Canada while no table is held."""
    of_economy: tuple[Metric, ...] = (domestic_value_added_share, domestic_value_added_share_without_returns, vax_ratio, us_value_added_share)
    for metric in of_economy:
        yield unknown(metric, _on("CAN", LAST_PUBLISHED_YEAR, None), as_of, _TO_IMPORT)
    of_sector: tuple[tuple[Metric, str], ...] = (
        (sector_border_crossings, _ALL_BORDERS),
        (sector_production_length, _VEHICLES),
        (sector_cumulative_tariff, _TAXED),
    )
    for metric, subject in of_sector:
        yield unknown(metric, _on("CAN", LAST_PUBLISHED_YEAR, None, subject), as_of, _TO_IMPORT)


def published_metrics(published: PublishedShare, as_of: date) -> Iterator[PolicyMetric]:
    """The share as published, beside the one that is computed from the table."""
    on = Measured(
        subject=f"{ECONOMIES.get(published.economy, published.economy)}, year {published.year}",
        window_type="year",
        period_start_date=date(published.year, 1, 1),
        period_end_date=date(published.year, 12, 31),
        dataset=published.dataset,
        basis="published",
        seasonal_adjustment="unadjusted",
        vintage_date_min=published.vintage_date,
        vintage_date_max=published.vintage_date,
    )
    yield known(domestic_value_added_share, on, as_of, Bounded.exact(published.share, 1))


def _on(economy: str, year: int, vintage_date: date | None, detail: str = "") -> Measured:
    return Measured(
        subject=", ".join(filter(None, [ECONOMIES[economy], detail, f"year {year}"])),
        window_type="year",
        period_start_date=date(year, 1, 1),
        period_end_date=date(year, 12, 31),
        dataset=DATASET,
        basis="basic_prices",
        seasonal_adjustment="unadjusted",
        vintage_date_min=vintage_date,
        vintage_date_max=vintage_date,
    )
