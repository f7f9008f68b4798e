"""How much of exports hangs on one buyer, product by product."""

from __future__ import annotations

import math
from collections.abc import Mapping

from orchestration.metrics.errors import Undefined
from orchestration.metrics.exports import Exports
from orchestration.metrics.interval import Bounded
from orchestration.metrics.quantity import require_one_release

SINGLE_MARKET = 0.9


def single_market_share(products: Mapping[str, Exports]) -> Bounded:
    """Exports in products with a single market.

    What:
        The part of exports that is in products of which the United States takes nine tenths or more.
    Why:
        An average hides what has no other buyer. A product with a single market is where a tariff bites whole.
    Formula:
        Σ exports of the products with us_share ≥ 0.9 / Σ exports of all products.
    Source:
        Our definition; nine tenths is a convention, and the threshold is in the name of no publication.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        Exports of every product to the United States and to all countries in one month, all of one kind and one release.
    Exclusions:
        A product without exports is in neither sum.
    Assumptions:
        None on causes. A finer list of products finds more of them with a single market.

    Example:
        Cars 95 of 100 to the United States, wheat 10 of 100, electricity 50 of 50: 150 of 250.

        >>> from datetime import date
        >>> from orchestration.metrics.quantity import Quantity
        >>> def exports(us, world):
        ...     kind = dict(unit="CAD", dataset="statcan/12100182", basis="customs", seasonal_adjustment="unadjusted",
        ...                 period=date(2026, 5, 1), vintage=date(2026, 7, 7))
        ...     return Exports(Quantity(value=us, **kind), Quantity(value=world, **kind))
        >>> single_market_share({"cars": exports(95, 100), "wheat": exports(10, 100), "electricity": exports(50, 50)}).low
        0.6
    """
    if not products:
        raise Undefined("there are no products")
    require_one_release(exports.world for exports in products.values())
    total = math.fsum(exports.world.value for exports in products.values())
    if total == 0:
        raise Undefined("no product is exported")
    single = math.fsum(
        exports.world.value for exports in products.values() if exports.world.value and exports.us.value >= SINGLE_MARKET * exports.world.value
    )
    return Bounded.exact(single / total, n_units=len(products))
