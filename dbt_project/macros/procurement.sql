{#- A text without blanks around it and with single ones within, NULL where nothing is left. -#}
{% macro tidy_text(column) -%}
    nullif(trim(regexp_replace({{ column }}, '\s+', ' ', 'g')), '')
{%- endmacro %}

{#- The same with its HTML entities read, as they stand in titles and descriptions. -#}
{% macro tidy_html(column) -%}
    {%- set entities = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#34;": '"', "&#39;": "''", "&rsquo;": "’", "&nbsp;": " ", "&#160;": " ", "&amp;": "&"} -%}
    {%- set read = namespace(text=column) -%}
    {%- for entity, character in entities.items() -%}
        {%- set read.text = "replace(" ~ read.text ~ ", '" ~ entity ~ "', '" ~ character ~ "')" -%}
    {%- endfor -%}
    {{ tidy_text(read.text) }}
{%- endmacro %}

{#- A text of free words without what could reach a person: an e-mail address is replaced, and so is a telephone number of North America. -#}
{% macro without_contacts(text) -%}
    regexp_replace(
        regexp_replace({{ text }}, '[A-Za-z0-9._%+''-]+@[A-Za-z0-9.-]+', '[e-mail]', 'g'),
        '(\+?1[ .-]?)?(\(\d{3}\)[ ]?|\b\d{3}[ .-])\d{3}[ .-]\d{4}\b', '[telephone]', 'g'
    )
{%- endmacro %}

{#- The values of a cell that has each of them behind a *, on lines of their own; NULL for an empty cell. -#}
{% macro starred_values(column) -%}
    string_split_regex(nullif(regexp_replace(trim({{ column }}), '^\*\s*', ''), ''), '\s*\n\s*\*\s*')
{%- endmacro %}

{#- An amount in dollars and cents; NULL for what is no plain number. A comma may be a decimal sign, so nothing is repaired. -#}
{% macro amount(column) -%}
    cast(try_cast(nullif(trim({{ column }}), 'NA') as decimal(18, 2)) as double)
{%- endmacro %}

{#- The day of an ISO 8601 date, with or without a time and its zone behind it. -#}
{% macro day(column) -%}
    try_cast(left(trim({{ column }}), 10) as date)
{%- endmacro %}

{#- The names of the columns whose text could not be read, with commas between; NULL where all could. `readings` are published: read. -#}
{% macro unreadable(readings) -%}
    nullif(concat_ws(
        ', '
        {%- for published, read in readings.items() %}
        , case when nullif(nullif(trim({{ published }}), ''), 'NA') is not null and {{ read }} is null then '{{ published | replace('"', '') }}' end
        {%- endfor %}
    ), '')
{%- endmacro %}

{#- The codes of a cell that has commas between them, with the leading zero that some leave out; NULL for an empty cell. -#}
{% macro comma_values(column) -%}
    string_split(nullif(regexp_replace(regexp_replace(upper({{ column }}), '\s', '', 'g'), '\b(\d)\b', '0\1', 'g'), ''), ',')
{%- endmacro %}

{#- True or false for the words that the template of the disclosure takes for them, in both languages. -#}
{% macro yes_or_no(column) -%}
    case
        when lower(trim({{ column }})) in ('y', 'yes', 'o', 'oui', 't', 'true', 'v', 'vrai', '1') then true
        when lower(trim({{ column }})) in ('n', 'no', 'non', 'f', 'false', 'faux', '0') then false
    end
{%- endmacro %}

{#- The first day of the federal fiscal quarter that is written as 2021-2022-Q4 (January to March 2022); NULL for what is no such quarter. -#}
{% macro fiscal_quarter_start(column) -%}
    case
        when regexp_full_match(trim({{ column }}), '20\d\d-20\d\d-Q[1-4]')
            then cast(make_date(cast({{ column }}[1:4] as integer), 4, 1) + to_months(3 * (cast({{ column }}[-1:] as integer) - 1)) as date)
    end
{%- endmacro %}

{#- The columns that CanadaBuys' three files share, cleaned: identity, what is bought, how, and by whom. -#}
{% macro canadabuys_shared_columns() -%}
    part,
    vintage,
    line as line_number,
    trim("referenceNumber-numeroReference") as reference_number,
    trim("amendmentNumber-numeroModification") as amendment_number,
    trim("amendmentNumber-numeroModification") = '000' as is_original,
    "referenceNumber-numeroReference" like 'CW%' as is_native,
    nullif(trim("solicitationNumber-numeroSollicitation"), '') as solicitation_number,
    {{ without_contacts(tidy_html('"title-titre-eng"')) }} as title,
    {{ day('"publicationDate-datePublication"') }} as publication_date,
    {{ day('"amendmentDate-dateModification"') }} as amendment_date,
    {{ starred_values('"unspsc"') }} as unspsc_codes,
    {{ starred_values('"gsin-nibs"') }} as gsin_codes,
    {{ starred_values('"procurementCategory-categorieApprovisionnement"') }} as procurement_categories,
    {{ tidy_text('"noticeType-avisType-eng"') }} as notice_type,
    {{ tidy_text('"procurementMethod-methodeApprovisionnement-eng"') }} as procurement_method,
    {{ tidy_text('"selectionCriteria-criteresSelection-eng"') }} as selection_criterion,
    {{ tidy_text('"limitedTenderingReason-raisonAppelOffresLimite-eng"') }} as limited_tendering_reason,
    {{ starred_values('"tradeAgreements-accordsCommerciaux-eng"') }} as trade_agreements,
    {{ starred_values('"regionsOfDelivery-regionsLivraison-eng"') }} as delivery_regions,
    {{ tidy_text('"contractingEntityName-nomEntitContractante-eng"') }} as contracting_entity,
    {{ tidy_text('"endUserEntitiesName-nomEntitesUtilisateurFinal-eng"') }} as end_user_entity
{%- endmacro %}

{#- The columns that awards and contracts share: the contract, its amounts and its supplier. -#}
{% macro canadabuys_contract_columns() -%}
    nullif(trim("contractNumber-numeroContrat"), '') as contract_number,
    {{ day('"contractAwardDate-dateAttributionContrat"') }} as award_date,
    {{ day('"contractStartDate-contratDateDebut"') }} as start_date,
    {{ day('"contractEndDate-dateFinContrat"') }} as end_date,
    {{ tidy_text('"instrumentType-typeInstrument-eng"') }} as instrument_type,
    {{ tidy_text('"amendmentType-typeModification-eng"') }} as amendment_type,
    {{ tidy_text('"supplierLegalName-nomLegalFournisseur-eng"') }} as supplier_name,
    {{ tidy_text('"supplierAddressCity-fournisseurAdresseVille-eng"') }} as supplier_city,
    strip_accents({{ tidy_text('"supplierAddressProvince-fournisseurAdresseProvince-eng"') }}) as supplier_province,
    {{ tidy_text('"supplierAddressPostalCode-fournisseurAdresseCodePostal"') }} as supplier_postal_code,
    case when {{ canadabuys_has_country_code() }} then upper(trim({{ canadabuys_country() }})) end as supplier_country_code,
    case when not {{ canadabuys_has_country_code() }} then nullif({{ tidy_text(canadabuys_country()) }}, 'N/A') end as supplier_country_name,
    upper(trim("contractCurrency-contratMonnaie")) as currency_code
{%- endmacro %}

{% macro canadabuys_country() -%}
    "supplierAddressCountry-fournisseurAdressePays-eng"
{%- endmacro %}

{% macro canadabuys_has_country_code() -%}
    regexp_full_match(upper(trim({{ canadabuys_country() }})), '[A-Z]{2}')
{%- endmacro %}

{#- An amount of a row in Canadian dollars; NULL where it is in another currency. -#}
{% macro canadabuys_amount(column) -%}
    case when upper(trim("contractCurrency-contratMonnaie")) = 'CAD' then {{ amount(column) }} end
{%- endmacro %}

{#- The columns of awards and contracts whose text could not be read. -#}
{% macro canadabuys_unreadable() -%}
    {{ unreadable({
        '"publicationDate-datePublication"': day('"publicationDate-datePublication"'),
        '"amendmentDate-dateModification"': day('"amendmentDate-dateModification"'),
        '"contractAwardDate-dateAttributionContrat"': day('"contractAwardDate-dateAttributionContrat"'),
        '"contractStartDate-contratDateDebut"': day('"contractStartDate-contratDateDebut"'),
        '"contractEndDate-dateFinContrat"': day('"contractEndDate-dateFinContrat"'),
        '"contractAmount-montantContrat"': amount('"contractAmount-montantContrat"'),
        '"totalContractValue-valeurTotaleContrat"': amount('"totalContractValue-valeurTotaleContrat"'),
    }) }}
{%- endmacro %}

{#- A country's name as the seed of names has it: in capitals, without accents, with one blank for what is no letter. -#}
{% macro country_key(column) -%}
    nullif(trim(regexp_replace(upper(strip_accents({{ column }})), '[^A-Z]+', ' ', 'g')), '')
{%- endmacro %}

{#- The first day of the federal fiscal year (April to March) and of the quarter that a day lies in; quarters are those of the calendar. -#}
{% macro fiscal_year_start(day) -%}
    cast(date_trunc('year', {{ day }} - interval 3 month) + interval 3 month as date)
{%- endmacro %}

{% macro quarter_start(day) -%}
    cast(date_trunc('quarter', {{ day }}) as date)
{%- endmacro %}

{#- The province of a postal area's first letter; X is two territories. -#}
{% macro province_of_postal_area(area) -%}
    case
        when {{ area }} in ('X0A', 'X0B', 'X0C') then 'NU'
        when {{ area }}[:1] in ('A') then 'NL'
        when {{ area }}[:1] in ('B') then 'NS'
        when {{ area }}[:1] in ('C') then 'PE'
        when {{ area }}[:1] in ('E') then 'NB'
        when {{ area }}[:1] in ('G', 'H', 'J') then 'QC'
        when {{ area }}[:1] in ('K', 'L', 'M', 'N', 'P') then 'ON'
        when {{ area }}[:1] in ('R') then 'MB'
        when {{ area }}[:1] in ('S') then 'SK'
        when {{ area }}[:1] in ('T') then 'AB'
        when {{ area }}[:1] in ('V') then 'BC'
        when {{ area }}[:1] in ('X') then 'NT'
        when {{ area }}[:1] in ('Y') then 'YT'
    end
{%- endmacro %}

{#- What each source calls a category, as goods, services or construction; several where it names more than one kind, NULL where it names none. -#}
{% macro commodity_type(categories) -%}
    {%- set kinds = {"goods": "['G', 'GD', 'goods']", "services": "['S', 'SRV', 'SRVTGD', 'service', 'services']", "construction": "['C', 'CNST', 'works', 'construction']"} -%}
    case
        when {% for names in kinds.values() %}cast(list_has_any({{ categories }}, {{ names }}) as integer){{ " + " if not loop.last }}{% endfor %} > 1 then 'several'
        {%- for kind, names in kinds.items() %}
        when list_has_any({{ categories }}, {{ names }}) then '{{ kind }}'
        {%- endfor %}
    end
{%- endmacro %}

{#- The band of a value, by the thresholds of disclosure and of the Buy Canadian policy; NULL for an unknown one. -#}
{% macro value_band(value) -%}
    case
        when {{ value }} < 10000 then 'under_10k'
        when {{ value }} < 25000 then '10k_to_25k'
        when {{ value }} < 5000000 then '25k_to_5m'
        when {{ value }} < 25000000 then '5m_to_25m'
        when {{ value }} >= 25000000 then 'from_25m'
    end
{%- endmacro %}
