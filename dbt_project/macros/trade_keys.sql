{#- What a trade series is: everything that identifies a figure but its partner and its period. -#}
{% macro trade_series_columns() -%}
    {{ return(["dataset", "reporter", "flow", "trade_type", "product_classification", "product_code", "province_code", "basis", "seasonal_adjustment", "valuation", "currency"]) }}
{%- endmacro %}

{#- What a figure is: the grain of fct_trade. -#}
{% macro trade_cell_columns() -%}
    {{ return(trade_series_columns() + ["partner_code", "period_start_date", "period_end_date", "period_grain"]) }}
{%- endmacro %}

{% macro columns_of(names, alias=none) -%}
    {% for name in names %}{{ alias ~ "." if alias }}{{ name }}{{ ", " if not loop.last }}{% endfor %}
{%- endmacro %}

{#- The condition that two relations speak of the same series or cell. -#}
{% macro same(names, left, right) -%}
    {% for name in names %}{{ left }}.{{ name }} = {{ right }}.{{ name }}{{ " and " if not loop.last }}{% endfor %}
{%- endmacro %}
