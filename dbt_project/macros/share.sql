{#- What two figures must have in common before one may be divided by the other. -#}
{% macro kind_columns() -%}
    {{ return(["dataset", "reporter", "flow", "trade_type", "basis", "seasonal_adjustment", "valuation", "currency", "period_start_date", "period_end_date", "vintage"]) }}
{%- endmacro %}

{#-
    `marts.share(numerator, denominator)`: of two rows of trade the one's value as a share of the other's. It is an error, which names both sides, where
    they differ in kind, or the one is no part of the other; NULL where a value is missing or the denominator is zero. It is part of every release, for
    those who ask it in SQL.
-#}
{% macro create_share() -%}
    create schema if not exists marts;
    create or replace macro marts.share(numerator, denominator) as case
        {%- for column in kind_columns() %}
        when numerator.{{ column }} is distinct from denominator.{{ column }}
            then error(
                'figures of different kinds: {{ column }} is ' || coalesce(cast(numerator.{{ column }} as varchar), 'empty') || ' on one side and '
                || coalesce(cast(denominator.{{ column }} as varchar), 'empty') || ' on the other; take both from one data set, release, basis and period'
            )
        {%- endfor %}
        when not (numerator."value" between 0 and denominator."value")
            then error(
                numerator.dataset || ', ' || numerator.period_start_date || ': ' || numerator."value" || ' is not a part of ' || denominator."value"
            )
        else numerator."value" / nullif(denominator."value", 0)
    end
{%- endmacro %}
