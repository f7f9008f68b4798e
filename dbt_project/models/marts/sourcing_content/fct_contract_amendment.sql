-- Every disclosed row of a federal procurement in its order, as published, beside the procurement that it is of. Never add the values of rows up.
select
    row.dataset,
    contract.contract_id,
    grouped.place,
    row.owner_org as buyer_code,
    row.reference_number,
    row.procurement_id,
    row.procurement_key,
    row.vendor_name,
    row.vendor_country as published_vendor_country,
    row.contract_date,
    row.start_date,
    row.end_date,
    row.reporting_quarter_start_date,
    row.instrument_type,
    row.is_original,
    row.original_value_cad,
    row.contract_value_cad,
    row.amendment_value_cad,
    grouped.is_grouped_by_value,
    row.is_sample,
    row.line_number,
    row.vintage
from {{ ref("int_procurement__federal_group") }} as grouped
inner join {{ ref("int_procurement__federal_row") }} as row on grouped.vintage = row.vintage and grouped.line_number = row.line_number
inner join {{ ref("int_procurement__federal_contract") }} as contract on grouped.contract_group = contract.contract_group
