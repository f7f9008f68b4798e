select
    {{ cimt_code_list() }},
    split_part(code, ' ', 1) as country_code,
    nullif(split_part(code, ' ', 2), '') as country_number,
    name_en as country_name_en,
    name_fr as country_name_fr
from {{ source("statcan_cimt", "country") }}
