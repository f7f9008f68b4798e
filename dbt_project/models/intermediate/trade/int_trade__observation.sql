-- Every figure of every vintage that was out by the as-of day, under one set of names.
with conformed as (
    select * from {{ ref("int_trade__12100011") }}
    union all by name
    select * from {{ ref("int_trade__12100175") }}
    union all by name
    select * from {{ ref("int_trade__12100182") }}
    union all by name
    select * from {{ ref("int_trade__12100182_groups") }}
    union all by name
    select * from {{ ref("int_trade__cimt") }}
    union all by name
    select * from {{ ref("int_trade__cimt_aggregates") }}
    union all by name
    select * from {{ ref("int_trade__us_exports") }}
    union all by name
    select * from {{ ref("int_trade__us_census") }}
)

select
    conformed.*,
    {{ vintage_columns("vintage") }}
from conformed
inner join {{ ref("stg_landing__vintage") }} as vintage
    on
        conformed.dataset = vintage.dataset
        and conformed.part = vintage.part
        and conformed.vintage = vintage.vintage
