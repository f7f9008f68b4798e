"""The Government of Canada's open data portal, open.canada.ca.

Domain: federal contracts over ten thousand dollars, each with its amendments, as every department discloses them.

Data sets: `contracts`, proactive publication of contracts over $10,000: one row a contract or amendment, 43 columns, 1.3 million rows in 2026.

Cadence: departments report within 30 days of a fiscal quarter, and within 60 days of the fourth (the fiscal year begins on April 1). The file is
made anew whenever one of them does, so it is looked at once a week.

Licence: Open Government Licence - Canada.

API documentation: https://open.canada.ca/data/recombinant-published-schema/contracts.json (columns and codes),
https://docs.ckan.org/en/2.10/api/ (CKAN).

Caveats: the file is taken whole. CKAN's `datastore_search` gives at most 32,000 rows a page and says nothing of those that it cuts off, and a
full-text search over a table of this size is refused (409). Values are typed by hand in each department: codes and amounts have typos, ids are
swapped, comments run over lines. Contracts of ten thousand dollars or less are disclosed elsewhere, as yearly sums.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import duckdb

from sources.delimited import engine, land, read_texts
from sources.documents import read_json
from sources.errors import ContractError, PermanentError, SourceError, TransientError
from sources.releases import when_modified
from sources.spec import Ask, Cadence, Dataset, Download, Field, Licence, Parsed, Provider, Refusal, Shrunk, Table, Validators

BASE_URL = "https://open.canada.ca"
PACKAGE = "d8f85d91-7dec-4fd1-8055-483b77225d8b"
RESOURCE = "fac950c0-00d5-4ec1-a4d3-9cbebf98a305"
PAGE = f"{BASE_URL}/data/en/dataset/{PACKAGE}"

# CKAN's kinds of error that come again however often one asks.
_FINAL = frozenset({"Not Found Error", "Authorization Error", "Validation Error", "Search Query Error", "Search Error", "Search Index Error"})


# Asking


def fetch_contracts(ask: Ask) -> Download | None:
    """The whole file, if the portal says that it changed since the last one: one request where it did not, two where it did.

    What the portal says of the file (`last_modified` of its resource) is kept as the validator, beside the ETag of the file itself.
    """
    resource = _resource(ask)
    modified = _modified(ask, resource)
    if modified and modified == ask.validators.last_modified:
        return None
    download = ask.http.download(_address(ask, resource), ask.folder, ask.validators)
    if download is None or modified is None:
        return download
    return replace(download, validators=Validators(download.validators.etag, modified))


def explain(refusal: Refusal) -> SourceError | None:
    """CKAN says in the body of an error what kind it is; without that, 409 is its way to say that it is busy."""
    kind = _kind_of_error(refusal.body)
    return _refused(refusal.subject, refusal.said, kind) if kind in _FINAL or refusal.status == 409 else None


def _resource(ask: Ask) -> dict[str, Any]:
    resources = {resource.get("id"): resource for resource in _package(ask)}
    if RESOURCE not in resources:
        names = [f"{identity} ({resource.get('name')})" for identity, resource in resources.items()]
        raise ContractError(
            ask.dataset.id,
            f"the package {PACKAGE} has no resource {RESOURCE}; it has {', '.join(names) or 'none'}",
            f"See on {PAGE} whether the file has a new id; until the program knows it, use `warehouse import {ask.dataset.id} FILE`",
        )
    return resources[RESOURCE]


def _package(ask: Ask) -> list[dict[str, Any]]:
    """The resources of the package."""
    body = ask.http.bytes("GET", f"/data/api/3/action/package_show?id={PACKAGE}") or b""
    match read_json(ask.dataset, body, "the portal's answer to package_show"):
        case {"success": True, "result": {"resources": [*resources]}}:
            return resources
        case {"success": False} as answer:
            said = f"the portal did not show the package {PACKAGE}: {json.dumps(answer.get('error'), ensure_ascii=False)}"
            raise _refused(ask.dataset.id, said, _kind_of_error(body.decode()))
    said = body.decode()[:200]
    raise ContractError(ask.dataset.id, f"the portal's answer to package_show is no package but {said!r}", f"Look at {PAGE}")


def _address(ask: Ask, resource: dict[str, Any]) -> str:
    """Where the portal says that the file is: it may move on the portal, and is not followed elsewhere."""
    address = str(resource.get("url"))
    if not address.startswith(f"{BASE_URL}/"):
        raise ContractError(
            ask.dataset.id,
            f"the portal names {address} for the file, which is not at {BASE_URL}",
            f"If {PAGE} says so too, download the file there and use `warehouse import {ask.dataset.id} FILE`",
        )
    return address


def _modified(ask: Ask, resource: dict[str, Any]) -> str | None:
    """When the portal last changed the file, as HTTP writes dates; CKAN writes ISO 8601 in UTC without saying so."""
    said = resource.get("last_modified")
    try:
        return format_datetime(datetime.fromisoformat(said).replace(tzinfo=UTC), usegmt=True) if said else None
    except ValueError:
        raise ContractError(ask.dataset.id, f"the portal says that the file was last modified on {said!r}", f"Look at {PAGE}") from None


def _kind_of_error(body: str) -> str:
    try:
        error = json.loads(body).get("error")
    except (ValueError, AttributeError):
        return ""
    return str(error.get("__type", "")) if isinstance(error, dict) else ""


def _refused(subject: str, said: str, kind: str) -> SourceError:
    if kind in _FINAL:
        return PermanentError(subject, f"{said} ({kind})", f"See on {PAGE} whether the data set is still there")
    return TransientError(subject, said, "Try again later")


# Parsing


def parse_contracts(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `contracts`, every cell as the text that was published. Raises ContractError with the offending line or column."""
    (contracts,) = dataset.tables
    with engine(folder, keeps_order=True) as connection:
        texts = read_texts(dataset, connection, payload, numbered=True)
        rows = land(dataset, contracts, texts, folder)
        first, last = _quarters(texts)
    return Parsed({contracts.name: rows}, first, last)


