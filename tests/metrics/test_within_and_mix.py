from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.metrics.decomposition import Contribution, share_change, share_change_by_product, share_change_mix, share_change_within
from orchestration.metrics.errors import MixedRatio, SeasonalComparison, Undefined
from orchestration.metrics.exports import Exports
from orchestration.metrics.quantity import Quantity, ratio
from tests.metrics.scopes import NAPCS_SCOPES

pair = st.tuples(st.floats(0, 1), st.one_of(st.just(0.0), st.floats(0.01, 1e9))).map(lambda drawn: (drawn[0] * drawn[1], drawn[1]))
two_periods = st.lists(st.tuples(pair, pair), min_size=1, max_size=10).filter(
    lambda products: all(any(pairs[period][1] for pairs in products) for period in (0, 1))
)


def split(products):
    return [{str(number): pairs[period] for number, pairs in enumerate(products)} for period in (0, 1)]


@pytest.mark.parametrize("scope", NAPCS_SCOPES)
def test_the_published_products_of_may_2025_and_2026(golden, napcs, scope):
    """The two parts, and the interaction of the usual three-part split, which the symmetric one halves between them."""
    expected = golden("golden_metrics")[scope]
    before, after = (NAPCS_SCOPES[scope](period) for period in napcs)
    moved = share_change_by_product(before, after)
    found = {"d": moved.change, "within_sym": moved.within, "mix_sym": moved.mix}
    assert found == pytest.approx({name: expected[name] for name in found}, abs=1e-9)
    assert moved.within == pytest.approx(expected["within_w0"] + expected["inter"] / 2, abs=1e-9)
    assert moved.mix == pytest.approx(expected["mix_s0"] + expected["inter"] / 2, abs=1e-9)
    assert moved.within + moved.mix == pytest.approx(expected["S1"] - expected["S0"], abs=1e-12)
    for period, share in ((before, expected["S0"]), (after, expected["S1"])):
        figures = period.values()
        assert sum(exports.us.value for exports in figures) / sum(exports.world.value for exports in figures) == pytest.approx(share, abs=1e-9)
    within, mix = share_change_within(before, after), share_change_mix(before, after)
    assert (within.value, mix.value) == pytest.approx((100 * expected["within_sym"], 100 * expected["mix_sym"]), abs=1e-9)
    assert within.n_units == mix.n_units == expected["n"]


def test_with_gold_the_share_rose_and_without_it_fell(napcs):
    everything = share_change_by_product(*napcs)
    without = share_change_by_product(*(NAPCS_SCOPES["share_decomp_ex_gold"](period) for period in napcs))
    assert (round(everything.within, 6), round(everything.mix, 6)) == (-0.005380, 0.005726)
    assert (round(without.within, 6), round(without.mix, 6)) == (-0.007867, -0.001680)
    for moved in (everything, without):
        assert moved.within + moved.mix == pytest.approx(moved.change, abs=1e-12)
    assert set(napcs[0]) - set(everything.by_product) == {"154"}  # radioactive ores: no exports in either month
    assert everything.by_product["153"].within == 0  # nickel ores: none in the first
    assert everything.by_product["324"].mix == max(part.mix for part in everything.by_product.values())


@given(two_periods)
def test_the_parts_of_every_product_sum_to_the_change(products):
    before, after = split(products)
    moved = share_change(before, after)
    shares = [sum(us for us, _ in period.values()) / sum(world for _, world in period.values()) for period in (before, after)]
    assert moved.change == pytest.approx(shares[1] - shares[0], abs=1e-9)
    assert moved.within + moved.mix == pytest.approx(moved.change, abs=1e-12)
    assert sum(part.within for part in moved.by_product.values()) == pytest.approx(moved.within, abs=1e-12)
    assert sum(part.mix for part in moved.by_product.values()) == pytest.approx(moved.mix, abs=1e-12)
    assert -1 - 1e-12 <= moved.within <= 1 + 1e-12
    assert -1 - 1e-12 <= moved.mix <= 1 + 1e-12


