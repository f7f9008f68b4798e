"""Shares of public contracts on a hand-made table of twenty, with every way in which a country is not told."""

from __future__ import annotations

from datetime import date

import pytest
from scipy.stats import binomtest

from orchestration.lib.procurement_figures import read_procurement_years
from tests.dbt.contracts import build, contract, land_contracts
from tests.dbt.project import Project

# Twenty contracts of the first quarter of 2025-2026: (value in thousands, country, procedure, further cells). 1,000 thousand in all.
TWENTY = [
    (100, "CA", "OB", {}),
    (100, "CA", "TN", {}),
    (50, "ca", "TN", {}),
    (40, "CANADA", "OB", {}),
    (10, "Canada ", "TC", {"commodity_type": "S"}),
    (60, "US", "OB", {}),
    (40, "United States", "TN", {}),
    (30, "New York", "OB", {}),
    (20, "USA", "ST", {}),
    (25, "FR", "OB", {}),
    (25, "Royaume-Uni", "OB", {}),
    (80, "", "OB", {}),
    (70, "N/A", "OB", {}),
    (50, "NA", "", {}),
    # Both a state of the United States and a country: not told.
    (30, "Georgia", "OB", {}),
    (20, "Somewhere", "AC", {}),
    # No country, and a postal area that only Canada has; a foreign country beats it.
    (100, "", "OB", {"vendor_postal_code": "K1A"}),
    (50, "US", "OB", {"vendor_postal_code": "M5V"}),
    (90, "CA", "", {}),
    (10, "", "", {"commodity_type": ""}),
]
CANADIAN, AMERICAN, UNKNOWN = 490, 200, 260
SOLE_SOURCE, PROCEDURE_UNKNOWN = 190, 150


def rows() -> list[dict[str, str]]:
    twenty = [
        contract(
            number,
            contract_value=f"{1000 * value}.00",
            original_value=f"{1000 * value}.00",
            country_of_vendor=country,
            solicitation_procedure=procedure,
            **cells,
        )
        for number, (value, country, procedure, cells) in enumerate(TWENTY)
    ]
    # What is no spending of that quarter: a standing offer, a value below zero, an award of the year before.
    return [
        *twenty,
        contract(20, instrument_type="SOSA", contract_value="9000000.00"),
        contract(21, contract_value="-500.00", original_value="20000.00"),
        contract(22, contract_date="2025-03-31", contract_value="30000000.00", original_value="30000000.00", country_of_vendor="US"),
        contract(23, contract_date="2201-02-30"),
    ]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("synthetic"))
    land_contracts(project, "2025-07-30", rows())
    assert build(project) == {}
    return project


def content(project: Project, commodity_type: str = "all", value_band: str = "all", quarter: str = "2025-04-01") -> dict[str, object]:
    with project.connect() as connection:
        found = connection.execute(
            "FROM marts.procurement_content WHERE period_start_date = ? AND commodity_type = ? AND value_band = ?",
            [quarter, commodity_type, value_band],
        )
        (row,) = found.fetchall()
        return dict(zip((column[0] for column in found.description or ()), row, strict=True))


def test_a_country_that_is_not_told_is_in_no_lower_bound_and_in_every_upper_one(project):
    row = content(project)
    assert (row["value_cad"], row["n_contracts"], row["n_without_value"], row["is_sample"]) == (1_000_000, 21, 1, False)
    assert (row["canadian_share_low"], row["canadian_share_high"], row["unknown_share"]) == (
        CANADIAN / 1000,
        (CANADIAN + UNKNOWN) / 1000,
        UNKNOWN / 1000,
    )
    assert (row["us_share_low"], row["us_share_high"]) == (AMERICAN / 1000, (AMERICAN + UNKNOWN) / 1000)
    assert (row["canadian_content_share_low"], row["canadian_content_share_high"], row["content_unknown_share"]) == (0, 1, 1)
    assert (row["canadian_control_share_low"], row["canadian_control_share_high"]) == (0, 1)


def test_the_sole_source_share_is_one_of_published_procedures(project):
    row = content(project)
    assert row["sole_source_share"] == pytest.approx(SOLE_SOURCE / (1000 - PROCEDURE_UNKNOWN))
    assert row["procedure_unknown_share"] == PROCEDURE_UNKNOWN / 1000


def test_the_parts_of_a_quarter_make_it_up(project):
    with project.connect() as connection:
        for parts in ("commodity_type <> 'all' AND value_band = 'all'", "commodity_type = 'all' AND value_band <> 'all'"):
            (value, contracts) = connection.execute(
                f"SELECT sum(value_cad), sum(n_contracts) FROM marts.procurement_content WHERE period_start_date = DATE '2025-04-01' AND {parts}"
            ).fetchone()
            assert (value, contracts) == (1_000_000, 21)
    assert content(project, commodity_type="services")["value_cad"] == 10_000
    assert content(project, commodity_type="unknown")["canadian_share_high"] == 1


