"""Contracts with planted truth: what is found of twenty thousand rows is what was planted; `make bench` tries 1.3 million."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.bench.contracts_in_pandas import procurements
from tests.bench.grouping import Pairwise, pairwise
from tests.bench.procurement import clean_procurements, found_grouping
from tests.bench.synthetic_contracts import ADDRESS, OFFICER, TELEPHONE, write_contracts
from tests.dbt.contracts import CONTRACTS, build, land
from tests.dbt.project import Project

ROWS = 20_000


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("synthetic") / "contracts.csv"
    write_contracts(file, ROWS)
    return file.with_suffix("").with_suffix(".truth.parquet")


@pytest.fixture(scope="module")
def project(truth: Path) -> Project:
    project = Project(truth.parent)
    land(project, CONTRACTS, truth.parent / "contracts.csv", "2026-09-24")
    assert build(project) == {}
    return project


def test_every_row_is_in_one_procurement(project):
    with project.connect() as connection:
        ((rows, in_contracts),) = connection.execute(
            "SELECT (SELECT count(*) FROM marts.fct_contract_amendment), (SELECT sum(n_amendments + 1) FROM marts.fct_contract)"
        ).fetchall()
    assert rows == in_contracts == ROWS


def test_rows_are_grouped_as_they_were_planted(project, truth):
    with project.connect() as connection:
        found = found_grouping(connection, truth)
    assert found.precision >= 0.99
    assert found.recall >= 0.99


def test_the_current_value_of_every_clean_procurement_is_exact(project, truth):
    with project.connect() as connection:
        clean, exact = clean_procurements(connection, truth)
    assert exact == clean > 10_000


def test_amendments_reconcile_in_the_proportions_of_the_real_file_and_as_planted(project, truth):
    with project.connect() as connection:
        several = dict(
            connection.execute(
                f"""
                SELECT reconciles, count(*) / sum(count(*)) OVER ()
                FROM (SELECT contract, reconciles FROM '{truth}' GROUP BY ALL HAVING count(*) > 2) GROUP BY ALL"""
            ).fetchall()
        )
        statuses = connection.execute(
            f"""
            SELECT DISTINCT truth.reconciles, contract.reconciliation_status
            FROM '{truth}' AS truth INNER JOIN marts.fct_contract AS contract
                ON contract.buyer_code = truth.owner_org AND contract.reference_number = truth.reference_number
            WHERE truth.is_clean AND NOT list_contains(truth.faults, 'typo_at_award') AND contract.reconciliation_status IS NOT NULL"""
        ).fetchall()
    assert several == {"delta": pytest.approx(0.58, abs=0.06), "cumulative": pytest.approx(0.10, abs=0.04), "neither": pytest.approx(0.32, abs=0.06)}
    assert {planted for planted, found in statuses if planted == found} == {"single", "delta", "cumulative", "neither"}
    assert all(planted == found for planted, found in statuses)


def test_the_rival_in_pandas_finds_the_same_where_names_agree(project):
    theirs = procurements(project.data_dir / "landing" / "open_canada" / "contracts" / "vintage=2026-09-24" / "contracts.parquet")
    with project.connect() as connection:
        connection.register("theirs", theirs)
        ((same, compared),) = connection.execute(
            """
            SELECT count(*) FILTER (round(ours.current_value_cad, 2) IS NOT DISTINCT FROM round(theirs.current, 2)), count(*)
            FROM theirs INNER JOIN intermediate.int_procurement__federal_contract AS ours
                ON ours.buyer_code = theirs.owner_org AND ours.reference_number = theirs.reference_number AND ours.n_rows = theirs.n_rows
            """
        ).fetchall()
    assert same / compared > 0.999
    assert compared / len(theirs) > 0.99


def test_no_planted_officer_is_in_a_table(project):
    with project.connect() as connection:
        for table in ("fct_contract", "fct_contract_amendment", "dim_vendor"):
            for planted in (OFFICER, ADDRESS, TELEPHONE):
                ((leaks,),) = connection.execute(f"SELECT count(*) FROM marts.{table} AS row WHERE contains(row::VARCHAR, ?)", [planted]).fetchall()
                assert leaks == 0, (table, planted)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([("a", 1), ("b", 1), ("c", 2)], Pairwise(1.0, 1.0)),
        ([("a", 1), ("b", 1), ("c", 1)], Pairwise(1 / 3, 1.0)),
        ([("a", 1), ("b", 2), ("c", 3)], Pairwise(1.0, 0.0)),
    ],
)
def test_pairs_are_counted_within_groups(found, expected):
    with duckdb.connect() as connection:
        relation = 'SELECT * FROM (VALUES {}) AS rows ("row", "group")'
        truth = relation.format("('a', 1), ('b', 1), ('c', 2)")
        assert pairwise(connection, truth, relation.format(", ".join(map(str, found)))) == expected
