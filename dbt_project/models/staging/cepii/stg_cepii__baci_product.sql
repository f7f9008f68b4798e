select
    'cepii/baci' as dataset,
    part,
    vintage,
    part as hs_edition,
    code as product_code,
    description as product_name
from {{ source("cepii_baci", "product_codes") }}
