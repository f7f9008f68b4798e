-- A partner is known by DataWeb's name of it, blanks after it cut off; one that is not known keeps its name as its code, and no figure is lost.
{{ config(materialized="view") }}

select
    observation.dataset,
    '' as part,
    observation.vintage,
    'US' as reporter,
    'export' as flow,
    'total' as trade_type,
    coalesce(as_spelled.partner_code, by_name.partner_code, 'USITC_' || trim(observation.country_name)) as partner_code,
    trim(observation.country_name) as partner_label,
    case
        when observation.hs_code is null then 'all'
        when observation.period_start_date < date '2022-01-01' then 'HS2017'
        else 'HS2022'
    end as product_classification,
    coalesce(observation.hs_code, 'all') as product_code,
    'all' as province_code,
    observation.period_start_date,
    cast(observation.period_start_date + interval 1 year - interval 1 day as date) as period_end_date,
    'year' as period_grain,
    'customs' as basis,
    'unadjusted' as seasonal_adjustment,
    'fas' as valuation,
    'USD' as currency,
    observation.fas_value_usd as "value",
    0 as value_decimals,
    cast(null as varchar) as status
from {{ ref("stg_usitc__us_exports") }} as observation
left join {{ ref("usitc_country") }} as as_spelled on trim(observation.country_name) = as_spelled.country_name
left join {{ ref("partner") }} as by_name on trim(observation.country_name) = by_name.partner_name
