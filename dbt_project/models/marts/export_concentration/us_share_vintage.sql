-- A share's two figures must have stood in one release, so a pair of versions counts only while both were confirmed.
with monthly as (
    select *
    from {{ ref("fct_trade_vintage") }}
    where period_grain = 'month' and product_code = 'all' and flow in ('export', 'import') and "value" is not null
),

paired as (
    select
        {{ trade_series_columns("world") }},
        world.period_start_date,
        world.period_end_date,
        us."value" as us_value,
        world."value" as world_value,
        greatest(us.known_from, world.known_from) as known_from,
        least(us.vintage_date, world.vintage_date) as vintage_date,
        case when us.known_from >= world.known_from then us.first_vintage else world.first_vintage end as vintage,
        least(
            case when us.is_withdrawn then us.known_to end,
            case when world.is_withdrawn then world.known_to end
        ) as withdrawn_on
    from monthly as world
    inner join monthly as us
        on
            {{ same_series("world", "us") }}
            and world.period_start_date = us.period_start_date
            and greatest(us.known_from, world.known_from) <= least(us.vintage_date, world.vintage_date)
    where world.partner_code = 'WORLD' and us.partner_code = 'US' and world."value" > 0
)

select
    {{ trade_series_columns("paired") }},
    'all' as product_scope,
    paired.period_start_date,
    paired.period_end_date,
    paired.us_value,
    paired.world_value,
    paired.us_value / paired.world_value as us_share,
    paired.known_from,
    coalesce(paired.withdrawn_on, lead(paired.known_from) over versions) as known_to,
    paired.vintage_date,
    paired.vintage,
    release.is_estimated as vintage_is_estimated,
    release.sha256,
    release.source_url
from paired
inner join {{ ref("stg_landing__vintage") }} as release
    on paired.dataset = release.dataset and paired.vintage = release.vintage
window versions as (
    partition by {{ trade_series_columns("paired") }}, paired.period_start_date
    order by paired.known_from, paired.vintage
)
