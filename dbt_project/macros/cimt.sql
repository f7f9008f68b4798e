{#- Newfoundland was NF until the province took the name of Labrador too, in 2002; the code has been NL ever since. -#}
{% macro cimt_province(code) -%}
    case {{ code }} when 'NF' then 'NL' else {{ code }} end
{%- endmacro %}

{#- The columns of a code list: where the row comes from, when its meaning begins, and when it ends (null while it holds). -#}
{% macro cimt_code_list() -%}
    'statcan/cimt' as dataset,
    part,
    vintage,
    cast(strptime(valid_from, '%Y%m') as date) as valid_from_date,
    case when valid_through <> '999912' then last_day(cast(strptime(valid_through, '%Y%m') as date)) end as valid_through_date
{%- endmacro %}

{#- The edition of the Harmonized System that products of a day are coded in. -#}
{% macro hs_edition(day) -%}
    'HS' || case
        {%- for year in [2022, 2017, 2012, 2007, 2002, 1996] %} when {{ day }} >= date '{{ year }}-01-01' then '{{ year }}'{% endfor %} else '1988' end
{%- endmacro %}
