-- One federal procurement: what its latest row says, the value at award from its first, and whether its amendments explain the way from one to the
-- other.
with row as (
    select
        row.*,
        grouped.contract_group,
        grouped.vendor_id,
        grouped.is_grouped_by_value,
        grouped.place,
        grouped.is_after_planned_end
    from {{ ref("int_procurement__federal_row") }} as row
    inner join {{ ref("int_procurement__federal_group") }} as grouped on row.vintage = grouped.vintage and row.line_number = grouped.line_number
),

contract as (
    select
        contract_group,
        any_value(dataset) as dataset,
        any_value(owner_org) as owner_org,
        nullif(any_value(vendor_id), '') as vendor_id,
        bool_or(is_sample) as is_sample,
        max(vintage_date) as vintage_date,
        arg_min(reference_number, place) as reference_number,
        arg_max(owner_org_name, place) as owner_org_name,
        arg_min(procurement_key, place) as procurement_id,
        arg_max(vendor_name, place) as vendor_name,
        arg_max(vendor_country_code, place) as vendor_country_code,
        count(distinct vendor_country_code) as n_vendor_countries,
        arg_max(vendor_postal_area, place) as vendor_postal_area,
        arg_min(contract_date, place) as award_date,
        arg_min(start_date, place) as start_date,
        arg_max(end_date, place) as end_date,
        min(reporting_quarter_start_date) as reporting_quarter_start_date,
        bool_or(coalesce(is_standing_offer, false)) as is_standing_offer,
        arg_max(commodity_type, place) as commodity_type,
        arg_max(commodity_code, place) as commodity_code,
        arg_max(description, place) as description,
        arg_max(solicitation_procedure, place) as published_procedure,
        arg_max(trade_agreement_codes, place) as published_trade_agreements,
        arg_min(n_bids, place) as n_bids,
        arg_min(original_value_cad, place) as published_original_value_cad,
        arg_min(contract_value_cad, place) filter (where is_original and place = 1) as first_value_cad,
        arg_max(contract_value_cad, place) as current_value_cad,
        arg_max(contract_value_cad, place) filter (where not is_after_planned_end) as value_at_planned_end_cad,
        arg_max(amendment_value_cad, place) as latest_amendment_cad,
        sum(amendment_value_cad) filter (where not is_original) as amendments_cad,
        bool_and(is_original or amendment_value_cad is not null) as are_amendments_known,
        min(line_number) as first_line,
        count(*) as n_rows,
        count(*) filter (where is_original) as n_originals,
        bool_or(are_ids_exchanged) as are_ids_exchanged,
        bool_or(is_suffix_removed) as is_suffix_removed,
        bool_or(is_grouped_by_value) as is_grouped_by_value
    from row
    group by contract_group
),

valued as (
    select
        *,
        coalesce(
            published_original_value_cad < {{ var("least_original_value_cad") }}
            and current_value_cad >= {{ var("least_disclosed_value_cad") }},
            false
        ) as is_original_value_implausible
    from contract
),

-- A number that a department gave to several rows tells its procurements apart by their order.
original as (
    select
        *,
        row_number() over (partition by owner_org, reference_number order by first_line) as number_among_namesakes,
        case when not is_original_value_implausible then coalesce(published_original_value_cad, first_value_cad) end as original_value_cad
    from valued
)

select
    dataset,
    'federal' as jurisdiction,
    is_sample,
    vintage_date,
    concat_ws('/', owner_org, reference_number, case when number_among_namesakes > 1 then number_among_namesakes end) as contract_id,
    procurement_id,
    reference_number,
    owner_org as buyer_code,
    owner_org_name as buyer,
    vendor_name,
    vendor_id,
    vendor_country_code,
    n_vendor_countries,
    vendor_postal_area,
    award_date,
    start_date,
    end_date,
    reporting_quarter_start_date,
    is_standing_offer,
    [commodity_type] as published_categories,
    case when regexp_full_match(commodity_code, '\d{8}') then commodity_code end as unspsc_code,
    case when not regexp_full_match(commodity_code, '\d{8}') then upper(commodity_code) end as gsin_code,
    description,
    published_procedure,
    published_trade_agreements,
    n_bids,
    original_value_cad,
    published_original_value_cad,
    is_original_value_implausible,
    current_value_cad,
    current_value_cad - value_at_planned_end_cad as late_growth_cad,
    n_rows,
    n_originals,
    are_ids_exchanged,
    is_suffix_removed,
    is_grouped_by_value,
    contract_group,
    case
        when n_rows = 1 then 'single'
        when original_value_cad is null or current_value_cad is null or not are_amendments_known then null
        when abs(original_value_cad + coalesce(amendments_cad, 0) - current_value_cad) <= 0.01 * n_rows then 'delta'
        when
            least(abs(latest_amendment_cad - current_value_cad), abs(original_value_cad + latest_amendment_cad - current_value_cad)) <= 0.01 * n_rows
            then 'cumulative'
        else 'neither'
    end as reconciliation_status
from original
