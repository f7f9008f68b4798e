-- Mean content of the lines assembled in each country, lines that are assembled in several counted in each: means of lines, not of cars sold, because
-- sales by carline are not held.
with line as (
    select
        *,
        unnest(string_split(assembly_countries, ', ')) as country
    from {{ ref("vehicle_content") }}
    where us_canada_content_pct is not null
),

repeated as (
    select
        report.part,
        report.vintage,
        count(*) as n_repeated_lines
    from {{ ref("stg_nhtsa__aala") }} as report
    where report.is_repeated
    group by report.part, report.vintage
)

select
    line.dataset,
    line.model_year,
    line.country as assembly_country,
    count(*) as n_lines,
    count(distinct concat_ws(' ', line.make, line.carline)) as n_carlines,
    avg(line.us_canada_content_pct) as mean_us_canada_content_pct,
    avg(line.us_canada_content_pct_low) as mean_us_canada_content_pct_low,
    avg(line.us_canada_content_pct_high) as mean_us_canada_content_pct_high,
    min(line.us_canada_content_pct) as min_us_canada_content_pct,
    max(line.us_canada_content_pct) as max_us_canada_content_pct,
    any_value(coalesce(repeated.n_repeated_lines, 0)) as n_repeated_lines_of_year
from line
left join repeated on cast(line.model_year as varchar) = repeated.part and line.vintage = repeated.vintage
group by line.dataset, line.model_year, line.country
