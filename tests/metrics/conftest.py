from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration.metrics.quantity import Quantity

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def golden() -> Callable[[str], dict[str, Any]]:
    """Read a file of worked examples; its `origin` says where the figures come from."""
    return lambda name: json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def quantity() -> Callable[..., Quantity]:
    """Make a Quantity of customs exports in July 2026, with any part of it replaced."""

    def make(value: float, **other: Any) -> Quantity:
        july = {
            "dataset": "statcan/12100011",
            "basis": "customs",
            "seasonal_adjustment": "seasonally_adjusted",
            "unit": "CAD",
            "period": date(2026, 7, 1),
            "vintage": date(2026, 9, 3),
        }
        return Quantity(value=value, **(july | other))

    return make


@pytest.fixture
def exports(
    golden: Callable[[str], dict[str, Any]], quantity: Callable[..., Quantity]
) -> Callable[[str, str], tuple[list[Quantity], list[Quantity]]]:
    """The published exports to the US and to the world from one month to another, release of 3 September 2026."""
    table = golden("exports_to_the_us")["seasonally_adjusted"]

    def between(first: str, last: str) -> tuple[list[Quantity], list[Quantity]]:
        months = {date.fromisoformat(f"{month}-01"): pair for month, pair in table.items() if first <= month <= last}
        us, world = ([quantity(pair[side] * 1e6, period=month) for month, pair in months.items()] for side in (0, 1))
        return us, world

    return between
