from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration.metrics.exports import Exports
from orchestration.metrics.quantity import Quantity

GOLDEN = Path(__file__).parent / "golden"
NAPCS = Path(__file__).parents[2] / "sources/reference/statcan/12100182/2026-07-07.csv"


@pytest.fixture(scope="session")
def golden() -> Callable[[str], dict[str, Any]]:
    """Read a file of worked examples, computed independently of this code."""
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


@pytest.fixture(scope="session")
def napcs() -> tuple[dict[str, Exports], dict[str, Exports]]:
    """Canada's published domestic exports of each NAPCS product in May 2025 and in May 2026, customs, unadjusted, release of 7 July 2026."""
    figures: dict[tuple[str, str, str], Quantity] = {}
    with NAPCS.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            product = re.fullmatch(r".*\[(\w+)\]", row["North American Product Classification System (NAPCS)"])
            assert product, row
            *_, destination, _ = row["COORDINATE"].split(".")
            figures[row["REF_DATE"], product[1], {"1": "world", "2": "us"}[destination]] = Quantity(
                dataset="statcan/12100182",
                basis="customs",
                seasonal_adjustment="unadjusted",
                unit="CAD",
                value=float(row["VALUE"]) * 10 ** int(row["SCALAR_ID"]),
                period=date.fromisoformat(f"{row['REF_DATE']}-01"),
                vintage=date(2026, 7, 7),
            )
    products = sorted({product for _, product, _ in figures})
    before, after = (
        {product: Exports(figures[month, product, "us"], figures[month, product, "world"]) for product in products}
        for month in ("2025-05", "2026-05")
    )
    return before, after
