-- What of exports a country adds itself, as it is published: by Statistics Canada in Canadian dollars, by the OECD in US dollars for a few economies.
-- The two are made by different methods and stand beside each other; a year's figure is never taken for a later year.
with tiva as (
    select
        indicator.dataset,
        indicator.economy_code as economy,
        indicator.partner_code as partner,
        indicator.industry_code as industry,
        indicator.industry_code = '_T' as is_all_industries,
        'as published' as aggregation,
        indicator.period_start_date,
        'USD' as currency,
        arg_max(indicator.value_usd, vintage.vintage_position) filter (where indicator.measure_code = 'EXGR') as gross_exports,
        arg_max(indicator.value_usd, vintage.vintage_position) filter (where indicator.measure_code = 'EXGR_DVA') as domestic_value_added,
        max(vintage.vintage_date) as vintage_date
    from {{ ref("stg_oecd__tiva") }} as indicator
    inner join {{ ref("stg_landing__vintage") }} as vintage
        on
            indicator.dataset = vintage.dataset
            and indicator.part = vintage.part
            and indicator.vintage = vintage.vintage
            and vintage.next_complete_position is null
    where indicator.measure_code in ('EXGR', 'EXGR_DVA') and indicator.economy_code <> indicator.partner_code
    group by all
),

statcan_newest as (
    select figure.*
    from {{ ref("stg_statcan__12100100") }} as figure
    inner join {{ ref("stg_landing__vintage") }} as vintage
        on figure.dataset = vintage.dataset and figure.vintage = vintage.vintage and vintage.next_complete_position is null
    qualify vintage.vintage_position = max(vintage.vintage_position) over (partition by figure.coordinate, figure.period_start_date)
),

statcan as (
    select
        dataset,
        geography_label as economy,
        case when is_all_partners then 'W' else partner_label end as partner,
        case when is_all_industries then '_T' else coalesce(industry_code, industry_label) end as industry,
        is_all_industries,
        aggregation_label as aggregation,
        period_start_date,
        'CAD' as currency,
        max(value_cad) filter (where variable_label = 'Exports') as gross_exports,
        max(value_cad) filter (where variable_label = 'Value added exports') as domestic_value_added,
        max(cast(vintage[:10] as date)) as vintage_date
    from statcan_newest
    where is_all_partners is not null
    group by all
),

published as (
    select * from tiva
    union all by name
    select * from statcan
)

select
    dataset,
    economy,
    partner,
    industry,
    is_all_industries,
    aggregation,
    period_start_date,
    currency,
    cast(gross_exports as double) as gross_exports,
    cast(domestic_value_added as double) as domestic_value_added,
    cast(domestic_value_added / nullif(gross_exports, 0) as double) as domestic_value_added_share,
    vintage_date
from published
