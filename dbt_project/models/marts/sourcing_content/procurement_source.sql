-- What each source of contracts can say and cannot, and how many of the contracts held lack what a question would need.
with counted as (
    select
        dataset,
        count(*) as n_contracts,
        count(*) filter (where is_sample) as n_in_samples,
        count(*) filter (where is_standing_offer) as n_standing_offers,
        count(*) filter (where not is_standing_offer and current_value_cad is null) as n_without_value,
        count(*) filter (where current_value_cad < 0) as n_below_zero,
        count(*) filter (where award_date is null) as n_without_award_date,
        count(*) filter (where vendor_country is null) as n_without_country,
        count(*) filter (where solicitation_procedure is null) as n_without_procedure,
        count(*) filter (where is_original_value_implausible) as n_implausible_at_award,
        count(*) filter (where n_amendments > 1) as n_amended_twice,
        count(*) filter (where n_amendments > 1 and reconciliation_status = 'delta') as n_delta,
        count(*) filter (where n_amendments > 1 and reconciliation_status = 'cumulative') as n_cumulative,
        count(*) filter (where n_amendments > 1 and reconciliation_status = 'neither') as n_neither,
        min(award_date) as first_award_date,
        max(award_date) as last_award_date,
        max(vintage_date) as vintage_date
    from {{ ref("fct_contract") }}
    group by dataset
)

select
    source.dataset,
    source.jurisdiction,
    source.is_preferred,
    source.states_vendor_address,
    source.states_procedure,
    source.states_amendments,
    source.states_n_bids,
    source.states_trade_agreements,
    source.what_it_cannot_say,
    coalesce(counted.n_contracts, 0) as n_contracts,
    coalesce(counted.n_in_samples, 0) as n_in_samples,
    coalesce(counted.n_standing_offers, 0) as n_standing_offers,
    coalesce(counted.n_without_value, 0) as n_without_value,
    coalesce(counted.n_below_zero, 0) as n_below_zero,
    coalesce(counted.n_without_award_date, 0) as n_without_award_date,
    coalesce(counted.n_without_country, 0) as n_without_country,
    coalesce(counted.n_without_procedure, 0) as n_without_procedure,
    coalesce(counted.n_implausible_at_award, 0) as n_implausible_at_award,
    coalesce(counted.n_amended_twice, 0) as n_amended_twice,
    coalesce(counted.n_delta, 0) as n_delta,
    coalesce(counted.n_cumulative, 0) as n_cumulative,
    coalesce(counted.n_neither, 0) as n_neither,
    counted.first_award_date,
    counted.last_award_date,
    counted.vintage_date
from {{ ref("procurement_dataset") }} as source
left join counted on source.dataset = counted.dataset
