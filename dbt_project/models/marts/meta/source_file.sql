{{ config(schema="meta") }}

select
    dataset,
    part,
    vintage,
    vintage_date,
    is_estimated as vintage_is_estimated,
    is_complete,
    method,
    sha256,
    bytes,
    source_url,
    fetched_at,
    landed_at,
    licence,
    attribution,
    "rows",
    data_from,
    data_through
from {{ ref("stg_landing__vintage") }}
