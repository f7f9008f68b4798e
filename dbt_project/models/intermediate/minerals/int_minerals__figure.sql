-- Production, capacity and reserves of minerals by country, of every edition as known: one row for each label of an edition. An excerpt overlays what
-- stands of its edition, label by label.
with standing as (
    select
        figure.*,
        vintage.vintage_date,
        vintage.vintage_position,
        bool_or(vintage.is_complete) over (partition by figure.edition) as is_edition_whole
    from {{ ref("stg_usgs__mineral_commodity_summaries") }} as figure
    inner join {{ ref("stg_landing__vintage") }} as vintage
        on figure.dataset = vintage.dataset and figure.part = vintage.part and figure.vintage = vintage.vintage
    where
        vintage.next_complete_position is null
        and figure.statistic in ('Production', 'Capacity', 'Reserves')
        and figure.qualifier not in ('not_applicable', 'words')
        -- What the United States make stands in a table of theirs too.
        and coalesce(figure.section not ilike 'salient%', true)
),

labelled as (
    select
        standing.*,
        lower(standing.commodity) as commodity_key,
        case
            when standing.statistic = 'Reserves' then 'reserves'
            when standing.statistic = 'Capacity' or standing.statistic_detail ilike '%capacity%' then 'capacity'
            when standing.statistic_detail ilike '%refine%' or standing.statistic_detail ilike '%alumina%' then 'refinery'
            when standing.statistic_detail ilike '%smelt%' then 'smelter'
            when regexp_matches(lower(standing.statistic_detail), '\b(mine|mne|mined|mining|concentrates?|bauxite)\b') then 'mine'
            when standing.statistic_detail ilike '%secondary%' then 'secondary'
            when standing.statistic_detail ilike '%primary%' then 'primary'
            else 'other'
        end as stage,
        -- What is left of the detail: the metal of a group, the content that is counted, whether from ore or scrap.
        coalesce(
            nullif(
                trim(
                    regexp_replace(
                        lower(regexp_replace(standing.statistic_detail, '[0-9]+$', '')),
                        '^(primary|secondary) production|\b(mine|mne|mining|smelter|refinery|refined|production|capacity|reserves|rounded)\b|[:,]',
                        ' ', 'g'
                    )
                ), ''
            ), 'all'
        ) as detail,
        coalesce(
            case standing.country_kind when 'world' then 'WORLD' when 'other' then 'OTHER' end,
            -- The agency writes Congo (Brazzaville) for the other one.
            case when {{ country_key("standing.country_name") }} = 'CONGO' then 'CD' end,
            alias.country_code,
            upper(standing.country_name)
        ) as country
    from standing
    left join {{ ref("country_alias") }} as alias on {{ country_key("standing.country_name") }} = alias.country_name
    where standing.country_name is not null
),

-- Reserves of editions before 2025 have no year: they are those of the year before.
dated as (
    select
        labelled.* replace (coalesce(labelled."year", labelled.edition - 1) as "year"),
        coalesce(named.mineral, labelled.commodity_key) as mineral
    from labelled
    left join {{ ref("usgs_commodity") }} as named on labelled.commodity_key = named.published
),

newest as (
    select *
    from dated
    qualify
        vintage_position
        = max(vintage_position) over (partition by edition, commodity_key, stage, detail, "year", country)
),

-- Where an edition counts one thing only of a mineral at a stage, that is all of it, whatever it is called; not where it is a member of the group.
-- Commodities of their own that are one mineral here stay apart.
formed as (
    select
        newest.*,
        case
            when min(newest.commodity_key) over one_table <> max(newest.commodity_key) over one_table
                then concat_ws(', ', newest.commodity_key, nullif(newest.detail, 'all'))
            when min(newest.detail) over one_table = max(newest.detail) over one_table and member.mineral is null then 'all'
            else newest.detail
        end as form
    from newest
    left join {{ ref("mineral_group_member") }} as member on newest.detail = member.mineral
    window one_table as (partition by newest.edition, newest.mineral, newest.stage, newest."year")
)

-- Rows that share all their labels may be parts or versions of one figure: the least of them bounds it from below, and nothing from above.
select
    any_value(dataset) as dataset,
    edition,
    mineral,
    stage,
    form,
    "year",
    country,
    any_value(country_kind) as country_kind,
    any_value(unit) as unit,
    count(distinct unit) = 1 as is_of_one_unit,
    case when count(*) = 1 then any_value(qualifier) else 'several' end as qualifier,
    case when count(*) = 1 then any_value(quantity) end as quantity,
    coalesce(min(quantity_low), 0) as quantity_low,
    case when count(*) = 1 then any_value(quantity_high) end as quantity_high,
    case when count(*) = 1 then any_value(quantity_t) end as quantity_t,
    case when bool_and(is_weight) then coalesce(min(quantity_low_t), 0) end as quantity_low_t,
    case when count(*) = 1 then any_value(quantity_high_t) end as quantity_high_t,
    bool_or(is_estimated) as is_estimated,
    bool_or(coalesce(notes ilike '%excludes u.s.%' or country_name ilike '%exclud%', false)) as is_without_us,
    any_value(value_text) as value_text,
    string_agg(distinct notes, ' ' order by notes) as notes,
    bool_and(is_edition_whole) as is_edition_whole,
    max(vintage_date) as vintage_date
from formed
group by edition, mineral, stage, form, "year", country
