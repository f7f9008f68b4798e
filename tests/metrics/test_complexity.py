from __future__ import annotations

import numpy as np
import pytest

from orchestration.metrics.comparative_advantage import rca
from orchestration.metrics.complexity import Dropped, economic_complexity
from orchestration.metrics.errors import Undefined
from tests.metrics.export_matrices import ARMS, CHAIN, ladder


def test_a_ladder_is_ranked_from_the_rung_that_makes_all_to_the_one_that_makes_the_common():
    """Country i makes products 0 to i: the more it makes the more complex, and the fewer make a product the more complex it is."""
    found = economic_complexity(np.tril(np.ones((6, 6))) * np.arange(6, 0, -1) ** 2)
    assert (np.diff(found.eci) > 0).all()
    assert (np.diff(found.pci) > 0).all()
    assert found.dropped == Dropped(0, 0)


@pytest.mark.parametrize("shape", [(30, 60), (60, 30), (40, 40)])
@pytest.mark.parametrize("seed", range(3))
def test_the_indices_solve_what_defines_them(shape, seed):
    """Each country's index is the mean of its products', and each product's that of its countries' over the eigenvalue, up to a shift."""
    exports = ladder(*shape, seed)
    found = economic_complexity(exports)
    advantage = rca(exports) >= 1
    diversity, ubiquity = advantage.sum(axis=1), advantage.sum(axis=0)
    np.testing.assert_allclose(advantage @ found.pci / diversity, found.eci, atol=1e-9)
    slope, shift = np.polyfit(advantage.T @ found.eci / ubiquity, found.pci, 1)
    np.testing.assert_allclose(slope * (advantage.T @ found.eci / ubiquity) + shift, found.pci, atol=1e-9)
    eigenvalues = np.sort(np.linalg.eigvals((advantage / diversity[:, None]) @ (advantage / ubiquity).T).real)[::-1]
    assert 1 / slope == pytest.approx(eigenvalues[1])
    assert found.eigengap == pytest.approx(eigenvalues[1] - eigenvalues[2])
    assert (found.eci.mean(), found.eci.std(ddof=0)) == pytest.approx((0, 1))
    assert np.corrcoef(found.eci, diversity)[0, 1] == pytest.approx(found.sign_correlation)
    assert found.sign_correlation > 0


def test_neither_the_unit_nor_the_order_matters():
    exports = ladder(30, 60, 1)
    found = economic_complexity(exports)
    rows, columns = np.random.default_rng(2).permutation(30), np.random.default_rng(3).permutation(60)
    shuffled = economic_complexity(1000 * exports[np.ix_(rows, columns)])
    np.testing.assert_allclose(shuffled.eci, found.eci[rows], atol=1e-9)
    np.testing.assert_allclose(shuffled.pci, found.pci[columns], atol=1e-9)


def test_who_exports_nothing_and_what_nobody_exports_is_dropped_counted_and_changes_nothing():
    exports = ladder(30, 60, 1)
    found = economic_complexity(exports)
    with_silent = np.insert(np.insert(exports, 4, 0, axis=0), [7, 9], 0, axis=1)
    padded = economic_complexity(with_silent)
    assert padded.dropped == Dropped(countries=1, products=2)
    assert np.isnan(padded.eci[4])
    assert np.isnan(padded.pci[[7, 10]]).all()
    np.testing.assert_allclose(np.delete(padded.eci, 4), found.eci, atol=1e-12)
    np.testing.assert_allclose(np.delete(padded.pci, [7, 10]), found.pci, atol=1e-12)
    assert (padded.eigengap, padded.sign_correlation) == pytest.approx((found.eigengap, found.sign_correlation))


def test_a_chain_has_no_sign():
    """Its two ends are mirror images, so that the index is as often right as it is upside down."""
    with pytest.raises(Undefined, match="no sign: its correlation with diversity is"):
        economic_complexity(CHAIN)


def test_equal_eigenvalues_leave_the_ranking_open():
    with pytest.raises(Undefined, match=r"the three largest eigenvalues are 1, (0\.\d+) and \1: the second does not stand apart"):
        economic_complexity(ARMS)


def test_countries_that_share_no_product_are_not_compared():
    apart = np.block([[ladder(10, 20, 1), np.zeros((10, 20))], [np.zeros((10, 20)), ladder(10, 20, 2)]])
    with pytest.raises(Undefined, match="eigenvalues are 1, 1 and"):
        economic_complexity(apart)


def test_the_same_exports_everywhere_rank_nobody():
    with pytest.raises(Undefined, match="eigenvalues are 1, "):
        economic_complexity(np.ones((4, 5)))


@pytest.mark.parametrize("exports", [np.zeros((5, 5)), np.eye(2), [[1, 2, 3], [3, 2, 1]]])
def test_a_ranking_needs_three_of_each(exports):
    with pytest.raises(Undefined, match="three of each"):
        economic_complexity(exports)


def test_a_missing_cell_is_refused():
    with pytest.raises(ValueError, match="row 0, column 1 is nan"):
        economic_complexity([[1, float("nan")], [1, 1]])
