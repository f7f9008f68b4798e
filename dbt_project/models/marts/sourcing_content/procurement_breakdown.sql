-- The same shares by fiscal year and one dimension at a time: who buys, where the vendor is, what is bought, how, and how large the contract is.
with contract as (
    select
        * exclude (buyer, commodity_family, commodity_type, solicitation_procedure, value_band, vendor_province_code),
        solicitation_procedure,
        coalesce(buyer, 'unknown') as by_buyer,
        coalesce(upper(commodity_classification) || ' ' || commodity_family, 'unknown') as by_commodity_family,
        coalesce(commodity_type, 'unknown') as by_commodity_type,
        coalesce(solicitation_procedure, 'unknown') as by_solicitation_procedure,
        {{ trade_agreement_coverage() }} as by_trade_agreement_coverage,
        coalesce(value_band, 'unknown') as by_value_band,
        coalesce(vendor_country, 'unknown') as by_vendor_country,
        coalesce(vendor_province_code, 'unknown') as by_vendor_province
    from {{ ref("fct_contract") }}
    where not is_standing_offer and award_fiscal_year_start_date is not null
),

summed as (
    select
        dataset,
        jurisdiction,
        is_preferred,
        award_fiscal_year_start_date,
        case
            when by_buyer is not null then 'buyer'
            when by_commodity_family is not null then 'commodity_family'
            when by_commodity_type is not null then 'commodity_type'
            when by_solicitation_procedure is not null then 'solicitation_procedure'
            when by_trade_agreement_coverage is not null then 'trade_agreement_coverage'
            when by_value_band is not null then 'value_band'
            when by_vendor_country is not null then 'vendor_country'
            else 'vendor_province'
        end as dimension,
        coalesce(
            by_buyer, by_commodity_family, by_commodity_type, by_solicitation_procedure, by_trade_agreement_coverage, by_value_band,
            by_vendor_country, by_vendor_province
        ) as member,
        {{ procurement_sums() }}
    from contract
    group by
        dataset, jurisdiction, is_preferred, award_fiscal_year_start_date,
        grouping sets (
            (by_buyer), (by_commodity_family), (by_commodity_type), (by_solicitation_procedure), (by_trade_agreement_coverage), (by_value_band),
            (by_vendor_country), (by_vendor_province)
        )
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
            then summed.value_cad / nullif(sum(summed.value_cad) over one_dimension, 0)
    end as share_of_value,
    {{ procurement_shares("held.is_whole") }},
    summed.vintage_date
from summed
left join {{ ref("int_procurement__held_year") }} as held
    on summed.dataset = held.dataset and summed.award_fiscal_year_start_date = held.fiscal_year_start_date
window one_dimension as (partition by summed.dataset, summed.award_fiscal_year_start_date, summed.dimension)
