"""How much of trade is two-way trade in the same products: Grubel and Lloyd's index, and two that take the trade balance out of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from orchestration.metrics.errors import Undefined
from orchestration.metrics.interval import Bounded
from orchestration.metrics.quantity import Quantity, require_one_release


def grubel_lloyd(export: float, import_: float) -> float:
    """Two-way part of the trade in one product: 1 − |X − M| / (X + M) = 2 min(X, M) / (X + M), from 0 to 1. Raises Undefined without trade.

    Of sums over products it is no index of intra-industry trade: it calls cars one way and oil the other two-way.
    """
    _require_flows([export, import_])
    if export + import_ == 0:
        raise Undefined("a product without exports and imports has no two-way part")
    return 2 * min(export, import_) / (export + import_)


def grubel_lloyd_weighted(exports: Sequence[float], imports: Sequence[float]) -> float:
    """Mean of the products' indices weighted by their trade: 1 − Σ |X − M| / Σ (X + M) = 2 Σ min(X, M) / Σ (X + M)."""
    _require_flows([*exports, *imports])
    trade = math.fsum([*exports, *imports])
    if trade == 0:
        raise Undefined("no product has exports or imports")
    return 2 * math.fsum(min(export, import_) for export, import_ in zip(exports, imports, strict=True)) / trade


def grubel_lloyd_adjusted(exports: Sequence[float], imports: Sequence[float]) -> float:
    """The weighted index over the largest value that the trade balance lets it have, 1 − |ΣX − ΣM| / Σ (X + M)."""
    weighted = grubel_lloyd_weighted(exports, imports)
    attainable = grubel_lloyd(math.fsum(exports), math.fsum(imports))
    if attainable == 0:
        raise Undefined("all trade goes one way, and the balance leaves no room for two-way trade")
    return min(1.0, weighted / attainable)


def aquino(exports: Sequence[float], imports: Sequence[float]) -> float:
    """The weighted index after every product's exports and imports are scaled so that trade is balanced: both sums become their mean."""
    _require_flows([*exports, *imports])
    exported, imported = math.fsum(exports), math.fsum(imports)
    if not (exported and imported):
        raise Undefined("all trade goes one way and cannot be scaled to balance")
    return grubel_lloyd_weighted([export / exported for export in exports], [import_ / imported for import_ in imports])


def _require_flows(values: Sequence[float]) -> None:
    for value in values:
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"{value} is no value of trade: values are finite and not negative")


def intra_industry_trade(flows: Mapping[str, tuple[Quantity, Quantity]], *, digits: int) -> Bounded:
    """Intra-industry trade at a declared level of products.

    What:
        The part of trade that is two-way trade in the same products: the Grubel–Lloyd index of each product, weighted by its trade.
    Why:
        Two-way trade in one product is what parts that cross the border and back look like. It is where a tariff hurts both sides.
    Formula:
        1 − Σ |X − M| / Σ (X + M), over products, with X a product's exports and M its imports.
    Source:
        H. G. Grubel and P. J. Lloyd, Intra-Industry Trade, 1975.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        Exports and imports of each product, all of one kind, one period and one release, and `digits`, how many digits the products' codes have. The
        level is part of what the figure is and belongs in the key of its row: indices at two levels do not compare.
    Exclusions:
        A product without exports and imports has no index, weighs nothing and is not counted. A code of another level is refused, so that no total
        stands among its parts.
    Assumptions:
        Products of one code are the same product. A coarser level gives a higher index; collapsed to one total it is no measure of this at all.

    Example:
        Exports of five products 100, 50, 0, 30 and 80, imports 60, 70, 20, 30 and 0: differences of 40 + 20 + 20 + 0 + 80 = 160 in trade of 440,
        1 − 160/440 = 0.63636.

        >>> from datetime import date
        >>> def trade(value):
        ...     return Quantity(value=value, unit="CAD", dataset="statcan/cimt", basis="customs", seasonal_adjustment="unadjusted",
        ...                     period=date(2026, 5, 1), vintage=date(2026, 7, 7))
        >>> flows = dict(zip(["8407", "8408", "8703", "8704", "8708"], [(100, 60), (50, 70), (0, 20), (30, 30), (80, 0)]))
        >>> index = intra_industry_trade({code: (trade(x), trade(m)) for code, (x, m) in flows.items()}, digits=4)
        >>> round(index.low, 5)
        0.63636
    """
    exports, imports = _of_one_level(flows, digits)
    return Bounded.exact(grubel_lloyd_weighted(exports, imports), n_units=len(exports))


