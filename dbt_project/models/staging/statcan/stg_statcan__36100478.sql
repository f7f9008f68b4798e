with figure as (
    {{ statcan_table("36100478", {
        "geography": "GEO",
        "supply_use": "Supply and use",
        "valuation": "Valuation",
        "industry": "Industry",
        "product": "Product",
    }) }}
)

-- Totals double every sum, so they are no rows here. What bridges the valuations, and imports, stand where industries do: they are marked.
select
    *,
    {{ statcan_code("industry_label") }} as industry_code,
    {{ statcan_code("product_label") }} as product_code,
    case
        when valuation_label like 'Basic price%' then 'basic'
        when valuation_label like 'Purchaser%' then 'purchaser'
    end as valuation,
    case
        when {{ statcan_name("industry_label") }} = 'International imports' then 'import'
        when {{ statcan_name("industry_label") }} in ('Trade margins', 'Transportation, gas and storage margins') then 'margin'
        when 'Taxes on products' in ({{ statcan_name("industry_label") }}, {{ statcan_name("product_label") }}) then 'tax'
        when industry_label is not null then 'flow'
    end as entry_type
from figure
where coalesce(industry_label not like 'Total%' and product_label not like 'Total%', true)
