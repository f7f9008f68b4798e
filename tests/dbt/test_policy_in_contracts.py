"""Contracts around the days and thresholds of procurement measures, signs for a second look, and how late contracts are disclosed."""

from __future__ import annotations

from datetime import date

import pytest

from tests.dbt.contracts import amended, build, contract, land_contracts
from tests.dbt.project import Project

LAST_QUARTER = 4 * 2026 + 2


def awarded(number: int, day: str, value: int, **cells: str) -> dict[str, str]:
    return contract(number, contract_date=day, contract_value=f"{value}.00", original_value=f"{value}.00", **cells)


def quarter_name(quarter: int) -> str:
    """The fiscal name of the quarter of that number, which counts calendar quarters since the year 0."""
    year, place = divmod(quarter - 1, 4)
    return f"{year}-{year + 1}-Q{place + 1}"


def disclosed(number: int, award: int, lag: int) -> dict[str, str]:
    """A contract awarded in one quarter and disclosed `lag` quarters later."""
    year, place = divmod(award, 4)
    name = quarter_name(award + lag)
    return awarded(number, f"{year}-{1 + 3 * place:02}-15", 30_000, reporting_period=name, reference_number=f"C-{name}-{number:05}")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("synthetic"))
    rows = [
        awarded(1, "2025-12-15", 40_000_000),
        awarded(2, "2025-12-16", 25_000_000, trade_agreement="GP,EU"),
        awarded(3, "2025-12-16", 24_999_999),
        awarded(4, "2026-06-14", 6_000_000),
        awarded(5, "2026-06-15", 5_000_000, trade_agreement="CA", country_of_vendor="US"),
        awarded(6, "2026-06-15", 5_000_000, trade_agreement=""),
        # An agreement that no list has, alone and beside one that is.
        awarded(14, "2026-06-16", 5_000_000, trade_agreement="ZZ"),
        awarded(15, "2026-06-16", 5_000_000, trade_agreement="ZZ,EU"),
        # Above the threshold by amendments alone: the value at award decides.
        awarded(7, "2026-01-10", 20_000_000),
        amended(7, 3, 30_000_000, 10_000_000, contract_date="2026-01-10", original_value="20000000.00"),
        # One bid on a competition, on none, and on an advance notice.
        awarded(8, "2025-05-01", 50_000, number_of_bids="1"),
        awarded(9, "2025-05-01", 50_000, number_of_bids="1", solicitation_procedure="TN"),
        awarded(10, "2025-05-01", 50_000, number_of_bids="1", solicitation_procedure="AC"),
        # Growth by exactly a half is allowed; more is not, the second time after the day of its end.
        awarded(11, "2025-05-01", 100_000),
        amended(11, 1, 150_000, 50_000, contract_date="2025-05-01"),
        awarded(12, "2025-05-01", 100_000, delivery_date="2025-08-31"),
        amended(12, 2, 160_000, 60_000, contract_date="2025-05-01", delivery_date="2026-08-31"),
    ]
    # A typo in the period of the report: a quarter that lies years ahead.
    rows.append(awarded(13, "2025-05-01", 50_000, reporting_period="2030-2031-Q1"))
    # Twenty-four quarters with ten contracts each: six are disclosed in their quarter, three in the next, one after three.
    number = 100
    for award in range(LAST_QUARTER - 23, LAST_QUARTER + 1):
        for lag in (0, 0, 0, 0, 0, 0, 1, 1, 1, 3):
            number += 1
            if award + lag <= LAST_QUARTER:
                rows.append(disclosed(number, award, lag))
    land_contracts(project, "2026-11-24", rows)
    assert build(project) == {}
    return project


def ask(project: Project, query: str) -> list[tuple]:
    with project.connect() as connection:
        return connection.execute(query).fetchall()


def reached(project: Project, measure: str) -> set[tuple]:
    return set(
        ask(
            project,
            "SELECT contract.contract_id[-2:]::INTEGER FROM intermediate.int_procurement__measured_contract AS contract "
            f"WHERE measure_id = '{measure}' AND award_date >= effective_from AND is_at_threshold",
        )
    )


