-- What each release says of a month, read from the releases and not from the versions: a release that repeats a figure says it again, a partial one
-- says nothing of a cell that it lacks, and a complete one that lacks a cell says that it is withdrawn. Both figures of a share are of one release.
-- Of the whole country's trade in all products, or in a group that is published as one: products and provinces would be millions a release.
{{ config(materialized="view") }}

with figure as (
    select
        *,
        case when "value" is not null then 0.5 * power(10, -value_decimals) end as rounding_error,
        lead(vintage_position) over (partition by {{ trade_cell_columns() }} order by vintage_position) as next_position
    from {{ ref("int_trade__observation") }}
    where
        period_grain = 'month' and part = '' and province_code = 'all'
        and (product_code = 'all' or product_classification = 'NAPCS2022_GROUP')
),

said as (
    select
        {{ trade_cell_columns() }},
        vintage_position,
        "value",
        value_decimals,
        rounding_error,
        false as is_withdrawn
    from figure
    union all
    select
        {{ trade_cell_columns() }},
        next_complete_position as vintage_position,
        cast(null as double) as "value",
        cast(null as integer) as value_decimals,
        cast(null as double) as rounding_error,
        true as is_withdrawn
    from figure
    where next_complete_position < coalesce(next_position, next_complete_position + 1)
),

pair as (
    select
        {{ trade_series_columns() }},
        period_start_date,
        period_end_date,
        vintage_position,
        max(case when partner_code = 'US' then "value" end) as us_value,
        max(case when partner_code = 'US' then rounding_error end) as us_rounding_error,
        max(case when partner_code = 'WORLD' then "value" end) as world_value,
        max(case when partner_code = 'WORLD' then rounding_error end) as world_rounding_error,
        min(value_decimals) as value_decimals,
        bool_or("value" is null) as is_lost,
        bool_or(is_withdrawn) as is_withdrawn
    from said
    where partner_code in ('US', 'WORLD') and flow in ('export', 'import')
    group by {{ trade_series_columns() }}, period_start_date, period_end_date, vintage_position
)

select
    {{ trade_series_columns() }},
    case partner_code when 'US' then 'us_value' when 'WORLD' then 'world_value' else 'value' end as measure,
    partner_code,
    period_start_date,
    period_end_date,
    currency as unit,
    vintage_position,
    "value",
    value_decimals,
    rounding_error,
    is_withdrawn
from said
union all
select
    {{ trade_series_columns() }},
    'us_share' as measure,
    'US' as partner_code,
    period_start_date,
    period_end_date,
    'share' as unit,
    vintage_position,
    us_value / world_value as "value",
    value_decimals,
    (us_rounding_error + us_value / world_value * world_rounding_error) / (world_value - world_rounding_error) as rounding_error,
    is_withdrawn
from pair
where is_lost or (us_value is not null and world_value > 0)
