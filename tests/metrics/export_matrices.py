"""Countries × products matrices of exports, made for tests: one that ranks, and two whose symmetry leaves the ranking open."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

# Each country makes one product or two, and each product has two makers: a chain, the same from either end.
CHAIN: Final = np.array([[1.0, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 1]])

# A hub makes one product of each of three equal arms; the near country of an arm makes that product and another, the far one only the other.
ARMS: Final = np.array(
    [
        [1.0, 1, 1, 0, 0, 0],
        [1, 0, 0, 1, 0, 0],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 0, 0, 1],
        [0, 0, 0, 1, 0, 0],
        [0, 0, 0, 0, 1, 0],
        [0, 0, 0, 0, 0, 1],
    ]
)


def ladder(countries: int, products: int, seed: int) -> npt.NDArray[np.float64]:
    """Exports of countries of different ability in products of different difficulty, with noise: the abler, the more of the difficult ones."""
    random = np.random.default_rng(seed)
    ability, difficulty = random.normal(size=(countries, 1)), random.normal(size=(1, products))
    return random.lognormal(0, 1, (countries, products)) / (1 + np.exp(-3 * (ability - difficulty)))
