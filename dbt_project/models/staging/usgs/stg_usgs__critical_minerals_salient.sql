-- One row per mineral and measure, so that every mark is read by the same rules.
with measured as (
    select
        part,
        vintage,
        cast(left("Year", 4) as integer) as year,
        regexp_replace(trim("Critical_mineral"), '[0-9]+$', '') as critical_mineral,
        "Units" as unit_of_weight,
        "Primary_import_sources" as leading_import_source,
        "Primary_import_sources_period" as import_sources_period,
        "Leading_source_country" as leading_producer,
        unnest([
            { 'measure': 'primary_production', 'value_text': "Primary_prod", 'is_percent': false, 'notes': "Prod_notes" },
            { 'measure': 'secondary_production', 'value_text': "Secondary_prod", 'is_percent': false, 'notes': "Prod_notes" },
            { 'measure': 'apparent_consumption', 'value_text': "Apparent_Consumption", 'is_percent': false, 'notes': "Consumption_Notes" },
            { 'measure': 'net_import_reliance', 'value_text': "Net_Import_Reliance", 'is_percent': true, 'notes': "Import_source_notes" },
            { 'measure': 'leading_producer_production', 'value_text': "Leading_country_prod", 'is_percent': false, 'notes': "World_prod_notes" },
            { 'measure': 'leading_producer_share', 'value_text': "Leading_source_precent_world", 'is_percent': true, 'notes': "World_prod_notes" },
            { 'measure': 'world_production', 'value_text': "World_total_prod", 'is_percent': false, 'notes': "World_prod_notes" }
        ]) as cell
    from {{ source("usgs_critical_minerals_salient", "minerals") }}
)

select
    'usgs/critical_minerals_salient' as dataset,
    measured.part,
    measured.vintage,
    cast(measured.part as integer) as edition,
    measured.year,
    measured.critical_mineral,
    measured.cell.measure,
    case when measured.cell.is_percent then 'percent' else measured.unit_of_weight end as unit,
    measured.cell.value_text,
    value.qualifier,
    value.number,
    value.number_low,
    value.number_high,
    measured.leading_import_source,
    measured.import_sources_period,
    measured.leading_producer,
    measured.cell.notes
from measured
left join {{ ref("stg_usgs__published_value") }} as value on measured.cell.value_text = value.value_text
