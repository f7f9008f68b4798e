-- The partners of the seed, and those that a table lists and the seed does not know.
with unknown as (
    select distinct
        observation.partner_member_id,
        observation.partner_label
    from {{ ref("stg_statcan__12100011") }} as observation
    anti join {{ ref("partner") }} as by_number on observation.partner_member_id = by_number.statcan_member_id
    anti join {{ ref("partner") }} as by_name on observation.partner_label = by_name.partner_name
),

american as (
    select partner_code from {{ ref("int_trade__us_exports") }}
    union
    select partner_code from {{ ref("int_trade__us_census") }}
)

select
    partner_code,
    partner_name,
    region,
    is_aggregate,
    is_listed_in_12100011,
    statcan_member_id,
    note
from {{ ref("partner") }}
union all
select
    'STATCAN_' || partner_member_id as partner_code,
    max(partner_label) as partner_name,
    null as region,
    false as is_aggregate,
    true as is_listed_in_12100011,
    partner_member_id as statcan_member_id,
    'Listed by 12-10-0011 under a name that no country code is known for' as note
from unknown
group by partner_member_id
union all
select
    american.partner_code,
    regexp_replace(american.partner_code, '^(USITC|SCHEDULE_C)_', '') as partner_name,
    null as region,
    false as is_aggregate,
    null as is_listed_in_12100011,
    null as statcan_member_id,
    'Listed by American statistics under a name or number that no country code is known for' as note
from american
anti join {{ ref("partner") }} as known on american.partner_code = known.partner_code
