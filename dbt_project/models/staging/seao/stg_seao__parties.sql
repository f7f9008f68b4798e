select
    'seao/releases' as dataset,
    part,
    vintage,
    resource_id,
    release_number,
    party_number,
    id as party_id,
    {{ tidy_text('"name"') }} as party_name,
    roles,
    {{ tidy_text('"address/locality"') }} as locality,
    upper({{ tidy_text('"address/region"') }}) as region_code,
    {{ tidy_text('"address/postalCode"') }} as postal_code,
    upper({{ tidy_text('"address/countryName"') }}) as country_code,
    "details/neq" as quebec_enterprise_number,
    case "details/municipal" when '1' then true when '0' then false end as is_municipal
from {{ source("seao_releases", "parties") }}
