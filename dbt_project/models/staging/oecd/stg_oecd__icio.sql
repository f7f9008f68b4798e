select
    'oecd/icio' as dataset,
    part,
    vintage,
    split_part(part, '-', 1) as edition,
    cast("year" || '-01-01' as date) as period_start_date,
    "row" as row_label,
    "column" as column_label,
    case
        when "row" = 'OUT' or "column" = 'OUT' then 'output'
        when "row" = 'VA' then 'value_added'
        when "row" = 'TLS' then 'taxes_less_subsidies'
        when split_part("column", '_', -1) in ('HFCE', 'NPISH', 'GGFC', 'GFCF', 'INVNT', 'DPABR') then 'final_demand'
        else 'intermediate'
    end as block,
    case when "row" like '%\_%' escape '\' then split_part("row", '_', 1) end as supplier_country_code,
    case when "row" like '%\_%' escape '\' then substr("row", strpos("row", '_') + 1) end as supplier_industry_code,
    case when "column" like '%\_%' escape '\' then split_part("column", '_', 1) end as user_country_code,
    case when "column" like '%\_%' escape '\' then substr("column", strpos("column", '_') + 1) end as use_code,
    value * 1000000 as value_usd
from {{ source("oecd_icio", "cells") }}
