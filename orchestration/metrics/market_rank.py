"""The rows of `metrics.policy_metric` on the place of Canada among the markets of American goods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from orchestration.metrics.catalogue import card_of
from orchestration.metrics.months import last_day
from orchestration.metrics.policy_metric import PolicyMetric
from orchestration.metrics.rank import MarketFigure, export_market_rank_as_known_on

CANADA = "CA"
SUBJECT = "Canada among the markets of American goods"


def market_ranks(periods: Iterable[Sequence[MarketFigure]], as_of: date) -> list[PolicyMetric]:
    """The rank in every period, each given by all its figures, of which exports to Canada were known on the day."""
    return [row for figures in periods for row in _rank([figure for figure in figures if figure.was_known_on(as_of)], as_of)]


def _rank(known: Sequence[MarketFigure], as_of: date) -> list[PolicyMetric]:
    totals = {figure.partner_code: figure.total for figure in known if figure.total is not None}
    if CANADA not in totals:
        return []
    canada = totals[CANADA]
    rank = export_market_rank_as_known_on(as_of, CANADA, known)
    return [
        PolicyMetric(
            metric="export_market_rank",
            subject=SUBJECT,
            period_start_date=canada.first_period,
            period_end_date=last_day(canada.last_period),
            window_type="year" if canada.n_periods == 12 else "month",
            dataset=canada.dataset,
            basis=canada.basis,
            seasonal_adjustment=canada.seasonal_adjustment,
            price_basis=canada.price_basis,
            value=rank.value,
            value_low=rank.low,
            value_high=rank.high,
            unit=card_of("export_market_rank").unit,
            n_units=rank.n_units,
            n_missing=rank.n_missing,
            vintage_date_min=min(total.vintage_date_min for total in totals.values()),
            vintage_date_max=max(total.vintage_date_max for total in totals.values()),
            as_of=as_of,
        )
    ]
