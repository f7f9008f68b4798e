"""Revealed comparative advantage: what a country exports more of than the world does."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from orchestration.metrics.errors import Undefined
from orchestration.metrics.interval import Bounded
from orchestration.metrics.quantity import Quantity, require_part, share

Matrix = npt.NDArray[np.float64]


def rca(exports: npt.ArrayLike) -> Matrix:
    """Balassa's index of every cell of a countries × products matrix of exports; nan in the rows and columns without exports."""
    values = np.asarray(exports, dtype=np.float64)
    if values.ndim != 2:
        raise ValueError(f"a countries × products matrix has two dimensions, not {values.ndim}")
    wrong = np.argwhere(~(np.isfinite(values) & (values >= 0)))
    if len(wrong):
        row, column = wrong[0]
        raise ValueError(f"row {row}, column {column} is {values[row, column]}: exports are finite and not negative, and a missing one has no index")
    with np.errstate(invalid="ignore"):
        of_country = values / values.sum(axis=1, keepdims=True)
        of_world = values.sum(axis=0, keepdims=True) / values.sum()
        index: Matrix = of_country / of_world
    return index


def revealed_comparative_advantage(exports: Quantity, all_exports: Quantity, world_exports: Quantity, all_world_exports: Quantity) -> Bounded:
    """Revealed comparative advantage in a product.

    What:
        How many times larger a product's share in a country's exports is than in the world's. Above 1 the country is said to have an advantage in it.
    Why:
        It tells what a country is needed for from what it merely also sells, whatever the size of country and product.
    Formula:
        (x_cp / x_c) / (x_p / x), with x_cp the country's exports of the product, x_c all its exports, x_p the world's exports of it, x all of them.
    Source:
        B. Balassa, Trade Liberalisation and "Revealed" Comparative Advantage, The Manchester School 33, 1965.
    Unit:
        index
    Range:
        0 upward, to the inverse of the country's share in world exports
    Inputs:
        Four figures of one kind, one period and one release: the country's exports of the product and of all products, the world's of both, with the
        country in the world.
    Exclusions:
        None. Without exports of the country, or of the product anywhere, there is no value.
    Assumptions:
        The world is all countries, or all that report; another world gives another value.

    Example:
        Two countries export 100, 50 and 10, and 20, 80 and 100 of three products. The first product is 100/160 = 0.625 of the first country's exports
        and 120/360 = 0.33333 of the world's: 1.875.

        >>> from datetime import date
        >>> def exports(value):
        ...     return Quantity(value=value, unit="USD", dataset="un_comtrade/annual_hs", basis="customs", seasonal_adjustment="unadjusted",
        ...                     period=date(2024, 1, 1), vintage=date(2025, 10, 1))
        >>> round(revealed_comparative_advantage(exports(100), exports(160), exports(120), exports(360)).low, 10)
        1.875
    """
    require_part(exports, world_exports)
    require_part(all_exports, all_world_exports)
    of_country, of_world = share(exports, all_exports), share(world_exports, all_world_exports)
    if of_world == 0:
        raise Undefined("nobody exports the product")
    return Bounded.exact(of_country / of_world, n_units=1)