def intra_industry_trade_adjusted(flows: Mapping[str, tuple[Quantity, Quantity]], *, digits: int) -> Bounded:
    """Intra-industry trade adjusted for the trade balance, at a declared level of products.

    What:
        The part of trade that is two-way trade in the same products, out of the part that could be, given that exports and imports differ in sum.
    Why:
        A country with a large surplus or deficit cannot have all its trade two-way. The adjustment lets years and partners with different balances
        compare.
    Formula:
        GL / (1 − k), k = |ΣX − ΣM| / Σ (X + M), with GL the weighted Grubel–Lloyd index.
    Source:
        H. G. Grubel and P. J. Lloyd, Intra-Industry Trade, 1975.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        As for intra_industry_trade, with `digits`, the level, in the key.
    Exclusions:
        As for intra_industry_trade. Where all trade goes one way there is no value.
    Assumptions:
        As for intra_industry_trade, and that the imbalance is of no interest.

    Example:
        Exports of five products 100, 50, 0, 30 and 80, imports 60, 70, 20, 30 and 0: GL = 0.63636, the sums are 260 and 180, k = 80/440, and
        0.63636 / 0.81818 = 0.77778.

        >>> from datetime import date
        >>> def trade(value):
        ...     return Quantity(value=value, unit="CAD", dataset="statcan/cimt", basis="customs", seasonal_adjustment="unadjusted",
        ...                     period=date(2026, 5, 1), vintage=date(2026, 7, 7))
        >>> flows = dict(zip(["8407", "8408", "8703", "8704", "8708"], [(100, 60), (50, 70), (0, 20), (30, 30), (80, 0)]))
        >>> index = intra_industry_trade_adjusted({code: (trade(x), trade(m)) for code, (x, m) in flows.items()}, digits=4)
        >>> round(index.low, 5)
        0.77778
    """
    exports, imports = _of_one_level(flows, digits)
    return Bounded.exact(grubel_lloyd_adjusted(exports, imports), n_units=len(exports))


def intra_industry_trade_aquino(flows: Mapping[str, tuple[Quantity, Quantity]], *, digits: int) -> Bounded:
    """Intra-industry trade after Aquino, at a declared level of products.

    What:
        The part of trade that would be two-way trade in the same products if exports and imports were equal in sum and their composition stayed.
    Why:
        It takes the trade balance out product by product, where the adjusted index only rescales the whole.
    Formula:
        1 − ½ Σ |X/ΣX − M/ΣM|, over products: the weighted Grubel–Lloyd index of exports and imports scaled to a common sum.
    Source:
        A. Aquino, Intra-industry trade and inter-industry specialization as concurrent sources of international trade in manufactures,
        Weltwirtschaftliches Archiv 114, 1978.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        As for intra_industry_trade, with `digits`, the level, in the key.
    Exclusions:
        As for intra_industry_trade. Where all trade goes one way there is no value.
    Assumptions:
        As for intra_industry_trade, and that a balance would be reached in proportion in all products.

    Example:
        Exports of five products 100, 50, 0, 30 and 80, imports 60, 70, 20, 30 and 0: their shares of 260 and 180 differ by 0.05128, 0.19658, 0.11111,
        0.05128 and 0.30769, half the sum is 0.35897, and 1 less it is 0.64103.

        >>> from datetime import date
        >>> def trade(value):
        ...     return Quantity(value=value, unit="CAD", dataset="statcan/cimt", basis="customs", seasonal_adjustment="unadjusted",
        ...                     period=date(2026, 5, 1), vintage=date(2026, 7, 7))
        >>> flows = dict(zip(["8407", "8408", "8703", "8704", "8708"], [(100, 60), (50, 70), (0, 20), (30, 30), (80, 0)]))
        >>> index = intra_industry_trade_aquino({code: (trade(x), trade(m)) for code, (x, m) in flows.items()}, digits=4)
        >>> round(index.low, 5)
        0.64103
    """
    exports, imports = _of_one_level(flows, digits)
    return Bounded.exact(aquino(exports, imports), n_units=len(exports))


def _of_one_level(flows: Mapping[str, tuple[Quantity, Quantity]], digits: int) -> tuple[list[float], list[float]]:
    """Exports and imports of the products with trade, after checking that every code has `digits` digits and all figures belong together."""
    for code in flows:
        if not (code.isdigit() and len(code) == digits):
            raise ValueError(f"{code!r} is no product code of {digits} digits: take all products at one level, without their totals")
    if not flows:
        raise Undefined("there are no products")
    require_one_release(quantity for pair in flows.values() for quantity in pair)
    traded = [(export.value, import_.value) for export, import_ in flows.values() if export.value or import_.value]
    return [export for export, _ in traded], [import_ for _, import_ in traded]
