"""The real excerpts of CanadaBuys and SEAO: what was bought, from whom, for how much, checked by hand; and no officer in any table."""

from __future__ import annotations

import csv
import json

import pytest

from sources import intake, registry
from tests.dbt.contracts import build, contract, land, land_contracts
from tests.dbt.project import Project
from tests.payloads.recordings import recording

CANADABUYS = "2026-2027-contractHistory-contratsOctroyes"
BUNDLED = tuple(intake.bundled_files(registry.dataset(name))[0] for name in ("canadabuys/contract_history", "seao/releases"))
RECORDED = (f"canadabuys/{CANADABUYS}.excerpt.csv", "seao/hebdo_20260720_20260726.3releases.json")
# Read off the files by hand: vendor, country, province, commodity, procedure, value now, whether an agreement with another country covers it.
BY_HAND = {
    ("NMG Matawinie Inc.", 469_896_667.16): ("CA", "QC", "goods", "non_competitive", False),
    ("NMG Matawinie Inc.", 19_144_292.09): ("CA", "QC", "goods", "non_competitive", False),
    ("Rio Tinto Fer et Titane", 248_677_717.15): ("CA", "QC", "goods", "non_competitive", False),
    ("Rio Tinto Fer et Titane", 7_177_561.57): ("CA", "QC", "services", "non_competitive", False),
    ("Avalon Coal Salt and Oil Limited", 397_049.00): ("CA", "NL", "goods", "open", True),
    ("D&S Butland Ltd", 22_701.00): ("CA", "NB", "goods", "open", False),
    ("TEKVARIS LTD.", 50_472.35): ("CA", "ON", "goods", "open", False),
    ("QuakeLogic Inc.", 293_632.50): ("US", None, "goods", "open", True),
    ("Felix Technology Inc.", 190_421.60): ("CA", "ON", "goods", "open", False),
    ("Spectrum Dynamics Medical, Inc", 2_950_388.00): ("US", None, "goods", "non_competitive", None),
}
OFFICER, ADDRESS, TELEPHONE = "Planted Q. Officer", "planted.officer@example.gc.ca", "613-555-0142"


@pytest.fixture(scope="module", params=["bundled", "recorded"])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    contracts, releases = BUNDLED if request.param == "bundled" else map(recording, RECORDED)
    project = Project(tmp_path_factory.mktemp("excerpts"))
    named = project.data_dir / f"{CANADABUYS}.csv"
    named.parent.mkdir(parents=True, exist_ok=True)
    named.write_bytes(contracts.read_bytes())
    land(project, "canadabuys/contract_history", named, "2026-09-08", is_partial=True)
    land(project, "seao/releases", releases, is_partial=True)
    assert build(project) == {}
    return project


def ask(project: Project, query: str) -> list[tuple]:
    with project.connect() as connection:
        return connection.execute(query).fetchall()


def test_every_contract_is_as_it_was_read_by_hand(project):
    found = ask(
        project,
        "SELECT vendor_name, current_value_cad, vendor_country, vendor_province_code, commodity_type, solicitation_procedure, "
        "is_covered_internationally FROM marts.fct_contract WHERE NOT is_standing_offer",
    )
    assert {(vendor, value): tuple(rest) for vendor, value, *rest in found} == BY_HAND


def test_the_agreements_are_those_of_the_cell(project):
    agreements = dict(ask(project, "SELECT vendor_name, trade_agreements FROM marts.fct_contract WHERE dataset = 'canadabuys/contract_history'"))
    assert agreements["QuakeLogic Inc."] == "CCFTA, CCOFTA, CFTA, CHFTA, CKFTA, CPAFTA"
    assert agreements["D&S Butland Ltd"] == "CFTA"
    assert agreements["NMG Matawinie Inc."] is None
    assert len(agreements["Avalon Coal Salt and Oil Limited"].split(", ")) == 12


def test_the_suppliers_in_the_united_states_are_found(project):
    found = ask(project, "SELECT jurisdiction, vendor_name, current_value_cad FROM marts.fct_contract WHERE vendor_country = 'US' ORDER BY 1 DESC")
    assert found == [("federal", "QuakeLogic Inc.", 293_632.5), ("QC", "Spectrum Dynamics Medical, Inc", 2_950_388.0)]


def test_a_standing_offer_has_a_ceiling_and_no_value(project):
    found = ask(project, "SELECT vendor_name, ceiling_cad, current_value_cad, original_value_cad FROM marts.fct_contract WHERE is_standing_offer")
    assert found == [("HERITAGE FOOD SERVICE GROUP OF CANADA LIMITED", 2_000_000.0, None, None)]


def test_they_are_samples_of_which_no_share_is_computed(project):
    assert ask(project, "SELECT DISTINCT is_sample FROM marts.fct_contract") == [(True,)]
    assert ask(project, "SELECT count(*) FROM marts.procurement_content WHERE canadian_share_low IS NOT NULL") == [(0,)]


def test_no_officer_leaves_the_landing_zone(tmp_path):
    project = Project(tmp_path / "synthetic")
    planted = f"Office chairs, ask {ADDRESS} or {TELEPHONE}"
    land_contracts(project, "2026-09-24", [contract(1, buyer_name=OFFICER, description_en=planted, comments_en=f"{OFFICER} {ADDRESS}")])
    with BUNDLED[0].open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    for row in rows:
        for column in row:
            if column.startswith("contactInfo"):
                row[column] = f"{OFFICER} {ADDRESS} {TELEPHONE}"
            elif column.startswith(("title-", "tenderDescription")):
                row[column] = planted
    file = project.data_dir / f"{CANADABUYS}.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.DictWriter(text, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    land(project, "canadabuys/contract_history", file, "2026-09-08")
    package = json.loads(BUNDLED[1].read_text())
    for release in package["releases"]:
        release["tender"]["title"] = planted
        release["buyer"]["contactPoint"] = {"name": OFFICER, "email": ADDRESS, "telephone": TELEPHONE}
        for party in release["parties"]:
            party["contactPoint"] = {"name": OFFICER, "email": ADDRESS}
    file = project.data_dir / "hebdo_20260720_20260726.json"
    file.write_text(json.dumps(package))
    land(project, "seao/releases", file)
    assert build(project) == {}
    with project.connect() as connection:
        tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() UNION SELECT schema_name, view_name FROM duckdb_views()")
        texts = [
            f'"{schema}"."{table}"' for schema, table in tables.fetchall() if schema not in ("landing", "information_schema", "pg_catalog", "main")
        ]
        assert len(texts) > 20
        for table in texts:
            (leaks,) = connection.execute(
                f"SELECT count(*) FROM {table} AS row WHERE contains(row::VARCHAR, $officer) OR contains(row::VARCHAR, $address) "
                "OR contains(row::VARCHAR, $telephone)",
                {"officer": OFFICER, "address": ADDRESS, "telephone": TELEPHONE},
            ).fetchone()
            assert leaks == 0, table
        titles = connection.execute("SELECT DISTINCT description FROM marts.fct_contract").fetchall()
    assert titles == [("Office chairs, ask [e-mail] or [telephone]",)]
