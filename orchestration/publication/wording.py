"""Figures and dates as the report prints them: one rule for decimals, signs and units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}%"


def exact_percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.2f}%"


def points(points: float) -> str:
    return f"{abs(points):.1f} percentage points"


def signed(value: float) -> str:
    return f"{sign(value, 1)}{abs(value):.1f}"


def exact_points(points: float | None) -> str:
    return "–" if points is None else f"{sign(points, 2)}{abs(points):.2f}"


def sign(value: float, decimals: int) -> str:
    """The sign of what is printed: a value that rounds to zero has none."""
    rounded = round(value, decimals)
    return "+" if rounded > 0 else "−" if rounded < 0 else ""


def billions(value: float) -> str:
    return f"C${in_billions(value)} billion"


def in_billions(value: float) -> str:
    return f"{value / 1e9:,.1f}"


def millions(value: float) -> str:
    return f"{'−' if value < 0 else ''}C${abs(value) / 1e6:,.1f} million"


def day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def month(day: date) -> str:
    return f"{day:%B %Y}"


def short_month(day: date) -> str:
    return f"{day:%b %Y}"


def span(rows: Sequence[Mapping[str, Any]]) -> str:
    return f"{month(rows[0]['period'])} to {month(rows[-1]['period'])}"


def sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def movement(change: float) -> str:
    """What a change of the last decimal shown is called."""
    return {"+": "rose", "−": "fell", "": "did not change"}[sign(change, 1)]


def count(number: int, singular: str, plural: str) -> str:
    return f"{number} {singular if number == 1 else plural}"
