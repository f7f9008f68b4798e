select
    'usgs/import_sources' as dataset,
    source.part,
    source.vintage,
    cast(source.part as integer) as edition,
    source."Import_Source_period" as period,
    cast(left(source."Import_Source_period", 4) as integer) as year_from,
    cast(left(source."Import_Source_period", 2) || right(source."Import_Source_period", 2) as integer) as year_to,
    source."Commodity" as commodity,
    source."Import_Source" as source_country_name,
    source."Import_Source" = 'Other' as is_other,
    share.number as import_share_pct,
    share.number_low as import_share_low_pct,
    share.number_high as import_share_high_pct,
    reliance.qualifier as net_import_reliance_qualifier,
    reliance.number as net_import_reliance_pct,
    reliance.number_low as net_import_reliance_low_pct,
    reliance.number_high as net_import_reliance_high_pct,
    source."Critical_Mineral" = 'Y' as is_critical_mineral
from {{ source("usgs_import_sources", "sources") }} as source
left join {{ ref("stg_usgs__published_value") }} as share on source."Percent" = share.value_text
left join {{ ref("stg_usgs__published_value") }} as reliance on source."NIR" = reliance.value_text
