-- Canada's domestic exports and imports by industry and month, of the merchandise trade database. An item is of the industries that the seed gives
-- its heading to; what the seed leaves of it is of none, and is the residual.
with flow as (
    select
        trade.flow,
        trade.hs_code,
        trade.period_start_date,
        sum(trade.value_cad) as value_cad,
        max(vintage.vintage_date) as vintage_date
    from {{ ref("stg_statcan__cimt") }} as trade
    inner join {{ ref("stg_landing__vintage") }} as vintage
        on
            trade.dataset = vintage.dataset
            and trade.part = vintage.part
            and trade.vintage = vintage.vintage
            and vintage.is_complete
            and vintage.next_complete_position is null
    where trade.flow = 'import' or trade.trade_type = 'domestic'
    group by trade.flow, trade.hs_code, trade.period_start_date
),

heading as (
    select
        from_code,
        to_code as naics_code,
        weight
    from {{ ref("industry_concordance") }}
    where from_classification = 'HS2022' and to_classification = 'NAICS2022'
),

given as (
    select
        flow.flow,
        flow.period_start_date,
        heading.naics_code,
        sum(flow.value_cad * heading.weight) as value_cad,
        max(flow.vintage_date) as vintage_date
    from flow
    inner join heading on starts_with(flow.hs_code, heading.from_code)
    group by flow.flow, flow.period_start_date, heading.naics_code
),

assigned as (
    select
        flow,
        period_start_date,
        sum(value_cad) as value_cad
    from given
    group by flow, period_start_date
),

whole as (
    select
        flow,
        period_start_date,
        sum(value_cad) as value_cad,
        max(vintage_date) as vintage_date
    from flow
    group by flow, period_start_date
)

select
    flow,
    period_start_date,
    naics_code,
    value_cad,
    vintage_date
from given
union all
select
    whole.flow,
    whole.period_start_date,
    'none' as naics_code,
    whole.value_cad - coalesce(assigned.value_cad, 0) as value_cad,
    whole.vintage_date
from whole
left join assigned on whole.flow = assigned.flow and whole.period_start_date = assigned.period_start_date
