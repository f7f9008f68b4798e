from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.metrics.contract_value import DisclosedRow, DoubleCounted, current_value, reconciliation_status, total_value
from orchestration.metrics.errors import Undefined

GOLDEN = json.loads((Path(__file__).parent / "golden" / "golden_metrics.json").read_text())["amendment_example"]
MONEY = st.integers(min_value=-(10**10), max_value=10**10).map(lambda cents: cents / 100)


def rows(values: list[float], amendments: list[float | None]) -> list[DisclosedRow]:
    return [DisclosedRow("casdo-ocena/P2200019", value, amendment) for value, amendment in zip(values, amendments, strict=True)]


@pytest.fixture(scope="module")
def example() -> list[DisclosedRow]:
    return rows([GOLDEN["original"], *GOLDEN["cumulative"]], [0.0, *GOLDEN["deltas"]])


def test_the_worked_example_has_the_value_of_its_latest_row_and_does_not_reconcile(example):
    assert current_value(example) == GOLDEN["current_value"] == 200_682.60
    assert reconciliation_status(GOLDEN["original"], example) == "neither"
    assert GOLDEN["current_value"] / GOLDEN["original"] == pytest.approx(GOLDEN["growth"], rel=1e-9)
    assert math.fsum([GOLDEN["original"], *GOLDEN["deltas"]]) == pytest.approx(GOLDEN["orig_plus_deltas"], abs=1e-9)


def test_the_naive_sum_of_the_worked_example_is_refused(example):
    assert math.fsum(row.contract_value for row in example[1:]) == pytest.approx(GOLDEN["naive_sum_of_contract_value"], abs=1e-9)
    with pytest.raises(DoubleCounted, match=r"616,516\.85 counts them more than once"):
        total_value(example[1:])


def test_contracts_of_other_names_are_added_up(example):
    assert total_value([example[-1], DisclosedRow("another", 1000.0)]) == 201_682.60


@given(original=MONEY, steps=st.lists(MONEY, min_size=1, max_size=8))
def test_amendments_that_say_what_they_add_are_deltas(original, steps):
    values = [original]
    for step in steps:
        values.append(values[-1] + step)
    assert reconciliation_status(original, rows(values, [None, *steps])) == "delta"


@pytest.mark.parametrize(
    ("amendments", "status"),
    [
        ([None, 25.0, 40.0], "cumulative"),
        ([None, 125.0, 140.0], "cumulative"),
        ([None, 20.0, 20.01], "delta"),
        ([None, 20.0, 21.0], "neither"),
        ([None, None, 40.0], None),
    ],
)
def test_what_the_latest_amendment_says_may_be_a_total(amendments, status):
    assert reconciliation_status(100.0, rows([100.0, 125.0, 140.0], amendments)) == status


def test_one_row_needs_no_reconciliation():
    assert reconciliation_status(100.0, rows([100.0], [None])) == "single"


def test_rows_of_two_procurements_have_no_one_value():
    with pytest.raises(ValueError, match="several procurements: a, b"):
        current_value([DisclosedRow("a", 1.0), DisclosedRow("b", 2.0)])
    with pytest.raises(Undefined):
        current_value([])
