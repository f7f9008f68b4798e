{#- The first day of a period that is written as 2026, 2026-07 or 2026-07-15; a split year such as 2023/2024 starts with its first year. -#}
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

{#- The classification code that many labels end with, as in `Motor vehicles and parts [C19]`; NULL where there is none. -#}
{% macro statcan_code(label) -%}
    nullif(regexp_extract({{ label }}, '\[([^\[\]]+)\]\s*$', 1), '')
{%- endmacro %}

{#- The label without its code. -#}
{% macro statcan_name(label) -%}
    regexp_replace({{ label }}, '\s*\[[^\[\]]+\]\s*$', '')
{%- endmacro %}

{#- The columns of the dimensions, as `statcan_table` describes them. -#}
{% macro statcan_dimensions(dimensions, is_placed) -%}
    {%- for name, label in dimensions.items() -%}
        {%- if is_placed -%} split_part(observation.coordinate, '.', {{ loop.index }}) as {{ name }}_member_id, {% endif -%}
        {%- if label -%} series."{{ label }}" as {{ name }}_label, {% endif -%}
    {%- endfor -%}
{%- endmacro %}

{#-
    A full table: a row for each vintage, coordinate and period.

    `dimensions` maps our name of each dimension to the agency's, in the order of the coordinate: a name becomes `<name>_member_id`, the member by its
    place in the coordinate, and `<name>_label`, empty where the payload was an answer of the Web Data Service. The agency renames labels more often
    than it renumbers. Where the order is not known (`is_placed = false`), there are labels only; a dimension without a label column maps to none.
    `value` names the figure in base units: the power of ten is the row's own.
-#}
{% macro statcan_table(product_id, dimensions, value="value_cad", is_placed=true) -%}
    select
        'statcan/{{ product_id }}' as dataset,
        observation.vintage,
        observation.coordinate as coordinate,
        series.vector as vector,
        {{ statcan_dimensions(dimensions, is_placed) }}
        {{ statcan_period_start("observation.ref_date") }} as period_start_date,
        series.uom as unit_of_measure,
        {{ statcan_value("observation.value", "series.scalar_id") }} as {{ value }},
        cast(observation.decimals as integer) - cast(series.scalar_id as integer) as value_decimals,
        nullif(observation.status, '') as status
    from {{ source("statcan_" ~ product_id, "observations") }} as observation
    inner join {{ source("statcan_" ~ product_id, "series") }} as series
        on
            observation.vintage = series.vintage
            and observation.coordinate = series.coordinate
{%- endmacro %}
