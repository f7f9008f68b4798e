with figure as (
    {{ statcan_table("36100434", {
        "geography": "GEO",
        "seasonal_adjustment": "Seasonal adjustment",
        "prices": "Prices",
        "industry": "North American Industry Classification System (NAICS)",
    }) }}
)

-- Special aggregates (T001 all industries, T002 goods, T010 industrial production, …) overlap the industries.
select
    *,
    {{ statcan_code("industry_label") }} as industry_code,
    {{ statcan_code("industry_label") }} like 'T%' as is_special_aggregate
from figure
