from __future__ import annotations

import math
from datetime import date

import pytest

from orchestration.metrics.errors import MixedRatio, Undefined
from orchestration.metrics.quantity import ratio, remainder, share, share_over, total_over

OTHER_KINDS = {
    "dataset": "statcan/cimt_aggregates",
    "basis": "balance_of_payments",
    "seasonal_adjustment": "unadjusted",
    "vintage": date(2026, 8, 4),
    "unit": "USD",
    "price_basis": "real",
}


@pytest.mark.parametrize(("dimension", "other"), OTHER_KINDS.items())
@pytest.mark.parametrize("divide", [share, ratio, lambda part, whole: remainder(whole, part), lambda part, whole: share_over([part], [whole])])
def test_a_mixed_ratio_is_refused_and_both_sides_are_named(quantity, divide, dimension, other):
    part, whole = quantity(1), quantity(2, **{dimension: other})
    with pytest.raises(MixedRatio) as refused:
        divide(part, whole)
    assert list(refused.value.differences) == [dimension]
    assert str(other) in str(refused.value)
    assert str(getattr(part, dimension)) in str(refused.value)


def test_every_difference_is_named_at_once(quantity):
    with pytest.raises(MixedRatio) as refused:
        share(quantity(1), quantity(2, basis="balance_of_payments", unit="USD"))
    assert set(refused.value.differences) == {"basis", "unit"}


def test_a_share_is_of_one_month_but_a_growth_factor_is_not(quantity):
    june, july = quantity(80, period=date(2026, 6, 1)), quantity(100)
    with pytest.raises(MixedRatio, match="period"):
        share(june, july)
    assert ratio(july, june) == 1.25


@pytest.mark.parametrize(("part", "whole"), [(3, 2), (-1, 2), (-1, -2)])
def test_a_share_lies_between_zero_and_one(quantity, part, whole):
    with pytest.raises(ValueError, match="not a part"):
        share(quantity(part), quantity(whole))


def test_nothing_is_divided_by_zero(quantity):
    with pytest.raises(Undefined):
        share(quantity(0), quantity(0))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_missing_figure_is_no_quantity(quantity, value):
    with pytest.raises(ValueError, match="missing"):
        quantity(value)


def test_the_unit_is_one_of_the_vocabulary(quantity):
    with pytest.raises(ValueError, match="vocabulary"):
        quantity(1, unit="CAD millions")


def test_the_remainder_keeps_its_kind(quantity):
    assert remainder(quantity(100), quantity(60)) == quantity(40)


def test_a_window_spans_vintages_and_says_which(quantity):
    total = total_over([quantity(2, vintage=date(2026, 9, 3)), quantity(1, period=date(2026, 6, 1), vintage=date(2026, 8, 4))])
    assert (total.value, total.n_periods) == (3, 2)
    assert (total.first_period, total.last_period) == (date(2026, 6, 1), date(2026, 7, 1))
    assert (total.vintage_date_min, total.vintage_date_max) == (date(2026, 8, 4), date(2026, 9, 3))


@pytest.mark.parametrize(("dimension", "other"), [item for item in OTHER_KINDS.items() if item[0] != "vintage"])
def test_a_window_does_not_mix_kinds(quantity, dimension, other):
    with pytest.raises(MixedRatio, match=dimension):
        total_over([quantity(1, period=date(2026, 6, 1)), quantity(2, **{dimension: other})])


@pytest.mark.parametrize("months", [(5, 7), (7, 7)])
def test_a_window_with_a_gap_or_a_month_twice_has_no_total(quantity, months):
    with pytest.raises(Undefined, match="2026-07"):
        total_over([quantity(1, period=date(2026, month, 1)) for month in months])


def test_an_empty_window_has_no_total():
    with pytest.raises(Undefined):
        total_over([])


def test_the_share_of_a_window_is_checked_month_by_month(quantity):
    june = {"period": date(2026, 6, 1), "vintage": date(2026, 8, 4)}
    assert share_over([quantity(1, **june), quantity(2)], [quantity(4, **june), quantity(4)]) == 3 / 8
    with pytest.raises(MixedRatio, match="vintage"):
        share_over([quantity(1, **june), quantity(2)], [quantity(4, period=june["period"]), quantity(4, vintage=june["vintage"])])
