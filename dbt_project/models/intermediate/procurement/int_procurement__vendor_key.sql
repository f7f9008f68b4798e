-- What each published name says: its normalized name, whether that is a joint venture, and the other name that it tells of the same vendor.
with capitals as (
    select
        vendor_name,
        n_rows,
        country_code,
        postal_area,
        length(vendor_name) >= 28 as is_long,
        {{ vendor_capitals("vendor_name") }} as full_text
    from {{ ref("int_procurement__vendor_name") }}
),

first_name as (
    select
        capitals.*,
        nullif(regexp_extract(capitals.full_text, '{{ second_name_pattern() | replace("'", "''") }}', 1), '') as before_tie,
        regexp_extract(capitals.full_text, '{{ second_name_pattern() }}', 2) as tie,
        nullif(regexp_extract(capitals.full_text, '{{ second_name_pattern() }}', 3), '') as after_tie,
        nullif(regexp_extract(capitals.full_text, '{{ numbered_company_pattern() }}', 1), '') as company_number,
        regexp_extract(capitals.full_text, '{{ numbered_company_pattern() }}', 2) as jurisdiction,
        regexp_matches(capitals.full_text, '{{ joint_venture_pattern() }}') as says_joint_venture
    from capitals
),

two_names as (
    select
        first_name.*,
        -- An abbreviation in parentheses that begins like the name is no part of it.
        regexp_replace(
            coalesce(first_name.before_tie, first_name.full_text),
            ' \(' || left(first_name.full_text, 1) || '[A-Z]{1,3}\)', ''
        ) as one_text,
        coalesce(
            {% for group in [1, 3, 5, 7] %}
            nullif(regexp_extract(coalesce(first_name.before_tie, first_name.full_text), '{{ two_names_pattern() }}', {{ group }}), ''){{ "," if not loop.last }}
            {% endfor %}
        ) as left_text,
        coalesce(
            {% for group in [2, 4, 6, 8] %}
            nullif(regexp_extract(coalesce(first_name.before_tie, first_name.full_text), '{{ two_names_pattern() }}', {{ group }}), ''){{ "," if not loop.last }}
            {% endfor %}
        ) as right_text
    from first_name
),

members as (
    select
        two_names.*,
        {{ vendor_core(vendor_words("two_names.left_text")) }} as left_core,
        -- Nothing is left of a legal form in the other language.
        nullif(regexp_replace({{ vendor_words("two_names.right_text") }}, '^(({{ legal_forms() }})( |$))+', ''), '') as right_core
    from two_names
),

judged as (
    select
        members.*,
        members.says_joint_venture or (
            members.company_number is null and members.right_core is not null and not list_has_any(
                list_filter(string_split(members.left_core, ' '), lambda word: length(word) > 2 and word not in {{ words_that_tell_no_vendor() }}),
                string_split(members.right_core, ' ')
            )
        ) as is_joint_venture
    from members
)

select
    vendor_name,
    case
        when is_joint_venture
            then trim(regexp_replace(
                ' ' || {{ vendor_words("regexp_replace(full_text, '(\\bIN )?(A )?\\bJOINT VENT(URE?)?\\b( WITH\\b)?|\\bJV\\b|(\\bEN )?\\bCO-?ENTREPRISE\\b|\\bCONSORTIUM\\b', ' ', 'g')") }} || ' ',
                ' (?:(?:' || '{{ legal_forms() }}' || ') )+', ' ', 'g'
            )) || ' JOINT VENTURE'
        when company_number is not null then regexp_replace(company_number, '[- ]', '') || ' ' || replace(replace(jurisdiction, '.', ''), 'QC', 'QUEBEC')
        when left_text is not null then {{ vendor_key("left_text") }}
        else {{ vendor_key("one_text", "is_long") }}
    end as vendor_key,
    is_joint_venture,
    case
        when is_joint_venture then null
        when company_number is not null
            then nullif({{ vendor_core(vendor_words("regexp_replace(coalesce(case when regexp_matches(before_tie, '\\d{5}|\\d{4}[- ]\\d{4}') then after_tie end, full_text), '" ~ numbered_company_pattern() ~ "', ' ')")) }}, '')
    end as other_name_key,
    n_rows,
    country_code,
    postal_area
from judged
