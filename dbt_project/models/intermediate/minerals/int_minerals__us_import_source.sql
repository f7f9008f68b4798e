-- The countries that America imports a mineral from, as shares over a span of years: of the latest edition, an excerpt overlaying what it has. A
-- source that is not listed is none of the largest.
with standing as (
    select
        source.*,
        vintage.vintage_date,
        coalesce(named.mineral, lower(source.commodity)) as mineral,
        case when source.is_other then 'OTHER' else coalesce(alias.country_code, upper(source.source_country_name)) end as country
    from {{ ref("stg_usgs__import_sources") }} as source
    inner join {{ ref("stg_landing__vintage") }} as vintage
        on source.dataset = vintage.dataset and source.part = vintage.part and source.vintage = vintage.vintage
    left join {{ ref("usgs_commodity") }} as named on lower(source.commodity) = named.published
    left join {{ ref("country_alias") }} as alias on {{ country_key("source.source_country_name") }} = alias.country_name
    where vintage.next_complete_position is null
    qualify
        vintage.vintage_position = max(vintage.vintage_position) over (partition by source.part, source.commodity, source.source_country_name)
)

select
    dataset,
    mineral,
    commodity,
    edition,
    edition - 1 as year,
    year_from,
    year_to,
    country,
    import_share_pct / 100 as import_share,
    vintage_date
from standing
where import_share_pct is not null
