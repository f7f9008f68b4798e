-- Eight quarters before and after a procurement measure, for the contracts that it can reach and for those below its threshold. A table to look at:
-- what else changed in these quarters is not held against it, and no effect is claimed.
with counted as (
    select
        measure_id,
        effective_from,
        dataset,
        jurisdiction,
        is_preferred,
        is_at_threshold,
        quarters_since,
        award_quarter_start_date,
        {{ procurement_sums() }},
        count(*) filter (where current_value_cad >= 0) as n_with_value
    from {{ ref("int_procurement__measured_contract") }}
    where quarters_since between -8 and 8
    group by all
)

select
    counted.measure_id,
    counted.dataset,
    counted.jurisdiction,
    counted.is_preferred,
    counted.is_at_threshold,
    counted.quarters_since,
    counted.award_quarter_start_date as period_start_date,
    counted.quarters_since = 0 as is_quarter_of_change,
    not coalesce(held.is_whole, false) as is_sample,
    coalesce(held.is_over, false) as is_quarter_over,
    counted.n_contracts,
    counted.n_without_value,
    counted.n_canadian,
    counted.n_country_unknown,
    case when held.is_whole then {{ wilson_low("counted.n_canadian", "counted.n_with_value") }} end as canadian_count_share_95_low,
    case
        when held.is_whole then {{ wilson_high("(counted.n_canadian + counted.n_country_unknown)", "counted.n_with_value") }}
    end as canadian_count_share_95_high,
    case when held.is_whole then counted.value_cad end as value_cad,
    {{ procurement_shares("held.is_whole") }},
    counted.vintage_date
from counted
left join {{ ref("int_procurement__held_quarter") }} as held
    on counted.dataset = held.dataset and counted.award_quarter_start_date = held.quarter_start_date
