from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from orchestration.metrics.currency import ExchangeRate, to_currency, total_at_mean_rate, total_in_currency
from orchestration.metrics.errors import MixedRatio, Undefined
from orchestration.metrics.quantity import share, total_over

JULY = date(2026, 7, 1)


def rate(value: float, month: int = 7, pair: str = "CAD per USD", year: int = 2026) -> ExchangeRate:
    return ExchangeRate(pair=pair, value=value, period=date(year, month, 1), dataset="bank_of_canada/fx_monthly", vintage=date(2026, 6, 2))


@pytest.fixture
def dollars(quantity):
    """US dollars of a month."""
    return lambda value, month=7, **other: quantity(value, **({"unit": "USD", "period": date(2026, month, 1)} | other))


def test_a_figure_is_multiplied_by_the_rate_of_its_month_and_keeps_its_release(dollars):
    converted = to_currency(dollars(200), rate(1.4))
    assert (converted.value, converted.unit) == (280, "CAD")
    assert replace(converted, value=200, unit="USD") == dollars(200)


def test_each_way_has_its_own_pair(quantity):
    assert to_currency(quantity(280), rate(0.7, pair="USD per CAD")).unit == "USD"
    with pytest.raises(MixedRatio, match="unit is CAD on one side and USD on the other"):
        to_currency(quantity(280), rate(1.4))


def test_a_rate_of_another_month_is_refused_and_both_are_named(dollars):
    with pytest.raises(MixedRatio, match="period is 2026-07-01 on one side and 2026-06-01 on the other") as refused:
        to_currency(dollars(200), rate(1.4, month=6))
    assert refused.value.differences == {"period": (JULY, date(2026, 6, 1))}


def test_a_pair_of_other_currencies_is_refused(dollars):
    with pytest.raises(MixedRatio) as refused:
        to_currency(dollars(200, unit="thousand USD"), rate(1.4, month=6))
    assert refused.value.differences == {"unit": ("thousand USD", "USD"), "period": (JULY, date(2026, 6, 1))}


def test_a_converted_figure_is_no_part_of_one_that_is_not(dollars):
    with pytest.raises(MixedRatio, match="unit"):
        share(to_currency(dollars(1), rate(1.4)), dollars(2))


def test_a_total_is_converted_month_by_month(dollars):
    """100 at 1.2 and 300 at 2.0 are 720; at the mean rate of 1.6 they would be 640."""
    months, rates = [dollars(100, 6), dollars(300, 7, vintage=date(2026, 10, 6))], [rate(2.0), rate(1.2, month=6)]
    total = total_in_currency(months, rates)
    assert (total.value, total.unit, total.n_periods) == (720, "CAD", 2)
    assert (total.vintage_date_min, total.vintage_date_max) == (date(2026, 9, 3), date(2026, 10, 6))
    stated = total_at_mean_rate(total_over(months), rates)
    assert (stated.value, stated.unit, stated.first_period) == (640, "CAD", date(2026, 6, 1))


def test_the_mean_is_over_the_months_of_the_total_alone(dollars):
    rates = [rate(9.0, month=5), rate(1.2, month=6), rate(2.0), rate(9.0, month=8)]
    assert total_at_mean_rate(total_over([dollars(100, 6), dollars(300)]), rates).value == 640


@pytest.mark.parametrize("convert", [total_in_currency, lambda months, rates: total_at_mean_rate(total_over(months), rates)])
def test_a_month_without_a_rate_leaves_no_total(dollars, convert):
    with pytest.raises(Undefined, match="2026-06 is not held"):
        convert([dollars(100, 6), dollars(300)], [rate(2.0)])


@pytest.mark.parametrize("convert", [total_in_currency, lambda months, rates: total_at_mean_rate(total_over(months), rates)])
def test_two_rates_of_a_month_are_not_chosen_between(dollars, convert):
    with pytest.raises(ValueError, match=r"two rates of 2026-07: 2\.0 and 1\.9"):
        convert([dollars(300)], [rate(2.0), rate(1.9)])


def test_a_mean_of_two_pairs_or_of_the_wrong_one_is_refused(dollars):
    total = total_over([dollars(100, 6), dollars(300)])
    with pytest.raises(MixedRatio, match="CAD per USD on one side and USD per CAD on the other"):
        total_at_mean_rate(total, [rate(1.2, month=6), rate(0.7, pair="USD per CAD")])
    with pytest.raises(MixedRatio, match="unit is USD on one side and CAD on the other"):
        total_at_mean_rate(total, [rate(0.8, month=6, pair="USD per CAD"), rate(0.7, pair="USD per CAD")])


@pytest.mark.parametrize(
    ("pair", "value", "said"), [("CAD per EUR", 1.5, "vocabulary"), ("CAD", 1.5, "not a pair"), ("CAD per USD", 0, "not a rate")]
)
def test_what_is_no_rate_is_refused(pair, value, said):
    with pytest.raises(ValueError, match=said):
        rate(value, pair=pair)
