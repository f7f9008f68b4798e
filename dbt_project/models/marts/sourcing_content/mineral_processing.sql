-- What Canada mines and refines of a mineral in a year, and the one over the other: of one publisher and, of the Survey, its latest edition of the
-- year. Refining counts imported feed, so the ratio may pass one.
with published as (
    select
        dataset,
        mineral,
        year,
        stage,
        edition,
        quantity_low_t as low_t,
        quantity_high_t as high_t,
        vintage_date
    from {{ ref("mineral_supply") }}
    where
        country = 'CA' and quantity_low_t is not null
        -- Of a refinery what is made of ore, where scrap is counted apart.
        and ((stage = 'mine' and form = 'all') or (stage = 'refinery' and form in ('all', 'primary')))
    union all by name
    select
        figure.dataset,
        figure.subject as mineral,
        figure.year,
        figure.measure as stage,
        cast(null as bigint) as edition,
        figure.quantity_t as low_t,
        figure.quantity_t as high_t,
        vintage.vintage_date
    from {{ ref("stg_nrcan__cited_figures") }} as figure
    inner join {{ ref("stg_landing__vintage") }} as vintage on figure.dataset = vintage.dataset and figure.vintage = vintage.vintage
    where figure.kind = 'production'
    qualify
        vintage.vintage_position
        = max(vintage.vintage_position) over (partition by figure.subject, figure.year, figure.measure)
),

paired as (
    select
        dataset,
        mineral,
        year,
        edition,
        any_value(low_t) filter (where stage = 'mine') as mine_low_t,
        any_value(high_t) filter (where stage = 'mine') as mine_high_t,
        any_value(low_t) filter (where stage = 'refinery') as refinery_low_t,
        any_value(high_t) filter (where stage = 'refinery') as refinery_high_t,
        max(vintage_date) as vintage_date
    from published
    group by dataset, mineral, year, edition
    qualify edition is not distinct from max(edition) over (partition by dataset, mineral, year)
)

select
    dataset,
    mineral,
    cast(year as bigint) as year,
    edition,
    cast(mine_low_t as double) as mine_low_t,
    cast(mine_high_t as double) as mine_high_t,
    cast(refinery_low_t as double) as refinery_low_t,
    cast(refinery_high_t as double) as refinery_high_t,
    cast(case when mine_low_t = mine_high_t and refinery_low_t = refinery_high_t then refinery_low_t / nullif(mine_low_t, 0) end as double)
        as processing_ratio,
    cast(case when mine_high_t > 0 then refinery_low_t / mine_high_t end as double) as processing_ratio_low,
    cast(case when mine_low_t > 0 then refinery_high_t / mine_low_t end as double) as processing_ratio_high,
    vintage_date
from paired
