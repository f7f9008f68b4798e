with figure as (
    {{ statcan_table("12100174", {
        "geography": "GEO",
        "trade": "Trade",
        "agreement": "Free Trade Agreement",
        "product": "North American Product Classification System (NAPCS)",
    }) }}
)

-- Member 1 is all countries, and every other one an agreement, whose countries stand under their other agreements too.
select
    *,
    {{ statcan_code("product_label") }} as product_code,
    agreement_member_id <> '1' as is_overlapping
from figure
