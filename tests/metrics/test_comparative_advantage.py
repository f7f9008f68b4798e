from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from economic_complexity import rca as rca_of_datawheel

from orchestration.metrics.comparative_advantage import rca, revealed_comparative_advantage
from orchestration.metrics.errors import MixedRatio, Undefined


def test_a_worked_example_as_a_matrix_and_cell_by_cell(golden, quantity):
    examples = golden("golden_metrics")
    exports, expected = examples["inputs"]["rca"], examples["rca"]
    np.testing.assert_allclose(rca(exports), expected, rtol=0, atol=1e-9)
    for country, row in enumerate(exports):
        for product, cell in enumerate(row):
            of_product = sum(other[product] for other in exports)
            figures = [quantity(value) for value in (cell, sum(row), of_product, sum(map(sum, exports)))]
            assert revealed_comparative_advantage(*figures).value == pytest.approx(expected[country][product], abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_matrix_agrees_with_datawheel_where_all_trade(seed):
    exports = np.random.default_rng(seed).lognormal(0, 2, (20, 50)) * (np.random.default_rng(seed + 100).random((20, 50)) < 0.6)
    exports[:, 0] += 1
    exports[0, :] += 1
    np.testing.assert_allclose(rca(exports), rca_of_datawheel(pd.DataFrame(exports)).to_numpy(), rtol=1e-12)


def test_without_trade_there_is_no_advantage_and_no_number():
    index = rca([[1, 0, 0], [0, 0, 0], [1, 2, 0]])
    assert np.isnan(index[1]).all()
    assert np.isnan(index[:, 2]).all()
    np.testing.assert_allclose(index[np.ix_([0, 2], [0, 1])], [[2, 0], [2 / 3, 4 / 3]])


def test_the_same_shares_are_an_advantage_of_exactly_one():
    shares = np.array([3.0, 7.0, 11.0])
    assert (rca(np.outer([1, 3, 10, 1e6], shares)) == 1).all()


def test_the_mean_over_products_weighted_by_the_world_is_one():
    exports = np.random.default_rng(1).lognormal(0, 2, (5, 9))
    np.testing.assert_allclose(rca(exports) @ exports.sum(axis=0) / exports.sum(), 1)


@pytest.mark.parametrize("wrong", [-1.0, math.nan, math.inf])
def test_a_cell_that_is_no_export_is_named(wrong):
    with pytest.raises(ValueError, match=rf"row 1, column 0 is {wrong}"):
        rca([[1, 2], [wrong, 3]])
    with pytest.raises(ValueError, match="two dimensions, not 1"):
        rca([1, 2])


def test_a_cell_that_cannot_be(quantity):
    def cell(*values):
        return revealed_comparative_advantage(*map(quantity, values))

    assert cell(0, 10, 5, 100).value == 0
    for nothing in ((0, 0, 5, 100), (0, 10, 0, 100)):
        with pytest.raises(Undefined):
            cell(*nothing)
    for part in ((6, 10, 5, 100), (5, 200, 5, 100), (5, 4, 5, 100)):
        with pytest.raises(ValueError, match="is not a part of"):
            cell(*part)
    with pytest.raises(MixedRatio, match="unit"):
        revealed_comparative_advantage(quantity(1), quantity(10), quantity(5, unit="USD"), quantity(100, unit="USD"))
