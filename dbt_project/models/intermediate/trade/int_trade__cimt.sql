-- The merchandise trade database at two depths: all products to every country from every province, and each subheading to the United States and to
-- all countries. The rows themselves are millions a year, and stay where they landed.
{{ config(materialized="view") }}

with traded as (
    select
        dataset,
        part,
        vintage,
        flow,
        trade_type,
        period_start_date,
        province_code as named_province_code,
        country_code,
        left(hs_code, 6) as subheading_code,
        value_cad
    from {{ ref("stg_statcan__cimt") }}
),

by_country as (
    select
        dataset,
        part,
        vintage,
        flow,
        trade_type,
        period_start_date,
        coalesce(named_province_code, 'all') as province_code,
        coalesce(country_code, 'WORLD') as partner_code,
        'all' as product_code,
        sum(value_cad) as "value"
    from traded
    group by
        dataset, part, vintage, flow, trade_type, period_start_date,
        grouping sets ((named_province_code, country_code), (named_province_code), (country_code), ())
    -- Total exports name no province: of them there is only the sum of all.
    having grouping(named_province_code) = 1 or named_province_code is not null
),

by_subheading as (
    select
        dataset,
        part,
        vintage,
        flow,
        trade_type,
        period_start_date,
        'all' as province_code,
        unnest(['US', 'WORLD']) as partner_code,
        subheading_code as product_code,
        unnest([coalesce(sum(value_cad) filter (where country_code = 'US'), 0), sum(value_cad)]) as "value"
    from traded
    group by dataset, part, vintage, flow, trade_type, period_start_date, subheading_code
),

complete as (
    select * from by_country
    union all by name
    select * from by_subheading
)

select
    dataset,
    part,
    vintage,
    'CA' as reporter,
    flow,
    trade_type,
    partner_code,
    cast(null as varchar) as partner_label,
    case when product_code = 'all' then 'all' else {{ hs_edition("period_start_date") }} end as product_classification,
    product_code,
    province_code,
    period_start_date,
    last_day(period_start_date) as period_end_date,
    'month' as period_grain,
    'customs' as basis,
    'unadjusted' as seasonal_adjustment,
    'fob' as valuation,
    'CAD' as currency,
    cast("value" as double) as "value",
    0 as value_decimals,
    cast(null as varchar) as status
from complete
