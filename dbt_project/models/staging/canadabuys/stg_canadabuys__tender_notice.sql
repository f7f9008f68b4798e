select
    'canadabuys/tender_notices' as dataset,
    {{ canadabuys_shared_columns() }},
    {{ day('"tenderClosingDate-appelOffresDateCloture"') }} as closing_date,
    {{ day('"expectedContractStartDate-dateDebutContratPrevue"') }} as expected_start_date,
    {{ day('"expectedContractEndDate-dateFinContratPrevue"') }} as expected_end_date,
    {{ tidy_text('"tenderStatus-appelOffresStatut-eng"') }} as tender_status,
    {{ starred_values('"regionsOfOpportunity-regionAppelOffres-eng"') }} as opportunity_regions,
    nullif(trim("noticeURL-URLavis-eng"), '') as notice_url,
    {{ without_contacts(tidy_html('"tenderDescription-descriptionAppelOffres-eng"')) }} as description,
    {{ unreadable({
        '"publicationDate-datePublication"': day('"publicationDate-datePublication"'),
        '"amendmentDate-dateModification"': day('"amendmentDate-dateModification"'),
        '"tenderClosingDate-appelOffresDateCloture"': day('"tenderClosingDate-appelOffresDateCloture"'),
        '"expectedContractStartDate-dateDebutContratPrevue"': day('"expectedContractStartDate-dateDebutContratPrevue"'),
        '"expectedContractEndDate-dateFinContratPrevue"': day('"expectedContractEndDate-dateFinContratPrevue"'),
    }) }} as unreadable
from {{ source("canadabuys_tender_notices", "notices") }}
