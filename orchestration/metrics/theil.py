"""Theil's index of concentration, and its split by groups: what lies between them, and what within."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from orchestration.metrics.concentration import shares_of
from orchestration.metrics.interval import Bounded


def theil(values: Sequence[float]) -> Bounded:
    """Theil index of concentration.

    What:
        How far the values are from equal: 0 when every unit has the same, ln n when one of n units has all.
    Why:
        Unlike the HHI it splits exactly into concentration between groups and within them.
    Formula:
        T = ln n + Σ sᵢ ln sᵢ, with sᵢ the share of unit i and 0 ln 0 = 0.
    Source:
        H. Theil, Economics and Information Theory, 1967, chapter 4. Same figures as PySAL `inequality`.
    Unit:
        nat
    Range:
        0 to ln n
    Inputs:
        One value for each of the n units of the declared universe, all of one kind; a unit that is known to have none is a zero and counts in n.
    Exclusions:
        None. A missing value is refused, for it cannot be bounded without a total; so are negative values.
    Assumptions:
        The list is complete.

    Example:
        Shares of 75, 10, 8, 4 and 3 percent: ln 5 = 1.60944, entropy 0.88203, difference 0.72741.

        >>> round(theil([75, 10, 8, 4, 3]).low, 5)
        0.72741
    """
    entropy = -math.fsum(part * math.log(part) for part in shares_of(values) if part > 0)
    return Bounded.exact(max(0.0, math.log(len(values)) - entropy), n_units=len(values))


class TheilParts(NamedTuple):
    """A Theil index and its two parts, which add up to it. In nats."""

    total: float
    between: float
    within: float


def theil_decomposition(groups: Mapping[str, Sequence[float]]) -> TheilParts:
    """Split the Theil index of all values into that between groups and that within them.

    Between: Σ s ln(s n / m), with s the share of a group and m its number of units out of n. Within: the groups' own indices weighted by s.
    A group without value adds nothing, and its units count in n: with the active and the inactive as groups, between is the extensive margin.
    """
    everything = [value for values in groups.values() for value in values]
    total = theil(everything).low
    weights = shares_of([math.fsum(values) for values in groups.values()])
    active = [(weight, values) for weight, values in zip(weights, groups.values(), strict=True) if weight > 0]
    between = math.fsum(weight * math.log(weight * len(everything) / len(values)) for weight, values in active)
    within = math.fsum(weight * theil(values).low for weight, values in active)
    return TheilParts(total, max(0.0, between), within)


def theil_between_regions(values: Mapping[str, float], region_of: Mapping[str, str]) -> Bounded:
    """Theil index of concentration between regions.

    What:
        The part of the Theil index over partners that is there because regions differ in what a partner of theirs buys on average.
    Why:
        Exports that leave one neighbour for another stay in their region: this part moves only when they leave it.
    Formula:
        T_between = Σ s_g ln(s_g n / n_g), with s_g the share of region g and n_g its number of partners out of n.
    Source:
        H. Theil, Economics and Information Theory, 1967, chapter 4. Same figures as PySAL `inequality`.
    Unit:
        nat
    Range:
        0 to ln n
    Inputs:
        One value for each partner of the declared universe, all of one kind, and each partner's region; a partner that is known to have none is a
        zero and counts in n.
    Exclusions:
        None. A missing value is refused, and so are negative values and a partner without a region.
    Assumptions:
        The list is complete, and each partner is in one region.

    Example:
        Four partners in the Americas with 60, 10, 5 and 5, four in Europe with 20, 10, 5 and 5: shares 2/3 and 1/3 of the value, 1/2 and 1/2 of the
        partners. 2/3 ln(4/3) + 1/3 ln(2/3) = 0.19179 − 0.13516 = 0.05663.

        >>> values = {"US": 60, "MX": 10, "BR": 5, "CL": 5, "GB": 20, "DE": 10, "FR": 5, "IT": 5}
        >>> region_of = dict.fromkeys(["US", "MX", "BR", "CL"], "Americas") | dict.fromkeys(["GB", "DE", "FR", "IT"], "Europe")
        >>> round(theil_between_regions(values, region_of).low, 5)
        0.05663
    """
    return Bounded.exact(theil_decomposition(_by_region(values, region_of)).between, n_units=len(values))


def theil_within_regions(values: Mapping[str, float], region_of: Mapping[str, str]) -> Bounded:
    """Theil index of concentration within regions.

    What:
        The part of the Theil index over partners that is there because partners of one region buy unequally; with the part between regions it adds up
        to the index.
    Why:
        It is what a new customer next door to the large one changes.
    Formula:
        T_within = Σ s_g T_g, with s_g the share of region g in all values and T_g the Theil index over its partners.
    Source:
        H. Theil, Economics and Information Theory, 1967, chapter 4. Same figures as PySAL `inequality`.
    Unit:
        nat
    Range:
        0 to ln n
    Inputs:
        As for theil_between_regions.
    Exclusions:
        As for theil_between_regions.
    Assumptions:
        As for theil_between_regions.

    Example:
        Four partners in the Americas with 60, 10, 5 and 5, four in Europe with 20, 10, 5 and 5. The indices of the two are 0.56402 and 0.17329:
        2/3 of the one and 1/3 of the other is 0.43378.

        >>> values = {"US": 60, "MX": 10, "BR": 5, "CL": 5, "GB": 20, "DE": 10, "FR": 5, "IT": 5}
        >>> region_of = dict.fromkeys(["US", "MX", "BR", "CL"], "Americas") | dict.fromkeys(["GB", "DE", "FR", "IT"], "Europe")
        >>> round(theil_within_regions(values, region_of).low, 5)
        0.43378
    """
    return Bounded.exact(theil_decomposition(_by_region(values, region_of)).within, n_units=len(values))


def _by_region(values: Mapping[str, float], region_of: Mapping[str, str]) -> dict[str, list[float]]:
    homeless = sorted(set(values) - set(region_of))
    if homeless:
        raise ValueError(f"{', '.join(homeless)}: without a region; give one to each, or the parts do not add up")
    regions: dict[str, list[float]] = defaultdict(list)
    for partner, value in values.items():
        regions[region_of[partner]].append(value)
    return regions