def test_a_measure_reaches_from_its_day_and_its_threshold_on(project):
    assert reached(project, "ca_buy_canadian_strategic") == {(2,)}
    assert reached(project, "ca_buy_canadian_from_5m") == {(5,), (6,), (14,), (15,)}


def test_coverage_is_by_trade_agreement(project):
    found = ask(
        project,
        "SELECT measure_id, trade_agreement_coverage, n_contracts, value_cad, us_share_low FROM marts.policy_coverage "
        "WHERE measure_id LIKE 'ca_buy_canadian%' AND measure_id NOT LIKE '%materials' ORDER BY ALL",
    )
    assert found == [
        ("ca_buy_canadian_from_5m", "domestic", 1, 5_000_000, 1.0),
        ("ca_buy_canadian_from_5m", "international", 1, 5_000_000, 0.0),
        ("ca_buy_canadian_from_5m", "unknown", 2, 10_000_000, 0.0),
        ("ca_buy_canadian_strategic", "international", 1, 25_000_000, 0.0),
    ]


def test_the_event_study_has_both_sides_of_day_and_threshold(project):
    found = ask(
        project,
        "SELECT quarters_since, is_at_threshold, n_contracts, is_quarter_of_change FROM marts.policy_event_study "
        "WHERE measure_id = 'ca_buy_canadian_strategic' AND quarters_since BETWEEN 0 AND 1 ORDER BY ALL",
    )
    assert (0, True, 2, True) in found
    assert {(quarter, threshold) for quarter, threshold, *_ in found} == {(0, False), (0, True), (1, False)}


def test_the_rule_of_ontario_is_in_the_ledger_with_its_retroactive_day(project):
    (rule,) = ask(
        project, "SELECT announced_on, effective_from, jurisdiction, evidence FROM marts.policy_measure WHERE side = 'CA' AND jurisdiction = 'ON'"
    )
    assert rule == (date(2025, 4, 4), date(2025, 3, 4), "ON", "S")


def test_one_bid_is_a_sign_on_a_competition_only(project):
    assert ask(project, "SELECT right(contract_id, 2) FROM marts.contract_red_flag WHERE flag = 'R018'") == [("08",)]


def test_growth_is_a_sign_above_a_half(project):
    found = ask(project, "SELECT right(contract_id, 2), round(measured, 9), is_late FROM marts.contract_red_flag WHERE flag = 'growth_by_amendment'")
    assert found == [("12", 0.6, True)]


def test_the_latest_quarters_are_as_complete_as_older_ones_were(project):
    found = ask(
        project,
        "SELECT quarters_since, n_contracts, completeness, completeness_low, completeness_high, n_past_quarters, round(expected_n_contracts) "
        "FROM marts.disclosure_completeness WHERE quarters_since IN (0, 1, 2, 3) ORDER BY 1",
    )
    # Older quarters had 6, 9, 9 and 10 of 10 after as many quarters, whatever the hand-made contracts above add to the latest ones.
    assert [(since, share, low, high, past) for since, _, share, low, high, past, _ in found] == [
        (0, 0.6, 0.6, 0.6, 12), (1, 0.9, 0.9, 0.9, 12), (2, 0.9, 0.9, 0.9, 12), (3, 1.0, 1.0, 1.0, 12),
    ]  # fmt: skip
    assert found[0][1] == 6
    assert found[0][-1] == 10


def test_each_vintage_is_held_against_the_latest(tmp_path):
    project = Project(tmp_path / "synthetic")
    land_contracts(project, "2025-07-30", [contract(number) for number in range(4)])
    land_contracts(project, "2025-10-30", [contract(number) for number in range(5)])
    assert build(project) == {}
    found = ask(project, "SELECT vintage, n_rows, share_of_latest, quarters_since FROM marts.disclosure_vintage ORDER BY ALL")
    assert found == [("2025-07-30", 4, 0.8, 1), ("2025-10-30", 5, 1.0, 2)]
    assert ask(project, "SELECT count(*) FROM marts.fct_contract") == [(5,)]
    assert build(project, as_of="2025-08-01") == {}
    assert ask(project, "SELECT count(*) FROM marts.fct_contract") == [(4,)]
