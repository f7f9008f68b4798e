{#- The last day whose knowledge counts: var('as_of'), or every day when it is not set. -#}
{% macro as_of_date() -%}
    date '{{ var("as_of") if var("as_of") not in (none, "none") else "9999-12-31" }}'
{%- endmacro %}

{#- True for a release that was out by the end of that day. -#}
{% macro released_by_as_of(vintage_date) -%}
    {{ vintage_date }} <= {{ as_of_date() }}
{%- endmacro %}

{#- True for the one version of a cell that was known at the end of that day. -#}
{% macro as_of(known_from="known_from", known_to="known_to") -%}
    {{ known_from }} <= {{ as_of_date() }} and coalesce({{ known_to }} > {{ as_of_date() }}, true)
{%- endmacro %}
