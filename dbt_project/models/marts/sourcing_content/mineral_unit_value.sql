-- What a tonne of a mineral is worth that Canada exports, by stage of processing and year, and how many times a tonne of its ore that is. Only items
-- whose quantity is a weight: a value without one is counted beside. Ores hold little metal, so most of the uplift is concentration, not refining.
with traded as (
    select
        product.mineral,
        product.processing_stage,
        trade.trade_type,
        cast(date_trunc('year', trade.period_start_date) as date) as period_start_date,
        count(distinct trade.period_start_date) as n_months,
        sum(trade.value_cad) as value_cad,
        sum(trade.value_cad) filter (where unit.tonnes is not null and trade.quantity > 0) as weighed_value_cad,
        sum(trade.quantity * unit.tonnes) filter (where trade.quantity > 0) as quantity_t,
        max(vintage.vintage_date) as vintage_date
    from {{ ref("stg_statcan__cimt") }} as trade
    inner join {{ ref("stg_landing__vintage") }} as vintage
        on
            trade.dataset = vintage.dataset
            and trade.part = vintage.part
            and trade.vintage = vintage.vintage
            and vintage.is_complete
            and vintage.next_complete_position is null
    inner join {{ ref("mineral_product") }} as product on starts_with(trade.hs_code, product.product_code)
    left join (values ('KGM', 0.001), ('TNE', 1.0), ('GRM', 0.000001)) as unit (unit_code, tonnes) on trade.unit_code = unit.unit_code
    where trade.flow = 'export'
    group by product.mineral, product.processing_stage, trade.trade_type, date_trunc('year', trade.period_start_date)
),

priced as (
    select
        *,
        weighed_value_cad / nullif(quantity_t, 0) as value_per_t_cad
    from traded
)

select
    'statcan/cimt' as dataset,
    trade_type,
    mineral,
    processing_stage,
    period_start_date,
    cast(n_months as bigint) as n_months,
    cast(value_cad as double) as value_cad,
    cast(weighed_value_cad as double) as weighed_value_cad,
    cast(quantity_t as double) as quantity_t,
    cast(value_per_t_cad as double) as value_per_t_cad,
    cast(
        value_per_t_cad / nullif(max(value_per_t_cad) filter (where processing_stage like '1%') over one_mineral, 0) as double
    ) as uplift_over_ore,
    vintage_date
from priced
window one_mineral as (partition by trade_type, mineral, period_start_date)
