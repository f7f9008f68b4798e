"""Intervals of mineral metrics hold every value that their inputs allow, and touch the ends."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.metrics.concentration import hhi, hhi_bounds
from orchestration.metrics.errors import Undefined
from orchestration.metrics.interval import Bounded
from orchestration.metrics.minerals import (
    canada_mine_share,
    canada_share_of_us_imports,
    processed_export_share,
    processing_ratio,
    substitution_headroom,
    supply_risk,
    us_net_import_reliance,
    value_uplift,
    world_mine_hhi,
)

quantities = st.floats(1, 1e6)


@st.composite
def intervals(draw: st.DrawFn) -> tuple[Bounded, float]:
    """An interval, and a value that it allows."""
    low, width, part = draw(st.floats(0, 1e6)), draw(st.floats(0, 1e6)), draw(st.floats(0, 1))
    return Bounded(low, low + width, 1, 1), low + part * width


def test_the_toy_of_the_golden_file_is_net_import_reliance(golden):
    toy = golden("golden_metrics")["nir_toy"]
    found = us_net_import_reliance(Bounded.exact(toy["apparent"], 1), Bounded.exact(2_300, 2))
    assert 100 * found.low == pytest.approx(toy["nir"])


@given(intervals(), intervals())
def test_reliance_is_within_its_bounds_whatever_is_withheld(used, made):
    (consumption, consumed), (production, produced) = used, made
    if consumed == 0:
        return
    assert max(1 - produced / consumed, 0) in _widened(us_net_import_reliance(consumption, production))


def test_what_is_withheld_altogether_can_be_any_reliance():
    anything = Bounded(0, math.inf, 1, 1)
    assert us_net_import_reliance(anything, anything) == Bounded(0, 1, 2, 2)
    with pytest.raises(Undefined):
        us_net_import_reliance(Bounded.exact(0, 1), anything)


@given(intervals(), intervals())
def test_a_share_of_mining_is_within_its_bounds(own, others):
    (mined, value), (elsewhere, rest) = own, others
    if value + rest == 0:
        return
    assert value / (value + rest) in _widened(canada_mine_share(mined, elsewhere))


@given(st.lists(quantities, min_size=1, max_size=8), quantities)
def test_the_index_of_exact_figures_is_the_one_of_a_list_with_a_rest(countries, others):
    total = math.fsum([*countries, others])
    found = world_mine_hhi([Bounded.exact(value / total, 1) for value in countries], [Bounded.exact(others / total, 1)])
    expected = hhi_bounds(countries, total)
    assert (found.low, found.high) == pytest.approx((expected.low, min(expected.high, 1)))


@given(st.lists(quantities, min_size=2, max_size=6), st.floats(0, 1e6), st.floats(0, 1))
def test_the_index_is_within_its_bounds_where_one_country_is_withheld(known, most, part):
    """The withheld country is anywhere between nothing and `most`."""
    total = math.fsum(known)
    shares = [Bounded(value / (total + most), value / total, 1, 1) for value in known] + [Bounded(0, most / (most + total), 1, 1)]
    assert hhi([*known, part * most]) in _widened(world_mine_hhi(shares))


@given(st.dictionaries(st.sampled_from(["NO", "FI", "JP", "CN", "CL"]), st.integers(1, 20), min_size=1))
def test_a_country_that_is_not_listed_is_no_larger_than_those_that_are(percents):
    found = canada_share_of_us_imports({country: percent / 100 for country, percent in percents.items()})
    assert found.low == 0
    assert found.high <= min(percents.values()) / 100
    assert found.high <= 1 - math.fsum(percents.values()) / 100 + 1e-12


def test_imported_feed_takes_the_processing_ratio_above_one():
    assert processing_ratio(Bounded.exact(150, 1), Bounded.exact(100, 1)).value == 1.5
    assert processing_ratio(Bounded.exact(150, 1), Bounded(0, math.inf, 1, 1)) == Bounded(0, math.inf, 2, 1)
    with pytest.raises(Undefined):
        processing_ratio(Bounded.exact(150, 1), Bounded.exact(0, 1))


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_risk_is_between_the_least_and_the_most_of_its_parts(parts):
    found = supply_risk(*(Bounded.exact(part, 1) for part in parts))
    assert min(parts) - 1e-9 <= found.low == found.high <= max(parts) + 1e-9


def test_a_part_of_risk_that_is_nothing_takes_all_of_it_and_an_unknown_one_leaves_an_interval():
    half, none = Bounded.exact(0.5, 1), Bounded.exact(0, 1)
    assert supply_risk(half, none).value == 0
    assert supply_risk(half, half) == Bounded(0, 0.25 ** (1 / 3), 3, 1)


def test_what_cannot_be_divided_is_undefined_and_what_contradicts_itself_is_refused():
    for metric, figures in ((processed_export_share, ({},)), (substitution_headroom, (1, 0, 0)), (value_uplift, (1, 0)), (world_mine_hhi, ([],))):
        with pytest.raises(Undefined):
            metric(*figures)
    with pytest.raises(ValueError, match="no part of the world's"):
        substitution_headroom(100, 200, 50)


def _widened(found: Bounded) -> Bounded:
    """The same interval with room for rounding."""
    return Bounded(found.low - 1e-9, found.high + 1e-9, found.n_units, found.n_missing)
