-- The hundred largest suppliers of each fiscal year by the current value of the contracts awarded in it.
with supplier as (
    select
        dataset,
        jurisdiction,
        is_preferred,
        award_fiscal_year_start_date,
        vendor_id,
        arg_max(vendor_country, current_value_cad) as vendor_country,
        any_value(vendor_control_country) as vendor_control_country,
        count(*) as n_contracts,
        sum(current_value_cad) as value_cad,
        sum(current_value_cad) filter (where solicitation_procedure = 'non_competitive') as sole_source_value_cad,
        max(vintage_date) as vintage_date
    from {{ ref("fct_contract") }}
    where not is_standing_offer and award_fiscal_year_start_date is not null and current_value_cad >= 0
    group by dataset, jurisdiction, is_preferred, award_fiscal_year_start_date, vendor_id
),

ranked as (
    select
        *,
        sum(value_cad) over (partition by dataset, award_fiscal_year_start_date) as whole_cad,
        row_number() over (partition by dataset, award_fiscal_year_start_date, vendor_id is null order by value_cad desc, vendor_id asc) as place
    from supplier
)

select
    ranked.dataset,
    ranked.jurisdiction,
    ranked.is_preferred,
    ranked.award_fiscal_year_start_date as fiscal_year_start_date,
    ranked.place,
    ranked.vendor_id,
    ranked.vendor_country,
    ranked.vendor_control_country,
    not coalesce(held.is_whole, false) as is_sample,
    ranked.n_contracts,
    ranked.value_cad,
    case when held.is_whole then ranked.value_cad / nullif(ranked.whole_cad, 0) end as share_of_value,
    coalesce(ranked.sole_source_value_cad, 0) as sole_source_value_cad,
    ranked.vintage_date
from ranked
left join {{ ref("int_procurement__held_year") }} as held
    on ranked.dataset = held.dataset and ranked.award_fiscal_year_start_date = held.fiscal_year_start_date
where ranked.vendor_id is not null and ranked.place <= 100
