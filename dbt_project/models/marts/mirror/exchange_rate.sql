-- Means of the Bank of Canada's daily rates, over a month of which every day is held and over a year of which every month is. All days of a month are
-- held where it lies inside a complete release, which has days before and after it too. No month is filled.
with release as (
    select
        dataset,
        vintage,
        vintage_date,
        vintage_position,
        is_complete
    from {{ ref("stg_landing__vintage") }}
    where next_complete_position is null
),

daily as (
    select
        rate.series_id,
        rate.unit as currency_pair,
        rate.observation_date,
        rate."value",
        rate.vintage,
        release.vintage_date,
        release.vintage_position
    from {{ ref("stg_bank_of_canada__valet") }} as rate
    inner join release on rate.dataset = release.dataset and rate.vintage = release.vintage
    where rate.series_id in ('FXUSDCAD', 'FXCADUSD')
    qualify row_number() over (partition by rate.series_id, rate.observation_date order by release.vintage_position desc) = 1
),

whole as (
    select
        rate.series_id,
        min(rate.observation_date) as first_day,
        max(rate.observation_date) as last_day
    from {{ ref("stg_bank_of_canada__valet") }} as rate
    inner join release on rate.dataset = release.dataset and rate.vintage = release.vintage
    where release.is_complete
    group by rate.series_id
),

of_days as (
    select
        'bank_of_canada/valet' as dataset,
        daily.currency_pair,
        cast(date_trunc('month', daily.observation_date) as date) as period_start_date,
        avg(daily."value") as "value",
        count(*) as n_days,
        arg_max(daily.vintage, daily.vintage_position) as vintage,
        min(daily.vintage_date) as vintage_date_min,
        max(daily.vintage_date) as vintage_date_max
    from daily
    inner join whole on daily.series_id = whole.series_id
    where
        date_trunc('month', daily.observation_date) > date_trunc('month', whole.first_day)
        and date_trunc('month', daily.observation_date) < date_trunc('month', whole.last_day)
    group by daily.currency_pair, period_start_date
    having count(*) = count(daily."value")
),

of_means as (
    select
        held.dataset,
        pair.currency_pair,
        held.period_start_date,
        case pair.currency_pair when 'CAD per USD' then held.cad_per_usd else held.usd_per_cad end as "value",
        held.n_days,
        held.vintage,
        release.vintage_date as vintage_date_min,
        release.vintage_date as vintage_date_max
    from {{ ref("stg_bank_of_canada__fx_monthly") }} as held
    inner join release on held.dataset = release.dataset and held.vintage = release.vintage
    cross join (values ('CAD per USD'), ('USD per CAD')) as pair (currency_pair)
    qualify row_number() over (partition by pair.currency_pair, held.period_start_date order by release.vintage_position desc) = 1
),

month as (
    select * from of_days
    union all by name
    select * from of_means
),

period as (
    select
        dataset,
        currency_pair,
        'month' as period_grain,
        period_start_date,
        last_day(period_start_date) as period_end_date,
        "value",
        1 as n_months,
        n_days,
        'mean of the daily rates of the month' as derivation,
        vintage,
        vintage_date_min,
        vintage_date_max
    from month
    union all
    select
        dataset,
        currency_pair,
        'year' as period_grain,
        min(period_start_date) as period_start_date,
        last_day(max(period_start_date)) as period_end_date,
        avg("value") as "value",
        count(*) as n_months,
        sum(n_days) as n_days,
        'mean of the twelve monthly means' as derivation,
        arg_max(vintage, vintage_date_max) as vintage,
        min(vintage_date_min) as vintage_date_min,
        max(vintage_date_max) as vintage_date_max
    from month
    group by dataset, currency_pair, extract(year from month.period_start_date)
    having count(*) = 12
)

select
    currency_pair,
    period_grain,
    period_start_date,
    period_end_date,
    "value",
    cast(n_months as bigint) as n_months,
    cast(n_days as bigint) as n_days,
    dataset,
    true as is_derived,
    derivation,
    vintage,
    vintage_date_min,
    vintage_date_max,
    row_number() over (
        partition by currency_pair, period_grain, period_start_date order by dataset = 'bank_of_canada/valet' desc
    ) = 1 as is_preferred
from period
