-- The windows that a metric is read over: each month, and every twelve months and calendar year whose months are all there.
with month as (
    select
        {{ scope_series_columns() }},
        period_start_date,
        period_end_date,
        us_value,
        world_value,
        vintage_date
    from {{ ref("us_share_vintage") }}
    where {{ as_of() }} and flow = 'export'
),

spans as (
    select
        {{ scope_series_columns() }},
        'month' as window_type,
        period_start_date,
        period_end_date,
        1 as n_months
    from month
    union all
    select
        {{ scope_series_columns() }},
        'ttm' as window_type,
        cast(period_start_date - interval 11 month as date) as period_start_date,
        period_end_date,
        12 as n_months
    from month
    union all
    select
        {{ scope_series_columns() }},
        'year' as window_type,
        cast(period_start_date - interval 11 month as date) as period_start_date,
        period_end_date,
        12 as n_months
    from month
    where extract(month from period_start_date) = 12
)

select
    {{ scope_series_columns("spans") }},
    spans.window_type,
    spans.period_start_date,
    spans.period_end_date,
    spans.n_months,
    sum(month.us_value) as us_value,
    sum(month.world_value) as world_value,
    -- Each month at its own mean rate, so that a window is in US dollars where the rate of every month is held.
    case when count(rate."value") = any_value(spans.n_months) then sum(month.us_value * rate."value") end as us_value_usd,
    case when count(rate."value") = any_value(spans.n_months) then sum(month.world_value * rate."value") end as world_value_usd,
    case when count(rate."value") = any_value(spans.n_months) then max(rate.vintage_date_max) end as exchange_rate_vintage_date,
    min(month.vintage_date) as vintage_date_min,
    max(month.vintage_date) as vintage_date_max,
    any_value(coverage.is_preferred) as is_preferred,
    any_value(coverage.is_absent_zero) as is_absent_zero,
    any_value(coverage.listed_partners) as listed_partners,
    any_value(coverage.partners_never_held) as partners_never_held
from spans
inner join month
    on
        {{ same_scope("spans", "month") }}
        and month.period_start_date between spans.period_start_date and spans.period_end_date
left join {{ ref("exchange_rate") }} as rate
    on
        rate.is_preferred and rate.period_grain = 'month' and rate.currency_pair = 'USD per ' || month.currency
        and month.period_start_date = rate.period_start_date
inner join {{ ref("trade_dataset") }} as coverage on spans.dataset = coverage.dataset
group by all
having count(*) = spans.n_months
