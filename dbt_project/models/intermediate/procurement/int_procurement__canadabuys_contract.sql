-- One contract or award notice of CanadaBuys: its latest row. The total of the contract stands on each of its rows and is never added up; the
-- amount of a row adds on some and restates on others, which `reconciliation_status` tells.
with contract as (
    select
        dataset,
        contract_key,
        bool_or(is_sample) as is_sample,
        max(vintage_date) as vintage_date,
        count(distinct amendment_number) as n_rows,
        max(place) as last_place,
        arg_max(total_value_cad, place) as current_value_cad,
        arg_min(row_amount_cad, place) filter (where is_original) as original_value_cad,
        sum(row_amount_cad) as total_of_rows_cad,
        count(row_amount_cad) = count(*) as are_amounts_known
    from {{ ref("int_procurement__canadabuys_row") }}
    group by dataset, contract_key
)

select
    contract.dataset,
    'federal' as jurisdiction,
    contract.is_sample,
    contract.vintage_date,
    contract.contract_key as contract_id,
    latest.contract_number as procurement_id,
    latest.reference_number,
    coalesce(latest.end_user_entity, latest.contracting_entity) as buyer,
    latest.supplier_name as vendor_name,
    latest.vendor_country_code,
    latest.supplier_province as vendor_province,
    latest.award_date,
    latest.start_date,
    latest.end_date,
    {{ quarter_start("latest.publication_date") }} as reporting_quarter_start_date,
    coalesce(latest.instrument_type in ('Standing Offer', 'Supply Arrangement'), false) as is_standing_offer,
    latest.procurement_categories as published_categories,
    latest.unspsc_codes[1] as unspsc_code,
    latest.gsin_codes[1] as gsin_code,
    latest.title as description,
    latest.procurement_method as published_procedure,
    latest.trade_agreements as published_trade_agreements,
    latest.n_supplier_employees,
    latest.goods_by_country,
    contract.original_value_cad,
    contract.current_value_cad,
    contract.n_rows,
    case
        when contract.n_rows = 1 then 'single'
        when not contract.are_amounts_known or contract.current_value_cad is null then null
        when abs(contract.total_of_rows_cad - contract.current_value_cad) <= 0.01 * contract.n_rows then 'delta'
        when abs(latest.row_amount_cad - contract.current_value_cad) <= 0.01 * contract.n_rows then 'cumulative'
        else 'neither'
    end as reconciliation_status
from contract
inner join {{ ref("int_procurement__canadabuys_row") }} as latest
    on contract.dataset = latest.dataset and contract.contract_key = latest.contract_key and contract.last_place = latest.place
