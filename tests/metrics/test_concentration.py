from __future__ import annotations

import math
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.metrics.concentration import (
    ROUNDING,
    concentration_ratio,
    effective_partners,
    gini,
    hhi,
    hhi_bounds,
    hhi_normalized,
    hill_1,
    partner_hhi,
    partner_hhi_normalized,
    shares_of,
    us_share,
)
from orchestration.metrics.errors import MixedRatio, Undefined
from orchestration.metrics.interval import Bounded
from orchestration.metrics.theil import theil

values = st.lists(st.floats(0.001, 1e12), min_size=1, max_size=40)
listed_and_rest = st.tuples(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=15), st.lists(st.floats(0.001, 1e6), max_size=15))


@pytest.mark.parametrize("name", ["conc_toy_75_10_8_4_3", "conc_single", "conc_equal4"])
def test_worked_examples_of_complete_lists(golden, name):
    examples = golden("golden_metrics")
    figures, expected = examples["inputs"][name], examples[name]
    concentration = Bounded.exact(hhi(figures), len(figures))
    found = {
        "n": len(figures),
        "hhi": hhi(figures),
        "enp_simpson": effective_partners(concentration).value,
        "enp_shannon": hill_1(figures),
        "theil": theil(figures).value,
        "gini": gini(figures),
        "cr1": concentration_ratio(figures, 1),
        "cr3": concentration_ratio(figures, 3),
    }
    normalized = expected.pop("hhi_norm")
    assert found == pytest.approx(expected, abs=1e-9)
    if normalized is None:
        for attempt in (lambda: hhi_normalized(figures), lambda: partner_hhi_normalized(concentration, n_partners=1)):
            with pytest.raises(Undefined):
                attempt()
    else:
        assert hhi_normalized(figures) == pytest.approx(normalized, abs=1e-9)
        assert partner_hhi_normalized(concentration, n_partners=len(figures)).value == pytest.approx(normalized, abs=1e-9)


@pytest.mark.parametrize("name", ["cobalt_mine_2024", "cobalt_mine_2025e", "us_cobalt_import_source_hhi_bounds"])
def test_worked_examples_of_bounds(golden, name):
    examples = golden("golden_metrics")
    given, expected = examples["inputs"][name], examples[name]
    total = sum(given["listed"]) + given["other"]
    loose = hhi_bounds(given["listed"], total)
    tight = hhi_bounds(given["listed"], total, listed_are_largest=True)
    assert total == expected["sum"]
    assert (loose.low, loose.high) == pytest.approx((expected["lower"], expected["upper_other_is_one"]), abs=1e-9)
    assert (tight.low, tight.high) == pytest.approx((expected["lower"], expected["upper_other_capped_at_smallest_listed"]), abs=1e-9)


def test_rows_above_a_total_that_was_published_rounded_are_a_contradiction(golden):
    """Cobalt mined in 2025: the rows add up to 314,600 t under a published total of 310,000 t. Shares are of the rows, or of neither."""
    examples = golden("golden_metrics")
    rows = {name: [*examples["inputs"][name]["listed"], examples["inputs"][name]["other"]] for name in ("cobalt_mine_2024", "cobalt_mine_2025e")}
    canada = {"cobalt_mine_2024": 3350, "cobalt_mine_2025e": 3500}
    for name, figures in rows.items():
        of_rows = dict(zip(figures, shares_of(figures), strict=True))[canada[name]]
        assert of_rows == pytest.approx(examples[name]["canada_share_of_rows"], abs=1e-9)
        assert of_rows != pytest.approx(examples[name]["canada_share_of_published_total"], abs=1e-6)
    with pytest.raises(ValueError, match="add up to 314600, more than their total of 310000"):
        hhi_bounds(rows["cobalt_mine_2025e"], examples["cobalt_mine_2025e"]["published_world_total_rounded"])


@given(values)
def test_concentration_lies_in_its_range(figures):
    n = len(figures)
    assert 1 / n - 1e-12 <= hhi(figures) <= 1 + 1e-12
    assert 0 <= theil(figures).low <= math.log(n) + 1e-12
    assert -1e-12 <= gini(figures) <= 1 - 1 / n + 1e-12
    assert 1 / hhi(figures) <= hill_1(figures) + 1e-9 <= n + 1e-6  # Hill numbers fall with their order: q = 0 counts, 1 is Shannon's, 2 is 1/H


