{#- One value of a column within each group, for totals that a file repeats on every row. -#}
{% test same_within(model, column, within) %}
    select {{ within | join(", ") }}, count(distinct {{ column }}) as n
    from {{ model }}
    group by all
    having count(distinct {{ column }}) > 1
{% endtest %}
