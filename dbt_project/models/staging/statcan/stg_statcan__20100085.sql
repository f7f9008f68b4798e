with figure as (
    {{ statcan_table("20100085", {
        "geography": "GEO",
        "vehicle_type": "Vehicle type",
        "fuel_type": "Fuel type",
        "origin": "Origin of manufacture",
        "measure": "Sales",
        "seasonal_adjustment": "Seasonal adjustment",
    }, value='"value"') }}
)

-- Seasonally adjusted series exist without a single figure: they are no unknown sales, and come in once they have one.
select
    *,
    case when measure_member_id = '1' then "value" end as vehicles,
    case when measure_member_id <> '1' then "value" end as value_cad
from figure
qualify seasonal_adjustment_member_id = '1' or count("value") over (partition by vintage, coordinate) > 0
