"""The metrics of `metrics.policy_metric` by name, and their cards."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from orchestration.metrics.cards import Card, Metric, parse_card
from orchestration.metrics.concentration import effective_partners, partner_hhi, theil, us_share
from orchestration.metrics.decomposition import share_change_from_rest, share_change_from_us
from orchestration.metrics.rank import export_market_rank
from orchestration.metrics.target import non_us_exports_ahead, non_us_exports_path, non_us_exports_years_ahead

_FUNCTIONS: Final[tuple[Metric, ...]] = (
    us_share,
    partner_hhi,
    effective_partners,
    theil,
    share_change_from_us,
    share_change_from_rest,
    non_us_exports_path,
    non_us_exports_ahead,
    non_us_exports_years_ahead,
    export_market_rank,
)

METRICS: Final = MappingProxyType({metric.__name__: metric for metric in _FUNCTIONS})


def card_of(metric: str) -> Card:
    """Return the card of a metric by its name. Raises KeyError naming those that exist."""
    if metric not in METRICS:
        raise KeyError(f"{metric!r} is not a metric: {', '.join(METRICS)}")
    return parse_card(METRICS[metric])
