-- Exports to all countries stand as published, or else are those to the United States and to all others in the same release.
{{ config(materialized="view") }}

with figure as (
    select
        dataset,
        vintage,
        product_group,
        period_start_date,
        case partner_label
            when 'All countries' then 'WORLD' when 'United States' then 'US' when 'United Kingdom' then 'GB' when 'non-US' then 'NON_US'
        end as partner_code,
        value_cad
    from {{ ref("stg_statcan__12100182_groups") }}
),

summed as (
    select
        dataset,
        vintage,
        product_group,
        period_start_date,
        'WORLD' as partner_code,
        sum(value_cad) filter (where partner_code in ('US', 'NON_US')) as value_cad
    from figure
    group by dataset, vintage, product_group, period_start_date
    having count(*) filter (where partner_code in ('US', 'NON_US')) = 2 and not bool_or(partner_code = 'WORLD')
),

complete as (
    select * from figure
    union all
    select * from summed
)

select
    dataset,
    '' as part,
    vintage,
    'CA' as reporter,
    'export' as flow,
    'total' as trade_type,
    partner_code,
    cast(null as varchar) as partner_label,
    'NAPCS2022_GROUP' as product_classification,
    product_group as product_code,
    'all' as province_code,
    period_start_date,
    last_day(period_start_date) as period_end_date,
    'month' as period_grain,
    'customs' as basis,
    'unadjusted' as seasonal_adjustment,
    'fob' as valuation,
    'CAD' as currency,
    value_cad as "value",
    -3 as value_decimals,
    cast(null as varchar) as status
from complete
