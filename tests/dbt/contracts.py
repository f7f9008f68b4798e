"""Made-up contracts in the layouts of their publishers, landed for the dbt project."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from sources import intake, registry
from sources.landing import Landing
from sources.spec import Vintage
from tests.dbt.project import Project

CONTRACTS = "open_canada/contracts"
# The branch of the dbt project that contracts run through.
BRANCH = ("+path:models/marts/sourcing_content", "+path:models/marts/policy")


def land_contracts(project: Project, vintage: str, rows: Iterable[Mapping[str, str]], *, is_partial: bool = False) -> None:
    """Land a file of proactive disclosure of these rows, each given by its filled cells."""
    dataset = registry.dataset(CONTRACTS)
    columns = [field.name for field in dataset.tables[0].fields if field.name != "line"]
    file = project.data_dir / "synthetic" / f"{vintage}.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.DictWriter(text, columns, restval="", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
    land(project, CONTRACTS, file, vintage, is_partial=is_partial)


def land(project: Project, dataset: str, file: Path, vintage: str | None = None, *, is_partial: bool = False) -> None:
    attempt = intake.land_file(
        Landing(project.data_dir), registry.dataset(dataset), file, Vintage.parse(vintage) if vintage else None, is_partial=is_partial
    )
    assert attempt.outcome == "landed", attempt


def build(project: Project, as_of: str = "none") -> dict[str, str]:
    """Build the branch with its tests; the status of each node that did not pass."""
    project.list_vintages()
    options = ("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious")
    statuses = project.dbt("build", *options, "-s", *BRANCH, as_of=as_of)
    return {name: status for name, status in statuses.items() if status.split()[0] not in ("success", "pass", "warn")}


def contract(number: int, **cells: str) -> dict[str, str]:
    """A contract of a department, awarded on June 1, 2025, of 100,000 dollars by open bidding, unless told."""
    return {
        "owner_org": "syn",
        "owner_org_title": "Synthetic Department | Ministère synthétique",
        "reference_number": f"C-2025-2026-Q1-{number:05}",
        "procurement_id": f"S{number:06}",
        "vendor_name": f"{NAMES[number % len(NAMES)]} LTD.",
        "contract_date": "2025-06-01",
        "contract_period_start": "2025-06-01",
        "delivery_date": "2026-03-31",
        "contract_value": "100000.00",
        "original_value": "100000.00",
        "amendment_value": "0",
        "instrument_type": "C",
        "commodity_type": "G",
        "commodity_code": "N7030",
        "country_of_vendor": "CA",
        "solicitation_procedure": "OB",
        "trade_agreement": "XX",
        "number_of_bids": "3",
        "reporting_period": "2025-2026-Q1",
    } | cells


def amended(number: int, times: int, value: float, adds: float, **cells: str) -> dict[str, str]:
    """An amendment of the contract of that number, a quarter later each time."""
    quarter = f"2025-2026-Q{1 + times}"
    return contract(
        number,
        reference_number=f"C-{quarter}-{number:05}",
        reporting_period=quarter,
        instrument_type="A",
        contract_value=f"{value:.2f}",
        amendment_value=f"{adds:.2f}",
        number_of_bids="",
        **cells,
    )


NAMES = (
    "ALDERBROOK CARTOGRAPHY",
    "BIRCHMOUNT PAVING",
    "CORMORANT OPTICS",
    "DUNLIN CATERING",
    "ESKER DRILLING",
    "FIDDLEHEAD SOFTWARE",
    "GANNET ROPEWORKS",
    "HARRIER SATELLITES",
    "ISINGLASS TUTORING",
    "JUNIPER FURNACES",
    "KITTIWAKE DREDGING",
    "LARCHWOOD CLINICS",
    "MERGANSER TEXTILES",
    "NUTHATCH AUDITING",
    "OSPREY FORGINGS",
    "PTARMIGAN PRINTING",
    "QUILLWORT SEEDS",
    "RAZORBILL PUMPS",
    "SANDERLING FREIGHT",
    "TAMARACK GLAZING",
    "UMBEL PERFUMES",
    "VIREO ACOUSTICS",
    "WHIMBREL TRANSLATION",
    "YARROW SURVEYING",
)
