from __future__ import annotations

import math
from datetime import date

import pytest

from orchestration.metrics.interval import Bounded
from orchestration.metrics.months import last_day, months_between, plus_months, window


def test_a_point_has_a_value_and_an_interval_has_none():
    assert Bounded.exact(0.5, n_units=3).value == 0.5
    assert Bounded(0.1, 0.2, n_units=3, n_missing=1).value is None
    assert 0.15 in Bounded(0.1, 0.2, 3)
    assert 0.25 not in Bounded(0.1, 0.2, 3)


@pytest.mark.parametrize(
    ("low", "high", "n_units", "n_missing"),
    [(0.2, 0.1, 1, 0), (math.nan, 1, 1, 0), (0, math.nan, 1, 0), (-math.inf, 0, 1, 0), (0, 1, 1, 2), (0, 1, 1, -1)],
)
def test_what_is_no_interval_is_refused(low, high, n_units, n_missing):
    with pytest.raises(ValueError, match=r"interval|missing"):
        Bounded(low, high, n_units, n_missing)


def test_months_are_counted_over_the_turn_of_the_year():
    assert plus_months(date(2025, 11, 1), 3) == date(2026, 2, 1)
    assert plus_months(date(2026, 2, 1), -14) == date(2024, 12, 1)
    assert months_between(date(2024, 12, 1), date(2026, 2, 1)) == 14
    assert last_day(date(2024, 2, 1)) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("window_type", "first", "last", "count"),
    [
        ("month", date(2026, 7, 1), date(2026, 7, 1), 1),
        ("ttm", date(2025, 8, 1), date(2026, 7, 1), 12),
        ("year", date(2025, 1, 1), date(2025, 12, 1), 12),
    ],
)
def test_windows_that_end_with_july_2026(window_type, first, last, count):
    months = window(window_type, date(2026, 7, 1))
    assert (months[0], months[-1], len(months)) == (first, last, count)


def test_december_completes_its_year_and_other_windows_do_not_exist():
    assert window("year", date(2025, 12, 1)) == window("ttm", date(2025, 12, 1))
    with pytest.raises(ValueError, match="quarter"):
        window("quarter", date(2025, 12, 1))
