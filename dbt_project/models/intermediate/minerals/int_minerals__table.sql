-- One table of a mineral: what its rows come to, and the total that is published beside them. Of the editions that have a year, the latest is taken
-- whole: figures of two are never added. A table is whole where its rows reach the published total; where there is none, or a row has no figure,
-- where its edition is held whole.
with counted as (
    select
        *,
        count(*) over (partition by mineral, stage, "year", edition) as n_rows
    from {{ ref("int_minerals__figure") }}
),

-- A single row is no table that another would give way to.
edition as (
    select
        *,
        coalesce(max(case when n_rows > 1 then edition end) over one_table, max(edition) over one_table) as newest_edition
    from counted
    window one_table as (partition by mineral, stage, "year")
),

summed as (
    select
        any_value(dataset) as dataset,
        mineral,
        stage,
        form,
        "year",
        edition,
        any_value(unit) as unit,
        bool_and(is_of_one_unit) and count(distinct unit) = 1 as is_of_one_unit,
        bool_and(is_edition_whole) as is_edition_whole,
        count(*) filter (where country_kind <> 'world' and quantity is null) as n_bounded,
        coalesce(sum(quantity_low) filter (where country_kind <> 'world'), 0) as rows_low,
        coalesce(sum(quantity_high) filter (where country_kind <> 'world'), 0) as rows_high_where_bounded,
        count(*) filter (where country_kind <> 'world' and quantity_high is null) as n_unbounded,
        any_value(quantity) filter (where country_kind = 'world') as published_total,
        coalesce(bool_or(is_without_us) filter (where country_kind = 'world'), false) as is_total_without_us,
        max(vintage_date) as vintage_date
    from edition
    where edition = newest_edition
    group by mineral, stage, form, "year", edition
),

rounded as (
    select
        *,
        {{ half_of_rounding("published_total") }} as half_of_rounding
    from summed
)

select
    * exclude (is_edition_whole, half_of_rounding),
    case
        when published_total is null then is_edition_whole
        when rows_low >= published_total - greatest(half_of_rounding, 0.01 * published_total) then true
        -- What is missing of the total can be what has no figure, in a table that is held whole.
        else is_edition_whole and n_unbounded > 0
    end as is_whole,
    -- A total is rounded to the last figure that is no zero. It bounds what has no figure where it has more than the rows that do: one that is their
    -- sum may leave the others out, whether it says so or not.
    case
        when not is_total_without_us and published_total - rows_low > half_of_rounding then published_total + half_of_rounding
    end as total_high
from rounded
