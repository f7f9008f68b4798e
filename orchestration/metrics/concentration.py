"""How concentrated trade is on few partners, and on the United States: formulas on plain figures, metrics on quantities."""

from __future__ import annotations

import math
from collections.abc import Sequence

from orchestration.metrics.errors import Undefined
from orchestration.metrics.interval import Bounded
from orchestration.metrics.quantity import Quantity, share, share_over, total_over

# Published figures are rounded; a sum of parts may pass its total by this share of it before it is a contradiction.
ROUNDING = 1e-9


def shares_of(values: Sequence[float]) -> list[float]:
    """Return each value's share of their sum. Rejects negative and missing values; raises Undefined when there is nothing to divide."""
    for value in values:
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"{value} has no share: values are finite and not negative, and a missing one belongs to hhi_bounds")
    total = math.fsum(values)
    if total == 0:
        raise Undefined("there is no value to take shares of")
    return [value / total for value in values]


def hhi(values: Sequence[float]) -> float:
    """Herfindahl–Hirschman index of a complete list of values, on the scale 1/n to 1. A zero changes nothing."""
    return math.fsum(part * part for part in shares_of(values))


def hhi_normalized(values: Sequence[float]) -> float:
    """HHI rescaled to 0 (equal shares) to 1 (one holds all): (H − 1/n) / (1 − 1/n). Zeros belong to the universe of n."""
    n = len(values)
    concentration = hhi(values)
    if n == 1:
        raise Undefined("a normalized HHI needs at least two units")
    return (concentration - 1 / n) / (1 - 1 / n)


def hill_1(values: Sequence[float]) -> float:
    """Effective number by Shannon's entropy, the Hill number of order 1: exp(−Σ s ln s).

    Of a complete list: a rest that is not listed may be spread over any number of units, and nothing would bound it from above.
    """
    return math.exp(-math.fsum(part * math.log(part) for part in shares_of(values) if part > 0))


def concentration_ratio(values: Sequence[float], k: int) -> float:
    """Joint share of the k largest (CR-k)."""
    return math.fsum(sorted(shares_of(values), reverse=True)[:k])


def gini(values: Sequence[float]) -> float:
    """Gini coefficient: 0 for equal shares, (n − 1)/n when one of n units has all. A unit that is known to have none is a zero and counts in n."""
    parts = sorted(shares_of(values))
    n = len(parts)
    return math.fsum((2 * rank - n - 1) * part for rank, part in enumerate(parts, start=1)) / n


def hhi_bounds(listed: Sequence[float | None], total: float, *, listed_are_largest: bool = False) -> Bounded:
    """Bound the HHI where only some units are listed and the composition of the rest of `total` is unknown. None is a listed unit without a figure.

    Low: the rest is spread over infinitely many units and adds nothing. High: one unit has all of it and adds its square.
    With `listed_are_largest`, which asserts that no unlisted unit is larger than the smallest listed one, of share m, the rest R adds at most
    ⌊R/m⌋ m² + (R − ⌊R/m⌋ m)²; a listed unit without a figure may be larger, and takes the assertion's force away.
    """
    known = [value for value in listed if value is not None]
    rest = total - math.fsum(known)
    if abs(rest) <= ROUNDING * total:
        rest = 0.0
    if rest < 0:
        raise Undefined(f"the listed values add up to {total - rest:g}, more than their total of {total:g}")
    *parts, rest_share = shares_of([*known, rest])
    low = math.fsum(part * part for part in parts)
    n_missing = len(listed) - len(known)
    is_capped = listed_are_largest and bool(parts) and n_missing == 0
    return Bounded(low, low + _largest_sum_of_squares(rest_share, cap=min(parts) if is_capped else 1.0), len(listed), n_missing)


def _largest_sum_of_squares(rest: float, cap: float) -> float:
    """The largest Σ s² over all ways to split `rest` into parts of at most `cap`: as many full parts as fit, and what is left."""
    if rest == 0:
        return 0.0
    if cap == 0:
        raise ValueError("the listed values are not the largest: the smallest is zero, and there is a rest")
    full, left = divmod(rest, cap)
    return full * cap**2 + left**2


def us_share(us: Sequence[Quantity], world: Sequence[Quantity]) -> Bounded:
    """US share of exports.

    What:
        The part of a country's exports that goes to the United States, over a month or a window of months.
    Why:
        The plainest measure of how much of a country's selling depends on one buyer.
    Formula:
        Σ exports to the United States / Σ exports to all countries, summed over the window before dividing.
    Source:
        Statistics Canada, table 12-10-0011-01; definition as in its analysis of principal trading partners.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        Exports to the United States and to all countries, month by month, of one data set, basis, seasonal adjustment, price basis and currency; the
        two figures of a month from one release.
    Exclusions:
        None. A window that lacks a month has no value.
    Assumptions:
        Exports are attributed to the country of last known destination; goods that pass through the United States may count as exports to it, or the
        reverse.

    Example:
        July 2026, customs, seasonally adjusted, release of 3 September 2026: 48,895.5 of 73,448.0 C$ million, 66.57 percent.

        >>> from datetime import date
        >>> july = dict(dataset="statcan/12100011", basis="customs", seasonal_adjustment="seasonally_adjusted", unit="CAD",
        ...             period=date(2026, 7, 1), vintage=date(2026, 9, 3))
        >>> share_of_july = us_share([Quantity(value=48_895.5e6, **july)], [Quantity(value=73_448.0e6, **july)])
        >>> round(share_of_july.low, 5)
        0.66572
    """
    return Bounded.exact(share_over(us, world), n_units=len(world))


