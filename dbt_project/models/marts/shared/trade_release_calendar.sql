select
    ref_month as period_start_date,
    released_on,
    originally_planned_on,
    is_estimated,
    note,
    source
from {{ ref("trade_release_calendar_dates") }}
