-- The partners of the seed, and those that a data set lists and the seed does not know.
with unknown as (
    select
        observation.partner_code,
        max(observation.partner_label) as partner_label
    from {{ ref("int_trade__observation") }} as observation
    anti join {{ ref("partner") }} as known on observation.partner_code = known.partner_code
    group by observation.partner_code
)

select
    partner_code,
    partner_name,
    region,
    case
        when is_aggregate then null
        when partner_code = 'US' then 'United States'
        when partner_code = 'GB' then 'United Kingdom'
        when partner_code in (select eu_member.partner_code from {{ ref("eu_member") }} as eu_member) then 'European Union'
        when region like '% Europe' then 'Rest of Europe'
        when region like '% Asia' then 'Asia'
        when region in ('Caribbean', 'Central America', 'South America') then 'Latin America'
        else 'Other'
    end as trade_region,
    is_aggregate,
    is_listed_in_12100011,
    statcan_member_id,
    note
from {{ ref("partner") }}
union all
select
    partner_code,
    coalesce(partner_label, partner_code) as partner_name,
    null as region,
    'Other' as trade_region,
    false as is_aggregate,
    starts_with(partner_code, 'STATCAN_') as is_listed_in_12100011,
    nullif(regexp_extract(partner_code, '^STATCAN_(\d+)$', 1), '') as statcan_member_id,
    'Listed under a name or code that is not in the list of partners' as note
from unknown
