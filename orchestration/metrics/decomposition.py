"""What moved a share: its numerator or the rest of its denominator."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.metrics.errors import Undefined
from orchestration.metrics.interval import Bounded
from orchestration.metrics.quantity import Quantity, require_same, share

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
        change.
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
    return _points(_change(us_before, world_before, us_after, world_after).from_numerator)


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
        change.
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
    return _points(_change(us_before, world_before, us_after, world_after).from_rest)


def _change(us_before: Quantity, world_before: Quantity, us_after: Quantity, world_after: Quantity) -> ShareChange:
    share(us_before, world_before)
    share(us_after, world_after)
    require_same(world_before, world_after, ["vintage"])
    return share_shapley(us_before.value, world_before.value - us_before.value, us_after.value, world_after.value - us_after.value)


def _points(change: float) -> Bounded:
    return Bounded.exact(change * PERCENTAGE_POINTS, n_units=2)
