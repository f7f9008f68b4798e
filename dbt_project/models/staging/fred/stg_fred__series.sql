-- The unit and the adjustment of each series as its page at FRED states them; the csv does not. A series that is not listed here has no value.
with series (series_id, unit, multiplier, seasonal_adjustment) as (
    values
    ('DAUPSA', 'vehicle', 1000, 'seasonally_adjusted'),
    ('MVATOTASSS', 'vehicle per year', 1000000, 'seasonally_adjusted'),
    ('ALTSALES', 'vehicle per year', 1000000, 'seasonally_adjusted'),
    ('LAUTONSA', 'vehicle', 1000, 'unadjusted'),
    ('LAUTOSA', 'vehicle', 1000, 'seasonally_adjusted'),
    ('FAUTONSA', 'vehicle', 1000, 'unadjusted'),
    ('FAUTOSAAR', 'vehicle per year', 1000000, 'seasonally_adjusted'),
    ('TERMCBAUTO48NS', 'percent', 1, 'unadjusted'),
    ('RIFLPBCIANM60NM', 'percent', 1, 'unadjusted'),
    ('RIFLPBCIANM72NM', 'percent', 1, 'unadjusted')
)

select
    'fred/series' as dataset,
    observation.part,
    observation.vintage,
    observation.series_id,
    observation.observation_date as period_start_date,
    series.unit,
    series.seasonal_adjustment,
    cast(cast(observation.value as decimal(28, 6)) * series.multiplier as double) as value,
    observation.value as published_value
from {{ source("fred_series", "observations") }} as observation
left join series on observation.series_id = series.series_id
