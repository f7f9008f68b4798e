"""Vehicles made, sold and labelled: the bounds that rounding sets, and what a missing month does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.metrics.errors import Undefined
from orchestration.metrics.vehicles import north_american_sales_share, us_canada_parts_content, vehicle_production_change


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_the_true_mean_is_within_the_band_of_what_was_rounded_to_five(true_pct):
    stated = [5 * round(value / 5) for value in true_pct]
    found = us_canada_parts_content(stated)
    assert found.low - 1e-9 <= sum(true_pct) / len(true_pct) <= found.high + 1e-9
    assert 0 <= found.low <= found.high <= 100


def test_a_year_without_a_month_has_no_share():
    whole = [100.0] * 12
    assert north_american_sales_share([75.0] * 12, whole).value == 0.75
    for made in ([75.0] * 11 + [None], [75.0] * 11):
        with pytest.raises(Undefined, match="11 of twelve"):
            north_american_sales_share(made, whole[: len(made)])


def test_nothing_made_before_is_no_change():
    with pytest.raises(Undefined):
        vehicle_production_change(0, 100)
