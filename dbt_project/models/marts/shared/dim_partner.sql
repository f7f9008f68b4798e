select
    partner_code,
    partner_name,
    region,
    is_aggregate,
    is_listed_in_12100011,
    statcan_member_id,
    note
from {{ ref("partner") }}
