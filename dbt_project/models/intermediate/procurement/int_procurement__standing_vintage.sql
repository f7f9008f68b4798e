-- The vintages of contracts that count: the last complete one of each part, and those that overlay it. What no complete one stands behind is a
-- sample.
select
    vintage.dataset,
    vintage.part,
    vintage.vintage,
    vintage.vintage_date,
    vintage.vintage_position,
    not bool_or(vintage.is_complete) over (partition by vintage.dataset, vintage.part) as is_sample
from {{ ref("stg_landing__vintage") }} as vintage
inner join {{ ref("procurement_dataset") }} as source on vintage.dataset = source.dataset
where vintage.next_complete_position is null
