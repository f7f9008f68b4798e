-- Each procurement measure beside every contract of its jurisdiction whose value at award is known: before or after, at or above the threshold or
-- below.
select
    measure.measure_id,
    measure.effective_from,
    contract.*,
    coalesce(contract.original_value_cad, contract.current_value_cad) as value_at_award_cad,
    coalesce(coalesce(contract.original_value_cad, contract.current_value_cad) >= measure.threshold_cad, true) as is_at_threshold,
    date_diff('quarter', measure.effective_from, contract.award_date) as quarters_since
from {{ ref("policy_measure_ledger") }} as measure
inner join {{ ref("fct_contract") }} as contract on measure.jurisdiction = contract.jurisdiction
where
    not contract.is_standing_offer
    and contract.award_date is not null
    and coalesce(contract.original_value_cad, contract.current_value_cad) is not null
