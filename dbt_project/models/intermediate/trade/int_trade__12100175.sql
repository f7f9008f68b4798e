-- Exports and imports by province and section to each listed partner. Imports are total, exports domestic or re-exports: total exports are their
-- sum, and published of neither.
{{ config(materialized="view") }}

select
    observation.dataset,
    '' as part,
    observation.vintage,
    'CA' as reporter,
    case observation.trade_member_id when '1' then 'import' else 'export' end as flow,
    case observation.trade_member_id when '1' then 'total' when '2' then 'domestic' when '3' then 're_export' end as trade_type,
    coalesce(partner.partner_code, 'STATCAN_12100175_' || observation.partner_member_id) as partner_code,
    observation.partner_label,
    case when observation.product_code is null then 'all' else 'NAPCS2022' end as product_classification,
    coalesce(observation.product_code, 'all') as product_code,
    province.province_code,
    observation.period_start_date,
    last_day(observation.period_start_date) as period_end_date,
    'month' as period_grain,
    'customs' as basis,
    'unadjusted' as seasonal_adjustment,
    'fob' as valuation,
    'CAD' as currency,
    observation.value_cad as "value",
    observation.value_decimals,
    observation.status
from {{ ref("stg_statcan__12100175") }} as observation
inner join {{ ref("province") }} as province on observation.geography_label = province.province_name
left join {{ ref("partner") }} as partner on observation.partner_label = partner.partner_name
-- Member 14 of the products is an adjustment to the balance of payments, of no country.
where observation.product_code is not null or observation.product_member_id = '1'
