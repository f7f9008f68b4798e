{#- What a group of contracts comes to: counts, values in Canadian dollars by what is known of the vendor and of the procedure. Reads columns of
    fct_contract; a contract counts in a share where its value is known and not negative, so that both kinds of shares are of the same contracts. -#}
{% macro procurement_sums() -%}
    count(*) as n_contracts,
    count(*) filter (where current_value_cad is null or current_value_cad < 0) as n_without_value,
    count(*) filter (where current_value_cad >= 0 and vendor_country = 'CA') as n_canadian,
    count(*) filter (where current_value_cad >= 0 and vendor_country is null) as n_country_unknown,
    count(*) filter (where current_value_cad >= 0 and solicitation_procedure = 'non_competitive') as n_sole_source,
    count(*) filter (where current_value_cad >= 0 and solicitation_procedure is null) as n_procedure_unknown,
    {%- for name, condition in {
        "value_cad": "true",
        "canadian_value_cad": "vendor_country = 'CA'",
        "us_value_cad": "vendor_country = 'US'",
        "country_unknown_value_cad": "vendor_country is null",
        "canadian_control_value_cad": "vendor_control_country = 'CA'",
        "control_unknown_value_cad": "vendor_control_country is null",
        "sole_source_value_cad": "solicitation_procedure = 'non_competitive'",
        "procedure_unknown_value_cad": "solicitation_procedure is null",
    }.items() %}
    coalesce(sum(current_value_cad) filter (where current_value_cad >= 0 and {{ condition }}), 0) as {{ name }},
    {%- endfor %}
    max(vintage_date) as vintage_date
{%- endmacro %}

{#- Shares of such sums, empty where the population is not held whole. What is unknown of a vendor is in no lower bound and in every upper one. -#}
{% macro procurement_shares(is_whole) -%}
    {%- for name, part in {
        "canadian_share_low": "canadian_value_cad",
        "canadian_share_high": "canadian_value_cad + country_unknown_value_cad",
        "unknown_share": "country_unknown_value_cad",
        "us_share_low": "us_value_cad",
        "us_share_high": "us_value_cad + country_unknown_value_cad",
        "canadian_control_share_low": "canadian_control_value_cad",
        "canadian_control_share_high": "canadian_control_value_cad + control_unknown_value_cad",
        "control_unknown_share": "control_unknown_value_cad",
    }.items() %}
    case when {{ is_whole }} then ({{ part }}) / nullif(value_cad, 0) end as {{ name }},
    {%- endfor %}
    case when {{ is_whole }} and value_cad > 0 then cast(0 as double) end as canadian_content_share_low,
    case when {{ is_whole }} and value_cad > 0 then cast(1 as double) end as canadian_content_share_high,
    case when {{ is_whole }} and value_cad > 0 then cast(1 as double) end as content_unknown_share,
    case when {{ is_whole }} then sole_source_value_cad / nullif(value_cad - procedure_unknown_value_cad, 0) end as sole_source_share,
    case when {{ is_whole }} then procedure_unknown_value_cad / nullif(value_cad, 0) end as procedure_unknown_share,
    case when {{ is_whole }} then n_canadian / nullif(n_contracts - n_without_value, 0) end as canadian_count_share_low,
    case when {{ is_whole }} then (n_canadian + n_country_unknown) / nullif(n_contracts - n_without_value, 0) end as canadian_count_share_high,
    case when {{ is_whole }} then n_sole_source / nullif(n_contracts - n_without_value - n_procedure_unknown, 0) end as sole_source_count_share
{%- endmacro %}

{#- What covers a contract of fct_contract: an international trade agreement, a domestic one alone, none, or unknown. -#}
{% macro trade_agreement_coverage() -%}
    case
        when is_covered_internationally then 'international'
        when is_covered_internationally is null then 'unknown'
        when trade_agreements is not null then 'domestic'
        else 'none'
    end
{%- endmacro %}
