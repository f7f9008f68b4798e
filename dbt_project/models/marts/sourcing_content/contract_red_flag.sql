-- Signs that deserve a second look, never a verdict, by published definitions that these data can carry.
with flagged as (
    select
        *,
        'R018' as flag,
        cast(n_bids as double) as measured
    from {{ ref("fct_contract") }}
    where n_bids = 1 and solicitation_procedure in ('open', 'selective', 'traditional_competitive')
    union all
    select
        *,
        'growth_by_amendment' as flag,
        current_value_cad / original_value_cad - 1 as measured
    from {{ ref("fct_contract") }}
    where n_amendments > 0 and original_value_cad > 0 and current_value_cad / original_value_cad - 1 > {{ var("red_flag_growth") }}
)

select
    dataset,
    contract_id,
    flag,
    measured,
    jurisdiction,
    buyer,
    vendor_id,
    award_date,
    original_value_cad,
    current_value_cad,
    n_amendments,
    -- Grown after the day on which it should have ended by its first row.
    flag = 'growth_by_amendment' and coalesce(late_growth_cad > 0, false) as is_late,
    case when flag = 'growth_by_amendment' then late_growth_cad end as late_growth_cad,
    n_originals > 1 as may_be_several_contracts,
    is_sample,
    vintage_date
from flagged
