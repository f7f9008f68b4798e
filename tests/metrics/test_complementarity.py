from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.metrics.complementarity import complementarity, trade_complementarity
from orchestration.metrics.errors import MixedRatio, Undefined

products = st.lists(st.tuples(st.floats(0, 1e9), st.floats(0, 1e9)), min_size=1, max_size=20).filter(
    lambda pairs: all(sum(side) > 0.01 for side in zip(*pairs, strict=True))
)


def test_a_worked_example(golden, quantity):
    examples = golden("golden_metrics")
    given = examples["inputs"]["trade_complementarity"]
    assert complementarity(given["export_shares"], given["import_shares"]) == pytest.approx(examples["trade_complementarity"], abs=1e-9)
    exports, imports = (dict(zip("abc", map(quantity, shares), strict=True)) for shares in given.values())
    index = trade_complementarity(exports, dict(reversed(imports.items())))  # matched by product, not by place
    assert index.value == pytest.approx(examples["trade_complementarity"], abs=1e-9)
    assert index.n_units == 3


@given(products, st.floats(0.001, 1000))
def test_it_lies_between_nothing_in_common_and_the_same_and_each_side_has_its_own_size(pairs, scale):
    sold, bought = ([pair[side] for pair in pairs] for side in (0, 1))
    index = complementarity(sold, bought)
    assert 0 <= index <= 100
    assert complementarity(bought, sold) == pytest.approx(index, abs=1e-9)
    assert complementarity([value * scale for value in sold], bought) == pytest.approx(index, abs=1e-9)
    assert complementarity(sold, sold) == 100
    assert complementarity([*sold, *[0.0] * len(sold)], [*[0.0] * len(sold), *sold]) == pytest.approx(0, abs=1e-9)


def test_what_does_not_match_is_refused(quantity):
    with pytest.raises(ValueError, match="b: only on one side; pass a zero"):
        trade_complementarity({"a": quantity(1)}, {"a": quantity(1), "b": quantity(1)})
    with pytest.raises(MixedRatio, match="unit"):
        trade_complementarity({"a": quantity(1)}, {"a": quantity(1, unit="USD")})
    for nothing in ({}, {"a": quantity(0)}):
        with pytest.raises(Undefined):
            trade_complementarity(nothing, nothing)
