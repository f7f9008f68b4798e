select
    'bank_of_canada/valet' as dataset,
    observation.vintage,
    observation.series as series_id,
    series.label as series_label,
    series.description as series_description,
    case
        when observation.series = 'FXUSDCAD' then 'CAD per USD'
        when observation.series = 'FXCADUSD' then 'USD per CAD'
        when observation.series = 'FXEURCAD' then 'CAD per EUR'
        when observation.series in ('V39079', 'AVG.INTWO', 'V80691311', 'V80691335') or observation.series like 'BD.CDN.%.YLD' then 'percent'
    end as unit,
    observation.d as observation_date,
    observation.v as value
from {{ source("bank_of_canada_valet", "observations") }} as observation
inner join {{ source("bank_of_canada_valet", "series") }} as series
    on
        observation.vintage = series.vintage
        and observation.series = series.series
