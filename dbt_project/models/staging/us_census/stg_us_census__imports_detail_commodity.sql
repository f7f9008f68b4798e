select
    'us_census/imports_detail' as dataset,
    part,
    vintage,
    make_date(cast(year as integer), cast(month as integer), 1) as period_start_date,
    commodity as product_code,
    comm_desc as product_name,
    unit_qy1 as quantity_1_unit,
    unit_qy2 as quantity_2_unit
from {{ source("us_census_imports_detail", "commodity") }}
