select
    'us_census/schedule_c' as dataset,
    vintage,
    "Code" as country_code,
    "Name" as country_name
from {{ source("us_census_schedule_c", "countries") }}
