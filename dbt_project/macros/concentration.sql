{#-
    How concentrated each group's values are on its partners: a row for each group of the columns `by`, from one pass over `relation`.

    `relation` has one row, and only one, for each partner of a group: a partner that stands there twice counts as two. `partner` is text, no NULL.
    Where the list of partners may be cut short, `total` is the column with the group's whole, the same in each of its rows; what the list leaves of
    it is the rest. Without `total`, the listed partners are all that there are.

    | column | what it is |
    |---|---|
    | `total_value` | `total`; without it the sum of the values, NULL where one of them is missing |
    | `n_partners`, `n_zeros`, `n_missing` | partners with a value above zero, with zero (which counts for nothing else), and without one (NULL) |
    | `partner_hhi_low` | Σ s², as if the rest were spread infinitely thin |
    | `partner_hhi_high` | the same and the square of the rest's share, as if one partner had all of it |
    | `rest_share` | share of the total that is no listed partner's |
    | `effective_partners_low`, `effective_partners_high` | 1 / HHI at its upper and at its lower bound, NULL where no value bounds it |
    | `top_partner`, `top_share` | the largest listed partner, of equal ones the first by its code, and its share |

    Shares, and what is made of them, are NULL where the total is 0 or unknown. A rest of a billionth of the total is rounding and counts as none.
    With `listed_are_largest`, which asserts that no unlisted partner is larger than the smallest listed one, of share m, the rest R adds at most
    ⌊R/m⌋ m² + (R − ⌊R/m⌋ m)²; a listed partner without a value may be larger, and takes the assertion's force away.

    Values that are negative or no finite numbers, and totals that contradict them, are errors that name the group.
    The formulas are those of hhi_bounds in orchestration/metrics/concentration.py.
-#}
{% macro partner_concentration(relation, by, partner="partner_code", value="value", total=none, listed_are_largest=false) -%}
    {%- set group = by | join(", ") -%}
    with partner_figure as (
        select
            {{ group }},
            {{ partner }} as partner,
            {% if total %}
            cast({{ total }} as double) as whole,
            {% endif %}
            cast({{ value }} as double) as figure
        from {{ relation }}
    ),

    group_sum as (
        select
            {{ group }},
            {% if total %}
            min(whole) as total_value,
            max(whole) as other_total,
            {% else %}
            case when count(figure) = count(*) then sum(figure) end as total_value,
            total_value as other_total,
            {% endif %}
            count(nullif(figure, 0)) as n_partners,
            count(figure) - count(nullif(figure, 0)) as n_zeros,
            count(*) - count(figure) as n_missing,
            coalesce(sum(figure), 0) as listed_value,
            coalesce(sum(figure * figure), 0) as squares,
            min(figure) as smallest,
            max(figure) as largest,
            min({{ figure_key("figure") }} || encode(partner)) as top_key
        from partner_figure
        group by {{ group }}
    ),

    group_rest as (
        select
            *,
            case when abs(total_value - listed_value) <= 1e-9 * total_value then 0 else total_value - listed_value end as rest,
            {{ listed_are_largest }} and n_missing = 0 and rest > 0 as is_capped
        from group_sum
    ),

    group_bound as (
        select
            *,
            nullif(listed_value + rest, 0) as divisor,
            case
                when is_capped then floor(rest / smallest) * smallest * smallest + pow(rest - floor(rest / smallest) * smallest, 2)
                else rest * rest
            end as rest_squares
        from group_rest
        where
            case
                when smallest < 0
                    then {{ concentration_error(group, "the value ", "smallest", "Take returns and corrections out before, or show them apart") }}
                when not isfinite(listed_value)
                    then {{ concentration_error(group, "values that add up to ", "listed_value", "Let what is no number be NULL") }}
                when not isfinite(total_value) or total_value <> other_total
                    then {{ concentration_error(group, "more than one total, or none that is finite: ", "other_total", "Give each group one total") }}
                when rest < 0
                    then {{ concentration_error(group, "values above their total, by ", "-rest", "Take aggregates out, and parts of another kind") }}
                when is_capped and smallest = 0
                    then {{ concentration_error(group, "a listed partner of zero and a rest of ", "rest", "Its list is not that of the largest") }}
                else true
            end
    )

    select
        {{ group }},
        total_value,
        n_partners,
        n_zeros,
        n_missing,
        squares / (divisor * divisor) as partner_hhi_low,
        (squares + rest_squares) / (divisor * divisor) as partner_hhi_high,
        rest / divisor as rest_share,
        divisor * divisor / (squares + rest_squares) as effective_partners_low,
        divisor * divisor / nullif(squares, 0) as effective_partners_high,
        case when n_partners > 0 then decode(top_key[octet_length({{ figure_key("0::double") }}) + 1:]) end as top_partner,
        case when n_partners > 0 then largest / divisor end as top_share
    from group_bound
{%- endmacro %}

{#- The error that stops a query at a group: what it has, the offending figure, and what to do. -#}
{% macro concentration_error(group, what, figure, remedy) -%}
    error('{{ group | replace("'", "''") }} = ' || concat_ws(', ', {{ group }}) || ' has {{ what }}' || {{ figure }} || '. {{ remedy }}.')
{%- endmacro %}

{#- Nine bytes that sort the largest figure first. With the code of a country behind them they stay within the twelve that need no memory apart. -#}
{% macro figure_key(figure) -%}
    create_sort_key({{ figure }}, 'DESC NULLS LAST')
{%- endmacro %}
