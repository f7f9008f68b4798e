select
    'seao/releases' as dataset,
    contract.part,
    contract.vintage,
    contract.resource_id,
    contract.release_number,
    contract.contract_number,
    release.ocid,
    release.known_from,
    release.known_to,
    contract.id as contract_id,
    contract.awardid as award_id,
    contract.status,
    {{ day('contract."dateSigned"') }} as signature_date,
    contract."value/amount" as contract_value,
    contract."value/currency" as currency_code,
    case when contract."value/currency" = 'CAD' then contract."value/amount" end as contract_value_cad
from {{ source("seao_releases", "contracts") }} as contract
inner join {{ ref("stg_seao__releases") }} as release
    on
        contract.part = release.part
        and contract.vintage = release.vintage
        and contract.resource_id = release.resource_id
        and contract.release_number = release.release_number
