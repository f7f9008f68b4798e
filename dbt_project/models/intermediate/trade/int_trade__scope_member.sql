-- Which products a scope counts, by classification: named ones, every one but those of a kind, and those of a section. A scope that leaves a kind out
-- is made where each product of the level either is of that kind or is not.
{{ config(materialized="view") }}

with product as (
    select
        case level when 1 then 'NAPCS2022 sections' else 'NAPCS2022 products' end as product_level,
        *
    from {{ ref("napcs_product") }}
),

flagged as (
    {% for scope, is_counted, flags in [
        ("all", "true", "true"),
        ("ex_energy", "not is_energy", "is_energy"),
        ("ex_precious_metals", "not is_precious_metal", "is_precious_metal"),
        ("ex_energy_and_precious_metals", "not is_energy and not is_precious_metal", "is_energy and is_precious_metal"),
        ("critical_minerals", "is_critical_mineral", "is_critical_mineral"),
    ] %}
        select
            '{{ scope }}' as product_scope,
            product_level,
            product_code,
            {{ is_counted }} as is_counted,
            ({{ flags }}) is not null as is_known
        from product
        {{ "union all" if not loop.last }}
    {% endfor %}
),

member as (
    select
        product_scope,
        'NAPCS2022' as product_classification,
        product_level,
        product_code,
        false as is_named
    from flagged
    qualify bool_and(is_known) over (partition by product_scope, product_level) and is_counted
    union all
    select
        'section_' || lower(coalesce(parent_code, product_code)) as product_scope,
        'NAPCS2022' as product_classification,
        product_level,
        product_code,
        false as is_named
    from product
    union all
    select
        product_scope,
        product_classification,
        product_classification || ' products' as product_level,
        product_code,
        true as is_named
    from {{ ref("product_scope") }}
)

select
    *,
    count(*) over (partition by product_scope, product_level) as n_members
from member
