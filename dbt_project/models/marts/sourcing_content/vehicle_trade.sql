-- Two-way trade in vehicles and their parts by heading, and what of it is matched: of the trade between the same two sides in the same heading.
-- Engines are in it by their subheadings for vehicles, so that nothing else is.
select
    trade.dataset,
    trade.reporter,
    trade.partner_code,
    trade.product_classification,
    trade.product_code,
    cast(trade.digits as bigint) as digits,
    heading.vehicle_product,
    heading.product_name,
    trade.basis,
    trade.seasonal_adjustment,
    trade.currency,
    trade.period_grain,
    trade.period_start_date,
    trade.period_end_date,
    trade.export_value,
    trade.import_value,
    trade.grubel_lloyd,
    trade.vintage_date
from {{ ref("intra_industry") }} as trade
inner join {{ ref("vehicle_product") }} as heading
    on trade.product_code = heading.product_code and trade.digits = heading.digits
