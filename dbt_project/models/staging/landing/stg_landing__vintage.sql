-- Every landed vintage that was out by the as-of day, numbered per data set and part, with the next one that replaces the whole of it.
with released as (
    select
        dataset,
        part,
        vintage,
        vintage_date,
        sequence as vintage_sequence,
        is_estimated,
        is_complete,
        method,
        sha256,
        bytes,
        "rows",
        data_from,
        data_through,
        source_url,
        fetched_at,
        landed_at,
        licence,
        attribution,
        row_number() over (partition by dataset, part order by vintage_date, sequence) as vintage_position
    from {{ source("landing", "vintage") }}
    where {{ released_by_as_of("vintage_date") }}
)

select
    *,
    min(case when is_complete then vintage_position end) over later as next_complete_position,
    min(case when is_complete then vintage_date end) over later as next_complete_date
from released
window later as (partition by dataset, part order by vintage_position rows between 1 following and unbounded following)
