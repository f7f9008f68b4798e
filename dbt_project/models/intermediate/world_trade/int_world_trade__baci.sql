-- World trade by exporter, importer and subheading, of the newest release of each edition of the Harmonized System that was out by the as-of day.
{{ config(materialized="view") }}

with newest as (
    select
        part,
        vintage,
        vintage_date
    from {{ ref("stg_landing__vintage") }}
    where dataset = 'cepii/baci'
    qualify vintage_position = max(vintage_position) over (partition by part)
)

select
    trade.dataset,
    trade.hs_edition,
    trade.period_start_date,
    coalesce(exporter.iso2_code, trade.exporter_code) as exporter_code,
    coalesce(importer.iso2_code, trade.importer_code) as importer_code,
    trade.product_code,
    trade.value_usd,
    newest.vintage,
    newest.vintage_date
from {{ ref("stg_cepii__baci") }} as trade
inner join newest on trade.part = newest.part and trade.vintage = newest.vintage
left join {{ ref("stg_cepii__baci_country") }} as exporter
    on trade.part = exporter.part and trade.vintage = exporter.vintage and trade.exporter_code = exporter.country_code
left join {{ ref("stg_cepii__baci_country") }} as importer
    on trade.part = importer.part and trade.vintage = importer.vintage and trade.importer_code = importer.country_code
