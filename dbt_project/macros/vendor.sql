{#- Legal forms as they stand behind a name, without points: Canada's in both languages, and those of its trading partners. -#}
{% macro legal_forms() -%}
    {%- set forms = [
        "INC", "INCORPORATED", "INCORPOREE", "ENR", "LTD", "LITD", "LTEE", "LIMITED", "LIMTED", "LIMITEE", "LIMITES", "CORP", "CORPORATION", "CO", "COMPANY", "CIE",
        "COMPAGNIE", "ULC", "LLC", "LLP", "LP", "GP", "PARTNERSHIP", "(?:LIMITED|GENERAL) PARTNERSHIP", "SENC", "SENCRL", "SEC", "SEP", "SRL", "SOCIETE EN COMMANDITE",
        "SOCIETE EN NOM COLLECTIF", "SA", "SAS", "SARL", "GMBH", "AG", "KG", "PLC", "PTY", "PVT", "BV", "NV", "AB", "OY", "SPA", "KK"
    ] -%}
    {{ return(forms | join("|")) }}
{%- endmacro %}

{#- In capitals of the Latin alphabet without accents, with straight apostrophes and single blanks. -#}
{% macro vendor_capitals(name) -%}
    trim(regexp_replace(replace(replace(strip_accents(upper({{ name }})), 'Œ', 'OE'), '’', ''''), '\s+', ' ', 'g'))
{%- endmacro %}

{#- The words of a name in capitals: elisions apart, initials joined, `&`, `+` and ET as AND, no punctuation. -#}
{% macro vendor_words(capitals) -%}
    {%- set apart = "replace(regexp_replace(" ~ capitals ~ ", '\\b(D|J|L|N|S|QU)''', '\\1 ', 'g'), '''', '')" -%}
    {%- set with_and = "regexp_replace(regexp_replace(" ~ apart ~ ", '[&+]|\\bET\\b', ' AND ', 'g'), '[^A-Z0-9]+', ' ', 'g')" -%}
    {#- Blanks are doubled so that neighbouring letters are each found, and joined where nothing is left between them. -#}
    {%- set marked = "regexp_replace(' ' || replace(" ~ with_and ~ ", ' ', '  ') || ' ', ' ([A-Z]) ', '<\\1>', 'g')" -%}
    trim(regexp_replace(translate(replace({{ marked }}, '><', ''), '<>', '  '), '\s+', ' ', 'g'))
{%- endmacro %}

{#- Words of a name without its article and legal forms. Where the text may have been cut (`is_long`), the beginning of a legal form is one too. -#}
{% macro vendor_core(words, is_long="false") -%}
    {%- set without_cut = "case when " ~ is_long ~ " then regexp_replace(" ~ words ~ ", ' (I|IN|INCO[A-Z]*|L|LT|LI|LIM[A-Z]*|C|CO|COR|CORPO[A-Z]*|U|UL|LL)$', '') else regexp_replace(" ~ words ~ ", ' IN$', '') end" -%}
    regexp_replace(regexp_replace({{ without_cut }}, '^(THE |LES ([A-Z]+[SX] ))', '\2'), '(( AND)? ({{ legal_forms() }})| THE)+$', '')
{%- endmacro %}

{#- The key of a name that says neither a joint venture nor a numbered company; never empty. -#}
{% macro vendor_key(capitals, is_long="false") -%}
    coalesce(nullif({{ vendor_core(vendor_words(capitals), is_long) }}, ''), nullif({{ vendor_words(capitals) }}, ''), {{ capitals }})
{%- endmacro %}

{#- The pattern of a name that tells another behind it: groups are the name, what ties them, and the other one. -#}
{% macro second_name_pattern() -%}
    {{ return(
        "^(.{3,}?)[ ,(]+("
        ~ "O/A|O A|O\\.A\\.|OPERATING AS|D/B/A|DBA|D\\.B\\.A\\.|DOING BUSINESS AS|TRADING AS|T/A|F\\.?A\\.?S\\.?N?\\.?|FAISANT AFFAIRES? SOUS(?: LE NOM(?: DE)?)?|EXERCANT SOUS(?: LE NOM(?: DE)?)?"
        ~ "|ITF|I\\.T\\.F\\.|IN TRUST FOR|EN FIDUCIE POUR|FORMERLY(?: KNOWN AS)?|ANCIENNEMENT|C/O|A DIV(?:ISION|\\.)? OF|(?:UNE )?DIVISION DE"
        ~ ")[ :.]+(.+?)\\)?$"
    ) }}
{%- endmacro %}

{% macro joint_venture_pattern() -%}
    {{ return("\\bJOINT VENT(URE?)?\\b|\\bJV\\b|\\bCO-?ENTREPRISE\\b|^(LE )?CONSORTIUM\\b|\\bCONSORTIUM .*/|/.* CONSORTIUM\\b") }}
{%- endmacro %}

{#- Companies that are named by their number in a register: the number and the jurisdiction are the groups. -#}
{% macro numbered_company_pattern() -%}
    {{ return(
        "\\b(\\d{4}[- ]?\\d{4}|\\d{5,10})[ ,-]+(QUEBEC|QC|ONTARIO|CANADA|ALBERTA|B\\.?C\\b|BRITISH COLUMBIA|MANITOBA|SASKATCHEWAN|NOVA SCOTIA|N\\.?S\\b|NEW BRUNSWICK|N\\.?B\\b"
        ~ "|NEWFOUNDLAND|P\\.?E\\.?I\\b|PRINCE EDWARD ISLAND|YUKON|NUNAVUT|NORTHWEST TERRITORIES)(?: (?:AND |& |ET )?LABRADOR)?[ ,.]*(?:(?:INC|LTD|LTEE|LIMITED|CORP)\\b[.,]*)?"
    ) }}
{%- endmacro %}

{#- Two names in one text, apart at a slash or behind a legal form. -#}
{% macro two_names_pattern() -%}
    {{ return(
        "^(.+?) / ?(.{3,})$|^(.+?)/ (.{3,})$|^(\\S+ \\S.+?)/(\\S+ \\S.+)$"
        ~ "|^(.{3,}? (?:INC|LTD|LTEE|LIMITED|LIMITEE|CORP|CORPORATION|LLP|ULC)\\b[.,]*),?(?: AND | ET | & |, | )(.{3,} (?:INC|LTD|LTEE|LIMITED|LIMITEE|CORP|CORPORATION|LLP|ULC)\\b[.,]*)$"
    ) }}
{%- endmacro %}

{#- Words that two vendors of one joint venture may share. -#}
{% macro words_that_tell_no_vendor() -%}
    ('THE', 'AND', 'LES', 'DES', 'CANADA', 'CANADIAN', 'QUEBEC', 'ONTARIO', 'INC', 'LTD', 'LTEE', 'CONSTRUCTION', 'CONSULTING', 'CONSULTANTS', 'GROUP', 'GROUPE', 'SERVICES')
{%- endmacro %}
