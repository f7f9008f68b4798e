-- What America makes and uses of a mineral that is one commodity of the table, of the newest vintage of each edition of table 7, in the unit of the
-- table.
with standing as (
    select
        salient.*,
        coalesce(named.mineral, lower(salient.critical_mineral)) as mineral,
        vintage.vintage_date
    from {{ ref("stg_usgs__critical_minerals_salient") }} as salient
    inner join {{ ref("stg_landing__vintage") }} as vintage
        on salient.dataset = vintage.dataset and salient.part = vintage.part and salient.vintage = vintage.vintage
    left join {{ ref("usgs_commodity") }} as named on lower(salient.critical_mineral) = named.published
    where vintage.next_complete_position is null
    qualify vintage.vintage_position = max(vintage.vintage_position) over (partition by salient.part, salient.critical_mineral)
)

select
    mineral,
    year,
    any_value(dataset) as dataset,
    any_value(unit) filter (where measure = 'apparent_consumption') as unit,
    {%- for measure in ["primary_production", "secondary_production", "apparent_consumption"] %}
        coalesce(any_value(number_low) filter (where measure = '{{ measure }}'), 0) as {{ measure }}_low,
        any_value(number_high) filter (where measure = '{{ measure }}' and qualifier <> 'greater_than') as {{ measure }}_high,
    {%- endfor %}
    max(vintage_date) as vintage_date
from standing
group by mineral, critical_mineral, year, edition
qualify edition = max(edition) over (partition by mineral, year) and count(*) over (partition by mineral, year, edition) = 1
