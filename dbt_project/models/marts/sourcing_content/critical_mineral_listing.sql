-- Which minerals a government calls critical, from the list that first has one to the list that no longer does.
with list as (
    select
        *,
        row_number() over (partition by side order by published_on) as place,
        lead(published_on) over (partition by side order by published_on) as superseded_on
    from {{ ref("critical_mineral_list") }}
    where {{ released_by_as_of("published_on") }}
),

listed as (
    select
        list.side,
        entry.mineral,
        list.list_id,
        list.title,
        list.published_on,
        list.superseded_on,
        list.evidence,
        list.source,
        list.place - row_number() over (partition by list.side, entry.mineral order by list.place) as span
    from {{ ref("critical_mineral") }} as entry
    inner join list on entry.list_id = list.list_id
),

figures as (select distinct mineral from {{ ref("mineral_dependence") }})

select
    listed.side,
    listed.mineral,
    any_value(member.mineral_group) as mineral_group,
    min(listed.published_on) as listed_from,
    case when bool_and(listed.superseded_on is not null) then max(listed.superseded_on) end as listed_to,
    string_agg(listed.list_id, ', ' order by listed.published_on) as lists,
    bool_or(figures.mineral is not null) as has_figures,
    arg_max(listed.evidence, listed.published_on) as evidence,
    arg_max(listed.source, listed.published_on) as source
from listed
left join {{ ref("mineral_group_member") }} as member on listed.mineral = member.mineral
left join figures on coalesce(member.mineral_group, listed.mineral) = figures.mineral or listed.mineral = figures.mineral
group by listed.side, listed.mineral, listed.span
