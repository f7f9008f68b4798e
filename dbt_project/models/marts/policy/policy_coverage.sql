-- Contracts awarded since a procurement measure is in force and at or above its threshold, by the trade agreements that cover them. Whether a
-- contract was subject to the measure is not published; this is the most that it can reach.
with covered as (
    select
        measure_id,
        dataset,
        jurisdiction,
        is_preferred,
        award_quarter_start_date,
        {{ trade_agreement_coverage() }} as trade_agreement_coverage,
        {{ procurement_sums() }}
    from {{ ref("int_procurement__measured_contract") }}
    where award_date >= effective_from and is_at_threshold
    group by all
)

select
    covered.measure_id,
    covered.dataset,
    covered.jurisdiction,
    covered.is_preferred,
    covered.award_quarter_start_date as period_start_date,
    covered.trade_agreement_coverage,
    not coalesce(held.is_whole, false) as is_sample,
    coalesce(held.is_over, false) as is_quarter_over,
    covered.n_contracts,
    case when held.is_whole then covered.value_cad end as value_cad,
    {{ procurement_shares("held.is_whole") }},
    covered.vintage_date
from covered
left join {{ ref("int_procurement__held_quarter") }} as held
    on covered.dataset = held.dataset and covered.award_quarter_start_date = held.quarter_start_date
