-- The address of a supplier stands on the party of the same id in the same release.
with party as (
    select *
    from {{ ref("stg_seao__parties") }}
    qualify row_number() over (partition by part, vintage, resource_id, release_number, party_id order by party_number) = 1
)

select
    'seao/releases' as dataset,
    supplier.part,
    supplier.vintage,
    supplier.resource_id,
    supplier.release_number,
    supplier.award_number,
    supplier.supplier_number,
    supplier.id as supplier_id,
    coalesce({{ tidy_text('supplier."name"') }}, party.party_name) as supplier_name,
    party.country_code as supplier_country_code,
    party.region_code as supplier_region_code,
    party.locality as supplier_locality,
    party.postal_code as supplier_postal_code,
    party.quebec_enterprise_number
from {{ source("seao_releases", "award_suppliers") }} as supplier
left join party
    on
        supplier.part = party.part
        and supplier.vintage = party.vintage
        and supplier.resource_id = party.resource_id
        and supplier.release_number = party.release_number
        and supplier.id = party.party_id
