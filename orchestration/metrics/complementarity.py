"""How well what one country exports fits what another imports."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from orchestration.metrics.concentration import shares_of
from orchestration.metrics.exports import require_same_products
from orchestration.metrics.interval import Bounded
from orchestration.metrics.quantity import Quantity, require_one_release


def complementarity(exports: Sequence[float], imports: Sequence[float]) -> float:
    """Overlap of the product shares of one country's exports and another's imports, from 0 (no product in common) to 100 (the same shares)."""
    differences = (abs(bought - sold) for sold, bought in zip(shares_of(exports), shares_of(imports), strict=True))
    return 100 * max(0.0, 1 - math.fsum(differences) / 2)


def trade_complementarity(exports: Mapping[str, Quantity], imports: Mapping[str, Quantity]) -> Bounded:
    """Trade complementarity.

    What:
        How well the products that one country exports match those that another imports, whoever they now trade with.
    Why:
        Which countries could take what the United States no longer does is a question of what they buy.
    Formula:
        100 (1 − ½ Σ |m − x|), over products, with x a product's share in the exports of the one and m its share in the imports of the other.
    Source:
        M. Michaely, Trade Preferential Agreements in Latin America: An Ex-Ante Assessment, World Bank WPS 1583, 1996.
    Unit:
        index
    Range:
        0 to 100
    Inputs:
        Exports of the one and imports of the other for the same products at one level, all of one kind, one period and one release. A product that
        one of the two does not trade is a zero.
    Exclusions:
        None. A product that only one side lists is refused.
    Assumptions:
        Products of one code are the same product; a coarser level gives a higher value.

    Example:
        Export shares 0.5, 0.3 and 0.2, import shares 0.2, 0.3 and 0.5: the differences 0.3, 0 and 0.3 halved are 0.3, and 100 × 0.7 = 70.

        >>> from datetime import date
        >>> def trade(*values):
        ...     kind = dict(unit="USD", dataset="un_comtrade/annual_hs", basis="customs", seasonal_adjustment="unadjusted",
        ...                 period=date(2024, 1, 1), vintage=date(2025, 10, 1))
        ...     return {code: Quantity(value=value, **kind) for code, value in zip(["27", "31", "87"], values)}
        >>> round(trade_complementarity(trade(50, 30, 20), trade(20, 30, 50)).low, 10)
        70.0
    """
    require_same_products(exports, imports)
    if exports:
        require_one_release([*exports.values(), *imports.values()])
    sold, bought = ([side[product].value for product in exports] for side in (exports, imports))
    return Bounded.exact(complementarity(sold, bought), n_units=len(exports))
