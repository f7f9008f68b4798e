select
    'usitc/us_exports' as dataset,
    vintage,
    make_date(cast("Year" as integer), 1, 1) as period_start_date,
    case when "HTS Number" is null then 'total' else 'chapter' end as breakdown,
    "Country" as country_name,
    "Country" = 'World' as is_world,
    "HTS Number" as hs_code,
    "Description" as description,
    "FAS Value" as fas_value_usd
from {{ source("usitc_us_exports", "observations") }}
