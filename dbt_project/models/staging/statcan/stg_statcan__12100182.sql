with figure as (
    {{ statcan_table("12100182", {
        "geography": "GEO",
        "product": "North American Product Classification System (NAPCS)",
        "trade": "Trade",
        "destination": none,
        "origin": none,
    }) }}
)

select
    *,
    {{ statcan_code("product_label") }} as product_code
from figure
