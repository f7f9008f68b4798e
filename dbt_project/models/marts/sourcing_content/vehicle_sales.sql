-- New motor vehicles sold in Canada by where they were made, month by month, and the share of those from North America. A month that the agency
-- publishes without an origin has no share: nothing is filled.
with newest as (
    select sales.*
    from {{ ref("stg_statcan__20100085") }} as sales
    inner join {{ ref("stg_landing__vintage") }} as vintage
        on sales.dataset = vintage.dataset and sales.vintage = vintage.vintage and vintage.next_complete_position is null
    where sales.measure_member_id = '1' and sales.seasonal_adjustment_member_id = '1'
    qualify vintage.vintage_position = max(vintage.vintage_position) over (partition by sales.coordinate, sales.period_start_date)
)

select
    dataset,
    geography_label as geography,
    vehicle_type_label as vehicle_type,
    fuel_type_label as fuel_type,
    period_start_date,
    cast(max(vehicles) filter (where origin_label like 'Total%') as bigint) as n_vehicles,
    cast(max(vehicles) filter (where origin_label = 'North America') as bigint) as n_from_north_america,
    max(vehicles) filter (where origin_label = 'North America')
    / nullif(max(vehicles) filter (where origin_label like 'Total%'), 0) as north_american_share,
    max(cast(vintage[:10] as date)) as vintage_date
from newest
group by dataset, geography_label, vehicle_type_label, fuel_type_label, period_start_date
