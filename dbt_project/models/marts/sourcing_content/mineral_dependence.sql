-- What America depends on of a mineral in a year, how much of that Canada supplies, how concentrated its mining is, and how much of what it mines
-- Canada refines. What is not published is empty; what is withheld, or published as a bound, is an interval.
with mine as (
    select
        mineral,
        year,
        {{ hhi_of_share_bounds("world_share_low", "world_share_high") }},
        -- The same upper bound on the assertion that no country of the rest mines more than the smallest that is listed.
        min(world_share) filter (where country_kind = 'country' and quantity > 0) as smallest_share,
        sum(world_share) filter (where country_kind = 'other') as rest_share,
        count(*) filter (where country_kind = 'country') as n_countries,
        count(*) filter (where quantity is null) as n_bounded,
        arg_max(country, world_share) filter (where country_kind = 'country') as top_country,
        max(world_share) filter (where country_kind = 'country') as top_share,
        any_value(world_share) filter (where country = 'CA') as canada_share,
        any_value(world_share_low) filter (where country = 'CA') as canada_share_low,
        any_value(world_share_high) filter (where country = 'CA') as canada_share_high,
        any_value(dataset) as dataset,
        bool_and(is_sample) as is_sample,
        max(edition) as edition,
        max(vintage_date) as vintage_date
    from {{ ref("mineral_supply") }}
    where stage = 'mine' and form = 'all' and country_kind <> 'world'
    group by mineral, year
),

-- The Survey's own figures before those of the department.
processing as (
    select *
    from {{ ref("mineral_processing") }}
    where processing_ratio_low is not null or processing_ratio_high is not null
    qualify row_number() over (partition by mineral, year order by dataset desc) = 1
),

source as (
    select
        mineral,
        year,
        min(year_from) as year_from,
        max(year_to) as year_to,
        any_value(dataset) as dataset,
        count(distinct commodity) as n_commodities,
        max(edition) as edition,
        sum(import_share) filter (where country <> 'OTHER') as listed,
        min(import_share) filter (where country <> 'OTHER') as smallest,
        sum(import_share * import_share) filter (where country <> 'OTHER') as squares,
        any_value(import_share) filter (where country = 'CA') as canada_share,
        arg_max(country, import_share) filter (where country <> 'OTHER') as top_country,
        max(vintage_date) as vintage_date
    from {{ ref("int_minerals__us_import_source") }}
    group by mineral, year
),

-- Shares are rounded to a percent, so that a few points may be missing; what is not listed is no larger than the smallest that is.
bounded_source as (
    select
        *,
        greatest(1 - listed, 0) as rest,
        {{ sum_of_squares_capped("greatest(1 - listed, 0)", "smallest") }} as rest_squares
    from source
    where n_commodities = 1
),

keyed as (
    select
        mineral,
        year
    from mine
    union
    select
        mineral,
        year
    from {{ ref("int_minerals__us_reliance") }}
    union
    select
        mineral,
        year
    from source
    union
    select
        mineral,
        year
    from processing
)

select
    coalesce(mine.dataset, reliance.dataset, source.dataset, processing.dataset) as dataset,
    keyed.mineral,
    cast(keyed.year as bigint) as year,
    coalesce(listed.is_on_canada_list, false) as is_on_canada_list,
    coalesce(listed.is_on_us_list, false) as is_on_us_list,
    reliance.reliance_pct / 100 as us_net_import_reliance,
    reliance.reliance_pct_low / 100 as us_net_import_reliance_low,
    reliance.reliance_pct_high / 100 as us_net_import_reliance_high,
    reliance.qualifier as us_net_import_reliance_qualifier,
    reliance.published_in as us_net_import_reliance_published_in,
    source.canada_share as canada_import_share,
    coalesce(source.canada_share, case when source.mineral is not null then 0 end) as canada_import_share_low,
    coalesce(source.canada_share, least(source.rest, source.smallest)) as canada_import_share_high,
    cast(source.year_from as bigint) as import_year_from,
    cast(source.year_to as bigint) as import_year_to,
    source.top_country as us_top_source,
    source.squares as import_source_hhi_low,
    source.squares + source.rest_squares as import_source_hhi_high,
    mine.canada_share as canada_mine_share,
    mine.canada_share_low as canada_mine_share_low,
    mine.canada_share_high as canada_mine_share_high,
    case when not mine.is_sample then mine.hhi_low end as world_mine_hhi_low,
    case when not mine.is_sample then mine.hhi_high end as world_mine_hhi_high,
    case
        when not mine.is_sample and mine.n_bounded = 0
            then mine.hhi_low + coalesce({{ sum_of_squares_capped("mine.rest_share", "mine.smallest_share") }}, 0)
    end as world_mine_hhi_high_if_listed_are_largest,
    mine.n_countries as n_mine_countries,
    mine.n_bounded as n_mine_bounded,
    case when not mine.is_sample then mine.top_country end as top_mine_country,
    case when not mine.is_sample then mine.top_share end as top_mine_share,
    processing.processing_ratio,
    processing.processing_ratio_low,
    processing.processing_ratio_high,
    processing.dataset as processing_dataset,
    cast(greatest(mine.edition, reliance.edition, source.edition) as bigint) as edition,
    least(mine.vintage_date, reliance.vintage_date, source.vintage_date, processing.vintage_date) as vintage_date_min,
    greatest(mine.vintage_date, reliance.vintage_date, source.vintage_date, processing.vintage_date) as vintage_date_max
from keyed
left join {{ ref("int_minerals__us_reliance") }} as reliance on keyed.mineral = reliance.mineral and keyed.year = reliance.year
left join bounded_source as source on keyed.mineral = source.mineral and keyed.year = source.year
left join mine on keyed.mineral = mine.mineral and keyed.year = mine.year
left join processing on keyed.mineral = processing.mineral and keyed.year = processing.year
left join {{ ref("int_minerals__listed") }} as listed on keyed.mineral = listed.mineral
