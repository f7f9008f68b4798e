"""The scopes of NAPCS products that worked examples are of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

T = TypeVar("T")

_GOLD = {"324"}
_ENERGY = {"141", "142", "143", "144", "145", "146", "261"}
_AUTOS_AND_PARTS = {"411", "413"}


def _without(codes: set[str]) -> Callable[[Mapping[str, T]], dict[str, T]]:
    return lambda products: {code: figures for code, figures in products.items() if code not in codes}


NAPCS_SCOPES: Final = {
    "share_decomp_all": _without(set()),
    "share_decomp_ex_gold": _without(_GOLD),
    "share_decomp_ex_gold_energy": _without(_GOLD | _ENERGY),
    "share_decomp_autos_parts": lambda products: {code: products[code] for code in sorted(_AUTOS_AND_PARTS)},
}
