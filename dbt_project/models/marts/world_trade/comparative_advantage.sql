-- Revealed comparative advantage of the three economies of North America in each subheading.
with export as (
    select
        dataset,
        hs_edition,
        period_start_date,
        exporter_code,
        product_code,
        sum(value_usd) as value_usd,
        any_value(vintage_date) as vintage_date
    from {{ ref("int_world_trade__baci") }}
    group by dataset, hs_edition, period_start_date, exporter_code, product_code
),

compared as (
    select
        *,
        sum(value_usd) over (partition by hs_edition, period_start_date, exporter_code) as country_usd,
        sum(value_usd) over (partition by hs_edition, period_start_date, product_code) as product_usd,
        sum(value_usd) over (partition by hs_edition, period_start_date) as world_usd
    from export
)

select
    dataset,
    hs_edition,
    period_start_date,
    exporter_code as reporter,
    product_code,
    value_usd,
    (value_usd / country_usd) / (product_usd / world_usd) as rca,
    value_usd * world_usd >= country_usd * product_usd as is_advantage,
    vintage_date
from compared
where exporter_code in ('CA', 'US', 'MX') and value_usd > 0
