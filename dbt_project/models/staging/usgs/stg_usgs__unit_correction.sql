-- Each correction against the editions that have landed whole: a correction that nothing needs any more has been made by the agency too.
with landed as (
    select distinct part as edition
    from {{ source("landing", "vintage") }}
    where dataset = 'usgs/mineral_commodity_summaries' and is_complete
),

newest as (
    select
        part as edition,
        max_by(vintage, (vintage_date, sequence)) as vintage
    from {{ source("landing", "vintage") }}
    where dataset = 'usgs/mineral_commodity_summaries' and is_complete
    group by part
),

used as (
    select
        figure.part as edition,
        lower(figure.commodity) as commodity,
        figure.statistic,
        count(*) as n_figures
    from {{ ref("stg_usgs__mineral_commodity_summaries") }} as figure
    inner join newest
        on
            figure.part = newest.edition
            and figure.vintage = newest.vintage
    where figure.is_unit_corrected
    group by all
)

select
    cast(correction.edition as varchar) as edition,
    correction.commodity,
    correction.statistic,
    correction.published_unit,
    correction.true_unit,
    correction.evidence,
    landed.edition is not null as is_edition_landed,
    coalesce(sum(used.n_figures), 0) as n_corrected_figures
from {{ ref("usgs_unit_correction") }} as correction
left join landed on cast(correction.edition as varchar) = landed.edition
left join used
    on
        cast(correction.edition as varchar) = used.edition
        and correction.commodity = used.commodity
        and coalesce(correction.statistic, used.statistic) = used.statistic
group by all
