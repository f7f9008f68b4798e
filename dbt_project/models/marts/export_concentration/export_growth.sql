-- What a partner, a scope of products or a single product added to the growth of exports against the same month of the year before. Part and whole,
-- before and after, all four stood in one release; where they did in several, the newest counts.
with part as (
    select
        *,
        case
            when product_scope = 'all' and partner_code <> 'WORLD' then 'partners'
            when product_scope <> 'all' then 'products'
        end as added_over
    from {{ ref("int_trade__year_on_year") }}
),

whole as (
    select * from {{ ref("int_trade__year_on_year") }}
    where product_scope = 'all'
),

compared as (
    select
        {{ scope_series_columns("part") }},
        part.partner_code,
        part.period_start_date,
        part.period_end_date,
        part.added_over,
        part.value_before,
        part.value_after,
        whole.value_before as whole_before,
        whole.value_after as whole_after,
        least(part.both_through, whole.both_through) as vintage_date
    from part
    inner join whole
        on
            {{ same_whole("part", "whole") }}
            and part.period_start_date = whole.period_start_date
            and whole.partner_code = case part.added_over when 'products' then part.partner_code else 'WORLD' end
            and greatest(part.both_from, whole.both_from) <= least(part.both_through, whole.both_through)
    qualify
        row_number() over (
            partition by {{ scope_series_columns("part") }}, part.partner_code, part.period_start_date
            order by least(part.both_through, whole.both_through) desc, greatest(part.both_from, whole.both_from) desc
        ) = 1
)

select
    dataset,
    reporter,
    trade_type,
    product_scope,
    product_classification,
    product_code,
    province_code,
    partner_code,
    basis,
    seasonal_adjustment,
    currency,
    period_start_date,
    period_end_date,
    added_over,
    value_before,
    value_after,
    value_after - value_before as change,
    (value_after - value_before) / nullif(value_before, 0) as growth,
    (whole_after - whole_before) / nullif(whole_before, 0) as whole_growth,
    (value_after - value_before) / nullif(whole_before, 0) as contribution,
    vintage_date
from compared
