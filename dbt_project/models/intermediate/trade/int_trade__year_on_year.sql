-- Each month's figure beside that of the same month a year before, as they stood in one release: from the first to the last in which both did. Months
-- are compared with no other month, so that no season passes for a change. Exports to the United States and to all others are the pair of a share.
with figure as (
    select
        {{ scope_cell_columns() }},
        "value",
        known_from,
        vintage_date
    from {{ ref("int_trade__scope_vintage") }}
    where "value" is not null and flow = 'export' and partner_code not in ('NON_US', 'US', 'WORLD')
    union all
    select
        {{ scope_series_columns() }},
        unnest(['NON_US', 'US', 'WORLD']) as partner_code,
        period_start_date,
        period_end_date,
        unnest([world_value - us_value, us_value, world_value]) as "value",
        known_from,
        vintage_date
    from {{ ref("us_share_vintage") }}
    where flow = 'export'
)

select
    {{ scope_series_columns("after") }},
    after.partner_code,
    after.period_start_date,
    after.period_end_date,
    before."value" as value_before,
    after."value" as value_after,
    greatest(before.known_from, after.known_from) as both_from,
    least(before.vintage_date, after.vintage_date) as both_through
from figure as after
inner join figure as before
    on
        {{ same_scope("after", "before") }}
        and after.partner_code = before.partner_code
        and after.period_start_date = before.period_start_date + interval 12 month
        and greatest(before.known_from, after.known_from) <= least(before.vintage_date, after.vintage_date)
