-- Every month counts once at each lag, with the last word of that lag, and once with the latest word of all. A month that no later release
-- speaks of, or whose figure was lost, has no revision.
with later as (
    select
        *,
        max(vintage_position) over (
            partition by {{ trade_series_columns() }}, measure, partner_code, period_start_date, "lag"
        ) as last_position_of_lag,
        max(vintage_position) over (partition by {{ trade_series_columns() }}, measure, partner_code, period_start_date) as last_position,
        case
            when measure = 'us_share' then 100 * revision_from_first
            when flow <> 'balance' and first_value > 0 then 100 * revision_from_first / first_value
        end as relative_revision
    from {{ ref("revision_triangle") }}
    where vintage <> first_vintage
),

compared as (
    select
        *,
        'lag_' || "lag" as horizon,
        "lag" as revision_lag
    from later
    where vintage_position = last_position_of_lag and "lag" is not null and "value" is not null
    union all
    select
        *,
        'latest' as horizon,
        cast(null as bigint) as revision_lag
    from later
    where vintage_position = last_position and "value" is not null
),

scoped as (
    select
        *,
        'all_held' as scope
    from compared
    union all
    select
        *,
        'first_print' as scope
    from compared
    where is_first_print_held
)

select
    {{ trade_series_columns() }},
    measure,
    partner_code,
    scope,
    horizon,
    revision_lag as "lag",
    count(*) as n_months,
    count(*) filter (where is_revised) as n_revised,
    min(period_start_date) as first_period_start_date,
    max(period_start_date) as last_period_start_date,
    any_value(unit) as unit,
    avg(revision_from_first) as mean_revision,
    avg(abs(revision_from_first)) as mean_absolute_revision,
    -- In one order, because the last digit depends on it.
    stddev_samp(revision_from_first order by period_start_date asc) as revision_standard_deviation,
    min(revision_from_first) as min_revision,
    max(revision_from_first) as max_revision,
    case
        when count(*) filter (where is_revised) > 0
            then count(*) filter (where is_revised and revision_from_first > 0) / count(*) filter (where is_revised)
    end as upward_share,
    case when measure = 'us_share' then 'percentage point' else 'percent' end as relative_unit,
    case when count(relative_revision) = count(*) then avg(relative_revision) end as mean_relative_revision,
    case when count(relative_revision) = count(*) then avg(abs(relative_revision)) end as mean_absolute_relative_revision,
    min(first_vintage_date) as vintage_date_min,
    max(vintage_date) as vintage_date_max
from scoped
group by {{ trade_series_columns() }}, measure, partner_code, scope, horizon, revision_lag
