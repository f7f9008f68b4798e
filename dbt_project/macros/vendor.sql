{#- Legal forms as they stand behind a name, without points: Canada's in both languages, those of its trading partners, and common misspellings. -#}
{% macro legal_forms() -%}
    {%- set forms = [
        "INC", "INCORPORATED", "INCORPOREE", "ENR", "LTD", "LITD", "LTEE", "LIMITED", "LIMTED", "LIMITEE", "LIMITES", "CORP", "CORPORATION",
        "CO", "COMPANY", "CIE", "COMPAGNIE", "ULC", "LLC", "LL C", "LLP", "LP", "GP", "PARTNERSHIP", "LIMITED PARTNERSHIP", "GENERAL PARTNERSHIP",
        "SENC", "SENCRL", "SEC", "SEP", "SRL", "SOCIETE EN COMMANDITE", "SOCIETE EN NOM COLLECTIF",
        "SA", "SAS", "SARL", "GMBH", "AG", "KG", "PLC", "PTY", "PVT", "BV", "NV", "AB", "OY", "SPA", "KK"
    ] -%}
    {{ return("(?:" ~ forms | join("|") ~ ")") }}
{%- endmacro %}

{#- How a name that did not fit into its field can end: the beginning of a legal form. -#}
{% macro cut_legal_form() -%}
    {{ return(" (?:I|IN|INCO[A-Z]*|L|LT|LI|LIM[A-Z]*|C|CO|COM|COMP[A-Z]*|COR|CORPO[A-Z]*|U|UL|LL)$") }}
{%- endmacro %}

{#- A name, what ties it to another one behind it, and that other: who operates as whom, was whom, holds in trust for whom, is a division of whom. -#}
{% macro second_name_pattern() -%}
    {%- set ties = [
        "O/A", "O A", "OPERATING AS", "D/B/A", "DBA", "DOING BUSINESS AS", "TRADING AS", "T/A", "FAS", "FASN",
        "FAISANT AFFAIRES? SOUS(?: LE NOM(?: DE)?)?", "EXERCANT SOUS(?: LE NOM(?: DE)?)?", "ITF", "IN TRUST FOR", "EN FIDUCIE POUR",
        "FORMERLY(?: KNOWN AS)?", "ANCIENNEMENT", "C/O", "A DIV(?:ISION|\\.)? OF", "(?:UNE )?DIVISION DE"
    ] -%}
    {{ return("^(.{3,}?)[ ,(]+(?:" ~ ties | join("|") ~ ")[ :.]+(.+?)\\)?$") }}
{%- endmacro %}

{#- Words that say a joint venture. -#}
{% macro joint_venture_pattern() -%}
    {{ return("(?:\\b(?:IN )?(?:A )?JOINT VENT(?:URE?)?\\b(?: WITH\\b)?|\\bJV\\b|\\b(?:EN )?CO-?ENTREPRISE\\b|^(?:LE )?CONSORTIUM\\b)") }}
{%- endmacro %}

{#- A company that is named by its number in a register: the number and the jurisdiction are the groups. -#}
{% macro numbered_company_pattern() -%}
    {%- set jurisdictions = [
        "QUEBEC", "QC", "ONTARIO", "CANADA", "ALBERTA", "BC\\b", "BRITISH COLUMBIA", "MANITOBA", "SASKATCHEWAN", "NOVA SCOTIA", "NS\\b",
        "NEW BRUNSWICK", "NB\\b", "NEWFOUNDLAND", "PEI\\b", "PRINCE EDWARD ISLAND", "YUKON", "NUNAVUT", "NORTHWEST TERRITORIES"
    ] -%}
    {{ return(
        "\\b(\\d{4}[- ]?\\d{4}|\\d{5,10})[ ,-]+(" ~ jurisdictions | join("|") ~ ")(?: (?:(?:AND|ET|&) )?LABRADOR)?"
        ~ "[ ,.]*(?:(?:INC|LTD|LTEE|LIMITED|CORP)\\b[.,]*)?"
    ) }}
{%- endmacro %}

{#- Two names in one text, apart at a slash; or each with its legal form, apart at AND or a comma. -#}
{% macro two_names_pattern() -%}
    {%- set with_form = ".{3,}? (?:INC|LTD|LTEE|LIMITED|LIMITEE|CORP|CORPORATION|LLP|ULC)\\b[.,]*" -%}
    {{ return("^(?:(.+?)(?: /|/ )(.{3,})|(\\S+ \\S.+?)/(\\S+ \\S.+)|(" ~ with_form ~ "),?(?: AND | ET | & |, )(" ~ with_form ~ "))$") }}
{%- endmacro %}

{#- Words that the two vendors of a joint venture may share. -#}
{% macro words_of_no_vendor() -%}
    ('AND', 'CANADA', 'CANADIAN', 'CONSTRUCTION', 'CONSULTANTS', 'CONSULTING', 'DES', 'GROUP', 'GROUPE', 'LES', 'ONTARIO', 'QUEBEC', 'SERVICES', 'THE')
{%- endmacro %}
