with figure as (
    {{ statcan_table("12100173", {
        "geography": "GEO",
        "partner": "Trading partner",
        "product": "North American Product Classification System (NAPCS)",
        "trade": "Trade",
    }) }}
)

select
    *,
    {{ statcan_code("product_label") }} as product_code
from figure
