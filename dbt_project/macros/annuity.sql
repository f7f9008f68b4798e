{#- What a loan of one dollar over so many months costs a month at a yearly rate in percent, compounded monthly: r / (1 − (1 + r)⁻ⁿ), 1/n at no rate. -#}
{% macro annuity_payment(rate_pct, months) -%}
    case
        when {{ rate_pct }} = 0 then 1.0 / {{ months }}
        else ({{ rate_pct }} / 1200) / (1 - pow(1 + {{ rate_pct }} / 1200, -{{ months }}))
    end
{%- endmacro %}
