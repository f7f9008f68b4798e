-- Whether America could buy elsewhere: what the world exports of a mineral at a stage without Canada, beside what America imports, in one year.
with flow as (
    select
        trade.dataset,
        trade.hs_edition,
        trade.period_start_date,
        product.mineral,
        product.processing_stage,
        sum(trade.value_usd) as world_exports_usd,
        coalesce(sum(trade.value_usd) filter (where trade.exporter_code = 'CA'), 0) as canada_exports_usd,
        coalesce(sum(trade.value_usd) filter (where trade.importer_code = 'US'), 0) as us_imports_usd,
        coalesce(sum(trade.value_usd) filter (where trade.exporter_code = 'CA' and trade.importer_code = 'US'), 0) as us_imports_from_canada_usd,
        count(*) filter (where trade.value_usd is null) as n_missing,
        count(distinct product.product_code) as n_codes,
        max(trade.vintage_date) as vintage_date
    from {{ ref("int_world_trade__baci") }} as trade
    inner join {{ ref("mineral_product") }} as product on starts_with(trade.product_code, product.product_code)
    group by all
),

-- The seed has the codes of 2022: an edition that lacks one of a mineral's would count less of it.
listed as (
    select
        mineral,
        processing_stage,
        count(*) as n_codes
    from {{ ref("mineral_product") }}
    group by mineral, processing_stage
)

select
    flow.dataset,
    flow.hs_edition,
    flow.period_start_date,
    flow.mineral,
    flow.processing_stage,
    flow.world_exports_usd,
    flow.canada_exports_usd,
    flow.us_imports_usd,
    flow.us_imports_from_canada_usd,
    flow.us_imports_from_canada_usd / nullif(flow.us_imports_usd, 0) as canada_share_of_us_imports,
    (flow.world_exports_usd - flow.canada_exports_usd) / nullif(flow.us_imports_usd, 0) as substitution_headroom,
    cast(flow.n_missing as bigint) as n_missing,
    flow.vintage_date
from flow
inner join listed
    on flow.mineral = listed.mineral and flow.processing_stage = listed.processing_stage and flow.n_codes = listed.n_codes
