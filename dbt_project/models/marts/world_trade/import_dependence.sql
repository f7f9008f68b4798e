-- Dependence on foreign suppliers by the three tests of CEPII's GeoDep: concentrated imports, a concentrated world market, and more imports than
-- exports. A product depends where all three hold in two years of three.
with flow as (
    select
        dataset,
        hs_edition,
        period_start_date,
        product_code,
        importer_code,
        exporter_code,
        value_usd,
        vintage_date
    from {{ ref("int_world_trade__baci") }}
    where value_usd > 0
),

import as (
    select
        dataset,
        hs_edition,
        period_start_date,
        product_code,
        importer_code as reporter,
        sum(value_usd) as import_usd,
        sum(value_usd * value_usd) / pow(sum(value_usd), 2) as import_hhi,
        arg_min(exporter_code, (-value_usd, exporter_code)) as top_supplier,
        max(value_usd) / sum(value_usd) as top_supplier_share,
        count(*) as n_suppliers,
        any_value(vintage_date) as vintage_date
    from flow
    where importer_code in ('CA', 'US', 'MX')
    group by dataset, hs_edition, period_start_date, product_code, importer_code
),

export as (
    select
        hs_edition,
        period_start_date,
        product_code,
        exporter_code,
        sum(value_usd) as export_usd
    from flow
    group by hs_edition, period_start_date, product_code, exporter_code
),

world as (
    select
        hs_edition,
        period_start_date,
        product_code,
        sum(export_usd * export_usd) / pow(sum(export_usd), 2) as world_export_hhi
    from export
    group by hs_edition, period_start_date, product_code
),

tested as (
    select
        import.*,
        world.world_export_hhi,
        coalesce(own.export_usd, 0) as export_usd,
        import.import_hhi > {{ var("geodep_hhi") }} as is_import_concentrated,
        world.world_export_hhi > {{ var("geodep_hhi") }} as is_world_concentrated,
        import.import_usd > coalesce(own.export_usd, 0) as is_net_importer
    from import
    inner join world
        on import.hs_edition = world.hs_edition and import.period_start_date = world.period_start_date and import.product_code = world.product_code
    left join export as own
        on
            import.hs_edition = own.hs_edition
            and import.period_start_date = own.period_start_date
            and import.product_code = own.product_code
            and import.reporter = own.exporter_code
),

counted as (
    select
        *,
        count(*) filter (where is_import_concentrated and is_world_concentrated and is_net_importer) over three_years as n_years_met,
        count(*) over three_years as n_years_traded,
        period_start_date
        >= (min(period_start_date) over (partition by hs_edition)) + interval 2 year as are_three_years_held
    from tested
    window three_years as (
        partition by hs_edition, reporter, product_code
        order by period_start_date range between interval 2 year preceding and current row
    )
)

select
    dataset,
    hs_edition,
    period_start_date,
    reporter,
    product_code,
    import_usd,
    export_usd,
    import_hhi,
    world_export_hhi,
    import_usd / nullif(export_usd, 0) as import_export_ratio,
    is_import_concentrated and is_world_concentrated and is_net_importer as is_met_in_year,
    n_years_met,
    case
        when n_years_met >= 2 then true
        when are_three_years_held then false
    end as is_dependent,
    top_supplier,
    top_supplier_share,
    n_suppliers,
    vintage_date
from counted