@given(values, st.floats(0.001, 1000))
def test_concentration_does_not_depend_on_the_unit_or_the_order(figures, scale):
    for index in (hhi, gini, hill_1, lambda values: theil(values).low):
        assert index([figure * scale for figure in figures]) == pytest.approx(index(figures), abs=1e-9)
        assert index(figures[::-1]) == pytest.approx(index(figures), abs=1e-9)


@given(values)
def test_a_zero_partner_changes_hhi_not_at_all_and_normalized_hhi_by_its_universe(figures):
    assert hhi([*figures, 0]) == hhi(figures)
    assert hhi_normalized([*figures, 0, 0]) >= hhi_normalized([*figures, 0]) - 1e-12


@given(listed_and_rest)
def test_bounds_contain_the_truth_however_the_rest_is_split(parts):
    """But for a rest that is no more than rounding, which counts as none."""
    listed, rest = parts
    truth = hhi([*listed, *rest])
    bounds = hhi_bounds(listed, math.fsum([*listed, *rest]))
    assert bounds.low - 3 * ROUNDING <= truth <= bounds.high + 3 * ROUNDING


@given(st.lists(st.floats(0.01, 1e6), min_size=2, max_size=30), st.integers(1, 30))
def test_the_tight_bound_contains_the_truth_when_the_list_is_the_top(figures, k):
    top = sorted(figures, reverse=True)
    listed, total = top[:k], math.fsum(top)
    tight, loose = hhi_bounds(listed, total, listed_are_largest=True), hhi_bounds(listed, total)
    assert tight.low - 3 * ROUNDING <= hhi(figures) <= tight.high + 3 * ROUNDING
    assert tight.high <= loose.high + 1e-12


@given(st.lists(st.floats(0.01, 1e6), min_size=2, max_size=30), st.data())
def test_bounds_contain_the_truth_of_any_subset_and_nest_as_partners_are_revealed(figures, data):
    order = data.draw(st.permutations(figures))
    total = math.fsum(figures)
    bounds = [hhi_bounds(order[:k], total) for k in range(len(order) + 1)]
    for wider, tighter in pairwise(bounds):
        assert wider.low <= tighter.low + 3 * ROUNDING
        assert tighter.high <= wider.high + 3 * ROUNDING
        assert wider.low - 3 * ROUNDING <= hhi(figures) <= wider.high + 3 * ROUNDING
    assert bounds[-1].value == pytest.approx(hhi(figures))


@given(st.lists(st.floats(0.01, 1e6), min_size=2, max_size=30), st.data())
def test_normalized_bounds_contain_the_truth_of_a_universe_of_which_some_are_listed(figures, data):
    listed = data.draw(st.integers(0, len(figures)))
    silent = data.draw(st.integers(0, 5))
    bounds = partner_hhi_normalized(hhi_bounds(figures[:listed], math.fsum(figures)), n_partners=len(figures) + silent)
    assert bounds.low - 6 * ROUNDING <= hhi_normalized([*figures, *[0.0] * silent]) <= bounds.high + 6 * ROUNDING
    assert 0 <= bounds.low <= bounds.high <= 1 + 1e-12
    assert bounds.n_units == listed


def test_the_universe_of_partners_is_declared_and_holds_the_listed():
    index = hhi_bounds([50, None, 10], total=100)
    bounds = partner_hhi_normalized(index, n_partners=3)  # H from 0.26, below its least value of 1/3, to 0.42
    assert (bounds.low, bounds.high) == pytest.approx((0, (0.42 - 1 / 3) / (2 / 3)))
    assert (bounds.n_units, bounds.n_missing) == (3, 1)
    with pytest.raises(ValueError, match="3 partners are listed, more than the declared 2"):
        partner_hhi_normalized(index, n_partners=2)


@given(listed_and_rest, st.data())
def test_bounds_with_missing_figures_contain_the_truth_and_the_bounds_without(parts, data):
    listed, rest = parts
    hidden = data.draw(st.sets(st.integers(0, len(listed) - 1)))
    total = math.fsum([*listed, *rest])
    full = hhi_bounds(listed, total)
    gaps = hhi_bounds([None if index in hidden else value for index, value in enumerate(listed)], total, listed_are_largest=True)
    assert gaps.n_missing == len(hidden)
    if hidden:
        assert gaps.low - 3 * ROUNDING <= full.low
        assert full.high <= gaps.high + 3 * ROUNDING


