select
    {{ cimt_code_list() }},
    code as unit_code,
    name_en as unit_name_en,
    name_fr as unit_name_fr
from {{ source("statcan_cimt", "unit_of_measure") }}
