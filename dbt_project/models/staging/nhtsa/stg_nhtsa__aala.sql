-- The content of other countries stands as "45% Germany + 29% Poland" or "Germany 45%", in columns that change with the year.
with report as (
    select
        *,
        concat_ws(
            ' + ',
            case when regexp_matches("Foreign Parts (%)", '[A-Za-z]{3}') then "Foreign Parts (%)" end,
            "Percent Content Other Countries",
            "Percent Content Other Countries (2)",
            "Major Sources of Foreign Parts Content",
            "2nd Major Sources of Foreign Parts Content"
        ) as sources_text,
        try_cast(trim("U.S./Canadian Parts (%)", ' %') as decimal(9, 4)) as us_canada_content,
        -- A sheet whose cells are formatted as percentages holds shares.
        case
            when max(try_cast(trim("U.S./Canadian Parts (%)", ' %') as decimal(9, 4))) over (partition by part, vintage) <= 1 then 100 else 1
        end as to_percent
    from {{ source("nhtsa_aala", "carlines") }}
),

split as (
    select
        *,
        case
            when regexp_matches(sources_text, '^ *[0-9.]+ ?%') then regexp_extract_all(sources_text, '[0-9.]+ ?% *([A-Za-z][A-Za-z .]*)', 1)
            else regexp_extract_all(sources_text, '([A-Za-z][A-Za-z .]*?)[ (]*[0-9.]+ ?%', 1)
        end as source_countries,
        regexp_extract_all(sources_text, '([0-9.]+) ?%', 1) as source_percents,
        -- The countries of a cell, without the variants in brackets; "None" is no country.
        {% for name, column in [
            ("engine", "Engine Origin"),
            ("further_engine", "Additional country of Origin for Engine/Motor"),
            ("transmission", "Transmission Origin"),
            ("further_transmission", "Additional Country of Origin for the Transmission(s)"),
            ("assembly", "Final Assembly"),
            ("further_assembly", "Additional Final Assembly Countries"),
        ] -%}
        list_filter(
            list_transform(
                string_split(regexp_replace(coalesce("{{ column }}", ''), '\([^)]*\)', '', 'g'), ','), lambda country: trim(country)
            ),
            lambda country: country not in ('', 'None', 'N/A')
        ) as {{ name }}_countries{{ "," if not loop.last }}
    {% endfor %}
    from report
)

select
    'nhtsa/aala' as dataset,
    part,
    vintage,
    cast(part as integer) as model_year,
    "Line" as line_number,
    "Manufacturer" as manufacturer,
    "Manufacturer (mega)" as manufacturer_group,
    "Make" as make,
    "Model (Carline)" as carline,
    cast(us_canada_content * to_percent as double) as us_canada_content_pct,
    list_transform(source_countries, lambda country: trim(country)) as foreign_source_countries,
    list_transform(source_percents, lambda percent: cast(percent as double)) as foreign_source_content_pct,
    -- Where the other countries have a column of their own, a number beside it is only what remains for named ones: 0 for none.
    case when "Foreign Parts, Other (%)" is null then cast(try_cast(trim("Foreign Parts (%)", ' %') as decimal(9, 4)) * to_percent as double) end
        as foreign_content_pct,
    cast(try_cast(trim("Foreign Parts, Other (%)", ' %') as decimal(9, 4)) * to_percent as double) as other_foreign_content_pct,
    {% for name in ["engine", "transmission", "assembly"] -%}
        list_concat(
            {{ name }}_countries, list_filter(further_{{ name }}_countries, lambda country: not list_contains({{ name }}_countries, country))
        ) as {{ name }}_countries,
    {% endfor -%}
    "Vehicle Type on Part 567 Certification Label" as vehicle_type,
    row_number() over (
        partition by
            part, vintage, "Manufacturer", "Make", "Model (Carline)", "U.S./Canadian Parts (%)", "Foreign Parts, Other (%)", "Engine Origin",
            "Additional country of Origin for Engine/Motor", "Transmission Origin", "Additional Country of Origin for the Transmission(s)",
            "Final Assembly", "Additional Final Assembly Countries", "Vehicle Type on Part 567 Certification Label", "Foreign Parts (%)", sources_text
        order by "Line"
    ) > 1 as is_repeated
from split
