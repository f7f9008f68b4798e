-- How complete the latest quarters of federal contracts are. A contract is disclosed in the quarter of its award or later; older quarters, disclosed
-- for three years and more, tell what share was out after as many quarters as the latest have had. Twelve older quarters, pooled; the bounds are the
-- least and the most of them.
with newest as (
    select max(award_quarter_start_date + lag * interval 3 month) as reporting_quarter_start_date
    from {{ ref("int_procurement__disclosed_quarter") }}
),

aged as (
    select
        quarter.award_quarter_start_date,
        quarter.lag,
        quarter.n_contracts,
        date_diff('quarter', quarter.award_quarter_start_date, newest.reporting_quarter_start_date) as age
    from {{ ref("int_procurement__disclosed_quarter") }} as quarter
    cross join newest
),

target as (
    select
        award_quarter_start_date,
        age,
        sum(n_contracts) as n_contracts
    from aged
    group by award_quarter_start_date, age
),

developed as (
    select
        target.award_quarter_start_date,
        aged.award_quarter_start_date as past_quarter,
        coalesce(sum(aged.n_contracts) filter (where aged.lag <= target.age), 0) as n_then,
        sum(aged.n_contracts) as n_now
    from target
    inner join aged on aged.age between 12 and 23
    where target.age < 12
    group by target.award_quarter_start_date, aged.award_quarter_start_date
),

expected as (
    select
        award_quarter_start_date,
        sum(n_then) / sum(n_now) as completeness,
        min(n_then / n_now) as completeness_low,
        max(n_then / n_now) as completeness_high,
        count(*) as n_past_quarters
    from developed
    group by award_quarter_start_date
)

select
    'open_canada/contracts' as dataset,
    target.award_quarter_start_date as period_start_date,
    cast(target.age as bigint) as quarters_since,
    cast(target.n_contracts as bigint) as n_contracts,
    expected.completeness,
    expected.completeness_low,
    expected.completeness_high,
    coalesce(expected.n_past_quarters, 0) as n_past_quarters,
    target.n_contracts / nullif(expected.completeness, 0) as expected_n_contracts
from target
left join expected on target.award_quarter_start_date = expected.award_quarter_start_date
where target.age < 12