def test_the_metric_of_a_year_is_what_its_quarters_add_up_to(project):
    """Shares are divided in SQL for the marts and in Python for the metrics; both are of the contracts with a value."""
    with project.connect() as connection:
        years = {year.first_day: year for year in read_procurement_years(connection)}
    row, spending = content(project), years[date(2025, 4, 1)].by_canadian_address
    assert spending.n_contracts == row["n_contracts"] - row["n_without_value"] == 20
    assert (spending.share().low, spending.share().high) == (row["canadian_share_low"], row["canadian_share_high"])
    assert (spending.count_share().low, spending.count_share().high) == (row["canadian_count_share_low"], row["canadian_count_share_high"])
    assert years[date(2025, 4, 1)].by_sole_source.share_of_known().low == row["sole_source_share"]


def test_the_index_of_suppliers_is_over_their_values(project):
    with project.connect() as connection:
        (expected,) = connection.execute(
            "SELECT sum(v * v) / pow(sum(v), 2) FROM (SELECT sum(current_value_cad) AS v FROM marts.fct_contract "
            "WHERE award_quarter_start_date = DATE '2025-04-01' AND current_value_cad > 0 GROUP BY vendor_id)"
        ).fetchone()
    assert content(project)["supplier_hhi"] == pytest.approx(expected)


def test_fiscal_years_begin_in_april(project):
    before, after = content(project, quarter="2025-01-01"), content(project)
    assert (before["fiscal_year_start_date"], before["fiscal_quarter"]) == (date(2024, 4, 1), 4)
    assert (after["fiscal_year_start_date"], after["fiscal_quarter"]) == (date(2025, 4, 1), 1)


def test_an_impossible_day_is_no_quarter_and_the_contract_is_kept(project):
    with project.connect() as connection:
        found = connection.execute(
            "SELECT award_date, award_quarter_start_date FROM marts.fct_contract WHERE reference_number LIKE '%00023'"
        ).fetchall()
    assert found == [(None, None)]


def test_a_breakdown_by_each_dimension_has_all_contracts(project):
    with project.connect() as connection:
        sums = connection.execute(
            "SELECT dimension, sum(n_contracts), round(sum(share_of_value), 9) FROM marts.procurement_breakdown "
            "WHERE fiscal_year_start_date = DATE '2025-04-01' GROUP BY ALL"
        ).fetchall()
        countries = dict(
            connection.execute(
                "SELECT member, value_cad FROM marts.procurement_breakdown "
                "WHERE fiscal_year_start_date = DATE '2025-04-01' AND dimension = 'vendor_country'"
            ).fetchall()
        )
    assert len(sums) == 8
    assert {(contracts, share) for _, contracts, share in sums} == {(21, 1.0)}
    assert countries == {"CA": 490_000, "US": 200_000, "FR": 25_000, "GB": 25_000, "unknown": 260_000}


def test_a_year_of_which_a_quarter_is_missing_has_no_share(project):
    """The file was released within the second quarter: what is held of it is whole, and the year is not over."""
    with project.connect() as connection:
        held = connection.execute(
            "SELECT is_whole, is_over FROM intermediate.int_procurement__held_year WHERE year(fiscal_year_start_date) = 2025"
        ).fetchall()
    assert held == [(True, False)]


def test_a_sample_has_rows_and_no_share(tmp_path):
    project = Project(tmp_path / "synthetic")
    land_contracts(project, "2025-07-30", rows(), is_partial=True)
    assert build(project) == {}
    row = content(project)
    assert (row["n_contracts"], row["is_sample"]) == (21, True)
    shares = [name for name in row if "share" in name or name.endswith("_cad") or name.startswith("supplier_hhi")]
    assert len(shares) > 20
    assert {row[name] for name in shares} == {None}


def test_wilsons_interval_is_that_of_scipy(project):
    with project.connect() as connection:
        found = connection.execute(
            "SELECT n_contracts - n_without_value, n_canadian, n_country_unknown, canadian_count_share_95_low, canadian_count_share_95_high "
            "FROM marts.policy_event_study WHERE measure_id = 'ca_buy_canadian_from_5m' AND period_start_date = DATE '2025-04-01'"
        ).fetchall()
    ((trials, canadian, unknown, low, high),) = found
    assert low == pytest.approx(binomtest(canadian, trials).proportion_ci(method="wilson").low, rel=1e-9)
    assert high == pytest.approx(binomtest(canadian + unknown, trials).proportion_ci(method="wilson").high, rel=1e-9)
