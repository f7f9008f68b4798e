select
    'oica/production' as dataset,
    vintage,
    "Sheet" as sheet_name,
    "Line" as line_number,
    "Category" as vehicle_category,
    trim(replace("Country", chr(160), ' ')) as country_name,
    cast("Year" as integer) as year,
    "Units" as units_text,
    -- Thousands are set apart by spaces, some of them hard or narrow.
    try_cast(regexp_replace("Units", '[\s,' || chr(160) || chr(8239) || ']', '', 'g') as bigint) as n_vehicles
from {{ source("oica_production", "production") }}
