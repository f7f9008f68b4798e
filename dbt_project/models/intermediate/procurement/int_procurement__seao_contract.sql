-- One award of Québec's SEAO: as the latest release of its process has it, with the value of its contract where one was signed since. The first
-- release that names the award has its original value. An award to several suppliers names none of them as the vendor: what each gets is not
-- published.
with standing as (
    select
        release.*,
        vintage.vintage_date,
        vintage.is_sample
    from {{ ref("stg_seao__releases") }} as release
    inner join {{ ref("int_procurement__standing_vintage") }} as vintage
        on release.dataset = vintage.dataset and release.part = vintage.part and release.vintage = vintage.vintage
),

-- Two releases of one process are told apart by their moment; weekly and monthly files repeat the same one.
ordered as (
    select
        *,
        row_number() over (
            partition by ocid order by released_at desc, published_at desc, part desc, resource_id desc, release_number desc
        ) as place_from_latest
    from standing
),

-- An award can be carried out by several contracts of one release.
signed as (
    select
        part,
        vintage,
        resource_id,
        release_number,
        award_id,
        sum(contract_value_cad) as contract_value_cad,
        min(signature_date) as signature_date
    from {{ ref("stg_seao__contracts") }}
    group by part, vintage, resource_id, release_number, award_id
),

-- A later release of the process says all that there is: an award that it lacks was withdrawn.
award as (
    select
        ordered.ocid,
        award.award_id,
        arg_max(award.award_date, ordered.released_at) as award_date,
        arg_min(award.award_value_cad, ordered.released_at) as original_value_cad,
        arg_max(award.award_value_cad, ordered.released_at) as award_value_cad,
        arg_max(signed.contract_value_cad, ordered.released_at) as contract_value_cad,
        arg_max(signed.signature_date, ordered.released_at) as signature_date,
        count(distinct ordered.released_at) as n_rows,
        min(ordered.place_from_latest) as place_from_latest,
        bool_or(ordered.is_sample) as is_sample,
        max(ordered.vintage_date) as vintage_date
    from ordered
    inner join {{ ref("stg_seao__awards") }} as award
        on
            ordered.part = award.part
            and ordered.vintage = award.vintage
            and ordered.resource_id = award.resource_id
            and ordered.release_number = award.release_number
    left join signed
        on
            award.part = signed.part
            and award.vintage = signed.vintage
            and award.resource_id = signed.resource_id
            and award.release_number = signed.release_number
            and award.award_id = signed.award_id
    where award.status is distinct from 'cancelled'
    group by ordered.ocid, award.award_id
    having min(ordered.place_from_latest) = 1
),

latest as (
    select
        award.*,
        release.part,
        release.vintage,
        release.resource_id,
        release.release_number,
        release.buyer_id,
        release.buyer_name,
        release.title,
        release.main_category,
        release.procurement_method,
        release.n_tenderers
    from award
    inner join ordered as release on award.ocid = release.ocid and award.place_from_latest = release.place_from_latest
),

supplier as (
    select
        latest.ocid,
        latest.award_id,
        count(distinct supplier.supplier_id) as n_suppliers,
        min(supplier.supplier_name) as supplier_name,
        -- One country where all share it.
        case when count(distinct alias.country_code) = 1 and count(alias.country_code) = count(*) then min(alias.country_code) end as country_code,
        case when count(distinct supplier.supplier_region_code) = 1 then min(supplier.supplier_region_code) end as region_code
    from latest
    inner join {{ ref("stg_seao__awards") }} as award
        on
            latest.part = award.part
            and latest.vintage = award.vintage
            and latest.resource_id = award.resource_id
            and latest.release_number = award.release_number
            and latest.award_id = award.award_id
    inner join {{ ref("stg_seao__award_suppliers") }} as supplier
        on
            award.part = supplier.part
            and award.vintage = supplier.vintage
            and award.resource_id = supplier.resource_id
            and award.release_number = supplier.release_number
            and award.award_number = supplier.award_number
    left join {{ ref("country_alias") }} as alias on {{ country_key("supplier.supplier_country_code") }} = alias.country_name
    group by latest.ocid, latest.award_id
),

item as (
    select
        latest.ocid,
        latest.award_id,
        arg_min(item.unspsc_code, item.item_number) as unspsc_code
    from latest
    inner join {{ ref("stg_seao__items") }} as item
        on
            latest.part = item.part
            and latest.vintage = item.vintage
            and latest.resource_id = item.resource_id
            and latest.release_number = item.release_number
    group by latest.ocid, latest.award_id
)

select
    'seao/releases' as dataset,
    'QC' as jurisdiction,
    latest.is_sample,
    latest.vintage_date,
    concat(latest.ocid, '/', latest.award_id) as contract_id,
    latest.ocid as procurement_id,
    latest.award_id as reference_number,
    latest.buyer_id as buyer_code,
    latest.buyer_name as buyer,
    case when supplier.n_suppliers = 1 then supplier.supplier_name end as vendor_name,
    supplier.n_suppliers,
    supplier.country_code as vendor_country_code,
    supplier.region_code as vendor_province,
    coalesce(latest.award_date, latest.signature_date) as award_date,
    latest.signature_date as start_date,
    false as is_standing_offer,
    [latest.main_category] as published_categories,
    item.unspsc_code,
    latest.title as description,
    latest.procurement_method as published_procedure,
    latest.n_tenderers as n_bids,
    latest.original_value_cad,
    coalesce(latest.contract_value_cad, latest.award_value_cad) as current_value_cad,
    latest.n_rows,
    -- Releases state totals, and no amendment's own amount.
    case when latest.n_rows = 1 then 'single' end as reconciliation_status
from latest
left join supplier on latest.ocid = supplier.ocid and latest.award_id = supplier.award_id
left join item on latest.ocid = item.ocid and latest.award_id = item.award_id
