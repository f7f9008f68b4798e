-- The months of a release that have a product which the list of products lacks: it could be of any scope that is not a list of names.
{{ config(materialized="view") }}

select distinct
    observation.dataset,
    observation.vintage,
    observation.period_start_date
from {{ ref("int_trade__observation") }} as observation
anti join {{ ref("napcs_product") }} as product on observation.product_code = product.product_code
where observation.product_classification = 'NAPCS2022'
