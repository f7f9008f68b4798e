-- One row a notice or amendment of it. A total of 0.00 is one that is not reported.
select
    'canadabuys/award_notices' as dataset,
    {{ canadabuys_shared_columns() }},
    {{ canadabuys_contract_columns() }},
    {{ canadabuys_amount('"contractAmount-montantContrat"') }} as row_amount_cad,
    nullif({{ canadabuys_amount('"totalContractValue-valeurTotaleContrat"') }}, 0) as total_value_cad,
    {{ tidy_text('"awardStatus-attributionStatut-eng"') }} as award_status,
    {{ without_contacts(tidy_html('"awardDescription-descriptionAttribution-eng"')) }} as description,
    {{ canadabuys_unreadable() }} as unreadable
from {{ source("canadabuys_award_notices", "notices") }}
