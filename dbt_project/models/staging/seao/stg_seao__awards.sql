select
    'seao/releases' as dataset,
    award.part,
    award.vintage,
    award.resource_id,
    award.release_number,
    award.award_number,
    release.ocid,
    release.known_from,
    release.known_to,
    award.id as award_id,
    award.status,
    {{ day('award."date"') }} as award_date,
    award."value/amount" as award_value,
    award."value/currency" as currency_code,
    case when award."value/currency" = 'CAD' then award."value/amount" end as award_value_cad
from {{ source("seao_releases", "awards") }} as award
inner join {{ ref("stg_seao__releases") }} as release
    on
        award.part = release.part
        and award.vintage = release.vintage
        and award.resource_id = release.resource_id
        and award.release_number = release.release_number
