-- The quarters of which a data set is held whole: every day to the quarter's end, or to the last day held, lies in a complete part. A share over
-- another quarter would be one over a sample.
with span as (
    select
        standing.dataset,
        case
            when standing.dataset like 'canadabuys/%' then make_date(cast(standing.part[:4] as integer), 4, 1)
            when standing.dataset = 'seao/releases' then vintage.data_from
            else date '1990-01-01'
        end as first_day,
        case
            when standing.dataset like 'canadabuys/%' then least(make_date(cast(standing.part[-4:] as integer), 3, 31), standing.vintage_date)
            when standing.dataset = 'seao/releases' then vintage.data_through
            else standing.vintage_date
        end as last_day
    from {{ ref("int_procurement__standing_vintage") }} as standing
    inner join {{ ref("stg_landing__vintage") }} as vintage
        on standing.dataset = vintage.dataset and standing.part = vintage.part and standing.vintage = vintage.vintage
    where vintage.is_complete
),

day as (
    select distinct
        dataset,
        unnest(generate_series(first_day, last_day, interval 1 day)) as day
    from span
),

quarter as (
    select
        dataset,
        {{ quarter_start("day") }} as quarter_start_date,
        count(*) as n_days,
        max(max(day)) over (partition by dataset) as last_day
    from day
    group by dataset, {{ quarter_start("day") }}
)

select
    dataset,
    quarter_start_date,
    cast(quarter_start_date + interval 3 month - interval 1 day as date) <= last_day as is_over,
    n_days
    = date_diff('day', quarter_start_date, cast(least(quarter_start_date + interval 3 month, last_day + interval 1 day) as date)) as is_whole
from quarter
