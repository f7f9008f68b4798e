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
        trade.vintage_date,
        trade.known_from,
        trade.known_to
    from {{ ref("fct_trade_vintage") }} as trade
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
        trade.vintage_date,
        trade.known_from,
        trade.known_to
    from {{ ref("fct_trade_vintage") }} as trade
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

-- The days on which any product of a series changed: between two of them all its stages stand.
change as (
    select
        {{ stage_series() }},
        known_from as changed_on
    from staged
    union
    select
        {{ stage_series() }},
        known_to as changed_on
    from staged
    where known_to is not null
),

version as (
    select
        {{ stage_series() }},
        changed_on as known_from,
        lead(changed_on) over (partition by {{ stage_series() }} order by changed_on) as known_to
    from change
),

summed as (
    select
        {{ stage_series("staged.") }},
        version.known_from,
        version.known_to,
        staged.processing_stage,
        count(*) as n_products,
        case when count(staged."value") = count(*) then sum(staged."value") end as "value",
        case
            when count(staged."value") = count(*) then coalesce(sum(staged."value") filter (where staged.is_critical_mineral), 0)
        end as critical_value,
        max(staged.vintage_date) as latest_vintage_date
    from staged
    inner join version
        on
            staged.dataset = version.dataset
            and staged.trade_type = version.trade_type
            and staged.partner_code = version.partner_code
            and staged.product_classification = version.product_classification
            and staged.period_start_date = version.period_start_date
            and staged.period_end_date = version.period_end_date
            and staged.basis = version.basis
            and staged.seasonal_adjustment = version.seasonal_adjustment
            and staged.known_from <= version.known_from
            and coalesce(staged.known_to > version.known_from, true)
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
    known_from,
    known_to,
    case when known_to is null then latest_vintage_date else known_from end as vintage_date
from summed
window stages as (partition by {{ stage_series() }}, known_from)
