select
    'statcan/cimt_aggregates' as dataset,
    vintage,
    flow,
    breakdown,
    nullif(hs, '') as hs_code,
    nullif("Country/Pays", '') as country_code,
    strptime("YearMonth/AnnéeMois", '%Y%m')::date as period_start_date,
    last_day(strptime(coalesce(nullif(through, ''), "YearMonth/AnnéeMois"), '%Y%m')::date) as period_end_date,
    "Value/Valeur"::double as value_cad,
    nullif(description, '') as product_name
from {{ source("statcan_cimt_aggregates", "observations") }}