def test_missing_is_not_zero():
    assert hhi_bounds([50, 0], total=100) == Bounded(0.25, 0.5, n_units=2, n_missing=0)
    assert hhi_bounds([50, None], total=100) == Bounded(0.25, 0.5, n_units=2, n_missing=1)
    assert hhi_bounds([50, 50, None], total=100).value == 0.5  # nothing is left for the missing one
    assert hhi_bounds([50, 30, 20], total=100).value == pytest.approx(0.38)
    for index in (hhi, gini, theil):
        with pytest.raises(ValueError, match="missing"):
            index([1.0, math.nan])


def test_a_list_without_figures_bounds_nothing():
    nothing = hhi_bounds([None, None], total=100, listed_are_largest=True)
    assert nothing == Bounded(0, 1, n_units=2, n_missing=2)
    assert effective_partners(nothing) == Bounded(1, math.inf, n_units=2, n_missing=2)


@pytest.mark.parametrize("empty", [[], [0.0], [0, 0]])
def test_nothing_has_no_concentration(empty):
    for index in (hhi, gini, hill_1, hhi_normalized, theil):
        with pytest.raises(Undefined):
            index(empty)
    with pytest.raises(Undefined):
        hhi_bounds(empty, total=0)


def test_negative_values_are_rejected():
    for attempt in (lambda: hhi([5, -1]), lambda: theil([5, -1]), lambda: hhi_bounds([5, -1], total=10), lambda: hhi_bounds([], total=-1)):
        with pytest.raises(ValueError, match=r"negative|more than"):
            attempt()


def test_parts_above_their_total_are_a_contradiction_and_rounding_is_not():
    with pytest.raises(ValueError, match="more than their total"):
        hhi_bounds([60, 50], total=100)
    assert hhi_bounds([0.1] * 10, total=1.0).value is not None


def test_a_top_list_that_ends_with_zero_leaves_no_rest():
    with pytest.raises(ValueError, match="not the largest"):
        hhi_bounds([50, 0], total=100, listed_are_largest=True)
    assert hhi_bounds([100, 0], total=100, listed_are_largest=True).value == 1


def test_the_bounds_change_places():
    number = effective_partners(Bounded(0.25, 0.5, n_units=4, n_missing=1))
    assert number == Bounded(2, 4, n_units=4, n_missing=1)


def test_published_us_shares_are_reproduced(golden, exports):
    published = golden("exports_to_the_us")["us_share_percent"]
    windows = {
        "year 2024": ("2024-01", "2024-12"),
        "twelve months to 2025-08": ("2024-09", "2025-08"),
        "year 2025": ("2025-01", "2025-12"),
        "month 2026-03": ("2026-03", "2026-03"),
        "month 2026-07": ("2026-07", "2026-07"),
    }
    assert {name: round(100 * us_share(*exports(*months)).low, 2) for name, months in windows.items()} == published


def test_us_share_counts_its_months_and_refuses_an_empty_window(exports):
    assert us_share(*exports("2025-01", "2025-12")).n_units == 12
    with pytest.raises(Undefined):
        us_share([], [])


def test_partner_hhi_over_a_window(quantity):
    def months(june, july):
        return [quantity(value, period=date(2026, month, 1)) if value is not None else None for month, value in ((6, june), (7, july))]

    world = months(100, 100)
    us, china, japan = months(60, 80), months(10, 10), months(None, 5)
    index = partner_hhi([us, china, japan], world)
    assert (index.n_units, index.n_missing) == (3, 1)
    assert (index.low, index.high) == pytest.approx((0.7**2 + 0.1**2, 0.7**2 + 0.1**2 + 0.2**2))
    assert partner_hhi([us, china], world, listed_are_largest=True).high == pytest.approx(0.7**2 + 0.1**2 + 2 * 0.1**2)


def test_partner_hhi_refuses_mixed_figures_even_of_a_partner_with_a_gap(quantity):
    june = date(2026, 6, 1)
    world = [quantity(100, period=june), quantity(100)]
    with pytest.raises(MixedRatio, match="basis"):
        partner_hhi([[None, quantity(5, basis="balance_of_payments")]], world)
    with pytest.raises(ValueError, match="zip"):
        partner_hhi([[quantity(5, period=june)]], world)
