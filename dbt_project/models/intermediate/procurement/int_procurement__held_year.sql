-- The fiscal years (April to March) of which every quarter so far is held whole.
select
    dataset,
    {{ fiscal_year_start("quarter_start_date") }} as fiscal_year_start_date,
    bool_and(is_whole) and count(*) = max(date_diff('quarter', {{ fiscal_year_start("quarter_start_date") }}, quarter_start_date)) + 1 as is_whole,
    bool_and(is_over) and count(*) = 4 as is_over
from {{ ref("int_procurement__held_quarter") }}
group by dataset, {{ fiscal_year_start("quarter_start_date") }}
