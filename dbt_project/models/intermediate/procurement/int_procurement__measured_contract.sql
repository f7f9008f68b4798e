-- Each procurement measure beside the contracts of its jurisdiction around its first day whose value at award is known: at or above the threshold or
-- below.
select
    measure.measure_id,
    measure.effective_from,
    contract.dataset,
    contract.jurisdiction,
    contract.contract_id,
    contract.is_preferred,
    contract.is_sample,
    contract.is_standing_offer,
    contract.award_date,
    contract.award_quarter_start_date,
    contract.award_fiscal_year_start_date,
    contract.vendor_country,
    contract.vendor_control_country,
    contract.solicitation_procedure,
    contract.trade_agreements,
    contract.is_covered_internationally,
    contract.current_value_cad,
    contract.vintage_date,
    measure.threshold_cad is null
    or coalesce(contract.original_value_cad, contract.current_value_cad) >= measure.threshold_cad as is_at_threshold,
    date_diff('quarter', measure.effective_from, contract.award_date) as quarters_since
from {{ ref("policy_measure_ledger") }} as measure
inner join {{ ref("fct_contract") }} as contract
    on measure.jurisdiction = contract.jurisdiction and contract.award_date >= measure.effective_from - interval 9 quarter
where not contract.is_standing_offer and coalesce(contract.original_value_cad, contract.current_value_cad) is not null