def partner_hhi(partners: Sequence[Sequence[Quantity | None]], world: Sequence[Quantity], *, listed_are_largest: bool = False) -> Bounded:
    """Partner HHI of exports.

    What:
        Concentration of exports over partner countries, as an interval where some partners are not listed or have no figure.
    Why:
        The US share sees one partner only; the index sees whether what leaves it spreads out or moves to the next big one.
    Formula:
        H = Σ sᵢ², with sᵢ the share of partner i. Low: the listed partners only. High: plus the square of the rest; plus ⌊R/m⌋ m² + (R − ⌊R/m⌋ m)²
        where the list is known to hold the largest partners, R the rest's share and m the smallest listed one.
    Source:
        A. O. Hirschman, The Paternity of an Index, American Economic Review 54, 1964; World Bank WITS, Herfindahl–Hirschman market concentration
        index.
    Unit:
        share
    Range:
        0 to 1 (1/n to 1 where all n partners are listed)
    Inputs:
        Exports to each listed partner and to all countries, month by month over the window, of one kind, each month's figures from one release.
    Exclusions:
        Aggregates such as the European Union, which would count their members twice. A partner with a missing month counts as missing and falls into
        the rest.
    Assumptions:
        None about the rest, unless the list is asserted to hold the largest partners.

    Example:
        US imports of cobalt, 2021 to 2024: 26, 16, 14 and 14 percent from listed countries, 30 from others. The squares give 0.0676 + 0.0256 + 0.0196
        + 0.0196 = 0.1324, and 0.09 more if one country had all the others.

        >>> from datetime import date
        >>> def imports(percent):
        ...     return [Quantity(value=percent, unit="percent", dataset="usgs/mcs", basis="customs", seasonal_adjustment="unadjusted",
        ...                      period=date(2024, 1, 1), vintage=date(2026, 2, 1))]
        >>> index = partner_hhi([imports(26), imports(16), imports(14), imports(14)], imports(100))
        >>> round(index.low, 4), round(index.high, 4)
        (0.1324, 0.2224)
    """
    listed = [_sum_of_parts(months, world) for months in partners]
    return hhi_bounds(listed, total_over(world).value, listed_are_largest=listed_are_largest)


def _sum_of_parts(months: Sequence[Quantity | None], world: Sequence[Quantity]) -> float | None:
    """Sum a partner's exports over the window after checking each month against the world's; None when a month is missing."""
    known = [(part, whole) for part, whole in zip(months, world, strict=True) if part is not None]
    for part, whole in known:
        share(part, whole)
    return math.fsum(part.value for part, _ in known) if len(known) == len(world) else None


def effective_partners(concentration: Bounded) -> Bounded:
    """Effective number of partners.

    What:
        The number of equally large partners that would give the same HHI.
    Why:
        An index of 0.55 says little; "as if it had fewer than two customers" says it.
    Formula:
        1 / H; the bounds change places.
    Source:
        M. A. Adelman, Comment on the "H" Concentration Measure as a Numbers-Equivalent, Review of Economics and Statistics 51, 1969.
    Unit:
        count
    Range:
        1 to the number of partners; without an upper bound where no partner's figure is known
    Inputs:
        The partner HHI, with its bounds.
    Exclusions:
        Those of the partner HHI.
    Assumptions:
        Those of the partner HHI.

    Example:
        An index between 0.1324 and 0.2224: 1 / 0.2224 = 4.50 and 1 / 0.1324 = 7.55.

        >>> number = effective_partners(hhi_bounds([26, 16, 14, 14], total=100))
        >>> round(number.low, 2), round(number.high, 2)
        (4.5, 7.55)
    """
    high = 1 / concentration.low if concentration.low > 0 else math.inf
    return Bounded(1 / concentration.high, high, concentration.n_units, concentration.n_missing)


def partner_hhi_normalized(concentration: Bounded, *, n_partners: int) -> Bounded:
    """Normalized partner HHI of exports.

    What:
        The partner HHI rescaled so that 0 is equal exports to every partner of a declared universe and 1 is all exports to one.
    Why:
        The least value that an HHI can take depends on how many partners there are. Without it, concentration compares across universes.
    Formula:
        H* = (H − 1/n) / (1 − 1/n), for both bounds of H; not below 0, since H cannot be below 1/n.
    Source:
        World Bank WITS, Herfindahl–Hirschman market concentration index, which is normalized so.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        The partner HHI, with its bounds, and n: the number of countries that could have been partners, with those that have no exports or no figure.
        It is declared by who asks, from the list of partners that the data set covers, and never counted from the figures.
    Exclusions:
        Those of the partner HHI. Aggregates do not count in n.
    Assumptions:
        Those of the partner HHI, and that n is the universe: another n gives another value.

    Example:
        Shares of 75, 10, 8, 4 and 3 percent over five partners: H = 0.5814, and (0.5814 − 0.2) / 0.8 = 0.47675. Over ten: (0.5814 − 0.1) / 0.9 =
        0.53489.

        >>> index = hhi_bounds([75, 10, 8, 4, 3], total=100)
        >>> round(partner_hhi_normalized(index, n_partners=5).low, 5), round(partner_hhi_normalized(index, n_partners=10).low, 5)
        (0.47675, 0.53489)
    """
    if n_partners < concentration.n_units:
        raise ValueError(f"{concentration.n_units} partners are listed, more than the declared {n_partners}; declare the universe that they are of")
    if n_partners < 2:
        raise Undefined("a normalized HHI needs at least two partners")
    low, high = (max(0.0, (bound - 1 / n_partners) / (1 - 1 / n_partners)) for bound in (concentration.low, concentration.high))
    return Bounded(low, high, concentration.n_units, concentration.n_missing)
