from __future__ import annotations

from datetime import date

import pytest

from orchestration.metrics.errors import MixedRatio, SeasonalComparison, Undefined
from orchestration.metrics.exports import Exports, require_comparable_products, require_same_products

JULY_2025 = date(2025, 7, 1)


def test_exports_know_their_rest_and_their_share(quantity):
    exports = Exports(us=quantity(60), world=quantity(80))
    assert exports.period == date(2026, 7, 1)
    assert exports.non_us == quantity(20)
    assert exports.us_share == 0.75


def test_nothing_exported_is_a_figure_without_a_share(quantity):
    nothing = Exports(us=quantity(0), world=quantity(0))
    assert nothing.non_us == quantity(0)
    with pytest.raises(Undefined):
        _ = nothing.us_share


@pytest.mark.parametrize(
    ("dimension", "other"),
    [
        ("dataset", "statcan/cimt"),
        ("basis", "balance_of_payments"),
        ("seasonal_adjustment", "unadjusted"),
        ("unit", "USD"),
        ("price_basis", "real"),
        ("period", JULY_2025),
        ("vintage", date(2026, 8, 4)),
    ],
)
def test_exports_of_two_kinds_cannot_be_made(quantity, dimension, other):
    with pytest.raises(MixedRatio, match=dimension):
        Exports(us=quantity(1), world=quantity(2, **{dimension: other}))


def test_the_united_states_are_a_part_of_the_world(quantity):
    with pytest.raises(ValueError, match="3 is not a part of 2"):
        Exports(us=quantity(3), world=quantity(2))


def test_products_of_one_side_only_are_named():
    require_same_products({"a": 1, "b": 2}, {"b": 3, "a": 4})
    with pytest.raises(ValueError, match="b, c: only on one side; pass a zero where it is known to be zero, else leave it out of both"):
        require_same_products({"a": 1, "b": 2}, {"a": 3, "c": 4})


def test_products_compare_over_a_year_and_not_over_a_season(quantity):
    def products(**other):
        return {code: Exports(quantity(1, **other), quantity(2, **other)) for code in ("a", "b")}

    unadjusted = {"seasonal_adjustment": "unadjusted"}
    require_comparable_products(products(**unadjusted, period=JULY_2025), products(**unadjusted))
    with pytest.raises(SeasonalComparison):
        require_comparable_products(products(**unadjusted, period=date(2026, 6, 1)), products(**unadjusted))
    with pytest.raises(MixedRatio, match="vintage"):
        require_comparable_products(products(period=JULY_2025, vintage=date(2025, 9, 4)), products())
    with pytest.raises(MixedRatio, match="period"):
        require_comparable_products(products(period=JULY_2025), products() | {"b": products(period=date(2026, 6, 1))["b"]})
    with pytest.raises(Undefined):
        require_comparable_products({}, {})
