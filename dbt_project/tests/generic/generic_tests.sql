{% test unique_combination(model, columns) %}
    select {{ columns | join(", ") }}, count(*) as n
    from {{ model }}
    group by all
    having count(*) > 1
{% endtest %}

{% test expression_is_true(model, expression) %}
    select * from {{ model }}
    where not coalesce({{ expression }}, false)
{% endtest %}

{% test accepted_range(model, column_name, min=none, max=none) %}
    select * from {{ model }}
    where
        false
        {% if min is not none %}or {{ column_name }} < {{ min }}{% endif %}
        {% if max is not none %}or {{ column_name }} > {{ max }}{% endif %}
{% endtest %}

{#- Versions of one row follow each other: none ends before it starts, none starts before the last one ends. -#}
{% test versions_do_not_overlap(model, columns) %}
    select *
    from (
        select *, lead(known_from) over (partition by {{ columns | join(", ") }} order by known_from, known_to nulls last) as next_known_from
        from {{ model }}
    )
    where known_to < known_from or known_to > next_known_from or (known_to is null and next_known_from is not null)
{% endtest %}
