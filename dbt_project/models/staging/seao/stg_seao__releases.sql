-- A process is known by its latest release: each one ends where a later one of the same process was published, in whichever file.
with published as (
    select
        'seao/releases' as dataset,
        part,
        vintage,
        resource_id,
        release_number,
        ocid,
        split_part(ocid, '-', -1) as notice_number,
        id as release_id,
        cast("date" as timestamptz) as released_at,
        cast(publisheddate as timestamptz) as published_at,
        cast(left(vintage, 10) as date) as known_from,
        tag as tags,
        "buyer/id" as buyer_id,
        {{ tidy_text('"buyer/name"') }} as buyer_name,
        {{ tidy_text('"tender/id"') }} as buyer_reference,
        {{ without_contacts(tidy_text('"tender/title"')) }} as title,
        "tender/status" as status,
        "tender/procurementMethod" as procurement_method,
        {{ tidy_text('"tender/procurementMethodDetails"') }} as notice_type,
        {{ tidy_text('"tender/procurementMethodRationale"') }} as procurement_method_rationale,
        "tender/mainProcurementCategory" as main_category,
        "tender/additionalProcurementCategories" as additional_categories,
        "tender/numberOfTenderers" as n_tenderers,
        "tender/minValue/amount" as estimated_value_low,
        "tender/value/amount" as estimated_value_high,
        coalesce("tender/value/currency", "tender/minValue/currency") as estimated_value_currency_code,
        {{ day('"tender/tenderPeriod/startDate"') }} as opening_date,
        {{ day('"tender/tenderPeriod/endDate"') }} as closing_date,
        "tender/documents[]/url" as notice_urls
    from {{ source("seao_releases", "releases") }}
)

select
    *,
    min(known_from) over later as known_to
from published
window later as (
    partition by ocid
    order by released_at, known_from, published_at, vintage, part, resource_id, release_number
    rows between 1 following and unbounded following
)
