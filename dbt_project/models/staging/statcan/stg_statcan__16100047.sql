with figure as (
    {{ statcan_table("16100047", {
        "geography": "GEO",
        "statistic": "Principal statistics",
        "seasonal_adjustment": "Seasonal adjustment",
        "industry": "North American Industry Classification System (NAICS)",
    }, value='"value"') }}
)

select
    *,
    {{ statcan_code("industry_label") }} as industry_code,
    case when unit_of_measure = 'Dollars' then "value" end as value_cad
from figure
