-- How many rows of each reporting quarter each complete vintage had: what was disclosed late, or taken back.
with counted as (
    select
        row.dataset,
        vintage.vintage_date,
        vintage.vintage,
        row.reporting_period_start_date,
        count(*) as n_rows
    from {{ ref("stg_open_canada__contracts") }} as row
    inner join {{ ref("stg_landing__vintage") }} as vintage on row.dataset = vintage.dataset and row.vintage = vintage.vintage
    where vintage.is_complete and row.reporting_period_start_date is not null
    group by row.dataset, vintage.vintage_date, vintage.vintage, row.reporting_period_start_date
)

select
    dataset,
    vintage,
    vintage_date,
    reporting_period_start_date,
    date_diff('quarter', reporting_period_start_date, vintage_date) as quarters_since,
    n_rows,
    n_rows / max_by(n_rows, vintage_date) over (partition by dataset, reporting_period_start_date) as share_of_latest
from counted
