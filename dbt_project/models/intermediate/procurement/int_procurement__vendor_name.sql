-- Every name of a vendor, in whichever source, with the country and the postal area that stand beside it most often.
with named as (
    select
        vendor_name,
        vendor_country_code as country_code,
        vendor_postal_area as postal_area
    from {{ ref("int_procurement__federal_row") }}
    union all by name
    select
        supplier_name as vendor_name,
        vendor_country_code as country_code
    from {{ ref("int_procurement__canadabuys_row") }}
    union all by name
    select
        vendor_name,
        vendor_country_code as country_code
    from {{ ref("int_procurement__seao_contract") }}
    union all by name
    select vendor_name
    from {{ ref("int_procurement__nova_scotia_contract") }}
)

select
    vendor_name,
    count(*) as n_rows,
    mode(country_code order by country_code) as country_code,
    mode(postal_area order by postal_area) as postal_area
from named
where vendor_name is not null
group by vendor_name
