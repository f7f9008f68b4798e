select
    'un_comtrade/annual_hs' as dataset,
    part,
    vintage,
    cast(period || '-01-01' as date) as period_start_date,
    reportercode as reporter_code,
    partnercode as partner_code,
    partnerdesc as partner_name,
    -- "Other Asia, nes" is Taiwan; the other names of that ending, and 837 to 839 (bunkers, free zones, special categories), are no countries.
    partnercode not in ('0', '837', '838', '839') and not coalesce(partnerdesc like '%, nes' and partnercode <> '490', false) as is_country,
    case flowcode when 'M' then 'import' when 'X' then 'export' when 'RX' then 're_export' when 'RM' then 're_import' end as flow,
    classificationcode as hs_edition,
    cmdcode as product_code,
    case when cmdcode = 'TOTAL' then 0 else length(cmdcode) end as product_digits,
    cmddesc as product_name,
    primaryvalue as value_usd,
    cifvalue as value_cif_usd,
    fobvalue as value_fob_usd,
    netwgt / 1000 as net_weight_t,
    qty as quantity,
    qtyunitcode as quantity_unit_code,
    cast(isreported as boolean) as is_reported,
    cast(isaggregate as boolean) as is_aggregate
from {{ source("un_comtrade_annual_hs", "trade") }}
