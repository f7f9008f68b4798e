-- Figures in dollars or units. A year in which everything is zero is one for which nothing was out on the day of the export, not one without trade.
with figure as (
    select
        *,
        sum(abs("Value")) over (partition by vintage, "Sheet", "Year") = 0 as is_not_out
    from {{ source("usitc_dataweb_reports", "figures") }}
)

select
    'usitc/dataweb_reports' as dataset,
    vintage,
    "Sheet" as sheet_name,
    "Line" as line_number,
    "Column" as column_name,
    "Trade Flow" as trade_flow,
    "Classification System" as classification_system,
    "Programs" as programs,
    "Data Type" as data_type,
    "HTS Number" as hts_code,
    "NAIC Number" as naics_code,
    trim("Description") as description,
    "Country" as country_name,
    make_date(cast("Year" as integer), coalesce(cast("Month" as integer), 1), 1) as period_start_date,
    case when "Month" is null then 'year' else 'month' end as period_grain,
    is_not_out,
    case when not is_not_out then "Value" * cast("Data Format" as double) end as value,
    case when regexp_matches("Data Type", '(?i)value|dut|charges') then 'USD' else 'as stated' end as unit
from figure
