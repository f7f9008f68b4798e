{#- No key stands twice in the newest vintage of a large table: those before it passed on their day, and never change. `vintages` has them all. -#}
{% test unique_in_newest_vintage(model, columns, vintages) %}
    select {{ columns | join(", ") }}, count(*) as n
    from {{ model }}
    where vintage = (select max(vintage) from {{ vintages }})
    group by all
    having count(*) > 1
{% endtest %}
