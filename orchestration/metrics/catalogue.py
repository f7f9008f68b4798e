"""The metrics of `metrics.policy_metric` by name, and their cards."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import Final

from orchestration.metrics.cards import Card, Metric, parse_card
from orchestration.metrics.comparative_advantage import revealed_comparative_advantage
from orchestration.metrics.complementarity import trade_complementarity
from orchestration.metrics.concentration import effective_partners, partner_hhi, partner_hhi_normalized, us_share
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
from orchestration.metrics.decomposition import share_change_from_rest, share_change_from_us, share_change_mix, share_change_within
from orchestration.metrics.dependence import single_market_share
from orchestration.metrics.home_share import home_share, import_penetration
from orchestration.metrics.intra_industry import intra_industry_trade, intra_industry_trade_adjusted, intra_industry_trade_aquino
from orchestration.metrics.minerals import (
    canada_mine_share,
    canada_share_of_us_imports,
    processed_export_share,
    processed_export_share_change,
    processing_ratio,
    substitution_headroom,
    supply_risk,
    us_net_import_reliance,
    value_uplift,
    world_mine_hhi,
)
from orchestration.metrics.rank import export_market_rank
from orchestration.metrics.redirection import matched_redirection_rate, non_us_gain_over_us_loss
from orchestration.metrics.target import non_us_exports_ahead, non_us_exports_path, non_us_exports_required_growth, non_us_exports_years_ahead
from orchestration.metrics.theil import theil, theil_between_regions, theil_within_regions
from orchestration.metrics.value_added import (
    domestic_value_added_share,
    domestic_value_added_share_without_returns,
    sector_border_crossings,
    sector_cumulative_tariff,
    sector_production_length,
    us_value_added_share,
    vax_ratio,
)
from orchestration.metrics.vehicles import north_american_sales_share, us_canada_parts_content, vehicle_production_change

_FUNCTIONS: Final[tuple[Metric, ...]] = (
    us_share,
    partner_hhi,
    partner_hhi_normalized,
    effective_partners,
    theil,
    theil_between_regions,
    theil_within_regions,
    share_change_from_us,
    share_change_from_rest,
    share_change_within,
    share_change_mix,
    matched_redirection_rate,
    non_us_gain_over_us_loss,
    non_us_exports_path,
    non_us_exports_ahead,
    non_us_exports_years_ahead,
    non_us_exports_required_growth,
    single_market_share,
    intra_industry_trade,
    intra_industry_trade_adjusted,
    intra_industry_trade_aquino,
    revealed_comparative_advantage,
    trade_complementarity,
    export_market_rank,
    canadian_vendor_share,
    canadian_vendor_count_share,
    canadian_control_share,
    canadian_content_share,
    us_vendor_share,
    sole_source_share,
    supplier_hhi,
    policy_reach_share,
    restriction_coverage,
    us_net_import_reliance,
    canada_share_of_us_imports,
    world_mine_hhi,
    canada_mine_share,
    processing_ratio,
    processed_export_share,
    processed_export_share_change,
    supply_risk,
    substitution_headroom,
    value_uplift,
    domestic_value_added_share,
    domestic_value_added_share_without_returns,
    us_value_added_share,
    vax_ratio,
    sector_border_crossings,
    sector_production_length,
    sector_cumulative_tariff,
    vehicle_production_change,
    us_canada_parts_content,
    north_american_sales_share,
    home_share,
    import_penetration,
)

METRICS: Final = MappingProxyType({metric.__name__: metric for metric in _FUNCTIONS})


@cache
def card_of(metric: str) -> Card:
    """Return the card of a metric by its name. Raises KeyError naming those that exist."""
    if metric not in METRICS:
        raise KeyError(f"{metric!r} is not a metric: {', '.join(METRICS)}")
    return parse_card(METRICS[metric])
