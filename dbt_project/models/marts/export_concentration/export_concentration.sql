-- A partner counts as listed where each month of the window has its figure; whatever is not listed is a rest of unknown composition, so the
-- HHI lies between the listed partners' squares alone and those plus the square of the rest.
with listed as (
    {{ partner_concentration(ref("int_trade__partner_window"), [scope_series_columns(), "window_type", "period_start_date"], total="world_value") }}
)

select
    span.dataset,
    span.reporter,
    span.trade_type,
    span.province_code,
    span.window_type,
    span.period_start_date,
    span.period_end_date,
    span.product_scope,
    span.basis,
    span.seasonal_adjustment,
    span.currency,
    span.us_value,
    span.world_value,
    span.world_value - span.us_value as non_us_value,
    span.us_value_usd,
    span.world_value_usd - span.us_value_usd as non_us_value_usd,
    span.exchange_rate_vintage_date,
    span.us_value / span.world_value as us_share,
    listed.partner_hhi_low,
    listed.partner_hhi_high,
    listed.effective_partners_low,
    listed.effective_partners_high,
    listed.rest_share,
    listed.n_partners + listed.n_zeros as n_partners,
    case
        when span.is_absent_zero then span.partners_never_held
        else span.listed_partners - listed.n_partners - listed.n_zeros
    end as n_missing,
    span.vintage_date_min,
    span.vintage_date_max,
    span.is_preferred
from {{ ref("int_trade__window") }} as span
left join listed
    on
        {{ same_scope("span", "listed") }}
        and span.window_type = listed.window_type
        and span.period_start_date = listed.period_start_date
where span.product_scope <> 'single_product'
