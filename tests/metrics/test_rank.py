from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.metrics.errors import MixedRatio, Undefined
from orchestration.metrics.interval import Bounded
from orchestration.metrics.market_rank import market_ranks
from orchestration.metrics.quantity import Total
from orchestration.metrics.rank import MarketFigure, export_market_rank, export_market_rank_as_known_on

MARCH, MAY, JULY = date(2025, 3, 1), date(2025, 5, 1), date(2025, 7, 1)


def exports(value: float, year: int = 2024, **other: object) -> Total:
    """A year's exports, as they are published once a year."""
    facts = {
        "dataset": "usitc/us_exports",
        "basis": "customs",
        "seasonal_adjustment": "unadjusted",
        "unit": "USD",
        "first_period": date(year, 1, 1),
        "last_period": date(year, 12, 1),
        "n_periods": 12,
        "vintage_date_min": MARCH,
        "vintage_date_max": MARCH,
    }
    return Total(value=value, **(facts | other))  # type: ignore[arg-type]


def test_equal_markets_share_the_places_that_they_take_together():
    others = [exports(30), exports(20), exports(10)]
    assert export_market_rank(exports(20), others) == Bounded(2, 3, n_units=4)
    assert export_market_rank(exports(30.5), others) == Bounded(1, 1, n_units=4)


def test_a_competitor_without_a_figure_may_be_larger():
    rank = export_market_rank(exports(20), [exports(30), None, exports(10), None])
    assert rank == Bounded(2, 4, n_units=5, n_missing=2)
    assert rank.value is None


def test_the_only_market_is_the_first():
    assert export_market_rank(exports(0), []) == Bounded(1, 1, n_units=1)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=12), st.data())
def test_the_bounds_contain_the_rank_whatever_is_hidden(values, data):
    hidden = data.draw(st.sets(st.integers(1, len(values) - 1))) if len(values) > 1 else set()
    others = [None if place in hidden else exports(value) for place, value in enumerate(values) if place]
    rank = export_market_rank(exports(values[0]), others)
    full = export_market_rank(exports(values[0]), [exports(value) for value in values[1:]])
    assert rank.low <= full.low <= full.high <= rank.high <= len(values)
    assert full.low == 1 + sum(value > values[0] for value in values[1:])


@pytest.mark.parametrize(
    ("dimension", "other"), [("unit", "CAD"), ("basis", "balance_of_payments"), ("dataset", "us_census/intltrade"), ("last_period", date(2024, 6, 1))]
)
def test_markets_of_different_kinds_or_periods_are_not_ranked(dimension, other):
    with pytest.raises(MixedRatio, match=dimension):
        export_market_rank(exports(20), [None, replace(exports(10), **{dimension: other})])


HISTORY = [
    MarketFigure("CA", exports(40), MARCH),
    MarketFigure("MX", exports(30), MARCH, MAY),
    MarketFigure("MX", exports(45), MAY, JULY),
    MarketFigure("MX", None, JULY),
]


@pytest.mark.parametrize(
    ("day", "low", "high"), [(MARCH, 1, 1), (date(2025, 4, 30), 1, 1), (MAY, 2, 2), (date(2025, 6, 30), 2, 2), (JULY, 1, 2), (date(2026, 1, 1), 1, 2)]
)
def test_the_rank_is_that_of_the_figures_known_on_the_day(day, low, high):
    rank = export_market_rank_as_known_on(day, "CA", HISTORY)
    assert (rank.low, rank.high) == (low, high)


@pytest.mark.parametrize(("day", "partner"), [(date(2025, 2, 28), "CA"), (JULY, "MX"), (JULY, "CN")])
def test_a_market_whose_figure_was_not_known_has_no_rank(day, partner):
    with pytest.raises(Undefined, match=f"exports to {partner} were not known on {day}"):
        export_market_rank_as_known_on(day, partner, HISTORY)


def test_two_figures_of_one_market_on_one_day_are_a_contradiction():
    with pytest.raises(ValueError, match="two figures of exports to CA"):
        export_market_rank_as_known_on(MAY, "CA", [*HISTORY, MarketFigure("CA", exports(41), MAY)])


def test_each_period_of_which_exports_to_canada_are_known_makes_a_row():
    later = replace(exports(50, 2025), vintage_date_min=JULY, vintage_date_max=JULY)
    unknown = [MarketFigure("CA", None, JULY), MarketFigure("MX", later, JULY)]
    periods = [HISTORY, unknown, [MarketFigure("CA", later, JULY), MarketFigure("MX", exports(60, 2025), MARCH)]]
    rows = [row for figures in periods for row in market_ranks(figures, date(2025, 6, 30))]
    assert [(row.metric, row.window_type, row.period_start_date, row.period_end_date, row.value, row.unit, row.n_units) for row in rows] == [
        ("export_market_rank", "year", date(2024, 1, 1), date(2024, 12, 31), 2, "count", 2)
    ]
    later_rows = [row for figures in periods for row in market_ranks(figures, JULY)]
    assert [(row.value, row.value_low, row.value_high, row.n_missing) for row in later_rows] == [(None, 1, 2, 1), (2, 2, 2, 0)]
    assert (later_rows[1].vintage_date_min, later_rows[1].vintage_date_max, later_rows[1].as_of) == (MARCH, JULY, JULY)
