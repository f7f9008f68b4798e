-- One row an amendment. The total of the contract stands on each of its rows and is never added up.
select
    'canadabuys/contract_history' as dataset,
    {{ canadabuys_shared_columns() }},
    {{ canadabuys_contract_columns() }},
    {{ canadabuys_amount('"contractAmount-montantContrat"') }} as row_amount_cad,
    {{ canadabuys_amount('"totalContractValue-valeurTotaleContrat"') }} as total_value_cad,
    {{ tidy_text('"contractStatus-statutContrat-eng"') }} as contract_status,
    nullif(trim("procurementNumber-numeroApprovisionnement"), '') as procurement_number,
    try_cast("numberOfRecords-nombreEnregistrements" as integer) as n_records,
    {{ tidy_text('"supplierStandardizedName-nomNormaliseFournisseur-eng"') }} as supplier_standardized_name,
    try_cast("supplierEmployeeCount-fournisseurNombreEmployes-eng" as integer) as n_supplier_employees,
    nullif(trim("percentageOfGoodsByCountry-pourcentageDeBiensParPays"), '') as goods_by_country,
    {{ without_contacts(tidy_html('"tenderDescription-descriptionAppelOffres-eng"')) }} as description,
    {{ canadabuys_unreadable() }} as unreadable
from {{ source("canadabuys_contract_history", "amendments") }}
