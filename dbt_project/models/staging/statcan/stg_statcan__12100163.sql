with figure as (
    {{ statcan_table("12100163", {
        "geography": "GEO",
        "trade": "Trade",
        "basis": "Basis",
        "seasonal_adjustment": "Seasonal adjustment",
        "product": "North American Product Classification System (NAPCS)",
    }) }}
)

select
    *,
    {{ statcan_code("product_label") }} as product_code
from figure
