-- A partner is known by its member number, else by its name; one that is neither keeps its number as its code, and no figure is lost.
{{ config(materialized="view") }}

select
    observation.dataset,
    '' as part,
    observation.vintage,
    'CA' as reporter,
    trade.code as flow,
    'total' as trade_type,
    coalesce(by_number.partner_code, by_name.partner_code, 'STATCAN_' || observation.partner_member_id) as partner_code,
    observation.partner_label,
    'all' as product_classification,
    'all' as product_code,
    'all' as province_code,
    observation.period_start_date,
    last_day(observation.period_start_date) as period_end_date,
    'month' as period_grain,
    basis.code as basis,
    adjustment.code as seasonal_adjustment,
    'fob' as valuation,
    'CAD' as currency,
    observation.value_cad as "value",
    observation.value_decimals,
    observation.status
from {{ ref("stg_statcan__12100011") }} as observation
left join {{ ref("statcan_trade_codes") }} as trade
    on trade.dimension = 'trade' and observation.trade_member_id = trade.member_id
left join {{ ref("statcan_trade_codes") }} as basis
    on basis.dimension = 'basis' and observation.basis_member_id = basis.member_id
left join {{ ref("statcan_trade_codes") }} as adjustment
    on adjustment.dimension = 'seasonal_adjustment' and observation.seasonal_adjustment_member_id = adjustment.member_id
left join {{ ref("partner") }} as by_number on observation.partner_member_id = by_number.statcan_member_id
left join {{ ref("partner") }} as by_name on observation.partner_label = by_name.partner_name
