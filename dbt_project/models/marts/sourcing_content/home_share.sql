-- How much of what Canada uses of an industry's goods it makes itself, by calendar year: production less exports, over production less exports plus
-- imports. Exports are domestic ones: goods that only pass through were not made here. A year counts where all twelve months of all three are held.
with newest as (
    select
        sales.industry_code,
        sales.period_start_date,
        sales.value_cad,
        vintage.vintage_date
    from {{ ref("stg_statcan__16100047") }} as sales
    inner join {{ ref("stg_landing__vintage") }} as vintage
        on sales.dataset = vintage.dataset and sales.vintage = vintage.vintage and vintage.next_complete_position is null
    where
        sales.geography_label = 'Canada'
        and sales.seasonal_adjustment_label = 'Unadjusted'
        and sales.statistic_label ilike 'sales of goods manufactured%'
        and sales.industry_code is not null
    qualify vintage.vintage_position = max(vintage.vintage_position) over (partition by sales.industry_code, sales.period_start_date)
),

production as (
    select
        industry_code as naics_code,
        cast(date_trunc('year', period_start_date) as date) as year_start_date,
        count(value_cad) as n_months,
        sum(value_cad) as value_cad,
        max(vintage_date) as vintage_date
    from newest
    group by industry_code, date_trunc('year', period_start_date)
),

-- A heading of a part of an industry counts in the whole: 3361 in 336.
trade as (
    select
        industry.naics_code,
        flow.flow,
        cast(date_trunc('year', flow.period_start_date) as date) as year_start_date,
        count(distinct flow.period_start_date) as n_months,
        sum(flow.value_cad) as value_cad,
        max(flow.vintage_date) as vintage_date
    from {{ ref("int_home_share__trade") }} as flow
    inner join {{ ref("naics_industry") }} as industry on starts_with(flow.naics_code, industry.naics_code)
    group by industry.naics_code, flow.flow, date_trunc('year', flow.period_start_date)
),

residual as (
    select
        flow,
        cast(date_trunc('year', period_start_date) as date) as year_start_date,
        sum(value_cad) filter (where naics_code = 'none') / nullif(sum(value_cad), 0) as share
    from {{ ref("int_home_share__trade") }}
    group by flow, date_trunc('year', period_start_date)
),

joined as (
    select
        production.naics_code,
        production.year_start_date,
        production.value_cad as production_cad,
        exported.value_cad as domestic_exports_cad,
        imported.value_cad as imports_cad,
        production.value_cad - exported.value_cad + imported.value_cad as apparent_consumption_cad,
        least(production.n_months, exported.n_months, imported.n_months) = 12 as is_whole_year,
        least(production.vintage_date, exported.vintage_date, imported.vintage_date) as vintage_date_min,
        greatest(production.vintage_date, exported.vintage_date, imported.vintage_date) as vintage_date_max
    from production
    inner join trade as exported
        on
            production.naics_code = exported.naics_code
            and production.year_start_date = exported.year_start_date
            and exported.flow = 'export'
    inner join trade as imported
        on
            production.naics_code = imported.naics_code
            and production.year_start_date = imported.year_start_date
            and imported.flow = 'import'
)

select
    'statcan/16100047' as dataset,
    joined.naics_code,
    industry.industry_name,
    joined.year_start_date as period_start_date,
    joined.is_whole_year,
    cast(joined.production_cad as double) as production_cad,
    cast(joined.domestic_exports_cad as double) as domestic_exports_cad,
    cast(joined.imports_cad as double) as imports_cad,
    cast(joined.apparent_consumption_cad as double) as apparent_consumption_cad,
    coalesce(joined.apparent_consumption_cad <= 0, false) as is_consumption_impossible,
    cast(
        case when joined.is_whole_year and joined.apparent_consumption_cad > 0 then joined.imports_cad / joined.apparent_consumption_cad end as double
    ) as import_penetration,
    cast(
        case
            when joined.is_whole_year and joined.apparent_consumption_cad > 0
                then (joined.production_cad - joined.domestic_exports_cad) / joined.apparent_consumption_cad
        end as double
    ) as home_share,
    cast(export_residual.share as double) as unassigned_export_share,
    cast(import_residual.share as double) as unassigned_import_share,
    joined.vintage_date_min,
    joined.vintage_date_max
from joined
inner join {{ ref("naics_industry") }} as industry on joined.naics_code = industry.naics_code
left join residual as export_residual on joined.year_start_date = export_residual.year_start_date and export_residual.flow = 'export'
left join residual as import_residual on joined.year_start_date = import_residual.year_start_date and import_residual.flow = 'import'
