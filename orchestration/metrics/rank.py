"""Which place a market holds among the markets of a country's exports, and what was known of it on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from orchestration.metrics.errors import Undefined
from orchestration.metrics.interval import Bounded
from orchestration.metrics.quantity import Total, require_same


@dataclass(frozen=True)
class MarketFigure:
    """Exports to one market over one period, known from `known_from` until the day before `known_to`; `total` is None where it has no figure.

    `known_to` is None while it still stands.
    """

    partner_code: str
    total: Total | None
    known_from: date
    known_to: date | None = None

    def was_known_on(self, day: date) -> bool:
        return self.known_from <= day and (self.known_to is None or day < self.known_to)


def export_market_rank(market: Total, others: Sequence[Total | None]) -> Bounded:
    """Rank of an export market.

    What:
        The place of one country among all countries that another exports goods to, by value: 1 is the largest market.
    Why:
        "Canada is the largest export market of the United States" is leverage in the other direction, and holds in some periods only.
    Formula:
        Low: 1 + the number of markets with larger exports. High: that, plus those with equal exports, plus those without a figure.
    Source:
        U.S. International Trade Commission, DataWeb, total exports by country; the bounds are our own.
    Unit:
        count
    Range:
        1 to the number of markets
    Inputs:
        Exports to the market and to every other, over one period, of one kind. None is a market that is listed and has no figure.
    Exclusions:
        Aggregates such as the European Union. A market that is not listed is not ranked.
    Assumptions:
        The list has every country with exports. Exports are attributed to the country of last known destination.

    Example:
        Exports of the United States in 2024, US$ billion: 349.9 to Canada, 334.0 to Mexico, 143.2 to China. Canada is first; were Mexico's figure
        missing, it would be first or second.

        >>> def exports(billions):
        ...     return Total(value=billions * 1e9, unit="USD", dataset="usitc/us_exports", basis="customs", seasonal_adjustment="unadjusted",
        ...                  first_period=date(2024, 1, 1), last_period=date(2024, 12, 1), n_periods=12,
        ...                  vintage_date_min=date(2025, 8, 7), vintage_date_max=date(2025, 8, 7))
        >>> export_market_rank(exports(349.9), [exports(334.0), exports(143.2)]).value
        1.0
        >>> rank = export_market_rank(exports(349.9), [None, exports(143.2)])
        >>> rank.low, rank.high, rank.n_missing
        (1.0, 2.0, 1)
    """
    known = [other for other in others if other is not None]
    for other in known:
        require_same(market, other, ["first_period", "last_period"])
    larger = sum(other.value > market.value for other in known)
    equal = sum(other.value == market.value for other in known)
    missing = len(others) - len(known)
    return Bounded(1.0 + larger, 1.0 + larger + equal + missing, n_units=1 + len(others), n_missing=missing)


def export_market_rank_as_known_on(day: date, partner_code: str, figures: Iterable[MarketFigure]) -> Bounded:
    """The rank of a market by the figures of one period that were known on the day. Raises Undefined where its own was not."""
    known: dict[str, Total | None] = {}
    for figure in figures:
        if figure.was_known_on(day):
            if figure.partner_code in known:
                raise ValueError(f"two figures of exports to {figure.partner_code} are known on {day}")
            known[figure.partner_code] = figure.total
    market = known.pop(partner_code, None)
    if market is None:
        raise Undefined(f"exports to {partner_code} were not known on {day}")
    return export_market_rank(market, list(known.values()))
