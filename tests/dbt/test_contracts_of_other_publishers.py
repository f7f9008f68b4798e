"""Contracts of CanadaBuys, Québec and Nova Scotia: one row each, whatever the files repeat, add or take back."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from sources.intake import REFERENCE
from tests.dbt.contracts import build, land
from tests.dbt.project import Project

CANADABUYS = "contractHistory-contratsOctroyes.csv"
BUNDLED_ROWS = next((REFERENCE / "canadabuys" / "contract_history").glob("*.csv"))
BUNDLED_PACKAGE = json.loads(next((REFERENCE / "seao" / "releases").glob("*.json")).read_text())


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "synthetic")


def ask(project: Project, columns: str, condition: str = "true") -> list[tuple]:
    with project.connect() as connection:
        return connection.execute(f"SELECT {columns} FROM marts.fct_contract WHERE {condition} ORDER BY contract_id").fetchall()


def row(amendment: str, amount: float, total: float, published: str, **cells: str) -> dict[str, str]:
    return {
        "amendmentNumber-numeroModification": amendment,
        "contractAmount-montantContrat": f"{amount:.2f}",
        "totalContractValue-valeurTotaleContrat": f"{total:.2f}",
        "publicationDate-datePublication": published,
        "amendmentDate-dateModification": "" if amendment == "000" else published,
    } | cells


def land_year(project: Project, year: str, vintage: str, rows: list[dict[str, str]], *, is_partial: bool = False) -> None:
    """Land a fiscal year of contract history: the first bundled contract with these cells changed, once for each."""
    with BUNDLED_ROWS.open(encoding="utf-8-sig", newline="") as text:
        first = next(csv.DictReader(text))
    file = project.data_dir / vintage / f"{year}-{CANADABUYS}"
    file.parent.mkdir(parents=True)
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.DictWriter(text, first)
        writer.writeheader()
        writer.writerows(first | cells for cells in rows)
    land(project, "canadabuys/contract_history", file, vintage, is_partial=is_partial)


def test_a_contract_that_two_fiscal_years_have_is_one_with_its_latest_total(project):
    land_year(project, "2025-2026", "2026-04-10", [row("000", 100, 130, "2026-03-01"), row("001", 30, 130, "2026-03-30")])
    # The last amendment spells its supplier in another way.
    other = {"supplierLegalName-nomLegalFournisseur-eng": "CORMORANT OPTICS INC"}
    land_year(project, "2026-2027", "2026-09-08", [row("001", 30, 130, "2026-03-30"), row("002", 20, 150, "2026-05-01", **other)])
    assert build(project) == {}
    assert ask(project, "original_value_cad, current_value_cad, n_amendments, reconciliation_status, is_sample") == [(100, 150, 2, "delta", False)]


def test_an_excerpt_that_overlays_a_year_replaces_the_amendment_that_it_has(project):
    land_year(project, "2026-2027", "2026-09-08", [row("000", 100, 100, "2026-05-01"), row("001", 30, 130, "2026-06-01")])
    land_year(project, "2026-2027", "2026-09-10", [row("001", 35, 135, "2026-06-01")], is_partial=True)
    assert build(project) == {}
    assert ask(project, "current_value_cad, n_amendments, reconciliation_status") == [(135, 1, "delta")]


def test_a_contract_without_its_original_row_has_no_value_at_award(project):
    land_year(project, "2026-2027", "2026-09-08", [row("003", 30, 130, "2026-06-01")])
    assert build(project) == {}
    assert ask(project, "original_value_cad, current_value_cad, reconciliation_status") == [(None, 130, "single")]


def release(moment: str, **changed: Any) -> dict[str, Any]:
    (only,) = BUNDLED_PACKAGE["releases"]
    return json.loads(json.dumps(only)) | {"date": moment, "id": moment.replace("-", "")} | changed


def award(identity: str, value: float, *suppliers: str) -> dict[str, Any]:
    given = [{"id": f"FO-{name}", "name": name} for name in suppliers]
    return {"id": identity, "status": "active", "date": "2026-07-20", "value": {"amount": value, "currency": "CAD"}, "suppliers": given}


def signed(identity: str, award_id: str, value: float) -> dict[str, Any]:
    return {
        "id": identity, "awardID": award_id, "status": "active", "dateSigned": "2026-07-20", "value": {"amount": value, "currency": "CAD"},
    }  # fmt: skip


def party(name: str, country: str) -> dict[str, Any]:
    return {"id": f"FO-{name}", "name": name, "roles": ["supplier"], "address": {"countryName": country}, "details": {"neq": "1"}}


def land_weeks(project: Project, *releases: dict[str, Any]) -> None:
    for number, one in enumerate(releases):
        monday = 20 + 7 * number
        name = f"hebdo_202607{monday:02}_202607{monday + 6:02}.json" if monday < 25 else f"hebdo_202607{monday:02}_20260802.json"
        resource = f"9426fa51-ba06-4ae3-833a-18339254f45{number}"
        uri = f"https://www.donneesquebec.ca/recherche/dataset/x/resource/{resource}/download/{name}"
        file = project.data_dir / f"{number}" / name
        file.parent.mkdir(parents=True)
        file.write_text(
            json.dumps(BUNDLED_PACKAGE | {"uri": uri, "publishedDate": f"2026-0{7 + number}-0{9 - number}T01:00:00-04:00", "releases": [one]})
        )
        land(project, "seao/releases", file)


def test_an_award_to_several_suppliers_names_none_and_has_their_country_where_it_is_one(project):
    land_weeks(
        project,
        release(
            "2026-07-20T09:00:00-04:00",
            parties=[party("A", "CAN"), party("B", "CAN"), party("C", "USA")],
            awards=[award("1", 100, "A", "B"), award("2", 200, "A", "C"), award("3", 300, "C")],
            contracts=[],
        ),
    )
    assert build(project) == {}
    assert ask(project, "vendor_name, n_vendors, vendor_country, current_value_cad") == [
        (None, 2, "CA", 100), (None, 2, None, 200), ("C", 1, "US", 300),
    ]  # fmt: skip


def test_the_latest_release_of_a_process_counts_and_contracts_of_an_award_add_up(project):
    first = release("2026-07-20T09:00:00-04:00", parties=[party("A", "CAN")], awards=[award("1", 100, "A"), award("2", 50, "A")], contracts=[])
    second = release(
        "2026-07-28T09:00:00-04:00",
        parties=[party("A", "CAN")],
        awards=[award("1", 110, "A")],
        contracts=[signed("x", "1", 70), signed("y", "1", 60)],
    )
    land_weeks(project, first, second)
    assert build(project) == {}
    assert ask(project, "reference_number, original_value_cad, current_value_cad, n_amendments") == [("1", 100, 130, 1)]


def test_a_vendor_of_nova_scotia_has_no_known_country_and_a_row_once(project):
    for vintage, amounts in (("2026-08-17", ("1000", "2000")), ("2026-08-24", ("1500",))):
        rows = [
            {
                ":id": f"row-{number}", "tender_id": "T1", "entity": "Health", "vendor": f"Vendor {number}", "tender_description": "Beds",
                "tender_start_date": "2026-01-01", "awarded_date": "2026-03-01", "awarded_amount": amount, "goods": "Y", "service": "N",
                "construction": "N",
            }
            for number, amount in enumerate(amounts)
        ]  # fmt: skip
        file = project.data_dir / vintage / "rows.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(rows))
        land(project, "nova_scotia/awarded_tenders", file, vintage, is_partial=vintage == "2026-08-24")
    assert build(project) == {}
    assert ask(project, "current_value_cad, vendor_country, commodity_type, solicitation_procedure") == [
        (1500, None, "goods", None), (2000, None, "goods", None),
    ]  # fmt: skip
    with project.connect() as connection:
        shares = connection.execute(
            "SELECT canadian_share_low, canadian_share_high, sole_source_share, value_cad FROM marts.procurement_content "
            "WHERE commodity_type = 'all' AND value_band = 'all'"
        ).fetchall()
    assert shares == [(0, 1, None, 3500)]
