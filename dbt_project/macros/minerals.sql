{#- Half of the place that a published figure is rounded to, as its last zeros tell: 5,000 of 310,000, a half of 301. -#}
{% macro half_of_rounding(figure) -%}
    case
        when {{ figure }} <> 0 and {{ figure }} = floor({{ figure }})
            then 0.5 * pow(10, length(cast(cast({{ figure }} as bigint) as varchar)) - length(rtrim(cast(cast({{ figure }} as bigint) as varchar), '0')))
        else 0
    end
{%- endmacro %}

{#- The bounds of the Herfindahl index of shares that are intervals: each at its least, and each at its most, never above 1. What is published as one
    row of other countries is spread thin in the lower bound and one country in the upper one. -#}
{% macro hhi_of_share_bounds(share_low="share_low", share_high="share_high", kind="country_kind") -%}
    sum({{ share_low }} * {{ share_low }}) filter (where {{ kind }} = 'country') as hhi_low,
    -- Not the least of both: where there are no shares, that would be 1.
    case when sum({{ share_high }} * {{ share_high }}) > 1 then 1 else sum({{ share_high }} * {{ share_high }}) end as hhi_high
{%- endmacro %}

{#- The most that the squares of parts come to that make up `rest`, none of them larger than `cap`: as many whole ones as fit, and what is left. -#}
{% macro sum_of_squares_capped(rest, cap) -%}
    (
        floor(round(({{ rest }}) / nullif({{ cap }}, 0), 9)) * pow({{ cap }}, 2)
        + pow(greatest(({{ rest }}) - floor(round(({{ rest }}) / nullif({{ cap }}, 0), 9)) * {{ cap }}, 0), 2)
    )
{%- endmacro %}

{#- What the stages of one series of exports have in common. -#}
{% macro stage_series(of="") -%}
    {%- for column in [
        "dataset", "trade_type", "partner_code", "product_classification", "period_start_date", "period_end_date", "period_grain", "currency", "basis",
        "seasonal_adjustment",
    ] -%}
    {{ of }}{{ column }}{{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
