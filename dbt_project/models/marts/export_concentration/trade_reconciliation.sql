-- What the table of 12-10-0011 counts and the aggregate of every country does not: trade that is allocated to no country there.
with world as (
    select *
    from {{ ref("fct_trade_vintage") }}
    where
        partner_code = 'WORLD' and product_code = 'all' and period_grain = 'month'
        and basis = 'customs' and seasonal_adjustment = 'unadjusted'
),

aggregate as (
    select * from world
    where dataset = 'statcan/cimt_aggregates' and {{ as_of() }}
),

compared as (
    select
        aggregate.flow,
        aggregate.period_start_date,
        official."value" as table_value,
        aggregate."value" as aggregate_value,
        official."value" - aggregate."value" as unallocated_cad,
        official.known_from <= aggregate.vintage_date as is_same_vintage,
        aggregate.vintage_date,
        official.vintage_date as table_vintage_date,
        official.known_from
    from aggregate
    inner join world as official
        on
            official.dataset = 'statcan/12100011'
            and aggregate.flow = official.flow
            and aggregate.period_start_date = official.period_start_date
            and coalesce(aggregate.vintage_date < official.known_to, true)
)

select * exclude (known_from)
from compared
qualify row_number() over (partition by flow, period_start_date order by known_from) = 1
