-- The monthly figures of each scope of products, in every vintage that has all of its products: as published, or their sum. A product by itself is a
-- scope too.
with published as (
    select
        * exclude (partner_label),
        case product_code when 'all' then 'all' else 'single_product' end as product_scope,
        0 as n_summed
    from {{ ref("int_trade__observation") }}
    where period_grain = 'month'
),

summed as (
    select
        figure.* exclude (product_classification, product_code, "value", value_decimals, status),
        'all' as product_classification,
        'all' as product_code,
        member.product_scope,
        any_value(member.n_members) as n_summed,
        case when count(figure."value") = count(*) then sum(figure."value") end as "value",
        max(figure.value_decimals) as value_decimals,
        max(figure.status) as status
    from (select * exclude (product_scope, n_summed) from published) as figure
    inner join {{ ref("int_trade__scope_member") }} as member
        on figure.product_classification = member.product_classification and figure.product_code = member.product_code
    left join {{ ref("int_trade__unlisted_product") }} as unlisted
        on
            figure.dataset = unlisted.dataset
            and figure.vintage = unlisted.vintage
            and figure.period_start_date = unlisted.period_start_date
    where member.is_named or unlisted.dataset is null
    group by all
    having count(*) = any_value(member.n_members)
),

-- Table 12-10-0011 has no products. What it counts less the precious metals of 12-10-0182, out of the same release, is its trade without them.
less_precious_metals as (
    select
        whole.* exclude ("value", product_scope),
        'ex_precious_metals' as product_scope,
        whole."value" - part."value" as "value"
    from published as whole
    inner join summed as part
        on
            part.dataset = 'statcan/12100182_groups'
            and part.product_scope = 'precious_metals'
            and whole.vintage = part.vintage
            and whole.period_start_date = part.period_start_date
            and whole.partner_code = part.partner_code
            and whole.flow = part.flow
            and whole.trade_type = part.trade_type
            and whole.basis = part.basis
            and whole.seasonal_adjustment = part.seasonal_adjustment
            and whole.currency = part.currency
    where whole.dataset = 'statcan/12100011'
),

complete as (
    select * from published
    union all by name
    select * from summed
    union all by name
    select * from less_precious_metals
)

select * exclude (n_summed)
from complete
-- The figure of the fewest products is the one that the agency published for the most of them.
qualify row_number() over (partition by {{ scope_cell_columns() }}, vintage order by n_summed) = 1
