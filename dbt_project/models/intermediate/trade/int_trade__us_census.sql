-- Exports of a month that has landed whole, summed over its products. Groups of countries overlap their members and are left out; so is the part
-- `exports-selected`, which may repeat cells of the months.
with country as (
    select
        dataset,
        part,
        vintage,
        period_start_date,
        coalesce(country_code, '') as country_code,
        case when count(*) = count(export_value_usd) then sum(export_value_usd) end as "value"
    from {{ ref("stg_us_census__intltrade") }}
    where flow = 'exports' and part <> 'exports-selected' and country_kind in ('country', 'total')
    group by dataset, part, vintage, period_start_date, country_code
)

select
    country.dataset,
    country.part,
    country.vintage,
    'US' as reporter,
    'export' as flow,
    'total' as trade_type,
    case
        when country.country_code = '' then 'WORLD'
        else coalesce(by_code.partner_code, 'SCHEDULE_C_' || country.country_code)
    end as partner_code,
    nullif(country.country_code, '') as partner_label,
    'all' as product_classification,
    'all' as product_code,
    'all' as province_code,
    country.period_start_date,
    last_day(country.period_start_date) as period_end_date,
    'month' as period_grain,
    'customs' as basis,
    'unadjusted' as seasonal_adjustment,
    'fas' as valuation,
    'USD' as currency,
    cast(country."value" as double) as "value",
    0 as value_decimals,
    cast(null as varchar) as status
from country
left join {{ ref("us_census_country") }} as by_code on country.country_code = by_code.country_code
