-- The rows that landed are as many as were counted in the agency's own files: exactly those in the same file (known by its size), and within two
-- percent in another edition of the same months, since revisions add and move few rows.
with landed as (
    select
        part,
        vintage,
        strftime(period_start_date, '%Y-%m') as month,
        count(*) as landed_rows
    from {{ ref("stg_statcan__cimt") }}
    where part in (select published.part from {{ ref("cimt_published_row_counts") }} as published)
    group by part, vintage, month
),

counted as (
    select
        part,
        vintage,
        month,
        landed_rows
    from landed
    union all
    select
        part,
        vintage,
        null as month,
        sum(landed_rows) as landed_rows
    from landed
    group by part, vintage
),

compared as (
    select
        published.part,
        counted.vintage,
        published.month,
        published.published_rows,
        counted.landed_rows,
        coalesce(published.payload_bytes = file.bytes, false) as is_same_file
    from {{ ref("cimt_published_row_counts") }} as published
    inner join {{ ref("stg_landing__vintage") }} as file
        on
            file.dataset = 'statcan/cimt'
            and file.is_complete
            and published.part = file.part
            and published.through = strftime(file.data_through, '%Y-%m')
    left join counted
        on
            file.part = counted.part
            and file.vintage = counted.vintage
            and published.month is not distinct from counted.month
)

select *
from compared
where
    landed_rows is null
    or (is_same_file and landed_rows <> published_rows)
    or abs(landed_rows - published_rows) > 0.02 * published_rows
