with figure as (
    {{ statcan_table("12100100", {
        "geography": "GEO",
        "partner": "Country Code",
        "industry": "Industry",
        "aggregation": "Aggregation",
        "variable": "Value added exports variable",
    }, value='"value"', is_placed=false) }}
)

select
    *,
    {{ statcan_code("industry_label") }} as industry_code,
    partner_label like 'Total of %' as is_all_partners,
    industry_label like 'Total %' as is_all_industries,
    case when unit_of_measure = 'Dollars' then "value" end as value_cad
from figure
