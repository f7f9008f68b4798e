-- Releases that repeat a figure add no row: each run of equal figures becomes one version, closed by the release that revised or withdrew it.
with followed as (
    select
        *,
        lag("value") over cell as previous_value,
        lag(status) over cell as previous_status,
        lag(next_complete_position) over cell as previous_next_complete_position,
        lag(vintage_position) over cell as previous_position,
        coalesce(next_complete_position < coalesce(lead(vintage_position) over cell, next_complete_position + 1), false) as is_dropped_next
    from {{ ref("int_trade__observation") }}
    window cell as (partition by {{ trade_cell_columns() }} order by vintage_position)
),

numbered as (
    select
        *,
        count(*) filter (
            where previous_position is null
            or "value" is distinct from previous_value
            or status is distinct from previous_status
            or previous_next_complete_position < vintage_position
        ) over (partition by {{ trade_cell_columns() }} order by vintage_position) as version
    from followed
),

versions as (
    select
        {{ trade_cell_columns() }},
        version,
        any_value("value") as "value",
        any_value(status) as status,
        arg_max(value_decimals, vintage_position) as value_decimals,
        min(vintage_date) as known_from,
        max(vintage_date) as vintage_date,
        arg_min(vintage, vintage_position) as first_vintage,
        arg_max(vintage, vintage_position) as vintage,
        max(case when is_dropped_next then next_complete_date end) as withdrawn_on
    from numbered
    group by {{ trade_cell_columns() }}, version
)

select
    {{ trade_cell_columns() }},
    "value",
    status,
    value_decimals,
    vintage_date,
    vintage,
    first_vintage,
    known_from,
    coalesce(withdrawn_on, lead(known_from) over cell) as known_to,
    withdrawn_on is not null as is_withdrawn
from versions
window cell as (partition by {{ trade_cell_columns() }} order by version)
