-- A month begins with its first figure; what each later release says of it is compared with that one and with the latest.
with opened as (
    select *
    from {{ ref("int_revisions__said") }}
    qualify
        vintage_position >= min(case when "value" is not null then vintage_position end)
            over (partition by {{ trade_series_columns() }}, measure, partner_code, period_start_date)
),

followed as (
    select
        opened.*,
        release.vintage,
        release.vintage_date,
        release.vintage_is_estimated,
        release.reference_month,
        first_value(release.vintage) over month as first_vintage,
        first_value(release.vintage_date) over month as first_vintage_date,
        first_value(release.vintage_sequence) over month as first_vintage_sequence,
        first_value(release.reference_month) over month as first_reference_month,
        first_value(opened."value") over month as first_value,
        first_value(opened.value_decimals) over month as first_value_decimals,
        first_value(opened.rounding_error) over month as first_rounding_error,
        last_value(opened."value") over month as latest_value,
        last_value(release.vintage_date) over month as latest_vintage_date
    from opened
    inner join {{ ref("int_revisions__release") }} as release
        on
            opened.dataset = release.dataset
            and opened.reporter = release.reporter
            and opened.vintage_position = release.vintage_position
    window month as (
        partition by {{ trade_series_columns("opened") }}, opened.measure, opened.partner_code, opened.period_start_date
        order by opened.vintage_position
        rows between unbounded preceding and unbounded following
    )
)

select
    {{ trade_series_columns("followed") }},
    followed.measure,
    followed.partner_code,
    followed.period_start_date,
    followed.period_end_date,
    followed.vintage,
    followed.vintage_date,
    followed.vintage_is_estimated,
    followed.vintage_position,
    date_diff('month', followed.first_reference_month, followed.reference_month) as "lag",
    date_diff('month', followed.period_start_date, followed.vintage_date) as months_since_period,
    followed."value",
    followed.unit,
    followed.value_decimals,
    followed.rounding_error,
    followed.is_withdrawn,
    followed.first_vintage,
    followed.first_vintage_date,
    followed.first_value,
    followed.latest_value,
    followed.latest_vintage_date,
    followed."value" - followed.first_value as revision_from_first,
    followed.latest_value - followed."value" as revision_to_latest,
    case
        when followed.value_decimals = followed.first_value_decimals then followed."value" <> followed.first_value
        else abs(followed."value" - followed.first_value) > greatest(followed.rounding_error, followed.first_rounding_error)
    end as is_revised,
    coalesce(calendar.released_on = followed.first_vintage_date and followed.first_vintage_sequence = 1, false) as is_first_print_held
from followed
left join {{ ref("trade_release_calendar") }} as calendar
    on followed.reporter = 'CA' and followed.period_start_date = calendar.period_start_date
