-- Which two partners buy most after the United States, by month: as the first release that holds both said it and as the latest does, among the
-- partners that these two releases hold.
{{ config(materialized="view") }}

with market as (
    select
        figure.*,
        figure.is_first_print_held and figure.vintage = figure.first_vintage as is_first_print,
        count(*) over release as n_listed,
        row_number() over (release order by figure."value" desc, figure.partner_code asc) as place
    from {{ ref("revision_triangle") }} as figure
    inner join {{ ref("dim_partner") }} as partner
        on figure.partner_code = partner.partner_code and not partner.is_aggregate
    where figure.flow = 'export' and figure.measure = 'value' and figure.product_code = 'all' and figure."value" is not null
    window release as (partition by {{ trade_series_columns("figure") }}, figure.period_start_date, figure.vintage_position)
),

-- The release that lists most partners, the newest of several, says which two they are.
fullest as (
    select
        *,
        first_value(vintage_position) over (
            partition by {{ trade_series_columns() }}, period_start_date
            order by n_listed desc, vintage_position desc, place asc
        ) as fullest_position
    from market
),

holds_both as (
    select
        {{ trade_series_columns("market") }},
        market.period_start_date,
        market.vintage_position
    from market
    inner join fullest
        on
            {{ same_series("market", "fullest") }}
            and market.period_start_date = fullest.period_start_date
            and market.partner_code = fullest.partner_code
    where fullest.vintage_position = fullest.fullest_position and fullest.place <= 2
    group by {{ trade_series_columns("market") }}, market.period_start_date, market.vintage_position
    having count(*) = 2
),

compared as (
    select
        {{ trade_series_columns() }},
        period_start_date,
        min(vintage_position) as first_position,
        max(vintage_position) as latest_position,
        count(*) as n_releases
    from holds_both
    group by {{ trade_series_columns() }}, period_start_date
    having count(*) > 1
),

in_both as (
    select
        market.*,
        compared.n_releases,
        market.vintage_position = compared.first_position as is_first
    from market
    inner join compared
        on
            {{ same_series("market", "compared") }}
            and market.period_start_date = compared.period_start_date
            and market.vintage_position in (compared.first_position, compared.latest_position)
    qualify count(*) over (partition by {{ trade_series_columns("market") }}, market.period_start_date, market.partner_code) = 2
),

ordered as (
    select
        * exclude (place),
        row_number() over release as place,
        count(*) over (partition by {{ trade_series_columns() }}, period_start_date, vintage_position) as n_partners,
        -- Rounding to the same digits keeps the order of two figures that it does not make equal.
        case
            when value_decimals = lead(value_decimals) over release then "value" > lead("value") over release
            else coalesce("value" - lead("value") over release > rounding_error + lead(rounding_error) over release, true)
        end as is_clear
    from in_both
    window release as (
        partition by {{ trade_series_columns() }}, period_start_date, vintage_position
        order by "value" desc, partner_code asc
    )
)

select
    {{ trade_series_columns() }},
    'markets_after_us' as headline,
    period_start_date,
    any_value(vintage) filter (where is_first) as first_vintage,
    any_value(vintage_date) filter (where is_first) as first_vintage_date,
    any_value(vintage) filter (where not is_first) as latest_vintage,
    any_value(vintage_date) filter (where not is_first) as latest_vintage_date,
    any_value(n_releases) as n_releases,
    bool_and(is_first_print) filter (where is_first) as is_first_print_held,
    any_value(n_partners) as n_partners,
    string_agg(partner_code, ', ' order by place) filter (where is_first) as first_order,
    string_agg(partner_code, ', ' order by place) filter (where not is_first) as latest_order,
    case when bool_and(is_clear) then first_order <> latest_order end as is_order_changed
from ordered
where place <= 2
group by {{ trade_series_columns() }}, period_start_date
