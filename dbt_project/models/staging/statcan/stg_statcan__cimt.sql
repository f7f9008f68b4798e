select
    'statcan/cimt' as dataset,
    part,
    vintage,
    case when part like 'imports-%' then 'import' else 'export' end as flow,
    case when part like 'domestic_exports-%' then 'domestic' else 'total' end as trade_type,
    coalesce(hs10, hs8) as hs_code,
    case when hs10 is null then 8 else 10 end as hs_level,
    "Country/Pays" as country_code,
    {{ cimt_province("province") }} as province_code,
    "State/État" as state_code,
    cast(strptime("YearMonth/AnnéeMois", '%Y%m') as date) as period_start_date,
    "Value/Valeur" as value_cad,
    case when nullif("Unit of Measure/Unité de Mesure", 'N/A') is not null then "Quantity/Quantité" end as quantity,
    nullif("Unit of Measure/Unité de Mesure", 'N/A') as unit_code
from {{ source("statcan_cimt", "trade") }}
