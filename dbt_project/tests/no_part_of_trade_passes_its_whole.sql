-- Warns with every month whose trade with the United States is negative or passes that with all countries: no share is made of it.
{{ config(severity="warn") }}

select
    {{ trade_series_columns("us") }},
    us.period_start_date,
    us.vintage,
    us."value" as us_value,
    world."value" as world_value
from {{ ref("fct_trade") }} as us
inner join {{ ref("fct_trade") }} as world
    on
        {{ same_series("us", "world") }}
        and us.period_start_date = world.period_start_date
        and us.period_grain = world.period_grain
        and us.vintage = world.vintage
where us.partner_code = 'US' and world.partner_code = 'WORLD' and us.flow <> 'balance' and not us."value" between 0 and world."value"
