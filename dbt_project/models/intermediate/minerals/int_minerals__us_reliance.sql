-- How much of what America uses of a mineral it imports net, as published, in percent: of the latest edition that says it of a year, its table 7
-- before its chapter before its figure of sources. Where an edition says it of several commodities that are one mineral here, the bounds are of all.
with said as (
    select
        dataset,
        vintage,
        part,
        edition,
        year,
        critical_mineral as commodity,
        'table 7' as published_in,
        1 as preference,
        qualifier,
        number,
        number_low,
        number_high
    from {{ ref("stg_usgs__critical_minerals_salient") }}
    where measure = 'net_import_reliance' and qualifier is not null
    union all by name
    select
        dataset,
        vintage,
        part,
        edition,
        year,
        commodity,
        'chapter' as published_in,
        2 as preference,
        qualifier,
        quantity as number,
        quantity_low as number_low,
        quantity_high as number_high
    from {{ ref("stg_usgs__mineral_commodity_summaries") }}
    where statistic ilike 'net import reliance%' and coalesce(country_name, 'United States') = 'United States'
    union all by name
    select distinct
        dataset,
        vintage,
        part,
        edition,
        edition - 1 as year,
        commodity,
        'figure 3' as published_in,
        3 as preference,
        net_import_reliance_qualifier as qualifier,
        net_import_reliance_pct as number,
        net_import_reliance_low_pct as number_low,
        net_import_reliance_high_pct as number_high
    from {{ ref("stg_usgs__import_sources") }}
    where net_import_reliance_qualifier is not null
),

named as (
    select
        said.*,
        coalesce(usgs_commodity.mineral, lower(said.commodity)) as mineral,
        vintage.vintage_date
    from said
    inner join {{ ref("stg_landing__vintage") }} as vintage
        on said.dataset = vintage.dataset and said.part = vintage.part and said.vintage = vintage.vintage
    left join {{ ref("usgs_commodity") }} as usgs_commodity on lower(said.commodity) = usgs_commodity.published
    where vintage.next_complete_position is null
    qualify
        vintage.vintage_position
        = max(vintage.vintage_position) over (partition by said.dataset, said.edition, said.commodity, said.year)
),

preferred as (
    select *
    from named
    qualify rank() over (partition by mineral, year order by edition desc, preference asc) = 1
)

select
    any_value(dataset) as dataset,
    mineral,
    year,
    edition,
    any_value(published_in) as published_in,
    case when count(distinct qualifier) = 1 then any_value(qualifier) else 'several' end as qualifier,
    case when min(number) = max(number) and count(number) = count(*) then any_value(number) end as reliance_pct,
    -- A net exporter depends on none; what is withheld can be anything, and what is not available is unknown.
    case
        when bool_or(qualifier in ('not_available', 'not_applicable', 'words')) then null
        else min(case qualifier when 'net_exporter' then 0 else coalesce(number_low, 0) end)
    end as reliance_pct_low,
    case
        when bool_or(qualifier in ('not_available', 'not_applicable', 'words')) then null
        else max(case qualifier when 'net_exporter' then 0 else coalesce(number_high, 100) end)
    end as reliance_pct_high,
    max(vintage_date) as vintage_date
from preferred
group by mineral, year, edition
