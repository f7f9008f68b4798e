with figure as (
    {{ statcan_table("12100175", {
        "geography": "GEO",
        "trade": "Trade",
        "product": "North American Product Classification System (NAPCS)",
        "partner": "Principal trading partners",
    }) }}
)

-- Sections by their member number: there is no C20, so the numbers run ahead of the codes.
select
    *,
    case product_member_id
        {% for code in ["C11", "C12", "C13", "C14", "C15", "C16", "C17", "C18", "C19", "C21", "C22", "C23"] -%}
            when '{{ loop.index + 1 }}' then '{{ code }}'
        {% endfor -%}
    end as product_code
from figure
