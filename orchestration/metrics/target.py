"""The path to "double non-US exports in ten years", and where an observed level stands on it. Nominal customs goods only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from orchestration.metrics.errors import Undefined
from orchestration.metrics.interval import Bounded
from orchestration.metrics.months import months_between
from orchestration.metrics.quantity import Total, require_comparable_totals

YEARS = 10
ANNOUNCED_ON = date(2025, 10, 22)


@dataclass(frozen=True)
class Position:
    """Where an observed twelve-month level stands: what the path requires by then, and how far ahead of it (behind, when negative) the level is."""

    years_since_base: float
    required: float
    ahead: float
    years_ahead: float


def doubling_rate(years: int = YEARS) -> float:
    """The compound annual growth that doubles in `years`: 2^(1/years) − 1."""
    return float(2 ** (1 / years) - 1)


def doubling_path(base_year: int, base_value: float, years: int = YEARS) -> tuple[tuple[int, float], ...]:
    """The level that each calendar year requires, from the base year to its double: base × 2^(t/years)."""
    return tuple((base_year + elapsed, _required(base_value, elapsed, years)) for elapsed in range(years + 1))


def position(base_year: int, base_value: float, observed: float, last_period: date, years: int = YEARS) -> Position:
    """Place the twelve months that end with month `last_period` on the path. Twelve months to December of the base year stand at its start."""
    if not (base_value > 0 and observed > 0):
        raise Undefined(f"no place on a path from {base_value:g} to {observed:g}: both levels must be positive")
    elapsed = months_between(date(base_year, 12, 1), last_period) / 12
    required = _required(base_value, elapsed, years)
    return Position(elapsed, required, observed - required, years * math.log2(observed / base_value) - elapsed)


def _required(base_value: float, elapsed: float, years: int) -> float:
    return float(base_value * 2 ** (elapsed / years))


def non_us_exports_path(base: Total, observed: Total) -> Bounded:
    """Non-US exports that the target requires.

    What:
        The level of exports to all countries but the United States, over twelve months, that the target "double in ten years" requires by the end of
        the observed window.
    Why:
        The target names no base year and no yearly steps. The path makes it something that can be missed before the tenth year, once for each
        candidate base year.
    Formula:
        base × 2^(t/10), t the years from the end of the base year to the end of the observed window; 7.177 percent a year.
    Source:
        Government of Canada, target announced on 22 October 2025 and restated in Budget 2025 of 4 November 2025; steady growth is our reading.
    Unit:
        CAD
    Range:
        0 upward
    Inputs:
        Exports to all countries less exports to the United States: the twelve months of the base year, and twelve months up to now, of one kind.
    Exclusions:
        Services, and any deflation: nominal goods on the customs basis only. Gold is in it, and moves it.
    Assumptions:
        Growth at a constant rate. The base year is a candidate, not a fact.

    Example:
        Base 2024, 184.9 C$ billion. July 2026 lies 19/12 years later: 184.9 × 2^0.15833 = 206.4. The end of the path, 2034, is 369.8.

        >>> exports = dict(dataset="statcan/12100011", basis="customs", seasonal_adjustment="seasonally_adjusted", unit="CAD", n_periods=12,
        ...                vintage_date_min=date(2026, 8, 4), vintage_date_max=date(2026, 9, 3))
        >>> base = Total(value=184_915.2e6, first_period=date(2024, 1, 1), last_period=date(2024, 12, 1), **exports)
        >>> now = Total(value=254_082.2e6, first_period=date(2025, 8, 1), last_period=date(2026, 7, 1), **exports)
        >>> round(non_us_exports_path(base, now).low / 1e9, 1)
        206.4
    """
    return Bounded.exact(_position(base, observed).required, n_units=observed.n_periods)


def non_us_exports_ahead(base: Total, observed: Total) -> Bounded:
    """Non-US exports ahead of the path.

    What:
        By how much exports to all countries but the United States, over twelve months, exceed what the target "double in ten years" requires by then;
        negative when they fall short.
    Why:
        It answers "is the target on course" in dollars.
    Formula:
        observed − base × 2^(t/10), t the years from the end of the base year to the end of the observed window.
    Source:
        As for non_us_exports_path.
    Unit:
        CAD
    Range:
        any
    Inputs:
        As for non_us_exports_path.
    Exclusions:
        As for non_us_exports_path: nominal goods on the customs basis only. Being ahead in nominal goods can be the price of gold.
    Assumptions:
        As for non_us_exports_path.

    Example:
        Base 2024: 254.1 C$ billion in the twelve months to July 2026, less the 206.4 required, is 47.7.

        >>> exports = dict(dataset="statcan/12100011", basis="customs", seasonal_adjustment="seasonally_adjusted", unit="CAD", n_periods=12,
        ...                vintage_date_min=date(2026, 8, 4), vintage_date_max=date(2026, 9, 3))
        >>> base = Total(value=184_915.2e6, first_period=date(2024, 1, 1), last_period=date(2024, 12, 1), **exports)
        >>> now = Total(value=254_082.2e6, first_period=date(2025, 8, 1), last_period=date(2026, 7, 1), **exports)
        >>> round(non_us_exports_ahead(base, now).low / 1e9, 1)
        47.7
    """
    return Bounded.exact(_position(base, observed).ahead, n_units=observed.n_periods)


def non_us_exports_years_ahead(base: Total, observed: Total) -> Bounded:
    """Years ahead of the path to double non-US exports.

    What:
        How many years earlier than the target "double in ten years" requires the observed level was reached; negative when it is late.
    Why:
        It answers "is the target on course" in time, which compares across base years.
    Formula:
        10 log₂(observed / base) − t, t the years from the end of the base year to the end of the observed window.
    Source:
        As for non_us_exports_path.
    Unit:
        year
    Range:
        any
    Inputs:
        As for non_us_exports_path.
    Exclusions:
        As for non_us_exports_path: nominal goods on the customs basis only. Being ahead in nominal goods can be the price of gold.
    Assumptions:
        As for non_us_exports_path.

    Example:
        Base 2024: 254.1 / 184.9 = 1.374 = 2^0.4585, a level due after 4.585 years and reached after 1.583: 3.0 years ahead.

        >>> exports = dict(dataset="statcan/12100011", basis="customs", seasonal_adjustment="seasonally_adjusted", unit="CAD", n_periods=12,
        ...                vintage_date_min=date(2026, 8, 4), vintage_date_max=date(2026, 9, 3))
        >>> base = Total(value=184_915.2e6, first_period=date(2024, 1, 1), last_period=date(2024, 12, 1), **exports)
        >>> now = Total(value=254_082.2e6, first_period=date(2025, 8, 1), last_period=date(2026, 7, 1), **exports)
        >>> round(non_us_exports_years_ahead(base, now).low, 2)
        3.0
    """
    return Bounded.exact(_position(base, observed).years_ahead, n_units=observed.n_periods)


def non_us_exports_required_growth(base: Total, observed: Total) -> Bounded:
    """Growth that the target still requires.

    What:
        The growth a year, from the observed twelve months on, that brings exports to all countries but the United States to double those of the base
        year in its tenth year; negative when they are above it already.
    Why:
        It is what remains to be done, in the terms in which growth is spoken of.
    Formula:
        (2 base / observed)^(1/(10 − t)) − 1, in percent, t the years from the end of the base year to the end of the observed window.
    Source:
        As for non_us_exports_path.
    Unit:
        percent
    Range:
        any
    Inputs:
        As for non_us_exports_path.
    Exclusions:
        As for non_us_exports_path: nominal goods on the customs basis only. At the end of the decade nothing remains, and there is no value.
    Assumptions:
        As for non_us_exports_path.

    Example:
        Base 2024: from 254.1 C$ billion in July 2026 to 369.8 in the 8.417 years that are left, 1.4555^(1/8.417) − 1 = 4.56 percent a year.

        >>> exports = dict(dataset="statcan/12100011", basis="customs", seasonal_adjustment="seasonally_adjusted", unit="CAD", n_periods=12,
        ...                vintage_date_min=date(2026, 8, 4), vintage_date_max=date(2026, 9, 3))
        >>> base = Total(value=184_915.2e6, first_period=date(2024, 1, 1), last_period=date(2024, 12, 1), **exports)
        >>> now = Total(value=254_082.2e6, first_period=date(2025, 8, 1), last_period=date(2026, 7, 1), **exports)
        >>> round(non_us_exports_required_growth(base, now).low, 2)
        4.56
    """
    remaining = YEARS - _position(base, observed).years_since_base
    if remaining <= 0:
        raise Undefined("the decade is over")
    return Bounded.exact(100 * ((2 * base.value / observed.value) ** (1 / remaining) - 1), n_units=observed.n_periods)


def _position(base: Total, observed: Total) -> Position:
    if (base.first_period.month, base.n_periods, observed.n_periods) != (1, 12, 12):
        raise ValueError("the path compares the twelve months of a base year with twelve months")
    require_comparable_totals(base, observed)
    if (base.basis, base.price_basis) != ("customs", "nominal"):
        raise ValueError(f"the path is defined for nominal goods on the customs basis, not for {base.price_basis} on {base.basis}")
    return position(base.first_period.year, base.value, observed.value, observed.last_period)
