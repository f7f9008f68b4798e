select
    {{ columns_of(trade_cell_columns()) }},
    "value",
    status,
    value_decimals,
    vintage_date,
    vintage,
    dataset_facts.is_preferred
from {{ ref("fct_trade_vintage") }}
inner join {{ ref("trade_dataset") }} as dataset_facts using (dataset)
where {{ as_of() }}
