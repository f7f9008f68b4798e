select
    'cepii/baci' as dataset,
    part,
    vintage,
    country_code,
    country_name,
    country_iso2 as iso2_code,
    country_iso3 as iso3_code
from {{ source("cepii_baci", "country_codes") }}
