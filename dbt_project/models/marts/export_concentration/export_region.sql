-- What goes to each region: at least what its listed partners take, at most that and all that goes to no listed partner.
with region as (
    select distinct trade_region
    from {{ ref("dim_partner") }}
    where trade_region is not null
),

region_window as (
    select
        {{ scope_series_columns("figure") }},
        figure.window_type,
        figure.period_start_date,
        region.trade_region,
        coalesce(sum(figure."value") filter (where partner.trade_region = region.trade_region), 0) as value_low,
        sum(figure."value") as listed_value,
        count(*) filter (where partner.trade_region = region.trade_region) as n_partners
    from {{ ref("int_trade__partner_window") }} as figure
    inner join {{ ref("dim_partner") }} as partner on figure.partner_code = partner.partner_code
    cross join region
    group by all
)

select
    span.dataset,
    span.reporter,
    span.trade_type,
    span.province_code,
    span.product_scope,
    span.window_type,
    span.period_start_date,
    span.period_end_date,
    span.basis,
    span.seasonal_adjustment,
    span.currency,
    figure.trade_region,
    figure.value_low,
    figure.value_low / span.world_value as share_low,
    -- The rest of the world is not in the United States, whose figure is known.
    case
        when figure.trade_region = 'United States' then figure.value_low / span.world_value
        else (figure.value_low + greatest(span.world_value - figure.listed_value, 0)) / span.world_value
    end as share_high,
    figure.n_partners,
    span.vintage_date_min,
    span.vintage_date_max,
    span.is_preferred
from {{ ref("int_trade__window") }} as span
inner join region_window as figure
    on
        {{ same_scope("span", "figure") }}
        and span.window_type = figure.window_type
        and span.period_start_date = figure.period_start_date
