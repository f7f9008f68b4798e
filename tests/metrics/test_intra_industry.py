from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.metrics.errors import MixedRatio, Undefined
from orchestration.metrics.intra_industry import (
    aquino,
    grubel_lloyd,
    grubel_lloyd_adjusted,
    grubel_lloyd_weighted,
    intra_industry_trade,
    intra_industry_trade_adjusted,
    intra_industry_trade_aquino,
)

METRICS = (intra_industry_trade, intra_industry_trade_adjusted, intra_industry_trade_aquino)
value = st.one_of(st.just(0.0), st.floats(0.01, 1e9))
two_way = st.lists(st.tuples(value, value), min_size=1, max_size=20).filter(lambda flows: all(sum(side) > 0 for side in zip(*flows, strict=True)))


@pytest.fixture
def example(golden):
    examples = golden("golden_metrics")
    given = examples["inputs"]["grubel_lloyd"]
    return given["exports"], given["imports"], examples["grubel_lloyd"]


@pytest.fixture
def flows(quantity):
    """The flows of a worked example as figures of customs trade, by code."""

    def make(exports, imports, codes=("8407", "8408", "8703", "8704", "8708")):
        return {code: (quantity(export), quantity(import_)) for code, export, import_ in zip(codes, exports, imports, strict=True)}

    return make


def test_a_worked_example_of_five_products(example, flows):
    exports, imports, expected = example
    assert [grubel_lloyd(*pair) for pair in zip(exports, imports, strict=True)] == pytest.approx(expected["gl_i"], abs=1e-9)
    assert grubel_lloyd_weighted(exports, imports) == pytest.approx(expected["weighted"], abs=1e-9)
    assert grubel_lloyd_adjusted(exports, imports) == pytest.approx(expected["adjusted_GL"], abs=1e-9)
    assert aquino(exports, imports) == pytest.approx(expected["aquino"], abs=1e-9)
    values = [metric(flows(exports, imports), digits=4).value for metric in METRICS]
    assert values == pytest.approx([expected["weighted"], expected["adjusted_GL"], expected["aquino"]], abs=1e-9)


def test_trade_collapsed_to_a_total_is_no_index_and_is_refused(example, flows):
    exports, imports, expected = example
    assert grubel_lloyd(sum(exports), sum(imports)) == pytest.approx(expected["collapsed_total"], abs=1e-9)
    assert expected["collapsed_total"] > expected["weighted"] + 0.1
    for metric in METRICS:
        with pytest.raises(ValueError, match="'all' is no product code of 3 digits"):
            metric(flows([sum(exports)], [sum(imports)], codes=["all"]), digits=3)


@pytest.mark.parametrize("code", ["87", "870899", "87O8", ""])
@pytest.mark.parametrize("metric", METRICS)
def test_all_codes_are_of_the_declared_level(flows, metric, code):
    with pytest.raises(ValueError, match=f"'{code}' is no product code of 4 digits"):
        metric(flows([1, 1], [1, 2], codes=["8703", code]), digits=4)


@pytest.mark.parametrize("metric", METRICS)
def test_a_product_without_trade_weighs_nothing_and_is_not_counted(flows, metric):
    with_silent = metric(flows([3, 0, 1], [1, 0, 2], codes=["8703", "8704", "8708"]), digits=4)
    assert with_silent == metric(flows([3, 1], [1, 2], codes=["8703", "8708"]), digits=4)
    assert with_silent.n_units == 2


@pytest.mark.parametrize("metric", METRICS)
def test_exports_and_imports_are_of_one_kind_throughout(quantity, metric):
    for other in ({"basis": "balance_of_payments"}, {"unit": "USD"}):
        with pytest.raises(MixedRatio, match=next(iter(other))):
            metric({"8703": (quantity(1), quantity(1)), "8708": (quantity(1), quantity(1, **other))}, digits=4)


def test_where_there_is_no_two_way_part():
    for attempt in (lambda: grubel_lloyd(0, 0), lambda: grubel_lloyd_weighted([0, 0], [0, 0]), lambda: grubel_lloyd_weighted([], [])):
        with pytest.raises(Undefined):
            attempt()
    assert grubel_lloyd_weighted([5, 1], [0, 0]) == 0
    for index in (grubel_lloyd_adjusted, aquino):
        with pytest.raises(Undefined, match="one way"):
            index([5, 1], [0, 0])
    for metric in METRICS:
        with pytest.raises(Undefined):
            metric({}, digits=4)


@pytest.mark.parametrize("wrong", [-1, math.nan, math.inf])
def test_what_is_no_value_of_trade(wrong):
    for attempt in (lambda: grubel_lloyd(wrong, 1), lambda: grubel_lloyd_adjusted([1, wrong], [1, 1]), lambda: aquino([1, 1], [1, wrong])):
        with pytest.raises(ValueError, match="no value of trade"):
            attempt()


@given(two_way, st.floats(0.001, 1000))
def test_the_indices_lie_in_their_range_whatever_the_unit_and_the_direction(flows, scale):
    exports, imports = ([flow[side] for flow in flows] for side in (0, 1))
    weighted, adjusted, balanced = (index(exports, imports) for index in (grubel_lloyd_weighted, grubel_lloyd_adjusted, aquino))
    assert 0 <= weighted <= adjusted * (1 + 1e-12) <= 1 + 1e-12
    assert 0 <= balanced <= 1 + 1e-12
    for index, found in ((grubel_lloyd_weighted, weighted), (grubel_lloyd_adjusted, adjusted), (aquino, balanced)):
        assert index(imports, exports) == pytest.approx(found, abs=1e-9)
        assert index([value * scale for value in exports], [value * scale for value in imports]) == pytest.approx(found, abs=1e-9)
    assert aquino([value * scale for value in exports], imports) == pytest.approx(balanced, abs=1e-9)


@given(two_way)
def test_a_coarser_level_is_never_less_two_way(flows):
    exports, imports = ([flow[side] for flow in flows] for side in (0, 1))
    assert grubel_lloyd(sum(exports), sum(imports)) >= grubel_lloyd_weighted(exports, imports) - 1e-9
