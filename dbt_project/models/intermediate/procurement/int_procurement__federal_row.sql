-- Federal proactive disclosure as known: every row of the vintages that stand, its two ids put right where the department swapped them, the quarter
-- read from the reference number where the period is missing, and the procurement id without the suffix that some departments put behind it.
with standing as (
    select
        row.*,
        vintage.vintage_date,
        vintage.vintage_position,
        vintage.is_sample
    from {{ ref("stg_open_canada__contracts") }} as row
    inner join {{ ref("int_procurement__standing_vintage") }} as vintage
        on row.dataset = vintage.dataset and row.vintage = vintage.vintage
),

newest as (
    select
        owner_org,
        reference_number,
        max(vintage_position) as vintage_position
    from standing
    group by owner_org, reference_number
),

put_right as (
    select
        standing.*,
        standing.is_id_swapped and not coalesce(regexp_matches(standing.reference_number, '\d{4}-\d{4}-Q\d'), false) as are_ids_exchanged
    from standing
    inner join newest
        on
            standing.owner_org = newest.owner_org
            and standing.reference_number is not distinct from newest.reference_number
            and standing.vintage_position = newest.vintage_position
),

named as (
    select
        *,
        case when are_ids_exchanged then procurement_id else reference_number end as disclosure_number,
        upper(regexp_replace(case when are_ids_exchanged then reference_number else procurement_id end, '\s', '', 'g')) as contract_number
    from put_right
)

select
    named.dataset,
    named.vintage,
    named.vintage_date,
    named.is_sample,
    named.line_number,
    named.owner_org,
    split_part(named.owner_org_name, ' | ', 1) as owner_org_name,
    named.reference_number,
    named.procurement_id,
    named.are_ids_exchanged,
    named.disclosure_number,
    case
        when regexp_matches(named.contract_number, '\d')
            then coalesce(nullif(regexp_replace(named.contract_number, '/[^/]{0,3}$', ''), ''), named.contract_number)
    end as procurement_key,
    coalesce(regexp_matches(named.contract_number, './[^/]{0,3}$'), false) as is_suffix_removed,
    named.vendor_name,
    named.vendor_postal_area,
    named.vendor_country,
    coalesce(alias.country_code, case when named.vendor_postal_area is not null then 'CA' end) as vendor_country_code,
    named.contract_date,
    named.start_date,
    named.end_date,
    coalesce(
        named.reporting_period_start_date,
        {{ fiscal_quarter_start("regexp_extract(named.disclosure_number, '20[0-9]{2}-20[0-9]{2}-Q[1-4]')") }}
    ) as reporting_quarter_start_date,
    named.instrument_type,
    named.instrument_type = 'SOSA' as is_standing_offer,
    coalesce(
        named.instrument_type = 'C',
        coalesce(named.amendment_value_cad, 0) = 0 and coalesce(named.original_value_cad = named.contract_value_cad, named.original_value_cad is null)
    ) as is_original,
    named.contract_value_cad,
    named.original_value_cad,
    named.amendment_value_cad,
    named.commodity_type,
    named.commodity_code,
    named.description,
    named.solicitation_procedure,
    named.trade_agreement_codes,
    named.n_bids
from named
left join {{ ref("country_alias") }} as alias on {{ country_key("named.vendor_country") }} = alias.country_name
