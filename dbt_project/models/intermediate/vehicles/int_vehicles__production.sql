-- Every published figure of vehicle production under one set of names. Who says it is part of what it is: a count of final assemblies and one of
-- light vehicles by another body are different figures.
with published as (
    select
        dataset,
        vintage,
        country_name,
        year,
        vehicle_category,
        case when grade = 'A' then 'OICA' else source end as publisher,
        grade,
        cast(n_vehicles as double) as n_vehicles
    from {{ ref("stg_oica__cited_figures") }}
    union all by name
    select
        dataset,
        vintage,
        country_name,
        year,
        vehicle_category,
        'OICA' as publisher,
        'A' as grade,
        cast(n_vehicles as double) as n_vehicles
    from {{ ref("stg_oica__production") }}
)

select
    published.dataset,
    published.publisher,
    published.grade,
    case
        when upper(published.country_name) = 'TOTAL' then 'WORLD'
        else coalesce(alias.country_code, upper(published.country_name))
    end as country,
    published.year,
    published.vehicle_category,
    published.n_vehicles as "value",
    cast(null as varchar) as status,
    cast(0 as bigint) as value_decimals,
    published.vintage,
    {{ vintage_columns("vintage") }}
from published
inner join {{ ref("stg_landing__vintage") }} as vintage on published.dataset = vintage.dataset and published.vintage = vintage.vintage
left join {{ ref("country_alias") }} as alias on {{ country_key("published.country_name") }} = alias.country_name
