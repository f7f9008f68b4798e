-- What the texts mean that the agency publishes as figures. Its legend: W withheld, NA not available, XX not applicable, — zero, E net exporter.
with published as (
    select "Value" as value_text from {{ source("usgs_mineral_commodity_summaries", "figures") }}
    union
    select
        unnest([
            "Primary_prod", "Secondary_prod", "Apparent_Consumption", "Net_Import_Reliance", "Leading_country_prod", "Leading_source_precent_world",
            "World_total_prod"
        ])
    from {{ source("usgs_critical_minerals_salient", "minerals") }}
    union
    select unnest(["Percent", "NIR"]) from {{ source("usgs_import_sources", "sources") }}
),

-- Without spaces (a hard one too), the commas of thousands, and the e of estimates that hangs on figures.
cleaned as (
    select
        value_text,
        regexp_replace(value_text, '[\s,' || chr(160) || ']', '', 'g') as mark,
        regexp_extract(regexp_replace(value_text, '[\s,' || chr(160) || ']', '', 'g'), '^([<>]?)(e?)([0-9]+\.?[0-9]*|\.[0-9]+)(e?)$', 3) as digits
    from published
    where value_text is not null
),

qualified as (
    select
        value_text,
        digits != '' and mark ilike '%e%' as is_estimated,
        case
            when mark ilike 'lessthan½unit%' or mark ilike 'lessthan1/2unit%' then 'less_than'
            when digits != '' and mark like '>%' then 'greater_than'
            when digits != '' and mark like '<%' then 'less_than'
            when digits != '' then 'figure'
            when mark = 'W' then 'withheld'
            when mark = 'NA' then 'not_available'
            when mark = 'XX' then 'not_applicable'
            when mark in ('—', '–', '-', '--') then 'zero'
            when mark = 'E' then 'net_exporter'
            when mark ilike '%large%' then 'large'
            when mark ilike 'verysmall%' then 'very_small'
            else 'words'
        end as qualifier,
        case
            when mark ilike 'lessthan%unit%' then 0.5
            when mark in ('—', '–', '-', '--') then 0
            else try_cast(nullif(digits, '') as double)
        end as number
    from cleaned
)

select
    value_text,
    qualifier,
    is_estimated,
    case when qualifier in ('figure', 'zero') then number end as number,
    case qualifier when 'less_than' then 0 else number end as number_low,
    case when qualifier != 'greater_than' then number end as number_high
from qualified
