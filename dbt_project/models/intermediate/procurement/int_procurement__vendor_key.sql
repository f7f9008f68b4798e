-- What each published name says: its normalized name, whether it is that of a joint venture, and the other name that it tells of the same vendor.
with capitals as (
    select
        vendor_name,
        -- Without accents, and without points behind initials.
        regexp_replace(
            replace(replace(strip_accents(upper(vendor_name)), 'Œ', 'OE'), '’', ''''), '\b([A-Z])\.', '\1', 'g'
        ) as full_text
    from {{ ref("int_procurement__vendor_name") }}
),

tied as (
    select
        vendor_name,
        full_text,
        coalesce(nullif(regexp_extract(full_text, '{{ second_name_pattern() }}', 1), ''), full_text) as first_name,
        nullif(regexp_extract(full_text, '{{ second_name_pattern() }}', 2), '') as second_name,
        regexp_matches(full_text, '{{ joint_venture_pattern() }}') as says_joint_venture,
        regexp_extract(full_text, '{{ numbered_company_pattern() }}', ['digits', 'jurisdiction']) as company
    from capitals
),

parted as (
    select
        *,
        regexp_extract(first_name, '{{ two_names_pattern() }}', ['a', 'b', 'c', 'd', 'e', 'f']) as names
    from tied
),

said as (
    select
        parted.vendor_name,
        parted.full_text,
        parted.first_name,
        parted.second_name,
        parted.says_joint_venture,
        parted.company.digits <> '' as is_numbered,
        regexp_replace(parted.company.digits, '[- ]', '') || ' ' || replace(parted.company.jurisdiction, 'QC', 'QUEBEC') as company,
        nullif(parted.names.a || parted.names.c || parted.names.e, '') as one_name,
        nullif(parted.names.b || parted.names.d || parted.names.f, '') as other_name
    from parted
),

-- Each text that a name may have to be read for.
texts as (
    select
        vendor_name,
        'name' as part,
        -- An abbreviation in parentheses that begins like the name is no part of it.
        regexp_replace(coalesce(one_name, first_name), ' \(' || regexp_escape(left(full_text, 1)) || '[A-Z]{1,3}\)', '') as part_text
    from said
    union all
    select
        vendor_name,
        'other name' as part,
        other_name as part_text
    from said
    where other_name is not null
    union all
    select
        vendor_name,
        'members' as part,
        regexp_replace(full_text, '{{ joint_venture_pattern() }}|/', ' ', 'g') as part_text
    from said
    where says_joint_venture or other_name is not null
    union all
    select
        vendor_name,
        'trade name' as part,
        case
            when regexp_matches(first_name, '{{ numbered_company_pattern() }}') and second_name is not null then second_name
            else regexp_replace(first_name, '{{ numbered_company_pattern() }}', ' ')
        end as part_text
    from said
    where is_numbered
),

-- Elisions stand apart, other apostrophes join; ET, & and + are AND; the rest of the punctuation goes. Blanks are doubled for the next step.
plain as (
    select
        vendor_name,
        part,
        replace(
            regexp_replace(
                regexp_replace(
                    replace(regexp_replace(part_text, '\b(D|J|L|N|S|QU)''', '\1 ', 'g'), '''', ''), '[&+]|\bET\b', ' AND ', 'g'
                ), '[^A-Z0-9]+', ' ', 'g'
            ), ' ', '  '
        ) as doubled
    from texts
),

-- Letters that stand alone beside each other are initials, and one word.
words as (
    select
        vendor_name,
        part,
        trim(
            regexp_replace(
                translate(replace(regexp_replace(' ' || doubled || ' ', ' ([A-Z]) ', '<\1>', 'g'), '><', ''), '<>', '  '), '\s+', ' ', 'g'
            )
        ) as part_words
    from plain
),

without_cut as (
    select
        *,
        case
            when part = 'name' and length(vendor_name) >= 28 then regexp_replace(part_words, '{{ cut_legal_form() }}', '')
            else regexp_replace(part_words, ' IN$', '')
        end as whole_words
    from words
),

-- The article before a name and the legal forms behind it go; in a list of names the forms within it too.
cores as (
    select
        vendor_name,
        part,
        part_words,
        case
            when part = 'members' then trim(regexp_replace(part_words || ' ', '(?:\b{{ legal_forms() }} )+', '', 'g'))
            when part = 'other name' then regexp_replace(part_words, '^(?:{{ legal_forms() }}(?: |$))+', '')
            else regexp_replace(
                regexp_replace(whole_words, '^(?:THE |LES ([A-Z]+[SX] ))', '\1'), '(?:(?: AND)? {{ legal_forms() }}| THE)+$', ''
            )
        end as core
    from without_cut
),

read as (
    select
        vendor_name,
        max(core) filter (where part = 'name') as name_core,
        max(part_words) filter (where part = 'name') as name_words,
        max(core) filter (where part = 'other name') as other_core,
        max(core) filter (where part = 'members') as members,
        max(core) filter (where part = 'trade name') as trade_name
    from cores
    group by vendor_name
),

judged as (
    select
        said.vendor_name,
        said.full_text,
        said.company,
        said.is_numbered,
        read.name_core,
        read.name_words,
        read.members,
        read.trade_name,
        -- Two names that share no word of their own are two vendors; the same in two languages, or with and without a word, share one.
        said.says_joint_venture or (
            not said.is_numbered and read.other_core <> '' and not list_has_any(
                list_filter(string_split(read.name_core, ' '), lambda w: length(w) > 2 and w not in {{ words_of_no_vendor() }}),
                string_split(read.other_core, ' ')
            )
        ) as is_joint_venture
    from said
    inner join read on said.vendor_name = read.vendor_name
)

select
    names.vendor_name,
    case
        when judged.is_joint_venture then judged.members || ' JOINT VENTURE'
        when judged.is_numbered then judged.company
        else coalesce(nullif(judged.name_core, ''), nullif(judged.name_words, ''), judged.full_text)
    end as vendor_key,
    coalesce(judged.is_joint_venture, false) as is_joint_venture,
    case when judged.is_numbered and not judged.is_joint_venture then nullif(judged.trade_name, '') end as other_name_key,
    -- The agencies' fields hold 30, 35 or 50 characters; a word that did not fit was cut, or left out whole.
    judged.name_core <> '' and ends_with(judged.name_words, judged.name_core) and (
        length(names.vendor_name) between 27 and 30 or length(names.vendor_name) between 33 and 35 or length(names.vendor_name) in (49, 50)
        or regexp_matches(judged.name_core, ' (?:AND|OF|FOR|DE|DES|DU|SUR)(?: THE| LA| LE| LES)?$')
    ) as may_be_cut,
    names.n_rows,
    names.country_code,
    names.postal_area
from {{ ref("int_procurement__vendor_name") }} as names
inner join judged on names.vendor_name = judged.vendor_name
