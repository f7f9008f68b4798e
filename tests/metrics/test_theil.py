from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inequality.theil import Theil, TheilD

from orchestration.metrics.errors import Undefined
from orchestration.metrics.theil import theil, theil_between_regions, theil_decomposition, theil_within_regions

positive = st.floats(0.001, 1e12)
groups = st.lists(st.lists(positive, min_size=1, max_size=12), min_size=1, max_size=6)


def test_a_worked_example_of_two_groups(golden):
    examples = golden("golden_metrics")
    expected = examples["theil_two_groups"]
    parts = theil_decomposition(dict(zip("ab", examples["inputs"]["theil_two_groups"], strict=True)))
    assert parts == pytest.approx((expected["T"], expected["between"], expected["within"]), abs=1e-9)


def test_a_worked_example_of_the_extensive_and_the_intensive_margin(golden):
    examples = golden("golden_metrics")
    values, expected = examples["inputs"]["theil_ext_int"], examples["theil_ext_int"]
    margins = {"active": [value for value in values if value], "inactive": [value for value in values if not value]}
    parts = theil_decomposition(margins)
    assert parts == pytest.approx((expected["total"], expected["between_extensive"], expected["within_intensive"]), abs=1e-9)
    assert parts.total == theil(values).value


@given(st.lists(positive, min_size=1, max_size=40))
def test_the_index_agrees_with_pysal(values):
    assert theil(values).low == pytest.approx(float(Theil(values).T), abs=1e-9)


@given(groups)
def test_the_decomposition_agrees_with_pysal(members):
    values = np.array([value for group in members for value in group])
    partition = np.array([number for number, group in enumerate(members) for _ in group])
    theirs = TheilD(values, partition)
    ours = theil_decomposition({str(number): group for number, group in enumerate(members)})
    assert ours == pytest.approx((float(theirs.T), float(np.squeeze(theirs.bg)), float(np.squeeze(theirs.wg))), abs=1e-9)


@given(st.lists(st.lists(st.floats(0, 1e12), max_size=8), min_size=1, max_size=6).filter(lambda members: sum(map(sum, members)) > 0.001))
def test_the_parts_sum_to_the_index_and_neither_is_negative_with_silent_groups_too(members):
    parts = theil_decomposition({str(number): group for number, group in enumerate(members)})
    assert parts.between + parts.within == pytest.approx(parts.total, abs=1e-9)
    assert 0 <= parts.between <= math.log(sum(map(len, members))) + 1e-9
    assert parts.within >= 0


def test_equal_partners_in_unequal_regions_and_unequal_partners_in_equal_regions():
    apart = theil_decomposition({"near": [9, 9], "far": [1, 1]})
    assert (apart.within, apart.between) == pytest.approx((0, apart.total))
    alike = theil_decomposition({"near": [9, 1], "far": [1, 9]})
    assert (alike.between, alike.within) == pytest.approx((0, alike.total))


def test_regions_are_of_partners_and_their_order_does_not_matter():
    values = {"GB": 20.0, "US": 60.0, "DE": 0.0}
    region_of = {"US": "Americas", "GB": "Europe", "DE": "Europe", "JP": "Asia"}
    between, within = theil_between_regions(values, region_of), theil_within_regions(values, region_of)
    # Americas: 3/4 of the value, 1/3 of the partners. Europe: 1/4 and 2/3, and of two partners one has all: ln 2.
    assert between.value == pytest.approx(0.75 * math.log(0.75 * 3) + 0.25 * math.log(0.25 * 3 / 2))
    assert within.value == pytest.approx(0.25 * math.log(2))
    assert between.n_units == within.n_units == 3


def test_a_partner_without_a_region_or_a_figure_is_refused_and_named():
    with pytest.raises(ValueError, match="DE, GB: without a region"):
        theil_between_regions({"US": 1.0, "GB": 1.0, "DE": 1.0}, {"US": "Americas"})
    with pytest.raises(ValueError, match="missing"):
        theil_within_regions({"US": 1.0, "GB": math.nan}, {"US": "Americas", "GB": "Europe"})
    for nothing in ({}, {"a": []}, {"a": [0.0], "b": [0.0]}):
        with pytest.raises(Undefined):
            theil_decomposition(nothing)
