{#- The first day of the period that Statistics Canada writes as 2026, 2026-07 or 2026-07-15; a split year such as 2023/2024 starts with its first year. -#}
{% macro statcan_period_start(ref_date) -%}
    case
        when {{ ref_date }} like '____-__-__' then cast({{ ref_date }} as date)
        when {{ ref_date }} like '____-__' then cast({{ ref_date }} || '-01' as date)
        else cast(left({{ ref_date }}, 4) || '-01-01' as date)
    end
{%- endmacro %}

{#- A published figure times its power of ten, in decimals so that no digit is added. -#}
{% macro statcan_value(value, scalar_id) -%}
    cast(cast({{ value }} as decimal(28, 6)) * cast(power(10, cast({{ scalar_id }} as integer)) as bigint) as double)
{%- endmacro %}
