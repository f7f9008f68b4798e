select
    {{ cimt_code_list() }},
    code as state_code,
    name_en as state_name_en,
    name_fr as state_name_fr
from {{ source("statcan_cimt", "state") }}
