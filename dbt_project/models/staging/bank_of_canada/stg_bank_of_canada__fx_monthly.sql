select
    'bank_of_canada/fx_monthly' as dataset,
    vintage,
    cast(month || '-01' as date) as period_start_date,
    cad_usd_mean as usd_per_cad,
    usd_cad_mean as cad_per_usd,
    days as n_days
from {{ source("bank_of_canada_fx_monthly", "observations") }}
