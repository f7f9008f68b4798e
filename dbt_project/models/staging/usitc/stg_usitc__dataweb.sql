select
    'usitc/dataweb' as dataset,
    part,
    vintage,
    cast(part || '-01' as date) as period_start_date,
    "Programs" as programs,
    replace("HTS Number", '.', '') as hts_code,
    "Description" as description,
    "Country" as country_name,
    "Customs Value" as customs_value_usd
from {{ source("usitc_dataweb", "imports") }}
