"""Vehicles made and sold in Canada, and where their parts are from."""

from __future__ import annotations

import math
from collections.abc import Sequence

from orchestration.metrics.errors import Undefined
from orchestration.metrics.interval import Bounded

# Manufacturers state content to the nearest five percent.
CONTENT_ROUNDING_PCT = 2.5


def vehicle_production_change(before: float, after: float) -> Bounded:
    """Change of vehicle production.

    What:
        By how much a country made more motor vehicles in a year than in the year before, as a share of the latter.
    Why:
        The second pillar keeps vehicles being made in Canada; this says whether they are.
    Formula:
        vehicles made in the year / vehicles made in the year before − 1.
    Source:
        OICA, production statistics: final assemblies of light and heavy vehicles.
    Unit:
        share
    Range:
        −1 and above
    Inputs:
        Vehicles made in two consecutive years by one publisher and in one category, as known on one day.
    Exclusions:
        None.
    Assumptions:
        A year's figure is revised by the next edition; a change of the latest year rests on a first figure.

    Example:
        Canada made 1,553,758 vehicles in 2023 and 1,342,647 in 2024.

        >>> round(vehicle_production_change(1_553_758, 1_342_647).low, 4)
        -0.1359
    """
    if before <= 0:
        raise Undefined("no vehicle was made in the year before")
    return Bounded.exact(after / before - 1, 2)


def us_canada_parts_content(stated_pct: Sequence[float]) -> Bounded:
    """Parts content from the United States and Canada.

    What:
        The mean over carlines of the percentage of their parts, by value, that is from the United States or Canada.
    Why:
        How integrated the two countries' industries are, in the cars that buyers see the label of.
    Formula:
        Σ stated percentages / number of lines, and half of the rounding to each side.
    Source:
        American Automobile Labeling Act, 49 CFR 583, reports of the manufacturers to the National Highway Traffic Safety Administration.
    Unit:
        percent
    Range:
        0 to 100
    Inputs:
        Stated percentages of the lines of a model year; lines that repeat another are left out before.
    Exclusions:
        Assembly and labour, which the act leaves out; vehicles above 8,500 pounds.
    Assumptions:
        The two countries are not separable. Lines weigh alike, because sales by carline are not held.

    Example:
        Three lines of 40, 55 and 66 percent.

        >>> content = us_canada_parts_content([40, 55, 66])
        >>> round(content.low, 2), round(content.high, 2)
        (51.17, 56.17)
    """
    if not stated_pct:
        raise Undefined("no carline states its content")
    low = math.fsum(max(stated - CONTENT_ROUNDING_PCT, 0) for stated in stated_pct) / len(stated_pct)
    high = math.fsum(min(stated + CONTENT_ROUNDING_PCT, 100) for stated in stated_pct) / len(stated_pct)
    return Bounded(low, high, len(stated_pct))


def north_american_sales_share(from_north_america: Sequence[float | None], sold: Sequence[float | None]) -> Bounded:
    """Share of vehicle sales from North America.

    What:
        The part of the new motor vehicles sold in Canada in a year that was made in North America.
    Why:
        What Canadians buy of what the three countries of the agreement make together.
    Formula:
        Σ vehicles from North America / Σ vehicles, over the months of the year.
    Source:
        Statistics Canada, table 20-10-0085-01, origin of manufacture.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        Vehicles sold in each of twelve months, unadjusted.
    Exclusions:
        None. A year that lacks a month has no share.
    Assumptions:
        North America is one origin: the source does not divide it.

    Example:
        Two months stand for twelve: 70 of 100, and 80 of 100.

        >>> north_american_sales_share([70, 80] * 6, [100, 100] * 6).value
        0.75
    """
    months = [(made, all_) for made, all_ in zip(from_north_america, sold, strict=True) if made is not None and all_ is not None]
    if len(months) < 12 or len(months) < len(sold):
        raise Undefined(f"{len(months)} of twelve months are published")
    return Bounded.exact(math.fsum(made for made, _ in months) / math.fsum(all_ for _, all_ in months), len(months))
