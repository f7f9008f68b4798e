-- The exports of a month to each single partner, as they stood in the release that the month's US and world figures are taken from.
with month as (
    select *
    from {{ ref("us_share_vintage") }}
    where {{ as_of() }} and flow = 'export'
)

select
    {{ columns_of(trade_series_columns(), "month") }},
    month.product_scope,
    month.period_start_date,
    month.vintage_date,
    month.world_value,
    figure.partner_code,
    figure."value"
from month
inner join {{ ref("fct_trade_vintage") }} as figure
    on
        {{ same(trade_series_columns() + ["period_start_date", "period_end_date"], "month", "figure") }}
        and figure.known_from <= month.vintage_date
        and figure.vintage_date >= month.known_from
        and coalesce(figure.known_to > month.vintage_date, true)
        and figure."value" is not null
inner join {{ ref("dim_partner") }} as partner
    on figure.partner_code = partner.partner_code and not partner.is_aggregate
