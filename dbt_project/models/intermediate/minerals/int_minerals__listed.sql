-- Which minerals are on the newest list of each country that was out by the as-of day. A group is on a list where any of its members is.
with newest as (
    select
        list_id,
        side
    from {{ ref("critical_mineral_list") }}
    where {{ released_by_as_of("published_on") }}
    qualify published_on = max(published_on) over (partition by side)
),

named as (
    select
        newest.side,
        unnest([listed.mineral, member.mineral_group]) as mineral
    from {{ ref("critical_mineral") }} as listed
    inner join newest on listed.list_id = newest.list_id
    left join {{ ref("mineral_group_member") }} as member on listed.mineral = member.mineral
)

select
    mineral,
    bool_or(side = 'CA') as is_on_canada_list,
    bool_or(side = 'US') as is_on_us_list
from named
where mineral is not null
group by mineral
