-- The vintages of contracts that count: the last complete one of each part, and those that overlay it. What no complete one stands behind is a sample.
select
    dataset,
    part,
    vintage,
    vintage_date,
    vintage_position,
    not bool_or(is_complete) over (partition by dataset, part) as is_sample
from {{ ref("stg_landing__vintage") }}
where
    next_complete_position is null
    and dataset in (
        'open_canada/contracts', 'canadabuys/contract_history', 'canadabuys/award_notices', 'seao/releases', 'nova_scotia/awarded_tenders'
    )
