select
    'nrcan/cited_figures' as dataset,
    vintage,
    cast("Year" as integer) as year,
    "Kind" as kind,
    lower("Subject") as subject,
    case
        when "Measure" ilike 'mine production%' then 'mine'
        when "Measure" ilike '%refined production%' then 'refinery'
        when "Measure" = 'Domestic exports' then 'domestic_exports'
        when "Measure" = 'Imports' then 'imports'
    end as measure,
    "Measure" as measure_text,
    case when "Unit" = 'metric tons' then value end as quantity_t,
    case when "Unit" = 'billion Canadian dollars' then cast(cast(value as decimal(18, 3)) * 1000000000 as double) end as value_cad,
    "Grade" as grade,
    "Source" as source
from {{ source("nrcan_cited_figures", "figures") }}
