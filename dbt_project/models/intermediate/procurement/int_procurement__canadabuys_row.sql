-- The rows of CanadaBuys' contract history and award notices as known. A notice can name several contracts and suppliers, and each is one
-- procurement; in the history the reference number is the contract, however an amendment spells its supplier.
with published as (
    select * exclude (contract_status, procurement_number, n_records, supplier_standardized_name)
    from {{ ref("stg_canadabuys__contract_history") }}
    union all by name
    select * exclude (award_status)
    from {{ ref("stg_canadabuys__award_notice") }}
),

standing as (
    select
        published.*,
        vintage.vintage_date,
        vintage.vintage_position,
        vintage.is_sample,
        case
            when published.dataset = 'canadabuys/contract_history' then published.reference_number
            else concat_ws('/', published.reference_number, published.contract_number, published.supplier_name)
        end as contract_key
    from published
    inner join {{ ref("int_procurement__standing_vintage") }} as vintage
        on published.dataset = vintage.dataset and published.part = vintage.part and published.vintage = vintage.vintage
    -- An amendment can stand in the files of two years, and in a vintage that overlays another.
    qualify
        row_number() over (
            partition by published.dataset, contract_key, published.amendment_number
            order by vintage.vintage_date desc, vintage.vintage_position desc, published.part desc, published.line_number desc
        ) = 1
)

select
    standing.*,
    coalesce(standing.supplier_country_code, alias.country_code) as vendor_country_code,
    row_number() over (
        partition by standing.dataset, standing.contract_key
        order by not standing.is_original, standing.amendment_date nulls first, standing.amendment_number
    ) as place
from standing
left join {{ ref("country_alias") }} as alias on {{ country_key("standing.supplier_country_name") }} = alias.country_name
