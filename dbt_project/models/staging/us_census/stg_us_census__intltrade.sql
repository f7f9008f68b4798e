-- Which product a row is of depends on the question; a dash, or an empty text, is the sum over all.
with answers as (
    select
        * replace (
            nullif(nullif("E_COMMODITY", '-'), '') as "E_COMMODITY",
            nullif(nullif("I_COMMODITY", '-'), '') as "I_COMMODITY",
            nullif(nullif("E_ENDUSE", '-'), '') as "E_ENDUSE",
            nullif(nullif("I_ENDUSE", '-'), '') as "I_ENDUSE",
            nullif(nullif("NAICS", '-'), '') as "NAICS",
            nullif(nullif("SITC", '-'), '') as "SITC",
            nullif(nullif("HITECH", '-'), '') as "HITECH",
            nullif(nullif("USDA", '-'), '') as "USDA",
            nullif(nullif("CTY_CODE", '-'), '') as "CTY_CODE",
            nullif(nullif("CTY_SUBCODE", '-'), '') as "CTY_SUBCODE",
            nullif(nullif("DISTRICT", '-'), '') as "DISTRICT",
            nullif(nullif("PORT", '-'), '') as "PORT",
            nullif(nullif("STATE", '-'), '') as "STATE",
            nullif(nullif("DF", '-'), '') as "DF",
            nullif(nullif("RP", '-'), '') as "RP",
            nullif(nullif("UNIT_QY1", '-'), '') as "UNIT_QY1",
            nullif(nullif("UNIT_QY2", '-'), '') as "UNIT_QY2"
        )
    from {{ source("us_census_intltrade", "answers") }}
)

select
    'us_census/intltrade' as dataset,
    part,
    vintage,
    split_part(part, '-', 1) as flow,
    cast(coalesce("time", "YEAR" || '-' || "MONTH") || '-01' as date) as period_start_date,
    case
        when coalesce("E_COMMODITY", "I_COMMODITY") is not null then 'HS'
        when coalesce("E_ENDUSE", "I_ENDUSE") is not null then 'ENDUSE'
        when "NAICS" is not null then 'NAICS'
        when "SITC" is not null then 'SITC'
        when "HITECH" is not null then 'HITECH'
        when "USDA" is not null then 'USDA'
    end as product_classification,
    "COMM_LVL" as product_level,
    coalesce("E_COMMODITY", "I_COMMODITY", "E_ENDUSE", "I_ENDUSE", "NAICS", "SITC", "HITECH", "USDA") as product_code,
    "CTY_CODE" as country_code,
    case
        when "CTY_CODE" is null then 'total'
        when starts_with("CTY_CODE", '0') or contains(upper("CTY_CODE"), 'X') then 'group'
        else 'country'
    end as country_kind,
    "SUMMARY_LVL" as summary_level,
    "SUMMARY_LVL2" as summary_columns,
    "CTY_SUBCODE" as country_subcode,
    coalesce("CTY_SUBCODE" in ('S', 'S+'), false) as is_usmca_claim,
    "DISTRICT" as district_code,
    "PORT" as port_code,
    "STATE" as state_code,
    "RP" as rate_provision_code,
    case "DF" when '1' then 'domestic' when '2' then 're_export' else 'total' end as trade_type,
    "ALL_VAL_MO" as export_value_usd,
    "GEN_VAL_MO" as general_value_usd,
    "CON_VAL_MO" as consumption_value_usd,
    "DUT_VAL_MO" as dutiable_value_usd,
    "CAL_DUT_MO" as calculated_duty_usd,
    "QTY_1_MO" as export_quantity_1,
    "GEN_QY1_MO" as general_quantity_1,
    "CON_QY1_MO" as consumption_quantity_1,
    "QTY_2_MO" as export_quantity_2,
    "GEN_QY2_MO" as general_quantity_2,
    "CON_QY2_MO" as consumption_quantity_2,
    "ALL_VAL_YR" as export_value_ytd_usd,
    "GEN_VAL_YR" as general_value_ytd_usd,
    "CON_VAL_YR" as consumption_value_ytd_usd,
    "DUT_VAL_YR" as dutiable_value_ytd_usd,
    "CAL_DUT_YR" as calculated_duty_ytd_usd,
    "QTY_1_YR" as export_quantity_1_ytd,
    "GEN_QY1_YR" as general_quantity_1_ytd,
    "CON_QY1_YR" as consumption_quantity_1_ytd,
    "QTY_2_YR" as export_quantity_2_ytd,
    "GEN_QY2_YR" as general_quantity_2_ytd,
    "CON_QY2_YR" as consumption_quantity_2_ytd,
    "UNIT_QY1" as quantity_1_unit,
    "UNIT_QY2" as quantity_2_unit
from answers
