-- Members by their place in the coordinate (geography.trade.basis.adjustment.partner): the agency renames labels more often than it renumbers.
select
    'statcan/12100011' as dataset,
    observation.vintage,
    observation.coordinate,
    series.vector,
    split_part(observation.coordinate, '.', 2) as trade_member_id,
    split_part(observation.coordinate, '.', 3) as basis_member_id,
    split_part(observation.coordinate, '.', 4) as seasonal_adjustment_member_id,
    split_part(observation.coordinate, '.', 5) as partner_member_id,
    series."Principal trading partners" as partner_label,
    {{ statcan_period_start("observation.ref_date") }} as period_start_date,
    {{ statcan_value("observation.value", "series.scalar_id") }} as value_cad,
    cast(observation.decimals as integer) - cast(series.scalar_id as integer) as value_decimals,
    nullif(observation.status, '') as status
from {{ source("statcan_12100011", "observations") }} as observation
inner join {{ source("statcan_12100011", "series") }} as series
    on
        observation.vintage = series.vintage
        and observation.coordinate = series.coordinate
