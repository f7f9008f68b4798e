-- Exports and imports of the same products, at two, four and six digits: out of items that cover all trade, never out of a list of the largest.
with item as (
    select
        *,
        case
            when length(product_code) = 6 or (period_grain = 'range' and length(product_code) > 6) then [2, 4, 6]
            when length(product_code) = 2 and period_grain = 'month' then [2]
        end as levels
    from {{ ref("fct_trade") }}
    where
        product_classification like 'HS%' and flow in ('export', 'import') and trade_type = 'total' and province_code = 'all'
        and partner_code in ('US', 'WORLD') and basis = 'customs' and seasonal_adjustment = 'unadjusted'
),

at_level as (
    select
        *,
        unnest(levels) as digits
    from item
    where levels is not null
),

product as (
    select
        dataset,
        reporter,
        partner_code,
        product_classification,
        digits,
        left(product_code, digits) as product_code,
        basis,
        seasonal_adjustment,
        currency,
        period_grain,
        period_start_date,
        period_end_date,
        vintage_date,
        coalesce(sum("value") filter (where flow = 'export'), 0) as export_value,
        coalesce(sum("value") filter (where flow = 'import'), 0) as import_value,
        count(*) filter (where "value" is null) as n_missing
    from at_level
    group by all
)

select
    dataset,
    reporter,
    partner_code,
    product_classification,
    digits,
    product_code,
    basis,
    seasonal_adjustment,
    currency,
    period_grain,
    period_start_date,
    period_end_date,
    export_value,
    import_value,
    1 - abs(export_value - import_value) / nullif(export_value + import_value, 0) as grubel_lloyd,
    vintage_date
from product
where n_missing = 0
