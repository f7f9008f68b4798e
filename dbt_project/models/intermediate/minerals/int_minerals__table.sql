-- One table of a mineral: what its rows come to, and the total that is published beside them. Of the editions that have a year, the latest is taken
-- whole: figures of two are never added. A table is whole where its total is published, or where its edition is held whole.
with edition as (
    select
        *,
        max(edition) over (partition by mineral, stage, form, "year") as newest_edition
    from {{ ref("int_minerals__figure") }}
)

select
    any_value(dataset) as dataset,
    mineral,
    stage,
    form,
    "year",
    edition,
    any_value(unit) as unit,
    bool_and(is_of_one_unit) and count(distinct unit) = 1 as is_of_one_unit,
    bool_and(is_edition_whole) or bool_or(country_kind = 'world') as is_whole,
    count(*) filter (where country_kind = 'country') as n_countries,
    count(*) filter (where country_kind <> 'world' and quantity is null) as n_bounded,
    sum(quantity_low) filter (where country_kind <> 'world') as rows_low,
    coalesce(sum(quantity_high) filter (where country_kind <> 'world'), 0) as rows_high_where_bounded,
    count(*) filter (where country_kind <> 'world' and quantity_high is null) as n_unbounded,
    any_value(quantity) filter (where country_kind = 'world') as published_total,
    -- A total is rounded to the last figure that is no zero; one without the United States, or one that is a bound, bounds nothing.
    any_value(quantity + {{ half_of_rounding("quantity") }}) filter (where country_kind = 'world' and not is_without_us) as total_high,
    coalesce(bool_or(is_without_us) filter (where country_kind = 'world'), false) as is_total_without_us,
    bool_or(is_estimated) filter (where country_kind <> 'world') as is_estimated,
    max(vintage_date) as vintage_date
from edition
where edition = newest_edition
group by mineral, stage, form, "year", edition
