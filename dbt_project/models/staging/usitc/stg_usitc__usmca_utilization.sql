select
    'usitc/usmca_utilization' as dataset,
    vintage,
    cast("Month" || '-01' as date) as period_start_date,
    "Country" as country_name,
    case when "Scope" = 'ALL' then 'total' when "Scope" like 'HS__' then 'chapter' else 'heading' end as breakdown,
    nullif(regexp_replace("Scope", '^(ALL|HS)', ''), '') as hs_code,
    "Customs Value" as customs_value_usd,
    "USMCA Claimed Value" as usmca_claimed_value_usd,
    "HTS10 Lines" as n_hts10_lines
from {{ source("usitc_usmca_utilization", "observations") }}
