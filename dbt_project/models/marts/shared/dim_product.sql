-- Chapters and items of the Harmonized System that figures are held of, under the name of their subheading; products and sections of the North
-- American Product Classification System; and groups of them that are published as one.
with subheading as (
    select
        left(hs_code, 6) as subheading_code,
        max(product_name) as product_name
    from {{ ref("stg_statcan__cimt_aggregates") }}
    where product_name is not null
    group by left(hs_code, 6)
),

-- Chapters have the same numbers and short names in every edition.
hs as (
    select
        held.classification,
        held.product_code,
        subheading.product_name
    from (
        select
            'HS2022' as classification,
            hs_code as product_code
        from {{ ref("stg_statcan__cimt_aggregates") }}
        where hs_code is not null
        union
        select
            product_classification as classification,
            product_code
        from {{ ref("int_trade__us_exports") }}
        where product_code <> 'all'
    ) as held
    left join subheading on left(held.product_code, 6) = subheading.subheading_code
    union all
    select
        {{ hs_edition("make_date(cast(right(part, 4) as integer), 1, 1)") }} as classification,
        hs_code as product_code,
        max(product_name_en) as product_name
    from {{ ref("stg_statcan__cimt_product") }}
    where hs_level = 6
    group by classification, hs_code
),

staged as (
    select
        hs.*,
        mineral.processing_stage,
        listed.is_on_canada_list
    from hs
    left join {{ ref("mineral_product") }} as mineral on starts_with(hs.product_code, mineral.product_code)
    left join {{ ref("int_minerals__listed") }} as listed on mineral.mineral = listed.mineral
),

product as (
    select
        classification,
        product_code,
        product_name,
        length(product_code) as level,
        case when length(product_code) > 2 then left(product_code, 2) end as parent_code,
        left(product_code, 2) = '27' as is_energy,
        case
            when length(product_code) > 2
                then left(product_code, 4) in ('7106', '7107', '7108', '7109', '7110', '7111', '7112', '7118')
        end as is_precious_metal,
        case when length(product_code) > 2 then left(product_code, 4) between '8701' and '8708' end as is_automotive,
        -- A chapter has critical minerals and others.
        case when length(product_code) > 2 then coalesce(is_on_canada_list and processing_stage < '3', false) end as is_critical_mineral,
        processing_stage
    from staged
    union all
    select
        'NAPCS2022' as classification,
        product_code,
        product_name,
        level,
        parent_code,
        is_energy,
        is_precious_metal,
        is_automotive,
        is_critical_mineral,
        processing_stage
    from {{ ref("napcs_product") }}
    union all
    select
        member.product_classification as classification,
        member.product_code,
        any_value(member.note) as product_name,
        1 as level,
        null as parent_code,
        false as is_energy,
        member.product_scope = 'precious_metals' as is_precious_metal,
        member.product_scope = 'autos_and_parts' as is_automotive,
        cast(null as boolean) as is_critical_mineral,
        cast(null as varchar) as processing_stage
    from {{ ref("product_scope") }} as member
    where member.product_classification = 'NAPCS2022_GROUP'
    group by member.product_classification, member.product_code, member.product_scope
)

select * from product
union all
select distinct
    figure.product_classification as classification,
    figure.product_code,
    cast(null as varchar) as product_name,
    case when figure.product_classification like 'NAPCS%' then 2 else length(figure.product_code) end as level,
    cast(null as varchar) as parent_code,
    cast(null as boolean) as is_energy,
    cast(null as boolean) as is_precious_metal,
    cast(null as boolean) as is_automotive,
    cast(null as boolean) as is_critical_mineral,
    cast(null as varchar) as processing_stage
from {{ ref("int_trade__observation") }} as figure
anti join product on figure.product_classification = product.classification and figure.product_code = product.product_code
where figure.product_code <> 'all'
