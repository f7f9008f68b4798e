"""Whether exports that the United States no longer took went elsewhere, product by product. Accounting: what would have happened is not known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.metrics.errors import Undefined
from orchestration.metrics.exports import Exports, require_comparable_products, require_same_products
from orchestration.metrics.interval import Bounded


@dataclass(frozen=True)
class Redirection:
    """Exports lost to the United States, over the products that lost any, and what stands against them; the first two in the unit of the exports.

    `matched` is the gain elsewhere of the very products that lost, up to each one's loss. `matched_rate` is its part of the loss, 0 to 1.
    `naive_ratio` sets the whole change of exports elsewhere against the loss, and is no rate.
    """

    us_loss: float
    matched: float
    matched_rate: float
    naive_ratio: float


def redirection(
    us_before: Mapping[str, float], non_us_before: Mapping[str, float], us_after: Mapping[str, float], non_us_after: Mapping[str, float]
) -> Redirection:
    """Compare what each product lost in the United States with what it gained elsewhere: Σ min(loss, gain) against Σ loss.

    Raises ValueError where a product is not on all sides or a value is negative, Undefined where no product lost anything.
    """
    sides = (us_before, non_us_before, us_after, non_us_after)
    require_same_products(*sides)
    for product, value in (item for side in sides for item in side.items()):
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"{product}: {value} is no value of exports")
    losses = {product: max(us_before[product] - us_after[product], 0.0) for product in us_before}
    gains = {product: non_us_after[product] - non_us_before[product] for product in us_before}
    us_loss = math.fsum(losses.values())
    if us_loss == 0:
        raise Undefined("no product lost exports to the United States: there is nothing to redirect")
    matched = math.fsum(min(loss, max(gains[product], 0.0)) for product, loss in losses.items())
    return Redirection(us_loss, matched, matched / us_loss, math.fsum(gains.values()) / us_loss)


def matched_rate(
    us_before: Mapping[str, float], non_us_before: Mapping[str, float], us_after: Mapping[str, float], non_us_after: Mapping[str, float]
) -> float:
    """The part of the exports lost to the United States that the same products gained elsewhere, 0 to 1; errors as of `redirection`."""
    return redirection(us_before, non_us_before, us_after, non_us_after).matched_rate


def redirection_of(before: Mapping[str, Exports], after: Mapping[str, Exports]) -> Redirection:
    """Redirection between two periods that can be compared, of figures of one kind and one release."""
    require_comparable_products(before, after)
    return redirection(_us(before), _non_us(before), _us(after), _non_us(after))


def matched_redirection_rate(before: Mapping[str, Exports], after: Mapping[str, Exports]) -> Bounded:
    """Matched redirection of exports.

    What:
        The part of the exports lost to the United States that the same products gained in other countries.
    Why:
        More gold to London does not replace cars that Detroit no longer buys. Matching product by product keeps the one from passing for the other.
    Formula:
        Σ min(loss, gain) / Σ loss, over products, with loss = max(−ΔU, 0) and gain = max(ΔN, 0); U are a product's exports to the United States, N
        those to all other countries.
    Source:
        Our definition; the trade diversion of customs unions needs a counterfactual, J. Viner, The Customs Union Issue, 1950, and this has none.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        Exports of each product to the United States and to all countries in two periods, all of one kind and one release; unadjusted figures of the
        same month of two years.
    Exclusions:
        Products that lost nothing in the United States have no part in it. Where none lost anything there is no rate.
    Assumptions:
        A gain elsewhere of what the United States took less of counts as redirected, whatever caused it. Another list of products gives another rate.

    Example:
        Cars lose 50 in the United States and gain 20 elsewhere, wheat loses 10 and gains 30, gold gains 100 elsewhere: 20 and 10 of the 60 lost are
        matched, one half.

        >>> from datetime import date
        >>> from orchestration.metrics.quantity import Quantity
        >>> def exports(us, elsewhere, year):
        ...     kind = dict(unit="CAD", dataset="statcan/12100182", basis="customs", seasonal_adjustment="unadjusted",
        ...                 period=date(year, 5, 1), vintage=date(2026, 7, 7))
        ...     return Exports(Quantity(value=us, **kind), Quantity(value=us + elsewhere, **kind))
        >>> before = {"cars": exports(80, 20, 2025), "wheat": exports(20, 80, 2025), "gold": exports(0, 50, 2025)}
        >>> after = {"cars": exports(30, 40, 2026), "wheat": exports(10, 110, 2026), "gold": exports(0, 150, 2026)}
        >>> matched_redirection_rate(before, after).low
        0.5
    """
    return Bounded.exact(redirection_of(before, after).matched_rate, n_units=len(before))


def non_us_gain_over_us_loss(before: Mapping[str, Exports], after: Mapping[str, Exports]) -> Bounded:
    """Gain of non-US exports over the loss of US exports; not a rate.

    What:
        The change of exports to all other countries, over all products, for each dollar that shrinking products lost in the United States. It is NOT
        a rate of redirection: it passes 1 where other products grew, and is negative where exports elsewhere fell.
    Why:
        It is what is often quoted as redirection. Beside the matched rate it shows how much of that is growth of other products.
    Formula:
        Σ ΔN / Σ max(−ΔU, 0), over products, with U a product's exports to the United States and N those to all other countries.
    Source:
        Our definition, of a quotient that is often quoted.
    Unit:
        ratio
    Range:
        any
    Inputs:
        As for matched_redirection_rate.
    Exclusions:
        None in the numerator; the denominator has only products that lost exports to the United States. Where none lost anything there is no value.
    Assumptions:
        None; it does not say that the gain came from the loss.

    Example:
        Cars lose 50 in the United States and gain 20 elsewhere, wheat loses 10 and gains 30, gold gains 100 elsewhere: 150 gained over 60 lost.

        >>> from datetime import date
        >>> from orchestration.metrics.quantity import Quantity
        >>> def exports(us, elsewhere, year):
        ...     kind = dict(unit="CAD", dataset="statcan/12100182", basis="customs", seasonal_adjustment="unadjusted",
        ...                 period=date(year, 5, 1), vintage=date(2026, 7, 7))
        ...     return Exports(Quantity(value=us, **kind), Quantity(value=us + elsewhere, **kind))
        >>> before = {"cars": exports(80, 20, 2025), "wheat": exports(20, 80, 2025), "gold": exports(0, 50, 2025)}
        >>> after = {"cars": exports(30, 40, 2026), "wheat": exports(10, 110, 2026), "gold": exports(0, 150, 2026)}
        >>> non_us_gain_over_us_loss(before, after).low
        2.5
    """
    return Bounded.exact(redirection_of(before, after).naive_ratio, n_units=len(before))


def _us(products: Mapping[str, Exports]) -> dict[str, float]:
    return {product: exports.us.value for product, exports in products.items()}


def _non_us(products: Mapping[str, Exports]) -> dict[str, float]:
    return {product: exports.non_us.value for product, exports in products.items()}
