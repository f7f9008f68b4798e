-- Each product's exports to the United States, over the windows whose months are all there; beside them those of all products in the same window.
with window_of as (
    select * from {{ ref("int_trade__window") }}
),

product as (
    select * from window_of
    where product_scope = 'single_product'
),

every as (
    select * from window_of
    where product_scope = 'all'
)

select
    product.dataset,
    product.reporter,
    product.trade_type,
    product.product_classification,
    product.product_code,
    product.province_code,
    product.window_type,
    product.period_start_date,
    product.period_end_date,
    product.basis,
    product.seasonal_adjustment,
    product.currency,
    product.us_value,
    product.world_value as "value",
    product.world_value - product.us_value as non_us_value,
    product.us_value / product.world_value as us_share,
    product.us_value >= {{ var("single_market_share") }} * product.world_value as is_single_market,
    product.world_value / every.world_value as share_of_exports,
    product.vintage_date_min,
    product.vintage_date_max,
    product.is_preferred
from product
left join every
    on
        {{ same_whole("product", "every") }}
        and product.window_type = every.window_type
        and product.period_start_date = every.period_start_date
        and product.vintage_date_min >= every.vintage_date_min
        and product.vintage_date_max <= every.vintage_date_max
