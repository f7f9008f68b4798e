{#- What a trade series is: everything that identifies a figure but its partner and its period. -#}
{% macro trade_series_columns(alias=none) -%}
    {%- for name in [
        "dataset", "reporter", "flow", "trade_type", "product_classification", "product_code", "province_code",
        "basis", "seasonal_adjustment", "valuation", "currency"
    ] -%}
        {{ alias ~ "." if alias }}{{ name }}{{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- What a figure is: the grain of fct_trade. -#}
{% macro trade_cell_columns() -%}
    {{ trade_series_columns() }}, partner_code, period_start_date, period_end_date, period_grain
{%- endmacro %}

{#- The condition that two relations speak of the same series. -#}
{% macro same_series(left, right) -%}
    ({{ trade_series_columns(left) }}) = ({{ trade_series_columns(right) }})
{%- endmacro %}
