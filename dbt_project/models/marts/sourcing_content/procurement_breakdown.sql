-- The same shares by fiscal year and one dimension at a time: who buys, where the vendor is, what is bought, how, and how large the contract is.
{% set dimensions = {
    "buyer": "coalesce(buyer, buyer_code)",
    "commodity_family": "case when commodity_family is not null then concat(upper(commodity_classification), ' ', commodity_family) end",
    "commodity_type": "commodity_type",
    "solicitation_procedure": "solicitation_procedure",
    "trade_agreement_coverage": "case when is_covered_internationally then 'international' when trade_agreements is not null then 'domestic' "
    ~ "when is_covered_internationally is not null then 'none' end",
    "value_band": "value_band",
    "vendor_country": "vendor_country",
    "vendor_province": "vendor_province_code",
} %}
with contract as (
    select *
    from {{ ref("fct_contract") }}
    where not is_standing_offer and award_fiscal_year_start_date is not null
),

summed as (
    {% for dimension, member in dimensions.items() %}
    select
        dataset,
        jurisdiction,
        is_preferred,
        award_fiscal_year_start_date,
        '{{ dimension }}' as dimension,
        coalesce({{ member }}, 'unknown') as member,
        {{ procurement_sums() }}
    from contract
    group by dataset, jurisdiction, is_preferred, award_fiscal_year_start_date, coalesce({{ member }}, 'unknown')
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select
    summed.dataset,
    summed.jurisdiction,
    summed.is_preferred,
    summed.award_fiscal_year_start_date as fiscal_year_start_date,
    summed.dimension,
    summed.member,
    not coalesce(held.is_whole, false) as is_sample,
    coalesce(held.is_over, false) as is_year_over,
    summed.n_contracts,
    summed.n_without_value,
    case when held.is_whole then summed.value_cad end as value_cad,
    case
        when held.is_whole
            then summed.value_cad
                / nullif(sum(summed.value_cad) over (partition by summed.dataset, summed.award_fiscal_year_start_date, summed.dimension), 0)
    end as share_of_value,
    {{ procurement_shares("held.is_whole") }},
    summed.vintage_date
from summed
left join {{ ref("int_procurement__held_year") }} as held
    on summed.dataset = held.dataset and summed.award_fiscal_year_start_date = held.fiscal_year_start_date
