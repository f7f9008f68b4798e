-- What a window's exports to each single partner add up to, where each of its months has a figure, or where absence is a zero. Where the partners of
-- a window pass its total, their figures do not belong together, and how they share it is unknown.
select
    {{ scope_series_columns("span") }},
    span.window_type,
    span.period_start_date,
    span.world_value,
    figure.partner_code,
    sum(figure."value") as "value"
from {{ ref("int_trade__window") }} as span
inner join {{ ref("int_trade__partner_month") }} as figure
    on
        {{ same_scope("span", "figure") }}
        and figure.period_start_date between span.period_start_date and span.period_end_date
group by {{ scope_series_columns("span") }}, span.window_type, span.period_start_date, span.world_value, figure.partner_code
having count(*) = any_value(span.n_months) or any_value(span.is_absent_zero)
qualify
    sum(sum(figure."value")) over (partition by {{ scope_series_columns("span") }}, span.window_type, span.period_start_date)
    <= (1 + 1e-9) * span.world_value
