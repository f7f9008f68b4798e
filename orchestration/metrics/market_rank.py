"""The rows of `metrics.policy_metric` on the place of Canada among the markets of American goods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from orchestration.metrics.months import last_day
from orchestration.metrics.policy_metric import Measured, PolicyMetric, known
from orchestration.metrics.rank import MarketFigure, export_market_rank, export_market_rank_as_known_on

CANADA = "CA"
SUBJECT = "Canada among the markets of American goods"


def market_ranks(figures: Sequence[MarketFigure], as_of: date) -> Iterator[PolicyMetric]:
    """The rank in a period, given by all its figures, where exports to Canada were known on the day."""
    held = [figure for figure in figures if figure.was_known_on(as_of)]
    totals = {figure.partner_code: figure.total for figure in held if figure.total is not None}
    if CANADA not in totals:
        return
    canada = totals[CANADA]
    on = Measured(
        subject=SUBJECT,
        window_type="year" if canada.n_periods == 12 else "month",
        period_start_date=canada.first_period,
        period_end_date=last_day(canada.last_period),
        dataset=canada.dataset,
        basis=canada.basis,
        seasonal_adjustment=canada.seasonal_adjustment,
        price_basis=canada.price_basis,
        vintage_date_min=min(total.vintage_date_min for total in totals.values()),
        vintage_date_max=max(total.vintage_date_max for total in totals.values()),
    )
    yield known(export_market_rank, on, as_of, export_market_rank_as_known_on(as_of, CANADA, held))
