-- Canada's figure and America's of one flow, each as published. A month is converted at its own mean rate; a year as the sum of its converted months
-- where America's months are held, and at the mean of the year where it publishes the year alone.
with canada_month as (
    select *
    from {{ ref("fct_trade") }}
    where
        reporter = 'CA' and partner_code = 'US' and flow in ('export', 'import') and trade_type = 'total' and product_code = 'all'
        and province_code = 'all' and basis = 'customs' and seasonal_adjustment = 'unadjusted' and period_grain = 'month' and "value" is not null
),

canada as (
    select
        dataset,
        flow,
        trade_type,
        basis,
        seasonal_adjustment,
        valuation,
        period_grain,
        period_start_date,
        period_end_date,
        "value",
        vintage_date as vintage_date_min,
        vintage_date as vintage_date_max
    from canada_month
    union all
    select
        dataset,
        flow,
        trade_type,
        basis,
        seasonal_adjustment,
        valuation,
        'year' as period_grain,
        min(period_start_date) as period_start_date,
        max(period_end_date) as period_end_date,
        sum("value") as "value",
        min(vintage_date) as vintage_date_min,
        max(vintage_date) as vintage_date_max
    from canada_month
    group by dataset, flow, trade_type, basis, seasonal_adjustment, valuation, extract(year from canada_month.period_start_date)
    having count(*) = 12
),

american_import as (
    select
        figure.dataset,
        figure.period_start_date,
        figure.customs_value_usd,
        release.vintage_date
    from {{ ref("stg_usitc__usmca_utilization") }} as figure
    inner join {{ ref("stg_landing__vintage") }} as release on figure.dataset = release.dataset and figure.vintage = release.vintage
    where figure.country_name = 'Canada' and figure.breakdown = 'total' and release.next_complete_position is null
    qualify row_number() over (partition by figure.period_start_date order by release.vintage_position desc) = 1
),

american_figure as (
    select
        dataset,
        'total exports' as concept,
        valuation,
        period_grain,
        period_start_date,
        "value",
        vintage_date
    from {{ ref("fct_trade") }}
    where
        reporter = 'US' and partner_code = 'CA' and flow = 'export' and trade_type = 'total' and product_code = 'all'
        and province_code = 'all' and basis = 'customs' and seasonal_adjustment = 'unadjusted' and "value" is not null
    union all
    select
        dataset,
        'imports for consumption' as concept,
        'customs_value' as valuation,
        'month' as period_grain,
        period_start_date,
        customs_value_usd as "value",
        vintage_date
    from american_import
),

converted as (
    select
        figure.dataset,
        figure.concept,
        figure.valuation,
        figure.period_grain,
        figure.period_start_date,
        figure."value",
        figure.vintage_date,
        figure."value" * rate."value" as value_cad,
        rate."value" as cad_per_usd,
        rate.dataset as rate_dataset,
        rate.vintage_date_max as rate_vintage_date
    from american_figure as figure
    left join {{ ref("exchange_rate") }} as rate
        on
            rate.is_preferred
            and rate.currency_pair = 'CAD per USD'
            and figure.period_grain = rate.period_grain
            and figure.period_start_date = rate.period_start_date
),

america as (
    select
        dataset,
        concept,
        valuation,
        period_grain,
        period_start_date,
        "value",
        vintage_date as vintage_date_min,
        vintage_date as vintage_date_max,
        value_cad,
        cad_per_usd,
        case period_grain when 'year' then 'mean of the year' else 'mean of the month' end as conversion,
        rate_dataset,
        rate_vintage_date
    from converted
    union all
    select
        dataset,
        concept,
        valuation,
        'year' as period_grain,
        min(period_start_date) as period_start_date,
        sum("value") as "value",
        min(vintage_date) as vintage_date_min,
        max(vintage_date) as vintage_date_max,
        case when count(value_cad) = 12 then sum(value_cad) end as value_cad,
        case when count(value_cad) = 12 then sum(value_cad) / sum("value") end as cad_per_usd,
        'sum of months, each at its own mean' as conversion,
        string_agg(distinct rate_dataset, ', ' order by rate_dataset) as rate_dataset,
        max(rate_vintage_date) as rate_vintage_date
    from converted
    where period_grain = 'month'
    group by dataset, concept, valuation, extract(year from converted.period_start_date)
    having count(*) = 12
),

definition as (
    select
        direction,
        canada_flow,
        america_concept,
        string_agg(difference, ' ' order by place) as differences,
        string_agg(distinct source, '; ' order by source) as sources
    from {{ ref("mirror_definition") }}
    group by direction, canada_flow, america_concept
)

select
    definition.direction,
    canada.period_grain,
    canada.period_start_date,
    canada.period_end_date,
    canada.flow as canada_flow,
    canada.dataset as canada_dataset,
    canada.trade_type as canada_trade_type,
    canada.basis as canada_basis,
    canada.seasonal_adjustment as canada_seasonal_adjustment,
    canada.valuation as canada_valuation,
    canada."value" as canada_value_cad,
    canada.vintage_date_min as canada_vintage_date_min,
    canada.vintage_date_max as canada_vintage_date_max,
    america.concept as america_concept,
    america.dataset as america_dataset,
    america.valuation as america_valuation,
    america."value" as america_value_usd,
    america.vintage_date_min as america_vintage_date_min,
    america.vintage_date_max as america_vintage_date_max,
    america.value_cad as america_value_cad,
    america.cad_per_usd as exchange_rate_cad_per_usd,
    america.conversion,
    america.rate_dataset as exchange_rate_dataset,
    america.rate_vintage_date as exchange_rate_vintage_date,
    canada."value" - america.value_cad as difference_of_publications_cad,
    canada."value" / america.value_cad as ratio_of_publications,
    definition.differences as definition_differences,
    definition.sources as definition_sources,
    canada.period_start_date >= date '1990-01-01' as is_same_data,
    case
        when canada.period_start_date >= date '1990-01-01'
            then concat(
                if(definition.direction = 'CA to US', 'Canada''s figure is made of American', 'America''s figure is made of Canadian'),
                ' import records, exchanged since January 1990 under a memorandum of 1987: that the two agree proves nothing.'
            )
    end as same_data_reason
from canada
inner join definition on canada.flow = definition.canada_flow
inner join america
    on
        definition.america_concept = america.concept
        and canada.period_grain = america.period_grain
        and canada.period_start_date = america.period_start_date
