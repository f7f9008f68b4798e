-- Each release with its reference month, the one that it publishes for the first time: from the calendar, which is Canada's, elsewhere the newest
-- month of a complete table that had ended. A partial release that the calendar does not have may lack its newest month, and has none.
{{ config(materialized="view") }}

with published as (
    select
        released_on,
        max(period_start_date) as reference_month
    from {{ ref("trade_release_calendar") }}
    group by released_on
),

held as (
    select
        dataset,
        reporter,
        vintage,
        max(case when period_end_date < vintage_date then period_start_date end) as newest_month
    from {{ ref("int_trade__observation") }}
    where period_grain = 'month'
    group by dataset, reporter, vintage
)

select
    release.dataset,
    held.reporter,
    release.vintage,
    release.vintage_date,
    release.vintage_sequence,
    release.vintage_position,
    release.is_estimated as vintage_is_estimated,
    coalesce(published.reference_month, case when release.is_complete then held.newest_month end) as reference_month
from {{ ref("stg_landing__vintage") }} as release
inner join held on release.dataset = held.dataset and release.part = '' and release.vintage = held.vintage
left join published on held.reporter = 'CA' and release.vintage_date = published.released_on
