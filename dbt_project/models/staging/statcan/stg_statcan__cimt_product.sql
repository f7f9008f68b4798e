select
    {{ cimt_code_list() }},
    tag as list_tag,
    code as hs_code,
    length(code) as hs_level,
    nullif(unit, 'N/A') as unit_code,
    name_en as product_name_en,
    name_fr as product_name_fr
from {{ source("statcan_cimt", "product") }}