def _quarters(contracts: duckdb.DuckDBPyRelation) -> tuple[date | None, date | None]:
    """The first day of the first and of the last fiscal quarter (2021-2022-Q4 is January to March 2022) among the well-formed ones."""
    quarters = contracts.filter("regexp_full_match(reporting_period, '20\\d\\d-20\\d\\d-Q[1-4]')")
    first, last = quarters.aggregate("min(reporting_period), max(reporting_period)").fetchall()[0]
    return _first_day(first), _first_day(last)


def _first_day(quarter: str | None) -> date | None:
    if quarter is None:
        return None
    year, number = int(quarter[:4]), int(quarter[-1])
    return date(year, 1 + 3 * number, 1) if number < 4 else date(year + 1, 1, 1)


_YES_OR_NO = "Y or N; TRUE or FALSE in older copies"

CONTRACTS = Table(
    "contracts",
    (
        Field("line", "Place of the row in the file, from 1. The published key is (owner_org, reference_number)", type="integer", unit="count"),
        Field("reference_number", "The department's own number of the row; unique within it, unless it mistyped it"),
        Field("procurement_id", "Number of the contract, shared by its amendments as a rule; some departments add a suffix such as /001"),
        Field("vendor_name", "Legal name of the vendor, or the one in the department's books; one vendor has many spellings"),
        Field("vendor_postal_code", "First three characters of the Canadian postal code; NA for a vendor outside Canada. Since 2022"),
        Field("buyer_name", "Name of the officer who bought: personal, not carried further; NA for an amendment", is_required=False),
        Field("contract_date", "Day of the award, ISO 8601; the award's day also on an amendment"),
        Field(
            "economic_object_code",
            "What was bought, by the chart of accounts: four digits, of which some departments drop the leading zero; NA for a SOSA",
        ),
        Field("description_en", "Description of the work in English, mostly the economic object's name"),
        Field("description_fr", "Description of the work in French", is_required=False),
        Field("contract_period_start", "First day of the work, ISO 8601; empty before 2019"),
        Field("delivery_date", "Last day of the work, or day of delivery, ISO 8601"),
        Field("contract_value", "Value of the contract, taxes included; on an amendment, the amended total. Never a sum", unit="CAD"),
        Field("original_value", "Value at award, taxes included", unit="CAD"),
        Field(
            "amendment_value", "What this amendment adds, or with a minus takes away; 0 without one. Several of a quarter may be merged", unit="CAD"
        ),
        Field("comments_en", "Comments in English, over several lines at times", is_required=False),
        Field("comments_fr", "Comments in French", is_required=False),
        Field("additional_comments_en", "Further comments in English", is_required=False),
        Field("additional_comments_fr", "Further comments in French", is_required=False),
        Field("agreement_type_code", "Trade agreements by a code for each combination (0 none, Y, Z, … BA); retired in 2022", is_required=False),
        Field(
            "trade_agreement", "Codes of the trade agreements, with commas between; XX none, NA the North American Free Trade Agreement. Since 2022"
        ),
        Field("land_claims", "Codes of the land claims agreements, with commas between; NA not applicable", is_required=False),
        Field("commodity_type", "G good, S service, C construction; empty before 2019"),
        Field("commodity_code", "GSIN or UNSPSC code, at most eight characters", is_required=False),
        Field(
            "country_of_vendor", "Country of the vendor's address, two letters of ISO 3166-1 (NA is Namibia): not the origin of the goods. Since 2019"
        ),
        Field(
            "solicitation_procedure",
            "AC advance notice, OB open bidding, ST selective, TC traditional competitive, TN not competitive; empty before 2019",
        ),
        Field("limited_tendering_reason", "Codes of the reasons for limited tendering, with commas between; 00 none"),
        Field("trade_agreement_exceptions", "Codes of the exceptions, with commas between; 00 none", is_required=False),
        Field("indigenous_business", "Set-aside under the indigenous strategy: MS mandatory, VS voluntary, NA none", is_required=False),
        Field("indigenous_business_excluding_psib", f"Indigenous business outside the set-aside: {_YES_OR_NO}", is_required=False),
        Field("aboriginal_business", "Name of indigenous_business in the template of 2022", is_required=False),
        Field("aboriginal_business_incidental", "Name of indigenous_business_excluding_psib in the template of 2022", is_required=False),
        Field(
            "intellectual_property", "Ownership of intellectual property: A… Crown, B contractor, C no terms, NA not applicable", is_required=False
        ),
        Field("potential_commercial_exploitation", f"The intellectual property could be sold: {_YES_OR_NO}", is_required=False),
        Field("former_public_servant", f"The contractor is a former public servant with a pension: {_YES_OR_NO}", is_required=False),
        Field(
            "contracting_entity",
            "Who contracted: PWC, SSCC, OGDC for the department; DC itself; PWSOSA, SSCSOSA, DSOSA against a standing offer",
            is_required=False,
        ),
        Field("standing_offer_number", "Number of the standing offer or supply arrangement", is_required=False),
        Field("instrument_type", "C contract, A amendment, SOSA standing offer or supply arrangement; empty before 2019"),
        Field("ministers_office", f"Contract of a minister's office: {_YES_OR_NO}", is_required=False),
        Field("number_of_bids", "Bids received. Since 2022", unit="count", is_required=False),
        Field("article_6_exceptions", "Exception to the Government Contracts Regulations, 0 (none) to 4", is_required=False),
        Field("award_criteria", "Criterion of the award, 0 to 5", is_required=False),
        Field("socioeconomic_indicator", "Code of a social or economic purpose", is_required=False),
        Field("reporting_period", "Fiscal quarter of the disclosure, such as 2021-2022-Q3 (October to December 2021): not that of the award"),
        Field("owner_org", "Short name of the department, English and French"),
        Field("owner_org_title", "Name of the department, English | French", is_required=False),
        Field(
            "vendor_normalised",
            "Name of the vendor in capitals, without what kind of company it is: in an extract without vendor_name",
            is_required=False,
        ),
    ),
    key=("line",),
)

