-- How many contracts of each quarter of award were first disclosed how many quarters later, in the newest complete vintage.
select
    {{ quarter_start("contract.award_date") }} as award_quarter_start_date,
    date_diff('quarter', contract.award_date, contract.reporting_quarter_start_date) as lag,
    count(*) as n_contracts
from {{ ref("fct_contract") }} as contract
where
    contract.dataset = 'open_canada/contracts'
    and not contract.is_sample
    and not contract.is_standing_offer
    -- A quarter that had not begun when the file was released is a typo.
    and contract.reporting_quarter_start_date between {{ quarter_start("contract.award_date") }} and contract.vintage_date
group by {{ quarter_start("contract.award_date") }}, date_diff('quarter', contract.award_date, contract.reporting_quarter_start_date)
