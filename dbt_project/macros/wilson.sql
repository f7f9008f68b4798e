{#- Bounds of a proportion at 95 %, by Wilson's score interval (Wilson 1927): `successes` of `trials`, NULL for none. -#}
{% macro wilson_low(successes, trials) -%}
    {{ wilson_bound(successes, trials, "-") }}
{%- endmacro %}

{% macro wilson_high(successes, trials) -%}
    {{ wilson_bound(successes, trials, "+") }}
{%- endmacro %}

{% macro wilson_bound(successes, trials, sign) -%}
    {%- set z = 1.959963984540054 -%}
    case
        when {{ trials }} > 0
            then (
                {{ successes }} + {{ z * z / 2 }}
                {{ sign }} {{ z }} * sqrt({{ successes }} * cast({{ trials }} - {{ successes }} as double) / {{ trials }} + {{ z * z / 4 }})
            ) / ({{ trials }} + {{ z * z }})
    end
{%- endmacro %}
