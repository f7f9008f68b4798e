"""The columns of CanadaBuys' three files, each name once: most stand in two or all of them, and many in English and in French.

The files order them differently and the agency adds some now and then, so a column is known by its name. `nomEntitContractante` is the agency's
spelling.
"""

from __future__ import annotations

from typing import Literal

from sources.spec import Field

File = Literal["tender", "award", "contract"]

_PERSONAL = "personal, not carried further"
_MARKED = "each behind a *, on lines of their own"

# Name (* stands for -eng and -fra), the files that have it (T tender, A award, C contract history; a capital where it is required), meaning.
_COLUMNS = (
    ("title-titre*", "TAC", "Title"),
    (
        "referenceNumber-numeroReference",
        "TAC",
        "Number of the notice or contract; CW… where it began on CanadaBuys, others come from the system before",
    ),
    ("amendmentNumber-numeroModification", "TAC", "Number of the amendment: 000 the original; text, for there are T01 and S01"),
    ("procurementNumber-numeroApprovisionnement", "c", "Number of the procurement, shared by the contracts that come of it"),
    ("solicitationNumber-numeroSollicitation", "TAC", "Number of the solicitation: what a tender and its awards share"),
    ("contractNumber-numeroContrat", "AC", "Number of the contract"),
    ("numberOfRecords-nombreEnregistrements", "c", "How many rows the contract has"),
    ("publicationDate-datePublication", "TAC", "Day of publication: ISO 8601, at times with a time, in older files with a time and its zone"),
    ("tenderClosingDate-appelOffresDateCloture", "t", "When bids close; written as the publication date"),
    ("contractAwardDate-dateAttributionContrat", "AC", "Day of the award; written as the publication date; empty on some rows"),
    ("amendmentDate-dateModification", "tac", "Day of the amendment; written as the publication date; empty on the original"),
    ("expectedContractStartDate-dateDebutContratPrevue", "t", "First day of the contract that is expected"),
    ("expectedContractEndDate-dateFinContratPrevue", "t", "Last day of the contract that is expected"),
    ("contractStartDate-contratDateDebut", "ac", "First day of the contract"),
    ("contractEndDate-dateFinContrat", "ac", "Last day of the contract"),
    ("contractAmount-montantContrat", "AC", "Amount of the row: what it adds on some rows, the new total on others. Never a sum"),
    (
        "totalContractValue-valeurTotaleContrat",
        "AC",
        "Value of the contract with all amendments, the same on each of its rows. Never a sum; 0.00 is not reported",
    ),
    ("contractCurrency-contratMonnaie", "AC", "Currency of both amounts, three letters of ISO 4217"),
    ("tenderStatus-appelOffresStatut*", "T", "Status of the tender"),
    ("awardStatus-attributionStatut*", "A", "Status of the award"),
    ("contractStatus-statutContrat*", "C", "Status of the contract"),
    ("instrumentType-typeInstrument*", "ac", "Contract, standing offer, supply arrangement …; empty on rows from the system before"),
    ("amendmentType-typeModification*", "ac", "Original, or the kind of amendment; empty on rows from the system before"),
    ("gsin-nibs", "tac", f"Codes of goods and services in the retired GSIN, {_MARKED}; mostly empty"),
    ("gsinDescription-nibsDescription*", "tac", f"Names of the GSIN codes, {_MARKED}"),
    ("unspsc", "TAC", f"Codes of goods and services in the UNSPSC, eight digits, {_MARKED}"),
    ("unspscDescription*", "tac", f"Names of the UNSPSC codes, {_MARKED}"),
    (
        "procurementCategory-categorieApprovisionnement",
        "TAC",
        f"GD goods, SRV services, CNST construction, SRVTGD services related to goods, {_MARKED}",
    ),
    ("noticeType-avisType*", "tac", "Kind of notice"),
    ("procurementMethod-methodeApprovisionnement*", "TAC", "Competitive or not, and how bids were sought"),
    ("selectionCriteria-criteresSelection*", "tac", "Criterion of the selection"),
    ("limitedTenderingReason-raisonAppelOffresLimite*", "tac", "Reason for limited tendering; None without it"),
    ("tradeAgreements-accordsCommerciaux*", "TAC", f"Trade agreements that cover it, {_MARKED}; *None without any"),
    ("regionsOfOpportunity-regionAppelOffres*", "t", f"Where suppliers may be, {_MARKED}"),
    ("regionsOfDelivery-regionsLivraison*", "tac", f"Where it is delivered, {_MARKED}"),
    ("supplierLegalName-nomLegalFournisseur*", "AC", "Legal name of the supplier; joint ventures are written with /"),
    ("supplierStandardizedName-nomNormaliseFournisseur*", "c", "Standardized name of the supplier; on a quarter of the rows"),
    ("supplierOperatingName-nomCommercialFournisseur*", "c", "Operating name of the supplier"),
    ("supplierEmployeeCount-fournisseurNombreEmployes*", "c", "Employees of the supplier, by its own statement"),
    ("supplierAddressLine-ligneAdresseFournisseur*", "ac", "Street of the supplier's address, over several lines at times"),
    ("supplierAddressCity-fournisseurAdresseVille*", "ac", "City of the supplier's address"),
    ("supplierAddressProvince-fournisseurAdresseProvince*", "ac", "Province or state of the supplier's address; Quebec and Québec"),
    ("supplierAddressPostalCode-fournisseurAdresseCodePostal", "ac", "Postal code of the supplier's address"),
    (
        "supplierAddressCountry-fournisseurAdressePays*",
        "AC",
        "Country of the supplier's address: two letters of ISO 3166-1, or its name, or N/A. Not the origin of the goods",
    ),
    ("contractingEntityName-nomEntitContractante*", "TAC", "Department that contracts"),
    ("contractingEntityAddressLine-ligneAdresseEntiteContractante*", "tac", "Street of that department"),
    ("contractingEntityAddressCity-entiteContractanteAdresseVille*", "tac", "City of that department"),
    ("contractingEntityAddressProvince-entiteContractanteAdresseProvince*", "tac", "Province of that department"),
    ("contractingEntityAddressPostalCode-entiteContractanteAdresseCodePostal", "tac", "Postal code of that department"),
    ("contractingEntityAddressCountry-entiteContractanteAdressePays*", "tac", "Country of that department"),
    ("endUserEntitiesName-nomEntitesUtilisateurFinal*", "tac", "Department that it is for, often another than the one that contracts"),
    ("endUserEntitiesOfficeName-bureauNomEntitesUtilisateurFinal*", "c", "Office that it is for"),
    ("endUserEntitiesAddress-adresseEntitesUtilisateurFinal*", "tac", "Address of the department that it is for"),
    ("contactInfoName-informationsContactNom", "tac", f"Name of the officer: {_PERSONAL}"),
    ("contactInfoEmail-informationsContactCourriel", "tac", f"E-mail address of the officer: {_PERSONAL}"),
    ("contactInfoPhone-contactInfoTelephone", "tac", f"Telephone of the officer: {_PERSONAL}"),
    ("contactInfoFax", "tac", f"Fax of the officer: {_PERSONAL}"),
    ("contactInfoAddressLine-contactInfoAdresseLigne*", "tac", f"Street of the officer: {_PERSONAL}"),
    ("contactInfoCity-contacterInfoVille*", "tac", f"City of the officer: {_PERSONAL}"),
    ("contactInfoProvince-contacterInfoProvince*", "tac", f"Province of the officer: {_PERSONAL}"),
    ("contactInfoPostalcode", "tac", f"Postal code of the officer: {_PERSONAL}"),
    ("contactInfoCountry-contactInfoPays*", "tac", f"Country of the officer: {_PERSONAL}"),
    ("percentageOfGoodsByCountry-pourcentageDeBiensParPays", "c", "Share of the goods by country of origin: empty on every row, so far"),
    ("noticeURL-URLavis*", "t", "Address of the notice"),
    ("attachment-piecesJointes*", "t", "Addresses of the documents"),
    ("tenderDescription-descriptionAppelOffres*", "tc", "Description of the tender, over many lines, with HTML entities"),
    ("awardDescription-descriptionAttribution*", "a", "Description of the award, over many lines, with HTML entities"),
)


def fields_of(file: File) -> tuple[Field, ...]:
    """The published columns of a file, all as text, behind the number of the line. The French twin of a column is never required."""
    line = Field("line", "Place of the row in the file, from 1", type="integer", unit="count")
    letter = file[0]
    return line, *(field for name, files, meaning in _COLUMNS if letter in files.lower() for field in _fields(name, meaning, letter.upper() in files))


def _fields(name: str, meaning: str, is_required: bool) -> list[Field]:
    if not name.endswith("*"):
        return [Field(name, meaning, is_required=is_required)]
    return [
        Field(f"{name[:-1]}-eng", f"{meaning} (English)", is_required=is_required),
        Field(f"{name[:-1]}-fra", f"{meaning} (French)", is_required=False),
    ]
