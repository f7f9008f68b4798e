select
    'oica/cited_figures' as dataset,
    vintage,
    cast("Year" as integer) as year,
    "Country" as country_name,
    "Country" = 'TOTAL' as is_world,
    "Scope" as vehicle_category,
    cast("Edition" as integer) as edition,
    "Units" as n_vehicles,
    "Grade" as grade,
    "Source" as source
from {{ source("oica_cited_figures", "figures") }}
