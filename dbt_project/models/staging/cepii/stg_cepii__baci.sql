select
    'cepii/baci' as dataset,
    part,
    vintage,
    part as hs_edition,
    cast(t || '-01-01' as date) as period_start_date,
    i as exporter_code,
    j as importer_code,
    k as product_code,
    cast(cast(v as decimal(28, 6)) * 1000 as double) as value_usd,
    q as quantity_t
from {{ source("cepii_baci", "trade") }}
