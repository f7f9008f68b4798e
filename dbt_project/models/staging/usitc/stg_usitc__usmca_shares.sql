select
    'usitc/usmca_shares' as dataset,
    part,
    vintage,
    cast(part || '-01' as date) as period_start_date,
    hts10 as hts_code,
    cty_code as country_code,
    total_value as customs_value_usd,
    usmca_value as usmca_claimed_value_usd,
    case when total_value != 0 then usmca_share end as usmca_claimed_share
from {{ source("usitc_usmca_shares", "shares") }}
