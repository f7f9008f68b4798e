-- Units of weight in tonnes. A carat is 0.2 grams; volumes and values have no weight.
with unit as (
    select
        unnest([
            't', 'metric tons', 'kt', 'thousand metric tons', 'thousand metric dry tons', 'mt', 'mmt', 'million metric tons', 'kg', 'kilograms',
            'kct', 'thousand carats', 'mct', 'million carats'
        ]) as word,
        unnest([1, 1, 1000, 1000, 1000, 1000000, 1000000, 1000000, 0.001, 0.001, 0.0002, 0.0002, 0.2, 0.2]) as tonnes
),

-- Labels without stray spaces and the numbers of footnotes; an e before a capital or behind a known name marks an estimate.
labelled as (
    select
        * replace (nullif(trim("Commodity"), '') as "Commodity", nullif(trim("Unit"), '') as "Unit"),
        regexp_replace(trim(replace("Country", chr(160), ' ')), '[0-9]+$', '') as country_text
    from {{ source("usgs_mineral_commodity_summaries", "figures") }}
),

named as (select distinct country_text from labelled),

country as (
    select
        named.country_text,
        coalesce(known.country_text, regexp_replace(named.country_text, '^e([A-Z])', '\1')) as country_name,
        known.country_text is not null or regexp_matches(named.country_text, '^e[A-Z]') as is_estimated
    from named
    left join named as known
        on named.country_text = known.country_text || 'e'
),

figure as (
    select
        labelled.*,
        country.country_name,
        country.is_estimated as is_country_marked_estimated,
        coalesce(correction.true_unit, labelled."Unit") as true_unit,
        correction.true_unit is not null as is_unit_corrected
    from labelled
    left join country on labelled.country_text = country.country_text
    left join {{ ref("usgs_unit_correction") }} as correction
        on
            labelled.part = cast(correction.edition as varchar)
            and lower(labelled."Commodity") = correction.commodity
            and coalesce(correction.statistic, labelled."Statistics") = labelled."Statistics"
            and coalesce(correction.published_unit, labelled."Unit", '') = coalesce(labelled."Unit", '')
            and correction.true_unit is distinct from labelled."Unit"
)

select
    'usgs/mineral_commodity_summaries' as dataset,
    figure.part,
    figure.vintage,
    cast(figure.part as integer) as edition,
    figure."File" as file_name,
    figure."Line" as line_number,
    figure."Column" as column_name,
    figure."MCS chapter" as chapter,
    figure."Section" as section,
    case figure."Commodity" when 'Gemanium' then 'Germanium' else figure."Commodity" end as commodity,
    figure.country_name,
    case
        when figure.country_name is null then null
        when figure.country_name ilike 'world%' then 'world'
        when figure.country_name ilike 'other%' then 'other'
        else 'country'
    end as country_kind,
    figure."Statistics" as statistic,
    figure."Statistics_detail" as statistic_detail,
    try_cast(left(figure."Year", 4) as integer) as year,
    figure."Year" as year_text,
    figure."Unit" as published_unit,
    figure.true_unit as unit,
    figure.is_unit_corrected,
    unit.word is not null as is_weight,
    figure."Value" as value_text,
    value.qualifier,
    coalesce(
        value.is_estimated or figure.is_country_marked_estimated or regexp_matches(figure."Column", '(?i)_est([ _]|$)')
        or coalesce(figure."Notes" ilike 'estimated%', false),
        false
    ) as is_estimated,
    value.number as quantity,
    value.number_low as quantity_low,
    value.number_high as quantity_high,
    {% for bound in ["", "_low", "_high"] -%}
        cast(cast(value.number{{ bound }} as decimal(24, 6)) * cast(unit.tonnes as decimal(12, 4)) as double) as quantity{{ bound }}_t,
    {% endfor -%}
    figure."Notes" as notes,
    figure."Is critical mineral" = 'Yes' as is_critical_mineral,
    figure."Other notes" as other_notes
from figure
left join {{ ref("stg_usgs__published_value") }} as value on figure."Value" = value.value_text
left join unit on lower(regexp_extract(figure.true_unit, '[^_]+$')) = unit.word
