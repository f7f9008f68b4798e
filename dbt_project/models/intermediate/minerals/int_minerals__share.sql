-- Each row of a table with its share of all rows. A row without a figure makes every share an interval: low, where it and the rest have the most that
-- they can; high, where they have the least. The published total, where it has all of them, keeps the rest from growing without end.
with part as (
    select
        figure.*,
        total.is_whole and total.is_of_one_unit as has_share,
        total.rows_low - figure.quantity_low as others_low,
        case
            when total.n_unbounded = cast(figure.quantity_high is null as integer)
                then total.rows_high_where_bounded - coalesce(figure.quantity_high, 0)
        end as others_high_by_rows,
        total.total_high - figure.quantity_low as others_high_by_total
    from {{ ref("int_minerals__figure") }} as figure
    inner join {{ ref("int_minerals__table") }} as total
        on
            figure.mineral = total.mineral
            and figure.stage = total.stage
            and figure.form = total.form
            and figure."year" = total."year"
            and figure.edition = total.edition
    where figure.country_kind <> 'world'
),

bounded as (
    select
        *,
        -- Rows may pass a rounded total; then they are what is known.
        greatest(coalesce(least(others_high_by_rows, others_high_by_total), cast('infinity' as double)), others_low) as others_high,
        greatest(
            coalesce(quantity_high, others_high_by_total + quantity_low - others_low, cast('infinity' as double)), quantity_low
        ) as own_high
    from part
)

select
    mineral,
    stage,
    form,
    "year",
    country,
    country_kind,
    has_share,
    vintage_date,
    quantity_low as own_low,
    own_high,
    others_low,
    others_high,
    case
        when not has_share or own_high + others_high = 0 then null
        when quantity_low = 0 or isinf(others_high) then 0
        else quantity_low / (quantity_low + others_high)
    end as share_low,
    case
        when not has_share or own_high + others_high = 0 then null
        when own_high = 0 then 0
        when isinf(own_high) then 1
        else own_high / (own_high + others_low)
    end as share_high
from bounded
