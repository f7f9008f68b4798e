-- Which procurement each disclosed row belongs to, and its place among the rows of it. By the id: rows of one department, vendor and procurement id
-- are one procurement. By the value: what has no id, and the amendments of an id without an original row, belong to the only other procurement of
-- that department and vendor with the same original value, from 5,000 dollars on, and the same start. Smaller values are typos or too common, and
-- where several would do, none is chosen: two like purchases on one day are two. Standing offers share ids with the contracts under them and stay
-- apart; amendments are theirs where the id has no contract.
with row as (
    select
        row.vintage,
        row.line_number,
        row.owner_org,
        coalesce(vendor.vendor_id, '') as vendor_id,
        row.procurement_key,
        row.disclosure_number,
        row.reporting_quarter_start_date,
        row.contract_date,
        row.is_original,
        case when row.original_value_cad >= {{ var("least_original_value_cad") }} then row.original_value_cad end as original_value_cad,
        row.start_date,
        row.end_date,
        coalesce(row.is_standing_offer, false) as is_standing_offer,
        concat_ws(chr(31), row.owner_org, vendor.vendor_id, row.procurement_key) as shared_id
    from {{ ref("int_procurement__federal_row") }} as row
    left join {{ ref("int_procurement__vendor") }} as vendor on row.vendor_name = vendor.vendor_name
),

-- A group by the id; rows without an id are groups by their vendor and value, and alone where one is missing.
first_grouped as (
    select
        *,
        case
            when procurement_key is not null then concat_ws(chr(31), case when is_standing_offer then 'offer' else 'contract' end, shared_id)
            when vendor_id <> '' and original_value_cad is not null and start_date is not null
                then concat_ws(chr(31), 'value', owner_org, vendor_id, original_value_cad, start_date)
            else concat_ws(chr(31), 'row', vintage, line_number)
        end as first_group
    from row
),

described as (
    select
        first_group,
        any_value(owner_org) as owner_org,
        any_value(vendor_id) as vendor_id,
        any_value(shared_id) filter (where procurement_key is not null) as shared_id,
        bool_or(procurement_key is not null) as has_id,
        bool_or(is_standing_offer) as is_standing_offer,
        count(*) filter (where is_original) as n_originals,
        min(original_value_cad) as original_value_cad,
        min(start_date) as start_date
    from first_grouped
    group by first_group
),

-- What an orphan can belong to: a procurement with its original row, alone in its department, vendor, value and start.
candidate as (
    select
        owner_org,
        vendor_id,
        original_value_cad,
        start_date,
        min(first_group) as target_group
    from described
    where n_originals > 0 and has_id and not is_standing_offer and vendor_id <> '' and original_value_cad is not null and start_date is not null
    group by owner_org, vendor_id, original_value_cad, start_date
    having count(*) = 1
),

resolved as (
    select
        described.first_group,
        described.has_id,
        described.n_originals,
        coalesce(offer.first_group, candidate.target_group) as target_group,
        offer.first_group is null and candidate.target_group is not null as is_found_by_value
    from described
    left join described as offer
        on offer.is_standing_offer and not described.is_standing_offer and described.n_originals = 0 and described.shared_id = offer.shared_id
    left join candidate
        on
            not described.is_standing_offer
            and described.n_originals = 0
            and described.owner_org = candidate.owner_org
            and described.vendor_id = candidate.vendor_id
            and described.original_value_cad = candidate.original_value_cad
            and described.start_date = candidate.start_date
),

grouped as (
    select
        first_grouped.*,
        case
            -- Several originals of one value and start without an id are as many procurements.
            when not resolved.has_id and resolved.n_originals > 1 then concat_ws(chr(31), 'row', first_grouped.vintage, first_grouped.line_number)
            else coalesce(resolved.target_group, first_grouped.first_group)
        end as contract_group,
        resolved.is_found_by_value or (not resolved.has_id and first_grouped.first_group like 'value%') as is_grouped_by_value
    from first_grouped
    inner join resolved on first_grouped.first_group = resolved.first_group
),

placed as (
    select
        *,
        row_number() over (
            partition by contract_group
            order by reporting_quarter_start_date nulls first, not is_original, contract_date nulls first, disclosure_number, vintage, line_number
        ) as place
    from grouped
)

select
    vintage,
    line_number,
    contract_group,
    vendor_id,
    is_grouped_by_value,
    place,
    coalesce(
        reporting_quarter_start_date > first_value(end_date) over (partition by contract_group order by place), false
    ) as is_after_planned_end
from placed
