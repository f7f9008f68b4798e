select
    {{ cimt_code_list() }},
    {{ cimt_province("split_part(code, ' ', 2)") }} as province_code,
    split_part(code, ' ', 1) as province_number,
    name_en as province_name_en,
    name_fr as province_name_fr
from {{ source("statcan_cimt", "province") }}
