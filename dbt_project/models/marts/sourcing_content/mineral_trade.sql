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
        max(trade.vintage_date) as vintage_date
    from {{ ref("int_world_trade__baci") }} as trade
    -- Headings are the same in all editions of the nomenclature; subheadings of a metal are.
    inner join {{ ref("mineral_product") }} as product on starts_with(trade.product_code, product.product_code)
    group by all
)

select
    dataset,
    hs_edition,
    period_start_date,
    mineral,
    processing_stage,
    world_exports_usd,
    canada_exports_usd,
    us_imports_usd,
    us_imports_from_canada_usd,
    us_imports_from_canada_usd / nullif(us_imports_usd, 0) as canada_share_of_us_imports,
    (world_exports_usd - canada_exports_usd) / nullif(us_imports_usd, 0) as substitution_headroom,
    cast(n_missing as bigint) as n_missing,
    vintage_date
from flow
