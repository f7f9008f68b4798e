"""One procurement, one row: how disclosed rows are put together, and what the value of a contract is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.dbt.contracts import amended, build, contract, land_contracts
from tests.dbt.project import Project

GOLDEN = json.loads((Path(__file__).parents[1] / "metrics" / "golden" / "golden_metrics.json").read_text())["amendment_example"]


def example() -> list[dict[str, str]]:
    """The worked example, whose amendments were disclosed in as many quarters."""
    given = {
        "owner_org": "casdo-ocena",
        "procurement_id": "P2200019",
        "vendor_name": "SYNTHETIC NAME INC.",
        "original_value": str(GOLDEN["original"]),
    }
    rows = [contract(1, **given, contract_value=str(GOLDEN["original"]))]
    for times, (value, adds) in enumerate(zip(GOLDEN["cumulative"], GOLDEN["deltas"], strict=True), start=1):
        quarter = f"{2025 + times // 4}-{2026 + times // 4}-Q{1 + times % 4}"
        rows.append(amended(1, 1, value, adds, **given) | {"reporting_period": quarter, "reference_number": f"C-{quarter}-00001"})
    return rows


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("synthetic"))
    rows = [
        *example(),
        # Amendments that add up, that state totals, and one filed before its contract in the file.
        amended(2, 1, 125_000, 25_000),
        contract(2),
        amended(2, 2, 140_000, 15_000),
        contract(3),
        amended(3, 1, 120_000, 20_000),
        amended(3, 2, 150_000, 50_000),
        # A suffix on one row, a name in French and with an accent on another.
        contract(4, procurement_id="S4", vendor_name="Érablière Noire Ltd."),
        amended(4, 1, 110_000, 10_000, procurement_id="s4/001", vendor_name="ERABLIERE NOIRE LTÉE"),
        # Task authorizations under one id are procurements of their own.
        contract(5, procurement_id="T8086-172450/001/13"),
        contract(5, procurement_id="T8086-172450/005/24", reference_number="C-2025-2026-Q1-10005"),
        # Swapped ids; no reporting period on the amendment, whose number tells the quarter.
        contract(6, reference_number="4500137006", procurement_id="C-2025-2026-Q1-00006"),
        amended(6, 2, 130_000, 30_000, procurement_id="4500137006") | {"reporting_period": ""},
        # An amendment without an id is found by vendor, value and start; one that two contracts could have is not.
        contract(7, original_value="77777.77", contract_value="77777.77"),
        amended(7, 1, 88_888.88, 11_111.11, procurement_id="", original_value="77777.77"),
        contract(8, procurement_id="S8A"),
        contract(8, procurement_id="S8B", reference_number="C-2025-2026-Q1-10008"),
        amended(8, 1, 123_456, 23_456, procurement_id=""),
        # A typo of the value at award; standing offers beside a contract under their id.
        contract(9, original_value="1.13", contract_value="600000000.00"),
        contract(10, instrument_type="SOSA", contract_value="5000000.00"),
        contract(10, reference_number="C-2025-2026-Q1-10010"),
        # Without names there is nothing to tell vendors apart by, and nothing to call them one.
        contract(12, vendor_name=""),
        contract(13, vendor_name=""),
        # One number on two rows: two contracts, both kept.
        contract(11, reference_number="C-2025-2026-Q1-00011", procurement_id="S11A"),
        contract(11, reference_number="C-2025-2026-Q1-00011", procurement_id="S11B"),
    ]
    land_contracts(project, "2026-09-24", rows)
    assert build(project) == {}
    return project


def found(project: Project, columns: str, condition: str) -> list[tuple]:
    with project.connect() as connection:
        return connection.execute(f"SELECT {columns} FROM marts.fct_contract WHERE {condition} ORDER BY contract_id").fetchall()


def of(number: int) -> str:
    return f"reference_number LIKE '%{number:05}' AND buyer_code = 'syn'"


def test_the_worked_example_is_its_latest_row_and_its_sum_is_refused(project):
    columns = "current_value_cad, original_value_cad, n_amendments, reconciliation_status"
    assert found(project, columns, "buyer_code = 'casdo-ocena'") == [(200_682.60, 23_226.73, 4, "neither")]
    with project.connect() as connection:
        amendments = "FROM marts.fct_contract_amendment WHERE buyer_code = 'casdo-ocena' AND place > 1"
        (naive,) = connection.execute(f"SELECT sum(contract_value_cad) {amendments}").fetchone()
        assert naive == pytest.approx(GOLDEN["naive_sum_of_contract_value"])
        with pytest.raises(Exception, match=r"4 rows are of 1 contracts.*616516\.85 counts them more than once"):
            connection.execute(f"SELECT marts.contract_total(dataset, contract_id, contract_value_cad) {amendments}").fetchall()
        (total,) = connection.execute("SELECT marts.contract_total(dataset, contract_id, current_value_cad) FROM marts.fct_contract").fetchone()
    assert total > 600_000_000


@pytest.mark.parametrize(("number", "expected"), [(2, (140_000, 2, "delta")), (3, (150_000, 2, "cumulative"))])
def test_amendments_reconcile_as_they_were_meant(project, number, expected):
    assert found(project, "current_value_cad, n_amendments, reconciliation_status", of(number)) == [expected]


def test_a_suffix_or_another_spelling_does_not_part_a_contract(project):
    assert found(project, "procurement_id, current_value_cad, n_amendments, is_suffix_removed", of(4)) == [("S4", 110_000, 1, True)]


def test_task_authorizations_under_one_id_are_procurements_of_their_own(project):
    assert found(project, "procurement_id", "procurement_id LIKE 'T8086%'") == [("T8086-172450/001",), ("T8086-172450/005",)]


def test_swapped_ids_are_put_right_and_the_published_ones_kept(project):
    assert found(project, "procurement_id, current_value_cad, n_amendments, are_ids_exchanged", "procurement_id = '4500137006'") == [
        ("4500137006", 130_000, 1, True)
    ]
    with project.connect() as connection:
        published = connection.execute(
            "SELECT reference_number, procurement_id FROM marts.fct_contract_amendment WHERE procurement_key = '4500137006' AND place = 1"
        ).fetchall()
    assert published == [("4500137006", "C-2025-2026-Q1-00006")]


def test_an_amendment_without_an_id_is_found_by_value_where_one_contract_alone_fits(project):
    assert found(project, "current_value_cad, n_amendments, is_grouped_by_value", "original_value_cad = 77777.77") == [(88_888.88, 1, True)]
    # Two would fit: the amendment stays apart, and both contracts are as they were.
    assert found(project, "current_value_cad", f"procurement_id LIKE 'S8_' OR ({of(8)} AND procurement_id IS NULL)") == [
        (100_000,),
        (100_000,),
        (123_456,),
    ]


def test_a_typo_at_award_is_flagged_and_counts_for_nothing(project):
    columns = "original_value_cad, published_original_value_cad, is_original_value_implausible, current_value_cad"
    assert found(project, columns, of(9)) == [(None, 1.13, True, 600_000_000)]
    assert len(found(project, "contract_id", "is_original_value_implausible")) == 1


def test_a_standing_offer_is_a_ceiling_and_stays_apart_from_the_contract_under_it(project):
    columns = "is_standing_offer, current_value_cad, ceiling_cad"
    assert sorted(found(project, columns, "reference_number LIKE '%0010'")) == [(False, 100_000, None), (True, None, 5_000_000)]


def test_a_vendor_without_a_name_is_no_vendor_and_widens_the_index_of_suppliers(project):
    assert found(project, "vendor_id, vendor_name", f"({of(12)}) OR ({of(13)})") == [(None, None), (None, None)]
    with project.connect() as connection:
        ((index, low, high),) = connection.execute(
            "SELECT supplier_hhi, supplier_hhi_low, supplier_hhi_high FROM marts.procurement_content "
            "WHERE commodity_type = 'all' AND value_band = '25k_to_5m' AND period_start_date = DATE '2025-04-01'"
        ).fetchall()
    assert index is None
    assert low < high


def test_a_number_on_two_rows_loses_neither(project):
    assert found(project, "contract_id", of(11)) == [("syn/C-2025-2026-Q1-00011",), ("syn/C-2025-2026-Q1-00011/2",)]