PROVIDER = Provider(
    name="open_canada",
    title="Government of Canada, Open Government Portal",
    base_url=BASE_URL,
    timezone="America/Toronto",
    datasets=(
        Dataset(
            provider="open_canada",
            name="contracts",
            title="Proactive publication of federal contracts over $10,000",
            source_url=PAGE,
            tables=(CONTRACTS,),
            # A fiscal quarter is 92 days, the fourth is reported 60 days after its end, and by then it is the last one for 92 + 30 days more.
            cadence=Cadence("weekly", "30 6 * * 0", "America/Toronto", stale_after_days=15, data_lag_days=250),
            licence=Licence(
                "Open Government Licence - Canada",
                "https://open.canada.ca/en/open-government-licence-canada",
                "Contains information licensed under the Open Government Licence – Canada.",
            ),
            parse=parse_contracts,
            fetch=fetch_contracts,
            release_of=when_modified,
            gates=(Shrunk(0.02, "departments add rows every quarter and withdraw single ones; a department that drops out may be more than that"),),
            caveats="Every amendment is a row with the amended total: never add contract_value up. country_of_vendor is the vendor's address, not "
            "the origin of the goods. Many columns are filled only from 2019 or 2022 on. Crown corporations and foreign military sales are outside.",
        ),
    ),
    explain=explain,
    min_seconds_between_requests=1.0,
)
