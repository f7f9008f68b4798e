select
    'seao/releases' as dataset,
    item.part,
    item.vintage,
    item.resource_id,
    item.release_number,
    item.item_number,
    release.ocid,
    release.known_from,
    release.known_to,
    item.id as category_code,
    {{ tidy_text('item."description"') }} as category_name,
    case when item."classification/scheme" = 'UNSPSC' then item."classification/id" end as unspsc_code,
    {{ tidy_text('item."classification/description"') }} as unspsc_name,
    item."additionalClassifications[]/id" as additional_unspsc_codes
from {{ source("seao_releases", "items") }} as item
inner join {{ ref("stg_seao__releases") }} as release
    on
        item.part = release.part
        and item.vintage = release.vintage
        and item.resource_id = release.resource_id
        and item.release_number = release.release_number
