select
    'oecd/tiva' as dataset,
    part,
    vintage,
    dataflow as data_flow,
    measure as measure_code,
    ref_area as economy_code,
    activity as industry_code,
    counterpart_area as partner_code,
    case counterpart_area when 'W' then 'world' when 'WXD' then 'rest_of_world' else 'economy' end as partner_type,
    cast(time_period || '-01-01' as date) as period_start_date,
    obs_value * power(10, unit_mult) as value_usd,
    obs_status as status
from {{ source("oecd_tiva", "observations") }}
where unit_measure = 'USD' and freq = 'A'
