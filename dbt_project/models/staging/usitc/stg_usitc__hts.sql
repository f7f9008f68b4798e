{{ config(materialized="table") }}

-- Tariff lines with their rates. A line without a general rate has that of the nearest line above it that is less indented and has one: the lines of
-- smaller indent that stand last before a line, one for each indent, are the lines that it is under.
with line as (
    select
        vintage,
        line as line_number,
        release as release_name,
        htsno as hts_number,
        replace(htsno, '.', '') as hts_code,
        indent,
        description,
        units as quantity_units,
        general,
        special,
        other,
        footnotes,
        "quotaQuantity" as quota_quantity_text,
        "additionalDuties" as additional_duties_text
    from {{ source("usitc_hts", "lines") }}
),

indent as (select distinct indent from line),

above as (
    select
        line.vintage,
        line.line_number,
        max(case when line.indent <= indent.indent then line.line_number end) over (
            partition by line.vintage, indent.indent order by line.line_number rows between unbounded preceding and 1 preceding
        ) as above_line_number
    from line
    cross join indent
    qualify line.indent > indent.indent
),

rated_above as (
    select
        above.vintage,
        above.line_number,
        max(rated.line_number) as rate_line_number
    from above
    inner join line as rated
        on
            above.vintage = rated.vintage
            and above.above_line_number = rated.line_number
    where rated.general is not null
    group by above.vintage, above.line_number
)

select
    'usitc/hts' as dataset,
    line.vintage,
    line.line_number,
    line.release_name,
    line.hts_number,
    line.hts_code,
    line.indent,
    line.description,
    line.quantity_units,
    coalesce(line.general, rated.general) as general_rate_text,
    case when line.general is null then coalesce(line.special, rated.special) else line.special end as special_rate_text,
    case when line.general is null then coalesce(line.other, rated.other) else line.other end as column_2_rate_text,
    case
        when coalesce(line.general, rated.general) = 'Free' then 0
        else try_cast(nullif(regexp_extract(coalesce(line.general, rated.general), '^([0-9.]+) ?%$', 1), '') as double)
    end as general_rate_pct,
    line.general is null and rated.general is not null as is_rate_inherited,
    case when line.general is not null then line.line_number else rated.line_number end as rate_line_number,
    line.footnotes as footnotes_json,
    line.quota_quantity_text,
    line.additional_duties_text
from line
left join rated_above
    on
        line.vintage = rated_above.vintage
        and line.line_number = rated_above.line_number
left join line as rated
    on
        rated_above.vintage = rated.vintage
        and rated_above.rate_line_number = rated.line_number
