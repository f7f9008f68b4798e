-- Vehicles made by country and year, once per change: a later edition that revises a year is another version of it.
with version as (
    {{ versions(ref("int_vehicles__production"), "dataset, publisher, grade, country, year, vehicle_category") }}
)

select
    version.dataset,
    version.publisher,
    version.country,
    coalesce(partner.partner_name, version.country) as country_name,
    cast(version.year as bigint) as year,
    version.vehicle_category,
    cast(version."value" as bigint) as units,
    version.grade,
    version.known_from,
    version.known_to,
    version.vintage_date,
    version.vintage
from version
left join {{ ref("dim_partner") }} as partner on version.country = partner.partner_code
