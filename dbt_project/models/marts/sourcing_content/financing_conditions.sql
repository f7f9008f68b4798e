-- What borrowing costs in Canada at the end of each month: the policy rate and, where it is held, the prime rate; and what a loan of 60 months costs
-- a month at that rate, as an index. Shown beside sales of vehicles, never as their cause. A rate stands until the day on which it changes.
with rate as (
    select
        valet.series_id,
        valet.observation_date,
        valet.value as rate_pct,
        vintage.vintage_date
    from {{ ref("stg_bank_of_canada__valet") }} as valet
    inner join {{ ref("stg_landing__vintage") }} as vintage on valet.dataset = vintage.dataset and valet.vintage = vintage.vintage
    where valet.series_id in ('V39079', 'V80691311') and valet.value is not null
    qualify vintage.vintage_position = max(vintage.vintage_position) over (partition by valet.series_id, valet.observation_date)
),

span as (
    select
        series_id,
        min(observation_date) as first_day,
        max(observation_date) as last_day
    from rate
    group by series_id
),

-- Only months that had ended by the last day that is held, so that a rate is never carried beyond what is known.
month_end as (
    select
        series_id,
        cast(last_day(cast(unnest(generate_series(date_trunc('month', first_day), last_day, interval 1 month)) as date)) as date) as day
    from span
),

at_month_end as (
    select
        month_end.series_id,
        month_end.day,
        rate.rate_pct,
        rate.observation_date as rate_since,
        rate.vintage_date
    from month_end
    asof inner join rate on month_end.series_id = rate.series_id and month_end.day >= rate.observation_date
    inner join span on month_end.series_id = span.series_id and month_end.day <= span.last_day
),

paid as (
    select
        *,
        {{ annuity_payment("rate_pct", 60) }} as payment
    from at_month_end
)

select
    'bank_of_canada/valet' as dataset,
    series_id,
    case series_id when 'V39079' then 'policy rate' else 'prime rate' end as rate,
    cast(date_trunc('month', day) as date) as period_start_date,
    rate_pct,
    rate_since,
    100 * payment / first_value(payment) over (partition by series_id order by day) as payment_index,
    vintage_date
from paid
