from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.metrics.errors import MixedRatio, Undefined
from orchestration.metrics.quantity import remainder, total_over
from orchestration.metrics.target import (
    doubling_path,
    doubling_rate,
    non_us_exports_ahead,
    non_us_exports_path,
    non_us_exports_years_ahead,
    position,
)


@pytest.fixture
def non_us(exports):
    def over(first, last):
        us, world = exports(first, last)
        return total_over([remainder(whole, part) for part, whole in zip(us, world, strict=True)])

    return over


def test_the_rate_that_doubles_in_a_decade(golden):
    assert doubling_rate() == pytest.approx(golden("golden_metrics")["double_in_decade_cagr"], abs=1e-9)


@given(st.integers(2000, 2030), st.floats(1, 1e12), st.integers(1, 30))
def test_the_path_starts_at_its_base_ends_at_its_double_and_grows_by_one_rate(base_year, base, years):
    path = doubling_path(base_year, base, years)
    assert path[0] == (base_year, base)
    assert path[-1] == (base_year + years, pytest.approx(2 * base))
    for (_, before), (_, after) in pairwise(path):
        assert after / before - 1 == pytest.approx(doubling_rate(years))


@given(st.floats(1, 1e12), st.integers(0, 120))
def test_who_is_on_the_path_is_neither_ahead_nor_behind(base, months):
    on = date(2024 + (11 + months) // 12, (11 + months) % 12 + 1, 1)
    required = position(2024, base, base, on).required
    there = position(2024, base, required, on)
    assert (there.ahead, there.years_ahead) == pytest.approx((0, 0), abs=1e-9)


def test_ahead_in_value_and_in_years_have_one_sign():
    behind = position(2024, 100, 100, date(2025, 12, 1))
    assert behind.years_since_base == 1
    assert behind.ahead == pytest.approx(-7.177, abs=0.001)
    assert behind.years_ahead == pytest.approx(-1)


def test_the_candidate_base_years(golden, non_us):
    published = golden("exports_to_the_us")["non_us_billion"]
    now = non_us("2025-08", "2026-07")
    bases = {year: non_us(f"{year}-01", f"{year}-12") for year in (2024, 2025)}
    assert round(now.value / 1e9, 1) == published["twelve months to 2026-07"]
    assert [round(bases[year].value / 1e9, 1) for year in (2024, 2025)] == [published["2024"], published["2025"]]
    assert round(doubling_path(2024, bases[2024].value)[-1][1] / 1e9, 1) == published["2024 doubled"]
    assert round(non_us_exports_years_ahead(bases[2024], now).low, 1) == 3.0
    assert round(non_us_exports_years_ahead(bases[2025], now).low, 1) == 1.8
    for base in bases.values():
        assert non_us_exports_path(base, now).low + non_us_exports_ahead(base, now).low == pytest.approx(now.value)


def test_the_path_is_for_nominal_customs_goods_over_whole_years(non_us):
    base, now = non_us("2024-01", "2024-12"), non_us("2025-08", "2026-07")
    with pytest.raises(MixedRatio, match="seasonal_adjustment"):
        non_us_exports_path(base, replace(now, seasonal_adjustment="unadjusted"))
    for other in ({"basis": "balance_of_payments"}, {"price_basis": "real"}):
        with pytest.raises(ValueError, match="nominal goods on the customs basis"):
            non_us_exports_path(replace(base, **other), replace(now, **other))
    for other_base, other_now in ((non_us("2024-02", "2025-01"), now), (base, non_us("2026-01", "2026-07")), (non_us("2024-01", "2024-11"), now)):
        with pytest.raises(ValueError, match="twelve months"):
            non_us_exports_path(other_base, other_now)


def test_nothing_cannot_be_doubled():
    for base, observed in ((0, 1), (1, 0)):
        with pytest.raises(Undefined):
            position(2024, base, observed, date(2025, 12, 1))
