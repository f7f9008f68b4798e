select
    {{ trade_series_columns("figure") }},
    figure.partner_code,
    figure.period_start_date,
    figure.period_end_date,
    figure.period_grain,
    figure."value",
    figure.status,
    figure.value_decimals,
    figure.vintage_date,
    figure.vintage,
    coverage.is_preferred
from {{ ref("fct_trade_vintage") }} as figure
inner join {{ ref("trade_dataset") }} as coverage on figure.dataset = coverage.dataset
where {{ as_of("figure.known_from", "figure.known_to") }}
