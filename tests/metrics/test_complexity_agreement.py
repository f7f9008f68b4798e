"""Our economic complexity beside two published packages: the Growth Lab's `ecomplexity` and Datawheel's `economic-complexity`."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from ecomplexity import ecomplexity
from economic_complexity import complexity
from economic_complexity import rca as rca_of_datawheel

from orchestration.metrics.complexity import economic_complexity
from orchestration.metrics.errors import Undefined
from tests.metrics.export_matrices import ARMS, CHAIN, ladder


def growth_lab(exports):
    """ECI and PCI of the Growth Lab, which takes a long table without gaps: it says that it makes zeros of nan and does not."""
    countries, products = exports.shape
    table = pd.DataFrame(
        {
            "year": 2024,
            "country": np.repeat(np.arange(countries), products),
            "product": np.tile(np.arange(products), countries),
            "value": exports.ravel(),
        }
    )
    columns = {"time": "year", "loc": "country", "prod": "product", "val": "value"}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The inplace keyword", category=DeprecationWarning)
        cells = ecomplexity(table, columns, check_logsupermodularity=False, verbose=False)
    return [cells.drop_duplicates(axis).sort_values(axis)[index].to_numpy() for axis, index in (("country", "eci"), ("product", "pci"))]


def datawheel(exports):
    """ECI and PCI of Datawheel: twenty reflections of diversity and ubiquity."""
    return [index.to_numpy() for index in complexity(rca_of_datawheel(pd.DataFrame(exports)))]


def pearson(one, other):
    return float(np.corrcoef(one, other)[0, 1])


@pytest.mark.parametrize("shape", [(30, 60), (60, 30)])
@pytest.mark.parametrize("seed", range(2))
def test_where_the_ranking_is_determined_all_agree(shape, seed):
    exports = ladder(*shape, seed)
    ours = economic_complexity(exports)
    for mine, theirs in zip((ours.eci, ours.pci), growth_lab(exports), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-9)  # even their scale
    for mine, theirs in zip((ours.eci, ours.pci), datawheel(exports), strict=True):
        assert pearson(mine, theirs) > 1 - 1e-6  # an affine map apart: they divide by other deviations, and stop after twenty steps


@pytest.mark.parametrize(("exports", "reason"), [(CHAIN, "no sign"), (ARMS, "does not stand apart")])
def test_where_it_is_not_the_two_differ_and_ours_refuses(exports, reason):
    theirs = growth_lab(exports)[0], datawheel(exports)[0]
    assert not abs(pearson(*theirs)) > 1e-6  # nothing in common, or no number at all
    with pytest.raises(Undefined, match=reason):
        economic_complexity(exports)


def test_countries_that_nothing_tells_apart_get_different_ranks_of_the_growth_lab_and_equal_ones_of_datawheel():
    near_countries = slice(1, 4)
    assert not np.ptp(growth_lab(ARMS)[0][near_countries]) < 0.1  # or no number, where rounding leaves no sign
    assert np.ptp(datawheel(ARMS)[0][near_countries]) < 1e-9
