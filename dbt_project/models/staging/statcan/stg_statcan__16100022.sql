-- A quantity is in the unit of its product; only dollars can be added up over products.
with figure as (
    {{ statcan_table("16100022", {
        "geography": "GEO",
        "variable": "Variables",
        "product": "Products",
    }, value='"value"', is_placed=false) }}
)

select
    *,
    case when unit_of_measure = 'Dollars' then "value" end as value_cad
from figure
