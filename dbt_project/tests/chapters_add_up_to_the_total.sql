-- The aggregate's countries and its chapters each add up to its total, to the dollar, wherever a release holds them.
with parts as (
    select
        flow,
        period_start_date,
        sum("value") filter (where partner_code = 'WORLD' and product_code = 'all') as total,
        sum("value") filter (where partner_code <> 'WORLD') as countries,
        sum("value") filter (where length(product_code) = 2) as chapters
    from {{ ref("fct_trade") }}
    where dataset = 'statcan/cimt_aggregates' and period_grain = 'month'
    group by flow, period_start_date
)

select *
from parts
where coalesce(countries, chapters) is not null and (countries is distinct from total or chapters is distinct from total)
