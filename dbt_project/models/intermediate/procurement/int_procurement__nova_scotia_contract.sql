-- One vendor of an awarded tender of Nova Scotia: a row as published. Neither the vendor's address nor the procedure is.
select
    tender.dataset,
    'NS' as jurisdiction,
    vintage.is_sample,
    vintage.vintage_date,
    tender.row_id as contract_id,
    tender.tender_id as procurement_id,
    tender.row_id as reference_number,
    tender.entity as buyer,
    tender.vendor_name,
    tender.award_date,
    false as is_standing_offer,
    string_split(
        concat_ws(
            ',',
            case when tender.is_goods then 'goods' end,
            case when tender.is_service then 'service' end,
            case when tender.is_construction then 'construction' end
        ), ','
    ) as published_categories,
    tender.tender_description as description,
    tender.awarded_amount as original_value_cad,
    tender.awarded_amount as current_value_cad,
    1 as n_rows,
    'single' as reconciliation_status
from {{ ref("stg_nova_scotia__awarded_tenders") }} as tender
inner join {{ ref("int_procurement__standing_vintage") }} as vintage on tender.dataset = vintage.dataset and tender.vintage = vintage.vintage
qualify row_number() over (partition by tender.row_id order by vintage.vintage_position desc) = 1
