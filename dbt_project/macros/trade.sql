{#- What a trade series is: everything that identifies a figure but its partner and its period. -#}
{% macro trade_series_columns(alias=none) -%}
    {%- for name in [
        "dataset", "reporter", "flow", "trade_type", "product_classification", "product_code", "province_code",
        "basis", "seasonal_adjustment", "valuation", "currency"
    ] -%}
        {{ alias ~ "." if alias }}{{ name }}{{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- The same of a scope of products: the series and what it counts. -#}
{% macro scope_series_columns(alias=none) -%}
    {{ trade_series_columns(alias) }}, {{ alias ~ "." if alias }}product_scope
{%- endmacro %}

{#- What a figure is: the grain of fct_trade. -#}
{% macro trade_cell_columns() -%}
    {{ trade_series_columns() }}, partner_code, period_start_date, period_end_date, period_grain
{%- endmacro %}

{#- What a figure of a scope of products is. -#}
{% macro scope_cell_columns() -%}
    {{ scope_series_columns() }}, partner_code, period_start_date, period_end_date
{%- endmacro %}

{#- The condition that two relations speak of the same series. -#}
{% macro same_series(left, right) -%}
    ({{ trade_series_columns(left) }}) = ({{ trade_series_columns(right) }})
{%- endmacro %}

{#- The condition that two relations speak of the same scope of the same series. -#}
{% macro same_scope(left, right) -%}
    ({{ scope_series_columns(left) }}) = ({{ scope_series_columns(right) }})
{%- endmacro %}

{#- The condition that one relation speaks of a part of what the other does: of the same flow, whatever its product and partner. -#}
{% macro same_whole(part, whole) -%}
    {%- for name in ["dataset", "reporter", "flow", "trade_type", "province_code", "basis", "seasonal_adjustment", "valuation", "currency"] -%}
        {{ part }}.{{ name }} = {{ whole }}.{{ name }}{{ " and " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- What a landed vintage adds to its figures: its day, its place among those of its part, and the next one that replaces the whole of it. -#}
{% macro vintage_columns(alias) -%}
    {{ alias }}.vintage_date, {{ alias }}.vintage_position, {{ alias }}.next_complete_position, {{ alias }}.next_complete_date
{%- endmacro %}

{#-
    The versions of each cell of `relation`, from a row for each vintage that has it. Releases that repeat a figure add no row: each run of equal
    figures becomes one version, closed by the release that revised or withdrew it. `cell` are the columns of a cell.
-#}
{% macro versions(relation, cell) -%}
    with followed as (
        select
            *,
            lag("value") over cell as previous_value,
            lag(status) over cell as previous_status,
            lag(next_complete_position) over cell as previous_next_complete_position,
            lag(vintage_position) over cell as previous_position,
            coalesce(next_complete_position < coalesce(lead(vintage_position) over cell, next_complete_position + 1), false) as is_dropped_next
        from {{ relation }}
        window cell as (partition by {{ cell }} order by vintage_position)
    ),

    numbered as (
        select
            *,
            count(*) filter (
                where previous_position is null
                or "value" is distinct from previous_value
                or status is distinct from previous_status
                or previous_next_complete_position < vintage_position
            ) over (partition by {{ cell }} order by vintage_position) as version
        from followed
    ),

    version_spans as (
        select
            {{ cell }},
            version,
            any_value("value") as "value",
            any_value(status) as status,
            arg_max(value_decimals, vintage_position) as value_decimals,
            min(vintage_date) as known_from,
            max(vintage_date) as vintage_date,
            arg_min(vintage, vintage_position) as first_vintage,
            arg_max(vintage, vintage_position) as vintage,
            max(case when is_dropped_next then next_complete_date end) as withdrawn_on
        from numbered
        group by {{ cell }}, version
    )

    select
        {{ cell }},
        "value",
        status,
        value_decimals,
        vintage_date,
        vintage,
        first_vintage,
        known_from,
        coalesce(withdrawn_on, lead(known_from) over cell) as known_to,
        withdrawn_on is not null as is_withdrawn
    from version_spans
    window cell as (partition by {{ cell }} order by version)
{%- endmacro %}
