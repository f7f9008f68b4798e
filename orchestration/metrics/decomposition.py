"""What moved a share: its numerator or the rest of its denominator; the shares of its products or their mix."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.metrics.errors import Undefined
from orchestration.metrics.exports import Exports, require_comparable_products, require_same_products
from orchestration.metrics.interval import Bounded
from orchestration.metrics.quantity import Quantity, require_comparable, share

PERCENTAGE_POINTS = 100.0


@dataclass(frozen=True)
class ShareChange:
    """The change of a share U / (U + N) and what U and N contributed: the two add up to `change`. On the scale of shares, 0 to 1."""

    change: float
    from_numerator: float
    from_rest: float


def share_shapley(u0: float, n0: float, u1: float, n1: float) -> ShareChange:
    """Attribute the change of U / (U + N) from (u0, n0) to (u1, n1) to U and to N: what each adds, averaged over the two orders of moving.

    Values are not negative; raises Undefined where one of the four combinations is 0 / 0.
    """
    if min(u0, n0, u1, n1) < 0:
        raise ValueError(f"a share of negative parts: {u0:g}, {n0:g}, {u1:g}, {n1:g}")
    start, end = _share(u0, n0), _share(u1, n1)
    u_moved_alone, n_moved_alone = _share(u1, n0), _share(u0, n1)
    return ShareChange(
        change=end - start,
        from_numerator=((u_moved_alone - start) + (end - n_moved_alone)) / 2,
        from_rest=((n_moved_alone - start) + (end - u_moved_alone)) / 2,
    )


def _share(u: float, n: float) -> float:
    if u + n == 0:
        raise Undefined("a share of nothing: numerator and rest are both zero")
    return u / (u + n)


def share_change_from_us(us_before: Quantity, world_before: Quantity, us_after: Quantity, world_after: Quantity) -> Bounded:
    """Change of the US share that comes from exports to the United States.

    What:
        The percentage points by which the US share moved between two months because exports to the United States moved.
    Why:
        A share also falls when other markets grow. Diversification and loss of the US market are different news.
    Formula:
        S = U / (U + N), U exports to the United States, N to all others.
        φ(U) = ½ [S(U₁, N₀) − S(U₀, N₀)] + ½ [S(U₁, N₁) − S(U₀, N₁)].
    Source:
        L. S. Shapley, A Value for n-Person Games, 1953; A. F. Shorrocks, Decomposition procedures for distributional analysis, Journal of Economic
        Inequality 11, 2013.
    Unit:
        percentage point
    Range:
        −100 to 100
    Inputs:
        Exports to the United States and to all countries in two months, of one kind, all four from one release, so that no revision passes for a
        change; unadjusted figures of the same month of two years, so that no season does.
    Exclusions:
        None.
    Assumptions:
        Exports to the two markets are treated as moved separately; this is accounting, and says nothing of causes.

    Example:
        June to July 2026, customs, seasonally adjusted: exports to the United States from 52,279.6 to 48,895.5 C$ million, to others from 24,309.9 to
        24,552.5. The share fell from 68.26 to 66.57 percent. The US part first: 48,895.5 / 73,205.4 − 0.68260 = −0.01467; last: 0.66572 − 52,279.6 /
        76,832.1 = −0.01472. The mean is −1.470 points.

        >>> from datetime import date
        >>> def exports(value, month):
        ...     return Quantity(value=value, unit="CAD", dataset="statcan/12100011", basis="customs", seasonal_adjustment="seasonally_adjusted",
        ...                     period=date(2026, month, 1), vintage=date(2026, 9, 3))
        >>> part = share_change_from_us(exports(52_279.6e6, 6), exports(76_589.5e6, 6), exports(48_895.5e6, 7), exports(73_448.0e6, 7))
        >>> round(part.low, 3)
        -1.47
    """
    return _points(_change(us_before, world_before, us_after, world_after).from_numerator, n_units=2)


def share_change_from_rest(us_before: Quantity, world_before: Quantity, us_after: Quantity, world_after: Quantity) -> Bounded:
    """Change of the US share that comes from exports to all other countries.

    What:
        The percentage points by which the US share moved between two months because exports to countries other than the United States moved.
    Why:
        It is what diversification adds, with the movement of the US market itself taken out.
    Formula:
        S = U / (U + N), U exports to the United States, N to all others.
        φ(N) = ½ [S(U₀, N₁) − S(U₀, N₀)] + ½ [S(U₁, N₁) − S(U₁, N₀)].
    Source:
        L. S. Shapley, A Value for n-Person Games, 1953; A. F. Shorrocks, Decomposition procedures for distributional analysis, Journal of Economic
        Inequality 11, 2013.
    Unit:
        percentage point
    Range:
        −100 to 100
    Inputs:
        Exports to the United States and to all countries in two months, of one kind, all four from one release, so that no revision passes for a
        change; unadjusted figures of the same month of two years, so that no season does.
    Exclusions:
        None.
    Assumptions:
        Exports to the two markets are treated as moved separately; this is accounting, and says nothing of causes.

    Example:
        June to July 2026, customs, seasonally adjusted: the share moved by −1.688 points, −1.470 of them from the United States; the other −0.218
        come from exports to others, which grew from 24,309.9 to 24,552.5 C$ million.

        >>> from datetime import date
        >>> def exports(value, month):
        ...     return Quantity(value=value, unit="CAD", dataset="statcan/12100011", basis="customs", seasonal_adjustment="seasonally_adjusted",
        ...                     period=date(2026, month, 1), vintage=date(2026, 9, 3))
        >>> part = share_change_from_rest(exports(52_279.6e6, 6), exports(76_589.5e6, 6), exports(48_895.5e6, 7), exports(73_448.0e6, 7))
        >>> round(part.low, 3)
        -0.218
    """
    return _points(_change(us_before, world_before, us_after, world_after).from_rest, n_units=2)


def _change(us_before: Quantity, world_before: Quantity, us_after: Quantity, world_after: Quantity) -> ShareChange:
    share(us_before, world_before)
    share(us_after, world_after)
    require_comparable(world_before, world_after)
    return share_shapley(us_before.value, world_before.value - us_before.value, us_after.value, world_after.value - us_after.value)


@dataclass(frozen=True)
class Contribution:
    """What one product contributed to a change of share by its own share, and by its weight. On the scale of shares, 0 to 1."""

    within: float
    mix: float


@dataclass(frozen=True)
class WithinMix:
    """The change of a share over all products, and its two parts, which add up to it. On the scale of shares, 0 to 1.

    `within` comes from products whose own share changed, `mix` from products with a high or low share that grew or shrank in weight. Products
    without exports in both periods are not in `by_product`.
    """

    change: float
    within: float
    mix: float
    by_product: Mapping[str, Contribution]


def share_change(before: Mapping[str, tuple[float, float]], after: Mapping[str, tuple[float, float]]) -> WithinMix:
    """Split the change of the US share between two periods by product; each maps a product to its exports (to the US, to the world).

    Symmetric in time: within Σ ½(w₀ + w₁)(s₁ − s₀), mix Σ (w₁ − w₀)(½(s₀ + s₁) − ½(S₀ + S₁)), with w the product's weight in exports, s its US
    share and S that of all. A product without exports in one period has no share there: it takes the other period's, and contributes to the mix only.
    Raises ValueError where a product is on one side only, Undefined where a period has no exports.
    """
    require_same_products(before, after)
    for product, (us, world) in [*before.items(), *after.items()]:
        if not (0 <= us <= world and math.isfinite(world)):
            raise ValueError(f"{product}: {us:g} is not a part of {world:g}")
    us_before, us_after = (math.fsum(us for us, _ in period.values()) for period in (before, after))
    world_before, world_after = (math.fsum(world for _, world in period.values()) for period in (before, after))
    if not (world_before and world_after):
        raise Undefined("a period without exports has no share")
    share_before, share_after = us_before / world_before, us_after / world_after

    by_product = {}
    for product in before:
        (u0, x0), (u1, x1) = before[product], after[product]
        if not (x0 or x1):
            continue
        s0 = u0 / x0 if x0 else u1 / x1
        s1 = u1 / x1 if x1 else s0
        w0, w1 = x0 / world_before, x1 / world_after
        by_product[product] = Contribution((w0 + w1) / 2 * (s1 - s0), (w1 - w0) * ((s0 + s1) / 2 - (share_before + share_after) / 2))
    return WithinMix(
        change=share_after - share_before,
        within=math.fsum(part.within for part in by_product.values()),
        mix=math.fsum(part.mix for part in by_product.values()),
        by_product=by_product,
    )


def share_change_by_product(before: Mapping[str, Exports], after: Mapping[str, Exports]) -> WithinMix:
    """Split the change of the US share as `share_change` does, of figures of one kind and one release, over two periods that can be compared."""
    require_comparable_products(before, after)
    plain = [{product: (exports.us.value, exports.world.value) for product, exports in period.items()} for period in (before, after)]
    return share_change(*plain)


def share_change_within(before: Mapping[str, Exports], after: Mapping[str, Exports]) -> Bounded:
    """Change of the US share within products.

    What:
        The percentage points by which the US share moved because products went to the United States to a larger or smaller part, with the weights of
        the products held at their mean.
    Why:
        The US share also moves when what sells is of another kind, such as gold at a high price. This part is exports that found other customers.
    Formula:
        Σ ½(w₀ + w₁)(s₁ − s₀), over products, with w a product's weight in exports and s its US share; with share_change_mix it adds up to the change.
    Source:
        Z. Griliches and H. Regev, Firm productivity in Israeli industry 1979–1988, Journal of Econometrics 65, 1995, for productivity.
    Unit:
        percentage point
    Range:
        −100 to 100
    Inputs:
        Exports of each product to the United States and to all countries in two periods, all of one kind and one release; unadjusted figures of the
        same month of two years. A product without exports in a period is a zero where that is known, else it is left out of both.
    Exclusions:
        None, as what a product without exports in both periods adds is nothing. One without exports in one period contributes to the mix only.
    Assumptions:
        The products are exhaustive of what the share is about; a coarser list moves some of the mix into this part.

    Example:
        Cars: 80 of 100 go to the United States, later 30 of 50. Wheat: 20 of 100, later 30 of 150. The share falls from 50 to 30 percent. The share
        of cars fell by 20 points at a mean weight of (0.5 + 0.25) / 2, that of wheat did not move: −7.5 points.

        >>> from datetime import date
        >>> def exports(us, world, year):
        ...     kind = dict(unit="CAD", dataset="statcan/12100182", basis="customs", seasonal_adjustment="unadjusted",
        ...                 period=date(year, 5, 1), vintage=date(2026, 7, 7))
        ...     return Exports(Quantity(value=us, **kind), Quantity(value=world, **kind))
        >>> before = {"cars": exports(80, 100, 2025), "wheat": exports(20, 100, 2025)}
        >>> after = {"cars": exports(30, 50, 2026), "wheat": exports(30, 150, 2026)}
        >>> round(share_change_within(before, after).low, 10)
        -7.5
    """
    return _points(share_change_by_product(before, after).within, n_units=len(before))


def share_change_mix(before: Mapping[str, Exports], after: Mapping[str, Exports]) -> Bounded:
    """Change of the US share that comes from the mix of products.

    What:
        The percentage points by which the US share moved because products that go to the United States more, or less, than others changed their
        weight in exports.
    Why:
        When gold or oil rises in price the share moves though no product has found another customer.
    Formula:
        Σ (w₁ − w₀)(½(s₀ + s₁) − ½(S₀ + S₁)), over products, with w a product's weight in exports, s its US share and S the US share of all; with
        share_change_within it adds up to the change.
    Source:
        As for share_change_within.
    Unit:
        percentage point
    Range:
        −100 to 100
    Inputs:
        As for share_change_within.
    Exclusions:
        As for share_change_within.
    Assumptions:
        As for share_change_within. A product without exports in one period has the US share that it has in the other.

    Example:
        Cars: 80 of 100 go to the United States, later 30 of 50. Wheat: 20 of 100, later 30 of 150. The share falls from 50 to 30 percent, 40 in the
        mean. Cars lose a weight of 0.25 at a share of 70, wheat gains it at one of 20: −0.25 × 30 + 0.25 × −20 = −12.5 points.

        >>> from datetime import date
        >>> def exports(us, world, year):
        ...     kind = dict(unit="CAD", dataset="statcan/12100182", basis="customs", seasonal_adjustment="unadjusted",
        ...                 period=date(year, 5, 1), vintage=date(2026, 7, 7))
        ...     return Exports(Quantity(value=us, **kind), Quantity(value=world, **kind))
        >>> before = {"cars": exports(80, 100, 2025), "wheat": exports(20, 100, 2025)}
        >>> after = {"cars": exports(30, 50, 2026), "wheat": exports(30, 150, 2026)}
        >>> round(share_change_mix(before, after).low, 10)
        -12.5
    """
    return _points(share_change_by_product(before, after).mix, n_units=len(before))


def _points(change: float, n_units: int) -> Bounded:
    return Bounded.exact(change * PERCENTAGE_POINTS, n_units)
