from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.metrics.errors import MixedRatio, SeasonalComparison, Undefined
from orchestration.metrics.months import plus_months
from orchestration.metrics.quantity import (
    Quantity,
    Total,
    ratio,
    remainder,
    require_comparable,
    require_comparable_totals,
    require_one_release,
    share,
    share_over,
    total_over,
)

months = st.dates(date(2000, 1, 1), date(2030, 12, 31)).map(lambda day: day.replace(day=1))

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
    assert remainder(quantity(0), quantity(0)) == quantity(0)


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


def figure(period: date, seasonal_adjustment: str, vintage: date = date(2031, 1, 1)) -> Quantity:
    return Quantity(value=1, unit="CAD", dataset="x/y", basis="customs", seasonal_adjustment=seasonal_adjustment, period=period, vintage=vintage)


def over(first: date, n_periods: int, seasonal_adjustment: str) -> Total:
    return total_over([figure(plus_months(first, index), seasonal_adjustment) for index in range(n_periods)])


def is_refused(check, before, after) -> bool:
    try:
        check(before, after)
    except SeasonalComparison:
        return True
    return False


@given(months, months)
def test_unadjusted_months_compare_with_the_same_month_of_other_years_alone(one, other):
    is_same_season = one.month == other.month and one.year != other.year
    assert is_refused(require_comparable, figure(one, "unadjusted"), figure(other, "unadjusted")) == (not is_same_season)
    assert not is_refused(require_comparable, figure(one, "seasonally_adjusted"), figure(other, "seasonally_adjusted"))


@given(months, months, st.integers(1, 26))
def test_unadjusted_windows_compare_as_whole_years_or_over_the_same_months(one, other, n_periods):
    is_same_season = n_periods in (12, 24) or one.month == other.month
    assert is_refused(require_comparable_totals, over(one, n_periods, "unadjusted"), over(other, n_periods, "unadjusted")) == (not is_same_season)
    assert not is_refused(require_comparable_totals, over(one, n_periods, "seasonally_adjusted"), over(other, n_periods, "seasonally_adjusted"))


def test_a_refused_comparison_names_its_sides_and_says_what_to_do(quantity):
    june, july = quantity(1, period=date(2026, 6, 1), seasonal_adjustment="unadjusted"), quantity(1, seasonal_adjustment="unadjusted")
    with pytest.raises(SeasonalComparison) as refused:
        require_comparable(june, july)
    assert (refused.value.before, refused.value.after) == ("2026-06", "2026-07")
    assert "compare with the same month of the year before, or take seasonally adjusted figures" in str(refused.value)
    with pytest.raises(SeasonalComparison, match=r"of 2025-01 to 2025-07 and of 2025-08 to 2026-02 .* same months of the year before"):
        require_comparable_totals(over(date(2025, 1, 1), 7, "unadjusted"), over(date(2025, 8, 1), 7, "unadjusted"))


def test_a_growth_factor_is_a_comparison(quantity):
    june, july = quantity(80, period=date(2026, 6, 1), seasonal_adjustment="unadjusted"), quantity(100, seasonal_adjustment="unadjusted")
    with pytest.raises(SeasonalComparison):
        ratio(july, june)
    assert ratio(july, quantity(80, period=date(2025, 7, 1), seasonal_adjustment="unadjusted")) == 1.25


@pytest.mark.parametrize("seasonal_adjustment", ["unadjusted", "seasonally_adjusted"])
def test_a_year_to_date_does_not_compare_with_a_whole_year(seasonal_adjustment):
    with pytest.raises(MixedRatio, match="n_periods is 12 on one side and 7 on the other"):
        require_comparable_totals(over(date(2025, 1, 1), 12, seasonal_adjustment), over(date(2026, 1, 1), 7, seasonal_adjustment))


@pytest.mark.parametrize(("dimension", "other"), OTHER_KINDS.items())
def test_a_comparison_is_of_one_kind_and_one_vintage(quantity, dimension, other):
    before = quantity(1, **({"period": date(2025, 7, 1)} | {dimension: other}))
    with pytest.raises(MixedRatio, match=dimension):
        require_comparable(before, quantity(1))


@pytest.mark.parametrize(("dimension", "other"), [*OTHER_KINDS.items(), ("period", date(2026, 6, 1))])
def test_one_release_is_of_one_kind_month_and_vintage(quantity, dimension, other):
    require_one_release([quantity(1), quantity(2), quantity(3)])
    with pytest.raises(MixedRatio, match=dimension):
        require_one_release([quantity(1), quantity(2), quantity(3, **{dimension: other})])
