-- Of the destinations the total (1) and the United States (2), of the origins the total (1): the agency's numbers of the others are not documented.
{{ config(materialized="view") }}

select
    dataset,
    '' as part,
    vintage,
    'CA' as reporter,
    'export' as flow,
    case trade_member_id when '1' then 'total' when '2' then 'domestic' when '3' then 're_export' end as trade_type,
    case destination_member_id when '1' then 'WORLD' when '2' then 'US' end as partner_code,
    cast(null as varchar) as partner_label,
    case when product_member_id = '1' then 'all' else 'NAPCS2022' end as product_classification,
    case when product_member_id = '1' then 'all' else product_code end as product_code,
    'all' as province_code,
    period_start_date,
    last_day(period_start_date) as period_end_date,
    'month' as period_grain,
    'customs' as basis,
    'unadjusted' as seasonal_adjustment,
    'fob' as valuation,
    'CAD' as currency,
    value_cad as "value",
    value_decimals,
    status
from {{ ref("stg_statcan__12100182") }}
where
    destination_member_id in ('1', '2') and origin_member_id = '1' and geography_member_id = '1'
    and (product_code is not null or product_member_id = '1')
