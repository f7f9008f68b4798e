{{ config(materialized="view") }}

select
    dataset,
    '' as part,
    vintage,
    'CA' as reporter,
    lower(flow) as flow,
    'total' as trade_type,
    coalesce(country_code, 'WORLD') as partner_code,
    cast(null as varchar) as partner_label,
    case when hs_code is null then 'all' else 'HS2022' end as product_classification,
    coalesce(hs_code, 'all') as product_code,
    'all' as province_code,
    period_start_date,
    period_end_date,
    case when period_end_date = last_day(period_start_date) then 'month' else 'range' end as period_grain,
    'customs' as basis,
    'unadjusted' as seasonal_adjustment,
    'fob' as valuation,
    'CAD' as currency,
    value_cad as "value",
    0 as value_decimals,
    cast(null as varchar) as status
from {{ ref("stg_statcan__cimt_aggregates") }}
