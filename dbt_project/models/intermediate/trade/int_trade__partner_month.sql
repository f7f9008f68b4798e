-- The exports of a month to each single partner, as they stood in the release that the month's US and world figures are taken from.
with month as (
    select *
    from {{ ref("us_share_vintage") }}
    where {{ as_of() }} and flow = 'export'
)

select
    {{ scope_series_columns("month") }},
    month.period_start_date,
    month.vintage_date,
    month.world_value,
    figure.partner_code,
    figure."value"
from month
inner join {{ ref("int_trade__scope_vintage") }} as figure
    on
        {{ same_scope("month", "figure") }}
        and month.period_start_date = figure.period_start_date
        and month.vintage_date >= figure.known_from
        and month.known_from <= figure.vintage_date
        and coalesce(month.vintage_date < figure.known_to, true)
        and figure."value" is not null
inner join {{ ref("dim_partner") }} as partner
    on figure.partner_code = partner.partner_code and not partner.is_aggregate
