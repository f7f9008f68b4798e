-- What a reader was told at first and what the same sentence is now: that the US share rose or fell, and who buys most after the United States.
with headline as (
    select * from {{ ref("int_revisions__share_change") }}
    union all by name
    select * from {{ ref("int_revisions__market_order") }}
)

select
    {{ trade_series_columns() }},
    headline,
    period_start_date,
    first_vintage,
    first_vintage_date,
    latest_vintage,
    latest_vintage_date,
    n_releases,
    is_first_print_held,
    first_change,
    latest_change,
    first_sign,
    latest_sign,
    is_sign_changed,
    n_partners,
    first_order,
    latest_order,
    is_order_changed
from headline
