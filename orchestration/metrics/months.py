"""Months as dates of their first day, and the windows that metrics run over."""

from __future__ import annotations

from datetime import date, timedelta


def plus_months(month: date, count: int) -> date:
    """Return the first day of the month `count` months after `month` (before it when negative)."""
    year, index = divmod(month.year * 12 + month.month - 1 + count, 12)
    return date(year, index + 1, 1)


def months_between(earlier: date, later: date) -> int:
    """Return how many months `later` lies after `earlier`."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def last_day(month: date) -> date:
    """Return the last day of the month."""
    return plus_months(month, 1) - timedelta(days=1)


def window(window_type: str, end: date) -> tuple[date, ...]:
    """Return the months of the window that ends with month `end`.

    `month` is that month, `ttm` the twelve months to it, `year` the last calendar year that is complete by then.
    """
    match window_type:
        case "month":
            return (end,)
        case "ttm":
            return tuple(plus_months(end, back) for back in range(-11, 1))
        case "year":
            return window("ttm", end if end.month == 12 else date(end.year - 1, 12, 1))
    raise ValueError(f"{window_type!r} is not a window type: month, ttm or year")
