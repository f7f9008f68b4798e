"""How much of what a country uses it makes itself, industry by industry."""

from __future__ import annotations

from orchestration.metrics.errors import Undefined
from orchestration.metrics.interval import Bounded


def apparent_consumption(production: float, domestic_exports: float, imports: float) -> float:
    """P − X + M, in the unit of the three; X must be domestic exports where P is output at home. Raises Undefined where it is not above zero."""
    consumption = production - domestic_exports + imports
    if consumption <= 0:
        raise Undefined(f"apparent consumption is {consumption:g}: production of {production:g} does not cover exports of {domestic_exports:g}")
    return consumption


def import_penetration(production: float, domestic_exports: float, imports: float) -> Bounded:
    """Import penetration.

    What:
        The part of what Canada uses of an industry's goods that is imported.
    Why:
        How much there is to replace, and who would be hurt first by a tariff at home.
    Formula:
        M / (P − X + M).
    Source:
        Statistics Canada and OECD, STAN indicators: import penetration. The denominator is apparent consumption.
    Unit:
        share
    Range:
        0 to 1 where no more is exported than made; above 1 where more is
    Inputs:
        Sales of goods manufactured, domestic exports and imports of one industry and calendar year, in Canadian dollars.
    Exclusions:
        Re-exports, which were not made here. Trade that the concordance gives to no industry is counted in marts.home_share.
    Assumptions:
        Changes of stocks are left out, and the three are valued at different points: factory, border, border.

    Example:
        Production 1,000, domestic exports 400, imports 500.

        >>> round(import_penetration(1_000, 400, 500).low, 6)
        0.454545
    """
    return Bounded.exact(imports / apparent_consumption(production, domestic_exports, imports), 3)


def home_share(production: float, domestic_exports: float, imports: float) -> Bounded:
    """Home share.

    What:
        The part of what Canada uses of an industry's goods that it makes itself.
    Why:
        What a campaign for domestic goods starts from, and what it could reach.
    Formula:
        (P − X) / (P − X + M) = 1 − import penetration.
    Source:
        As import_penetration.
    Unit:
        share
    Range:
        0 to 1 where no more is exported than made; below 0 where more is
    Inputs:
        As import_penetration.
    Exclusions:
        As import_penetration. With re-exports left in, 0.5455 becomes 0.5238 in the example of the tests: the wrong figure.
    Assumptions:
        As import_penetration.

    Example:
        Production 1,000, domestic exports 400, imports 500.

        >>> round(home_share(1_000, 400, 500).low, 6)
        0.545455
    """
    return Bounded.exact((production - domestic_exports) / apparent_consumption(production, domestic_exports, imports), 3)
