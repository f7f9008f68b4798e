from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.metrics.decomposition import share_change_from_rest, share_change_from_us, share_shapley
from orchestration.metrics.errors import MixedRatio, SeasonalComparison, Undefined

flow = st.floats(0.01, 1e9)


@given(flow, flow, flow, flow)
def test_the_parts_sum_to_the_change(u0, n0, u1, n1):
    moved = share_shapley(u0, n0, u1, n1)
    assert moved.from_numerator + moved.from_rest == pytest.approx(moved.change, abs=1e-15)
    assert moved.change == pytest.approx(u1 / (u1 + n1) - u0 / (u0 + n0), abs=1e-15)


@given(flow, flow, flow, flow)
def test_the_roles_are_symmetric_and_time_runs_both_ways(u0, n0, u1, n1):
    forth, back, swapped = share_shapley(u0, n0, u1, n1), share_shapley(u1, n1, u0, n0), share_shapley(n0, u0, n1, u1)
    assert (back.from_numerator, back.from_rest) == pytest.approx((-forth.from_numerator, -forth.from_rest), abs=1e-15)
    assert (swapped.from_rest, swapped.from_numerator) == pytest.approx((-forth.from_numerator, -forth.from_rest), abs=1e-12)


@given(flow, flow, flow)
def test_what_did_not_move_contributes_nothing(u0, n0, moved_to):
    assert share_shapley(u0, n0, u0, moved_to).from_numerator == 0
    assert share_shapley(u0, n0, moved_to, n0).from_rest == 0


@given(flow, flow, flow, flow)
def test_each_part_moves_the_share_its_own_way(u0, n0, u1, n1):
    moved = share_shapley(u0, n0, u1, n1)
    assert moved.from_numerator * (u1 - u0) >= 0
    assert moved.from_rest * (n1 - n0) <= 0


@given(flow, flow, flow, flow, st.floats(0.001, 1000))
def test_the_unit_does_not_matter(u0, n0, u1, n1, scale):
    scaled = share_shapley(u0 * scale, n0 * scale, u1 * scale, n1 * scale)
    assert scaled.from_numerator == pytest.approx(share_shapley(u0, n0, u1, n1).from_numerator, abs=1e-12)


def test_a_market_that_opens_and_one_that_closes():
    assert share_shapley(0, 10, 10, 10).from_numerator == 0.5
    assert share_shapley(10, 0, 10, 10).from_rest == -0.5
    with pytest.raises(Undefined):
        share_shapley(0, 10, 10, 0)
    with pytest.raises(ValueError, match="negative"):
        share_shapley(-1, 10, 10, 10)


def test_the_published_attribution_is_reproduced(golden, exports):
    published = golden("exports_to_the_us")["shapley_june_to_july_2026"]
    (us_june, us_july), (world_june, world_july) = exports("2026-06", "2026-07")
    from_us = share_change_from_us(us_june, world_june, us_july, world_july).low
    from_rest = share_change_from_rest(us_june, world_june, us_july, world_july).low
    assert round(from_us, 3) == published["from_us_points"]
    assert round(from_us + from_rest, 3) == published["change_points"]
    assert round(100 * from_us / (from_us + from_rest), 1) == published["from_us_percent_of_change"]


@pytest.mark.parametrize("which", range(4))
@pytest.mark.parametrize(
    ("dimension", "other"), [("basis", "balance_of_payments"), ("seasonal_adjustment", "unadjusted"), ("vintage", date(2026, 8, 4)), ("unit", "USD")]
)
def test_no_figure_of_another_kind_enters_a_change(quantity, which, dimension, other):
    june = date(2026, 6, 1)
    kinds = [{"period": june}, {"period": june}, {}, {}]
    kinds[which] = kinds[which] | {dimension: other}
    figures = [quantity(value, **kind) for value, kind in zip([6, 10, 7, 10], kinds, strict=True)]
    for metric in (share_change_from_us, share_change_from_rest):
        with pytest.raises(MixedRatio, match=dimension):
            metric(*figures)


def test_a_revision_is_no_change_even_when_both_ends_are_consistent(quantity):
    before = {"period": date(2026, 6, 1), "vintage": date(2026, 8, 4)}
    with pytest.raises(MixedRatio, match="vintage"):
        share_change_from_us(quantity(6, **before), quantity(10, **before), quantity(7), quantity(10))


def test_a_season_is_no_change(quantity):
    def figures(before):
        month = {"seasonal_adjustment": "unadjusted", "period": before}
        return (
            quantity(6, **month),
            quantity(10, **month),
            quantity(7, seasonal_adjustment="unadjusted"),
            quantity(10, seasonal_adjustment="unadjusted"),
        )

    for metric in (share_change_from_us, share_change_from_rest):
        with pytest.raises(SeasonalComparison, match="2026-06"):
            metric(*figures(date(2026, 6, 1)))
    year_on_year = [metric(*figures(date(2025, 7, 1))).low for metric in (share_change_from_us, share_change_from_rest)]
    assert sum(year_on_year) == pytest.approx(10)
