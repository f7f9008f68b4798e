-- Who the public buys from, by quarter of the award: shares at three notions of Canadian, each with what is unknown, and how concentrated suppliers
-- are.
with contract as (
    select
        *,
        coalesce(commodity_type, 'unknown') as commodity,
        coalesce(value_band, 'unknown') as band
    from {{ ref("fct_contract") }}
    where not is_standing_offer and award_quarter_start_date is not null
),

summed as (
    select
        dataset,
        jurisdiction,
        is_preferred,
        award_quarter_start_date,
        coalesce(commodity, 'all') as commodity_type,
        coalesce(band, 'all') as value_band,
        {{ procurement_sums() }}
    from contract
    group by grouping sets (
        (dataset, jurisdiction, is_preferred, award_quarter_start_date),
        (dataset, jurisdiction, is_preferred, award_quarter_start_date, commodity),
        (dataset, jurisdiction, is_preferred, award_quarter_start_date, band),
        (dataset, jurisdiction, is_preferred, award_quarter_start_date, commodity, band)
    )
),

supplier as (
    select
        dataset,
        award_quarter_start_date,
        coalesce(commodity, 'all') as commodity_type,
        coalesce(band, 'all') as value_band,
        vendor_id,
        sum(current_value_cad) as value_cad
    from contract
    where current_value_cad > 0
    group by grouping sets (
        (dataset, award_quarter_start_date, vendor_id),
        (dataset, award_quarter_start_date, commodity, vendor_id),
        (dataset, award_quarter_start_date, band, vendor_id),
        (dataset, award_quarter_start_date, commodity, band, vendor_id)
    )
),

concentration as (
    select
        dataset,
        award_quarter_start_date,
        commodity_type,
        value_band,
        count(vendor_id) as n_suppliers,
        coalesce(sum(value_cad * value_cad) filter (where vendor_id is not null), 0) / pow(sum(value_cad), 2) as supplier_hhi_low,
        sum(value_cad * value_cad) / pow(sum(value_cad), 2) as supplier_hhi_high
    from supplier
    group by dataset, award_quarter_start_date, commodity_type, value_band
)

select
    summed.dataset,
    summed.jurisdiction,
    summed.is_preferred,
    summed.award_quarter_start_date as period_start_date,
    cast(summed.award_quarter_start_date + interval 3 month - interval 1 day as date) as period_end_date,
    {{ fiscal_year_start("summed.award_quarter_start_date") }} as fiscal_year_start_date,
    cast((quarter(summed.award_quarter_start_date) + 2) % 4 + 1 as bigint) as fiscal_quarter,
    summed.commodity_type,
    summed.value_band,
    not coalesce(held.is_whole, false) as is_sample,
    coalesce(held.is_over, false) as is_quarter_over,
    summed.n_contracts,
    summed.n_without_value,
    case when held.is_whole then summed.value_cad end as value_cad,
    case when held.is_whole then summed.canadian_value_cad end as canadian_value_cad,
    case when held.is_whole then summed.us_value_cad end as us_value_cad,
    case when held.is_whole then summed.country_unknown_value_cad end as country_unknown_value_cad,
    case when held.is_whole then summed.canadian_control_value_cad end as canadian_control_value_cad,
    case when held.is_whole then summed.control_unknown_value_cad end as control_unknown_value_cad,
    case when held.is_whole then summed.sole_source_value_cad end as sole_source_value_cad,
    case when held.is_whole then summed.procedure_unknown_value_cad end as procedure_unknown_value_cad,
    {{ procurement_shares("held.is_whole") }},
    case
        when held.is_whole and concentration.supplier_hhi_low = concentration.supplier_hhi_high then concentration.supplier_hhi_low
    end as supplier_hhi,
    case when held.is_whole then concentration.supplier_hhi_low end as supplier_hhi_low,
    case when held.is_whole then concentration.supplier_hhi_high end as supplier_hhi_high,
    case when held.is_whole then concentration.n_suppliers end as n_suppliers,
    summed.vintage_date
from summed
left join {{ ref("int_procurement__held_quarter") }} as held
    on summed.dataset = held.dataset and summed.award_quarter_start_date = held.quarter_start_date
left join concentration
    on
        summed.dataset = concentration.dataset
        and summed.award_quarter_start_date = concentration.award_quarter_start_date
        and summed.commodity_type = concentration.commodity_type
        and summed.value_band = concentration.value_band
