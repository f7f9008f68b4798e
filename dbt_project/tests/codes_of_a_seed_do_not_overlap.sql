-- A code stands for all below it: one below another would count twice.
with code as (
    select
        'mineral_product' as seed,
        product_classification as classification,
        product_code as code
    from {{ ref("mineral_product") }}
    union all
    select
        'industry_concordance' as seed,
        from_classification as classification,
        from_code as code
    from {{ ref("industry_concordance") }}
    where from_classification = 'HS2022'
)

select
    code.seed,
    code.code,
    below.code as code_below
from code
inner join code as below
    on code.seed = below.seed and code.classification = below.classification and code.code <> below.code and starts_with(below.code, code.code)
