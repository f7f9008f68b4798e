select
    'statcan/12100182_groups' as dataset,
    vintage,
    trade as trade_label,
    product_group,
    napcs_members as product_member_ids,
    partner as partner_label,
    nullif(vector, '') as vector,
    cast(period || '-01' as date) as period_start_date,
    {{ statcan_value('"value"', "6") }} as value_cad
from {{ source("statcan_12100182_groups", "observations") }}