@given(two_periods, st.floats(0.001, 1000))
def test_time_runs_both_ways_and_each_period_has_its_own_unit(products, scale):
    before, after = split(products)
    forth, back = share_change(before, after), share_change(after, before)
    assert (back.within, back.mix) == pytest.approx((-forth.within, -forth.mix), abs=1e-12)
    scaled = share_change({name: (us * scale, max(us * scale, world * scale)) for name, (us, world) in before.items()}, after)
    assert (scaled.within, scaled.mix) == pytest.approx((forth.within, forth.mix), abs=1e-9)


@given(two_periods)
def test_products_that_only_grow_alike_or_keep_their_shares_move_one_part_alone(products):
    before, _ = split(products)
    kept = share_change(before, {name: (us / 2, world / 2) for name, (us, world) in before.items()})
    assert (kept.within, kept.mix) == pytest.approx((0, 0), abs=1e-12)
    turned = share_change(before, {name: (world - us, world) for name, (us, world) in before.items()})
    assert turned.mix == pytest.approx(0, abs=1e-12)


def test_a_product_that_appears_or_vanishes_moves_the_mix_alone():
    moved = share_change({"old": (50, 100), "new": (0, 0)}, {"old": (50, 100), "new": (100, 100)})
    # The share goes from 1/2 to 3/4, 5/8 in the mean. Old loses half its weight at 1/2, new gains it at 1: ½ × 1/8 + ½ × 3/8.
    assert moved.by_product == {"old": Contribution(0.0, 0.0625), "new": Contribution(0.0, 0.1875)}
    assert (moved.change, moved.within, moved.mix) == (0.25, 0.0, 0.25)
    back = share_change({"old": (50, 100), "new": (100, 100)}, {"old": (50, 100), "new": (0, 0)})
    assert (back.within, back.mix) == (0.0, -0.25)


def test_a_product_without_exports_in_both_periods_is_none():
    moved = share_change({"a": (1, 2), "b": (0, 0)}, {"a": (2, 2), "b": (0, 0)})
    assert set(moved.by_product) == {"a"}
    assert moved.within == 0.5


def test_what_has_no_split():
    with pytest.raises(ValueError, match="b: only on one side; pass a zero"):
        share_change({"a": (1, 2)}, {"a": (1, 2), "b": (0, 1)})
    for before, after in (({"a": (0, 0)}, {"a": (1, 2)}), ({"a": (1, 2)}, {"a": (0, 0)}), ({}, {})):
        with pytest.raises(Undefined):
            share_change(before, after)
    for wrong in ((3, 2), (-1, 2), (float("nan"), 2), (1, float("inf"))):
        with pytest.raises(ValueError, match=r"b: .* is not a part of"):
            share_change({"a": (1, 2), "b": (1, 2)}, {"a": (1, 2), "b": wrong})


def test_a_month_of_one_release_does_not_compare_with_the_next_or_with_an_older_release(quantity):
    def products(**other):
        kind = {"seasonal_adjustment": "unadjusted"} | other
        return {"a": Exports(quantity(1, **kind), quantity(2, **kind))}

    for metric in (share_change_within, share_change_mix):
        with pytest.raises(SeasonalComparison, match="2026-06"):
            metric(products(period=date(2026, 6, 1)), products())
        with pytest.raises(MixedRatio, match="vintage"):
            metric(products(period=date(2025, 7, 1), vintage=date(2025, 9, 4)), products())


def over_all(products: list[Quantity]) -> Quantity:
    return replace(products[0], value=math.fsum(product.value for product in products))


@pytest.mark.parametrize("scope", NAPCS_SCOPES)
def test_the_growth_of_the_two_markets(golden, napcs, scope):
    """The growth that goes with the split: unadjusted figures of one month in two years compare, and so do their sums over products."""
    expected = golden("golden_metrics")[scope]
    before, after = (NAPCS_SCOPES[scope](period).values() for period in napcs)
    us = ratio(over_all([exports.us for exports in after]), over_all([exports.us for exports in before])) - 1
    non_us = ratio(over_all([exports.non_us for exports in after]), over_all([exports.non_us for exports in before])) - 1
    assert (us, non_us) == pytest.approx((expected["us_growth"], expected["nonus_growth"]), abs=1e-9)
