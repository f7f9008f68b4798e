-- Canada's exports of minerals and metals by stage of processing: of the product groups of Statistics Canada, and of the items of the Harmonized
-- System where all of them are held. A share is one of all stages; it is empty where a group of any stage has no figure.
with staged as (
    select
        trade.dataset,
        trade.trade_type,
        trade.partner_code,
        trade.product_classification,
        trade.period_start_date,
        trade.period_end_date,
        trade.period_grain,
        trade.currency,
        trade.basis,
        trade.seasonal_adjustment,
        product.processing_stage,
        product.is_critical_mineral,
        trade."value",
        trade.vintage_date
    from {{ ref("fct_trade") }} as trade
    inner join {{ ref("napcs_product") }} as product
        on trade.product_code = product.product_code and product.processing_stage is not null
    where
        trade.product_classification = 'NAPCS2022' and trade.reporter = 'CA' and trade.flow = 'export' and trade.province_code = 'all'
        and trade.partner_code in ('US', 'WORLD')
    union all by name
    select
        trade.dataset,
        trade.trade_type,
        trade.partner_code,
        trade.product_classification,
        trade.period_start_date,
        trade.period_end_date,
        trade.period_grain,
        trade.currency,
        trade.basis,
        trade.seasonal_adjustment,
        product.processing_stage,
        listed.mineral is not null as is_critical_mineral,
        trade."value",
        trade.vintage_date
    from {{ ref("fct_trade") }} as trade
    inner join {{ ref("mineral_product") }} as product
        on
            trade.product_classification = product.product_classification
            and starts_with(trade.product_code, product.product_code)
    left join {{ ref("int_minerals__listed") }} as listed on product.mineral = listed.mineral and listed.is_on_canada_list
    where
        -- A list of the largest items is no whole.
        (length(trade.product_code) = 6 or (trade.period_grain = 'range' and length(trade.product_code) > 6))
        and trade.reporter = 'CA' and trade.flow = 'export' and trade.province_code = 'all' and trade.partner_code in ('US', 'WORLD')
),

summed as (
    select
        dataset,
        trade_type,
        partner_code,
        product_classification,
        period_start_date,
        period_end_date,
        period_grain,
        currency,
        basis,
        seasonal_adjustment,
        processing_stage,
        count(*) as n_products,
        case when count("value") = count(*) then sum("value") end as "value",
        case when count("value") = count(*) then coalesce(sum("value") filter (where is_critical_mineral), 0) end as critical_value,
        max(vintage_date) as vintage_date
    from staged
    group by all
)

select
    dataset,
    trade_type,
    partner_code,
    product_classification,
    period_start_date,
    period_end_date,
    period_grain,
    basis,
    seasonal_adjustment,
    currency,
    processing_stage,
    n_products,
    "value",
    critical_value,
    case when count("value") over stages = count(*) over stages then "value" / nullif(sum("value") over stages, 0) end as share,
    case
        when count(critical_value) over stages = count(*) over stages then critical_value / nullif(sum(critical_value) over stages, 0)
    end as critical_share,
    vintage_date
from summed
window stages as (partition by dataset, trade_type, partner_code, product_classification, period_start_date, period_end_date)
