-- How the US share changed: seasonally adjusted months from the month before, unadjusted ones from the same month a year before, each change from
-- one release. Where two releases say it: as the first said it and as the latest does.
{{ config(materialized="view") }}

with change as (
    select
        {{ trade_series_columns("month") }},
        month.period_start_date,
        month.vintage,
        month.vintage_date,
        month.vintage_position,
        month.is_first_print_held and month.vintage = month.first_vintage as is_first_print,
        month."value" - earlier."value" as change,
        case
            when abs(month."value" - earlier."value") > month.rounding_error + earlier.rounding_error
                then cast(sign(month."value" - earlier."value") as integer)
        end as sign
    from {{ ref("revision_triangle") }} as month
    inner join {{ ref("revision_triangle") }} as earlier
        on
            {{ same_series("month", "earlier") }}
            and month.measure = earlier.measure
            and month.partner_code = earlier.partner_code
            and month.vintage_position = earlier.vintage_position
            and month.period_start_date
            = earlier.period_start_date + to_months(case month.seasonal_adjustment when 'seasonally_adjusted' then 1 else 12 end)
    where month.measure = 'us_share' and month.product_code = 'all'
),

followed as (
    select
        *,
        count(change) over month as n_releases,
        min(case when change is not null then vintage_position end) over month as first_position,
        max(vintage_position) over month as latest_position
    from change
    window month as (partition by {{ trade_series_columns() }}, period_start_date)
)

select
    {{ trade_series_columns("first_said") }},
    case first_said.seasonal_adjustment
        when 'seasonally_adjusted' then 'us_share_on_month_before'
        else 'us_share_on_year_before'
    end as headline,
    first_said.period_start_date,
    first_said.vintage as first_vintage,
    first_said.vintage_date as first_vintage_date,
    latest_said.vintage as latest_vintage,
    latest_said.vintage_date as latest_vintage_date,
    first_said.n_releases,
    first_said.is_first_print as is_first_print_held,
    first_said.change as first_change,
    latest_said.change as latest_change,
    first_said.sign as first_sign,
    latest_said.sign as latest_sign,
    first_said.sign <> latest_said.sign as is_sign_changed
from followed as first_said
inner join followed as latest_said
    on
        {{ same_series("first_said", "latest_said") }}
        and first_said.period_start_date = latest_said.period_start_date
where
    first_said.vintage_position = first_said.first_position
    and latest_said.vintage_position = latest_said.latest_position
    and first_said.n_releases > 1
