"""The units that columns and metrics may carry, and the powers of ten that agencies scale by."""

from __future__ import annotations

from typing import Final

UNITS: Final = frozenset(
    {
        "none",  # identifiers, labels, dates, flags
        "CAD",
        "USD",
        "share",  # 0 to 1
        "ratio",  # of two like figures; may pass 1
        "percentage point",
        "percent",
        "count",
        "index",
        "nat",
        "t",
        "kg",
        "thousand USD",
        "CAD per USD",
        "USD per CAD",
        "year",
        "day",
        "as stated",  # another column of the same row names the unit
    }
)

# Statistics Canada's scalar codes: https://www.statcan.gc.ca/en/developers/wds/user-guide (getCodeSets)
STATCAN_SCALE: Final = {0: 1, 1: 10, 2: 100, 3: 1_000, 4: 10_000, 5: 100_000, 6: 1_000_000, 7: 10_000_000, 8: 100_000_000, 9: 1_000_000_000}


def check_unit(unit: str) -> str:
    """Return `unit`, or raise ValueError when the vocabulary does not have it."""
    if unit not in UNITS:
        raise ValueError(f"{unit!r} is not a unit of the vocabulary: {', '.join(sorted(UNITS))}")
    return unit
