-- Both figures of a share are of one release. The pair stands until a release has another one, or loses one of its figures: suppressed, or no
-- longer in a complete table.
with figure as (
    select
        *,
        lead(vintage_position) over (
            partition by {{ scope_series_columns() }}, period_start_date, partner_code
            order by vintage_position
        ) as next_position
    from {{ ref("int_trade__scope_observation") }}
    where flow in ('export', 'import') and partner_code in ('US', 'WORLD')
),

event as (
    select
        {{ scope_series_columns("world") }},
        world.period_start_date,
        world.period_end_date,
        us."value" as us_value,
        world."value" as world_value,
        marts.share(us, world) as us_share,
        world.vintage_position,
        world.vintage_date,
        world.vintage
    from figure as world
    inner join figure as us
        on
            {{ same_scope("world", "us") }}
            and world.period_start_date = us.period_start_date
            and world.vintage_position = us.vintage_position
    -- What is no part of its whole is no share; the build warns of it.
    where world.partner_code = 'WORLD' and us.partner_code = 'US' and world."value" > 0 and us."value" between 0 and world."value"
    union all
    select distinct
        {{ scope_series_columns() }},
        period_start_date,
        period_end_date,
        cast(null as double) as us_value,
        cast(null as double) as world_value,
        cast(null as double) as us_share,
        vintage_position,
        vintage_date,
        cast(null as varchar) as vintage
    from figure
    where "value" is null
    union all
    select distinct
        {{ scope_series_columns() }},
        period_start_date,
        period_end_date,
        cast(null as double) as us_value,
        cast(null as double) as world_value,
        cast(null as double) as us_share,
        next_complete_position as vintage_position,
        next_complete_date as vintage_date,
        cast(null as varchar) as vintage
    from figure
    where next_complete_position < coalesce(next_position, next_complete_position + 1)
),

followed as (
    select
        *,
        row_number() over month as place,
        lag(us_value) over month as previous_us_value,
        lag(world_value) over month as previous_world_value
    from event
    window month as (partition by {{ scope_series_columns() }}, period_start_date order by vintage_position)
),

numbered as (
    select
        *,
        count(*) filter (
            where place = 1 or us_value is distinct from previous_us_value or world_value is distinct from previous_world_value
        ) over (partition by {{ scope_series_columns() }}, period_start_date order by vintage_position) as version
    from followed
),

versions as (
    select
        {{ scope_series_columns() }},
        period_start_date,
        period_end_date,
        version,
        any_value(us_value) as us_value,
        any_value(world_value) as world_value,
        any_value(us_share) as us_share,
        min(vintage_date) as known_from,
        max(vintage_date) as vintage_date,
        arg_min(vintage, vintage_position) as vintage
    from numbered
    group by {{ scope_series_columns() }}, period_start_date, period_end_date, version
),

closed as (
    select
        *,
        lead(known_from) over (partition by {{ scope_series_columns() }}, period_start_date order by version) as known_to
    from versions
)

select
    {{ scope_series_columns("closed") }},
    closed.period_start_date,
    closed.period_end_date,
    closed.us_value,
    closed.world_value,
    closed.us_share,
    closed.known_from,
    closed.known_to,
    closed.vintage_date,
    closed.vintage,
    release.is_estimated as vintage_is_estimated,
    release.sha256,
    release.source_url
from closed
inner join {{ ref("stg_landing__vintage") }} as release
    on closed.dataset = release.dataset and closed.vintage = release.vintage
where closed.us_value is not null
