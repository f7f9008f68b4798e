from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.metrics.errors import MixedRatio, SeasonalComparison, Undefined
from orchestration.metrics.exports import Exports
from orchestration.metrics.redirection import matched_rate, matched_redirection_rate, non_us_gain_over_us_loss, redirection, redirection_of
from tests.metrics.scopes import NAPCS_SCOPES

value = st.one_of(st.just(0.0), st.floats(0.01, 1e9))
products = st.lists(st.tuples(value, value, value, value), min_size=1, max_size=10)


def sides(drawn):
    return [{str(number): figures[side] for number, figures in enumerate(drawn)} for side in range(4)]


@pytest.mark.parametrize("scope", NAPCS_SCOPES)
def test_the_published_products_of_may_2025_and_2026(golden, napcs, scope):
    expected = golden("golden_metrics")[scope]
    before, after = (NAPCS_SCOPES[scope](period) for period in napcs)
    found = redirection_of(before, after)
    assert found.us_loss / 1e6 == pytest.approx(expected["us_loss"], abs=1e-9)
    assert found.matched / 1e6 == pytest.approx(expected["matched_redirect"], abs=1e-9)
    assert matched_redirection_rate(before, after).value == pytest.approx(expected["redirect_rate"], abs=1e-9)
    assert non_us_gain_over_us_loss(before, after).value == pytest.approx(expected["naive_rate"], abs=1e-9)


def test_what_grew_elsewhere_counts_up_to_what_the_same_product_lost():
    us_before, us_after = {"cars": 80, "wheat": 20, "gold": 0, "oil": 10}, {"cars": 30, "wheat": 10, "gold": 0, "oil": 10}
    non_us_before, non_us_after = {"cars": 20, "wheat": 80, "gold": 50, "oil": 40}, {"cars": 40, "wheat": 110, "gold": 150, "oil": 30}
    found = redirection(us_before, non_us_before, us_after, non_us_after)
    assert (found.us_loss, found.matched, found.matched_rate) == (60, 30, 0.5)  # cars 20 of 50, wheat 10 of 10 though it gained 30
    assert found.naive_ratio == 140 / 60  # gold's 100 less oil's 10, and all of wheat's 30


@given(products)
def test_the_matched_rate_lies_between_none_and_all(drawn):
    us_before, non_us_before, us_after, non_us_after = sides(drawn)
    if all(us_after[name] >= us_before[name] for name in us_before):
        with pytest.raises(Undefined):
            matched_rate(us_before, non_us_before, us_after, non_us_after)
        return
    found = redirection(us_before, non_us_before, us_after, non_us_after)
    assert 0 <= found.matched_rate <= 1
    assert found.matched_rate == matched_rate(us_before, non_us_before, us_after, non_us_after)
    assert found.matched <= sum(max(non_us_after[name] - non_us_before[name], 0) for name in us_before) * (1 + 1e-12)


@given(products, st.integers(-20, 20))
def test_the_unit_does_not_matter(drawn, power):
    try:
        rate = matched_rate(*sides(drawn))
    except Undefined:
        return
    assert matched_rate(*({name: figure * 2.0**power for name, figure in side.items()} for side in sides(drawn))) == rate


def test_what_has_no_rate():
    with pytest.raises(Undefined, match="nothing to redirect"):
        redirection({"a": 1}, {"a": 1}, {"a": 2}, {"a": 0})
    with pytest.raises(Undefined):
        redirection({}, {}, {}, {})
    with pytest.raises(ValueError, match="b: only on one side"):
        redirection({"a": 1}, {"a": 1}, {"a": 0, "b": 1}, {"a": 1})
    for wrong in (-1, math.nan, math.inf):
        with pytest.raises(ValueError, match=r"a: .* is no value of exports"):
            redirection({"a": 1}, {"a": 1}, {"a": 0}, {"a": wrong})


def test_no_season_and_no_revision_passes_for_a_loss(quantity):
    def exports(us, **other):
        kind = {"seasonal_adjustment": "unadjusted"} | other
        return {"a": Exports(quantity(us, **kind), quantity(10, **kind))}

    for metric in (matched_redirection_rate, non_us_gain_over_us_loss):
        assert metric(exports(6, period=date(2025, 7, 1)), exports(4)).value == 1
        with pytest.raises(SeasonalComparison, match="2026-06"):
            metric(exports(6, period=date(2026, 6, 1)), exports(4))
        with pytest.raises(MixedRatio, match="vintage"):
            metric(exports(6, period=date(2025, 7, 1), vintage=date(2025, 9, 4)), exports(4))
