-- One procurement, one row, whoever published it. The sources' words for a category, a procedure and an agreement are brought to one vocabulary; a
-- dataset is part of every question, because the same contract can stand in two and their ids do not join.
with published as (
    select * from {{ ref("int_procurement__federal_contract") }}
    union all by name
    select * from {{ ref("int_procurement__canadabuys_contract") }}
    union all by name
    select * from {{ ref("int_procurement__seao_contract") }}
    union all by name
    select * from {{ ref("int_procurement__nova_scotia_contract") }}
),

-- The agreements of each list of them that was published.
agreement_list as (
    select distinct published_trade_agreements
    from published
    where published_trade_agreements is not null
),

covered as (
    select
        listed.published_trade_agreements,
        string_agg(distinct agreement.agreement, ', ' order by agreement.agreement) as trade_agreements,
        -- An agreement that the seed does not have may be an international one.
        case
            when bool_or(agreement.is_international) then true
            when bool_and(agreement.agreement is not null or listed.published in ('XX', 'NONE', 'NO')) then false
        end as is_covered_internationally
    from (
        select
            published_trade_agreements,
            upper(unnest(published_trade_agreements)) as published
        from agreement_list
    ) as listed
    left join {{ ref("trade_agreement") }} as agreement on listed.published = agreement.published
    group by listed.published_trade_agreements
),

conformed as (
    select
        published.*,
        coalesce(published.vendor_id, vendor.vendor_id) as vendor_cluster,
        coalesce(vendor.is_joint_venture, false) as is_joint_venture,
        {{ commodity_type("published.published_categories") }} as commodity_type,
        procedure.solicitation_procedure,
        procedure.is_competitive,
        covered.trade_agreements,
        covered.is_covered_internationally,
        coalesce(province.province_code, {{ province_of_postal_area("published.vendor_postal_area") }}) as vendor_province_code,
        case
            when published.award_date between date '1990-01-01' and published.vintage_date then published.award_date
        end as plausible_award_date
    from published
    left join {{ ref("int_procurement__vendor") }} as vendor on published.vendor_name = vendor.vendor_name
    left join {{ ref("procurement_procedure") }} as procedure
        on published.dataset = procedure.dataset and upper(published.published_procedure) = procedure.published
    left join covered on published.published_trade_agreements = covered.published_trade_agreements
    left join {{ ref("province") }} as province
        on
            published.vendor_country_code = 'CA'
            and province.province_code <> 'all'
            and (
                upper(strip_accents(published.vendor_province)) = upper(province.province_name)
                or upper(published.vendor_province) = province.province_code
            )
)

select
    conformed.dataset,
    conformed.jurisdiction,
    conformed.contract_id,
    source.is_preferred,
    conformed.is_sample,
    conformed.buyer_code,
    coalesce(conformed.buyer, conformed.buyer_code) as buyer,
    conformed.procurement_id,
    conformed.reference_number,
    conformed.vendor_name,
    conformed.vendor_cluster as vendor_id,
    coalesce(conformed.n_suppliers, 1) as n_vendors,
    conformed.is_joint_venture,
    conformed.vendor_country_code as vendor_country,
    coalesce(conformed.n_vendor_countries > 1, false) as has_several_vendor_countries,
    conformed.vendor_province_code,
    control.controlling_country as vendor_control_country,
    conformed.plausible_award_date as award_date,
    {{ quarter_start("conformed.plausible_award_date") }} as award_quarter_start_date,
    {{ fiscal_year_start("conformed.plausible_award_date") }} as award_fiscal_year_start_date,
    conformed.reporting_quarter_start_date,
    conformed.start_date,
    conformed.end_date,
    conformed.is_standing_offer,
    conformed.commodity_type,
    case
        when conformed.unspsc_code is not null then 'unspsc'
        when conformed.gsin_code is not null then 'gsin'
    end as commodity_classification,
    coalesce(conformed.unspsc_code, conformed.gsin_code) as commodity_code,
    coalesce(
        conformed.unspsc_code[:4],
        -- Goods of the old list have four digits, after an N in some files, of which two are the group; services begin with a letter.
        case
            when regexp_matches(conformed.gsin_code, '^N?\d') then regexp_extract(conformed.gsin_code, '^N?(\d{2})', 1)
            else conformed.gsin_code[:1]
        end
    ) as commodity_family,
    conformed.description,
    conformed.solicitation_procedure,
    conformed.is_competitive,
    conformed.published_procedure,
    conformed.trade_agreements,
    conformed.is_covered_internationally,
    conformed.n_bids,
    case when not conformed.is_standing_offer then conformed.original_value_cad end as original_value_cad,
    conformed.published_original_value_cad,
    coalesce(conformed.is_original_value_implausible, false) as is_original_value_implausible,
    case when not conformed.is_standing_offer then conformed.current_value_cad end as current_value_cad,
    case when conformed.is_standing_offer then conformed.current_value_cad end as ceiling_cad,
    conformed.late_growth_cad,
    {{ value_band("conformed.current_value_cad") }} as value_band,
    conformed.n_rows - 1 as n_amendments,
    coalesce(conformed.n_originals, 1) as n_originals,
    conformed.reconciliation_status,
    coalesce(conformed.are_ids_exchanged, false) as are_ids_exchanged,
    coalesce(conformed.is_suffix_removed, false) as is_suffix_removed,
    coalesce(conformed.is_grouped_by_value, false) as is_grouped_by_value,
    cast(conformed.n_supplier_employees as bigint) as n_supplier_employees,
    conformed.goods_by_country,
    conformed.vintage_date
from conformed
inner join {{ ref("procurement_dataset") }} as source on conformed.dataset = source.dataset
left join {{ ref("int_procurement__vendor_control") }} as control
    on
        conformed.vendor_cluster = control.vendor_id
        and coalesce(conformed.plausible_award_date >= control.known_from, true)
        and coalesce(conformed.plausible_award_date < control.known_to, true)
