-- Canada's trade in minerals as the department's bulletin has it, in Canadian dollars by year and group, with each group's share of all merchandise.
-- The parts are rounded: what they make less than the total is shown, not spread.
with standing as (
    select
        figure.*,
        vintage.vintage_date
    from {{ ref("stg_nrcan__cited_figures") }} as figure
    inner join {{ ref("stg_landing__vintage") }} as vintage on figure.dataset = vintage.dataset and figure.vintage = vintage.vintage
    where figure.kind = 'trade'
    qualify
        vintage.vintage_position
        = max(vintage.vintage_position) over (partition by figure.subject, figure.year, figure.measure)
)

select
    dataset,
    case measure when 'imports' then 'import' else 'export' end as flow,
    case measure when 'imports' then 'total' else 'domestic' end as trade_type,
    make_date(year, 1, 1) as period_start_date,
    subject as mineral_group,
    value_cad,
    value_cad / max(value_cad) filter (where subject = 'total merchandise exports') over one_year as share_of_merchandise,
    case
        when subject = 'mineral and metal exports'
            then round(value_cad - sum(value_cad) filter (where subject in ('metals', 'non-metals', 'coal')) over one_year, 0)
    end as unallocated_cad,
    vintage_date
from standing
window one_year as (partition by measure, year)
