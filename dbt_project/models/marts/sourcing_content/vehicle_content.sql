-- US and Canadian parts content by carline. The two countries are not separable; figures are rounded to five points, so each stands within two and a
-- half. A line that repeats another in every column is left out, and counted.
with line as (
    select
        content.*,
        count(*) over (partition by content.part, content.vintage, content.make, content.carline) as n_lines_of_carline
    from {{ ref("stg_nhtsa__aala") }} as content
    inner join {{ ref("stg_landing__vintage") }} as vintage
        on content.dataset = vintage.dataset and content.part = vintage.part and content.vintage = vintage.vintage
    qualify vintage.vintage_position = max(vintage.vintage_position) over (partition by content.part)
)

select
    dataset,
    cast(model_year as bigint) as model_year,
    cast(line_number as bigint) as line_number,
    manufacturer,
    make,
    carline,
    vehicle_type,
    us_canada_content_pct,
    greatest(us_canada_content_pct - 2.5, 0) as us_canada_content_pct_low,
    least(us_canada_content_pct + 2.5, 100) as us_canada_content_pct_high,
    assembly_countries[1] as assembly_country,
    array_to_string(assembly_countries, ', ') as assembly_countries,
    list_contains(assembly_countries, 'Canada') as is_assembled_in_canada,
    len(assembly_countries) > 1 as is_assembled_in_several,
    array_to_string(engine_countries, ', ') as engine_countries,
    array_to_string(transmission_countries, ', ') as transmission_countries,
    nullif(
        list_aggregate(
            list_transform(
                list_zip(foreign_source_countries, foreign_source_content_pct),
                lambda source: concat(source[1], ' ', printf('%g', source[2]), '%')
            ), 'string_agg', ', '
        ), ''
    ) as named_foreign_sources,
    cast(n_lines_of_carline as bigint) as n_lines_of_carline,
    vintage
from line
where not is_repeated
