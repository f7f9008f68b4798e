"""Economic complexity: which countries make what few others can, by what they export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from orchestration.metrics.comparative_advantage import Matrix, rca
from orchestration.metrics.errors import Undefined

Mask = npt.NDArray[np.bool_]

# What eigenvalues must stand apart by, and what the index must correlate with diversity by, for order and sign to be more than rounding.
EPSILON = 1e-6


class Dropped(NamedTuple):
    """How many countries have no product, and products no country, with a revealed comparative advantage of 1."""

    countries: int
    products: int


@dataclass(frozen=True)
class Complexity:
    """Indices of the countries and the products of a matrix, in its order; nan where dropped.

    `eci` has mean 0 and standard deviation 1 over the countries (divisor n, ddof 0). `pci` is on the scale of `eci`: a country's index is the mean
    of those of its products. `eigengap` is what the second eigenvalue stands above the third by, and `sign_correlation` the index's correlation with
    diversity, which fixes its sign: the smaller either, the less the ranking means.
    """

    eci: Matrix
    pci: Matrix
    eigengap: float
    sign_correlation: float
    dropped: Dropped


def economic_complexity(exports: npt.ArrayLike) -> Complexity:
    """Rank countries and products of a countries × products matrix of exports, of one period and kind, by economic complexity.

    C. A. Hidalgo and R. Hausmann, The building blocks of economic complexity, PNAS 106, 2009. With M = 1 where the revealed comparative advantage is
    1 or more, D the countries' diversity and U the products' ubiquity, the index is the second eigenvector of D⁻¹ M U⁻¹ Mᵀ. It is had from the
    symmetric matrix D^-½ M U⁻¹ Mᵀ D^-½ with the same eigenvalues, or from that of the products where they are fewer.

    Raises Undefined where the matrix does not determine a ranking: fewer than three countries or products with an advantage, a second eigenvalue
    within EPSILON of its neighbours, or an index uncorrelated with diversity, which has no sign.
    """
    advantage = rca(exports) >= 1
    countries: Mask = advantage.sum(axis=1) > 0
    products: Mask = advantage.sum(axis=0) > 0
    kept = advantage[np.ix_(countries, products)].astype(np.float64)
    if min(kept.shape) < 3:
        raise Undefined(f"{kept.shape[0]} countries and {kept.shape[1]} products have an advantage, and a ranking needs three of each")
    diversity, ubiquity = kept.sum(axis=1), kept.sum(axis=0)

    eigenvalue, eigengap, of_countries = _second_eigenvector(kept, diversity, ubiquity)
    sign_correlation = _correlation(of_countries, diversity)
    if abs(sign_correlation) < EPSILON:
        raise Undefined(f"the index has no sign: its correlation with diversity is {sign_correlation:.3g}")
    of_countries = of_countries * np.sign(sign_correlation)
    of_products = kept.T @ of_countries / ubiquity / eigenvalue

    mean, deviation = of_countries.mean(), of_countries.std(ddof=0)
    return Complexity(
        eci=_in_place((of_countries - mean) / deviation, countries),
        pci=_in_place((of_products - mean) / deviation, products),
        eigengap=eigengap,
        sign_correlation=abs(sign_correlation),
        dropped=Dropped(int((~countries).sum()), int((~products).sum())),
    )


def _second_eigenvector(advantage: Matrix, diversity: Matrix, ubiquity: Matrix) -> tuple[float, float, Matrix]:
    """The second eigenvalue, its distance to the third, and its eigenvector over countries. Raises Undefined where they coincide."""
    scaled = advantage / np.sqrt(np.outer(diversity, ubiquity))
    are_countries_fewer = len(diversity) <= len(ubiquity)
    eigenvalues, eigenvectors = np.linalg.eigh(scaled @ scaled.T if are_countries_fewer else scaled.T @ scaled)
    third, second, first = (float(value) for value in eigenvalues[-3:])
    if min(first - second, second - third) < EPSILON:
        raise Undefined(f"the three largest eigenvalues are {first:.9g}, {second:.9g} and {third:.9g}: the second does not stand apart")
    vector = eigenvectors[:, -2]
    of_countries = vector / np.sqrt(diversity) if are_countries_fewer else advantage @ (vector / np.sqrt(ubiquity)) / diversity
    return second, second - third, of_countries


def _correlation(one: Matrix, other: Matrix) -> float:
    """Pearson's correlation; 0 where one of the two is constant."""
    one, other = one - one.mean(), other - other.mean()
    scale = np.linalg.norm(one) * np.linalg.norm(other)
    return float(one @ other / scale) if scale > 0 else 0.0


def _in_place(values: Matrix, kept: Mask) -> Matrix:
    everywhere = np.full(len(kept), np.nan)
    everywhere[kept] = values
    return everywhere
