-- The aggregate names a chapter, and each six-digit subheading once; chapters have the same numbers and short names in both editions.
with product as (
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
),

subheading as (
    select
        left(hs_code, 6) as subheading_code,
        max(product_name) as product_name
    from {{ ref("stg_statcan__cimt_aggregates") }}
    where product_name is not null
    group by left(hs_code, 6)
)

select
    product.classification,
    product.product_code,
    subheading.product_name,
    length(product.product_code) as level,
    case when length(product.product_code) > 2 then left(product.product_code, 2) end as parent_code,
    left(product.product_code, 2) = '27' as is_energy,
    case
        when length(product.product_code) > 2
            then left(product.product_code, 4) in ('7106', '7107', '7108', '7109', '7110', '7111', '7112', '7118')
    end as is_precious_metal,
    case when length(product.product_code) > 2 then left(product.product_code, 4) between '8701' and '8708' end as is_automotive,
    cast(null as boolean) as is_critical_mineral,
    cast(null as varchar) as processing_stage
from product
left join subheading on left(product.product_code, 6) = subheading.subheading_code
