-- Warns with every product that figures have and the list of products lacks: it is in no scope, and scopes that it could be of are not made.
{{ config(severity="warn") }}

select distinct
    figure.dataset,
    figure.product_code
from {{ ref("fct_trade") }} as figure
anti join {{ ref("napcs_product") }} as product on figure.product_code = product.product_code
where figure.product_classification = 'NAPCS2022'
