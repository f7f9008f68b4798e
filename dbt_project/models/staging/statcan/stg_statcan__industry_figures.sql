select
    'statcan/industry_figures' as dataset,
    vintage,
    "table" as table_number,
    nullif(vector, '') as vector,
    series as series_label,
    industry as industry_label,
    nullif(seasonal_adjustment, '') as seasonal_adjustment_label,
    case
        when period like '%-Q_' then make_date(cast(left(period, 4) as integer), cast(right(period, 1) as integer) * 3 - 2, 1)
        else {{ statcan_period_start("period") }}
    end as period_start_date,
    case when period like '%-Q_' then 'quarter' else 'month' end as period_grain,
    case when unit = 'CAD millions' then {{ statcan_value('"value"', "6") }} end as value_cad,
    case when unit = 'chained 2017 CAD millions' then {{ statcan_value('"value"', "6") }} end as value_chained_2017_cad,
    case when unit = 'percent' then "value" end as value_pct,
    nullif(symbol, '') as symbol,
    grade
from {{ source("statcan_industry_figures", "observations") }}
