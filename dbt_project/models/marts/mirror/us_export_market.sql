-- One ranking for each span of days in which what was known of a period's exports stayed the same. A span in which no market's figure was known, from
-- the day after the period on, has one row that says so.
with figure as (
    select
        market.dataset,
        market.period_grain,
        market.period_start_date,
        market.period_end_date,
        market.partner_code,
        market."value",
        market.known_from,
        market.known_to,
        market.vintage_date,
        market.vintage,
        partner.is_aggregate
    from {{ ref("fct_trade_vintage") }} as market
    inner join {{ ref("dim_partner") }} as partner on market.partner_code = partner.partner_code
    where
        market.reporter = 'US' and market.flow = 'export' and market.trade_type = 'total' and market.product_code = 'all'
        and market.province_code = 'all' and market.basis = 'customs' and market.seasonal_adjustment = 'unadjusted' and market.valuation = 'fas'
        and (not partner.is_aggregate or market.partner_code = 'WORLD')
),

newest as (select max(vintage_date) as released_on from {{ ref("stg_landing__vintage") }}),

span as (
    select
        dataset,
        period_grain,
        case period_grain when 'year' then interval 1 year else interval 1 month end as length,
        min(period_start_date) as first_start_date
    from figure
    group by dataset, period_grain
),

started as (
    select
        span.dataset,
        span.period_grain,
        span.length,
        unnest(generate_series(span.first_start_date, newest.released_on, span.length)) as period_start
    from span
    cross join newest
),

ended as (
    select
        started.dataset,
        started.period_grain,
        cast(started.period_start as date) as period_start_date,
        cast(started.period_start + started.length - interval 1 day as date) as period_end_date
    from started
    cross join newest
    where started.period_start + started.length <= newest.released_on
),

moment as (
    select
        dataset,
        period_grain,
        period_start_date,
        period_end_date,
        known_from
    from figure
    union
    select
        dataset,
        period_grain,
        period_start_date,
        period_end_date,
        known_to as known_from
    from figure
    where known_to is not null
    union
    select
        dataset,
        period_grain,
        period_start_date,
        period_end_date,
        period_end_date + 1 as known_from
    from ended
),

version as (
    select
        *,
        lead(known_from) over (partition by dataset, period_grain, period_start_date order by known_from) as known_to
    from moment
),

known as (
    select
        version.dataset,
        version.period_grain,
        version.period_start_date,
        version.period_end_date,
        version.known_from,
        version.known_to,
        figure.partner_code,
        figure."value",
        figure.known_from as figure_known_from,
        figure.vintage_date,
        figure.vintage,
        figure.is_aggregate
    from version
    inner join figure
        on
            version.dataset = figure.dataset
            and version.period_grain = figure.period_grain
            and version.period_start_date = figure.period_start_date
            and version.known_from >= figure.known_from
            and coalesce(version.known_from < figure.known_to, true)
),

market as (
    select
        *,
        count(*) over ranking as n_partners,
        count(*) filter (where "value" is null) over ranking as n_missing,
        count(*) over (partition by dataset, period_grain, period_start_date, known_from, "value") as n_equal,
        rank() over largest_first as place,
        lead("value") over largest_first as next_value
    from known
    where not is_aggregate
    window
        ranking as (partition by dataset, period_grain, period_start_date, known_from),
        largest_first as (partition by dataset, period_grain, period_start_date, known_from order by "value" desc nulls last)
)

select
    market.dataset,
    market.period_grain,
    market.period_start_date,
    market.period_end_date,
    market.partner_code,
    case
        when market."value" is null then 'no figure'
        when market.n_equal = 1 and market.n_missing = 0 then 'ranked'
        else 'between bounds'
    end as status,
    case when market.n_equal = 1 and market.n_missing = 0 then market.place end as "rank",
    case when market."value" is null then 1 else market.place end as rank_low,
    case when market."value" is null then market.n_partners else market.place + market.n_equal - 1 + market.n_missing end as rank_high,
    market."value" as value_usd,
    case
        when market."value" is not null and market.n_equal > 1 then 0
        when market.n_missing = 0 then market."value" - market.next_value
    end as gap_to_next_usd,
    market."value" / world."value" as share_of_world,
    market.n_partners,
    market.n_missing,
    market.known_from,
    market.known_to,
    market.vintage_date,
    market.vintage
from market
left join known as world
    on
        market.dataset = world.dataset
        and world.partner_code = 'WORLD'
        and market.period_grain = world.period_grain
        and market.period_start_date = world.period_start_date
        and market.known_from = world.known_from
        and market.figure_known_from <= world.vintage_date
        and market.vintage_date >= world.figure_known_from
union all
select
    version.dataset,
    version.period_grain,
    version.period_start_date,
    version.period_end_date,
    'WORLD' as partner_code,
    'not held' as status,
    null as "rank",
    null as rank_low,
    null as rank_high,
    null as value_usd,
    null as gap_to_next_usd,
    null as share_of_world,
    null as n_partners,
    null as n_missing,
    version.known_from,
    version.known_to,
    null as vintage_date,
    null as vintage
from version
anti join market
    on
        version.dataset = market.dataset
        and version.period_grain = market.period_grain
        and version.period_start_date = market.period_start_date
        and version.known_from = market.known_from
