"""The rows of metrics.policy_metric that are about products, on figures checked by hand."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.metrics.exports import Exports
from orchestration.metrics.policy_metric import PolicyMetric
from orchestration.metrics.product_detail import Fit, ProductChange, TwoWayTrade, change_metrics, fit_metrics, single_market_metrics, two_way_metrics
from orchestration.metrics.quantity import Quantity

AS_OF = date(2026, 11, 22)


def quantity(value: float, year: int = 2026) -> Quantity:
    kind = {"dataset": "x/y", "basis": "customs", "seasonal_adjustment": "unadjusted", "unit": "CAD", "trade_type": "domestic"}
    return Quantity(value=value, period=date(year, 5, 1), vintage=date(2026, 7, 7), **kind)


def exports(us: float, elsewhere: float, year: int) -> Exports:
    return Exports(quantity(us, year), quantity(us + elsewhere, year))


def by_metric(rows: list[PolicyMetric]) -> dict[str, PolicyMetric]:
    return {row.metric: row for row in rows}


def test_a_change_of_products_is_within_and_mix_and_says_what_it_starts_from() -> None:
    """Cars fall from 80 of 100 to 60 of 100, wheat stays at 20 of 100: the share falls by 10 points, all of it within cars."""
    before = {"cars": exports(80, 20, 2025), "wheat": exports(20, 80, 2025)}
    after = {"cars": exports(60, 40, 2026), "wheat": exports(20, 80, 2026)}
    rows = by_metric(list(change_metrics(ProductChange("all", before, after), AS_OF)))
    assert (rows["share_change_within"].value, rows["share_change_mix"].value) == pytest.approx((-10, 0))
    assert (rows["matched_redirection_rate"].value, rows["non_us_gain_over_us_loss"].value) == (1, 1)
    within = rows["share_change_within"]
    assert (within.trade_type, within.product_scope, within.window_type, within.period_end_date) == ("domestic", "all", "month", date(2026, 5, 31))
    assert within.compared_with_start_date == date(2025, 5, 1)


def test_what_nobody_lost_cannot_go_elsewhere() -> None:
    before, after = {"cars": exports(80, 20, 2025)}, {"cars": exports(90, 20, 2026)}
    rows = by_metric(list(change_metrics(ProductChange("all", before, after), AS_OF)))
    assert rows["matched_redirection_rate"].value is None
    assert "no product lost" in (rows["matched_redirection_rate"].reason or "")
    assert rows["share_change_within"].reason is None


def test_nine_tenths_is_a_single_market_and_a_product_without_exports_is_none() -> None:
    """May 2026 ends a change and starts another: it stands once, as it ended."""
    may = {"cars": exports(90, 10, 2026), "wheat": exports(10, 90, 2026), "ore": exports(0, 0, 2026)}
    before = {code: exports(1, 0, 2025) for code in may}
    as_it_was, after = {code: exports(1, 1, 2026) for code in may}, {code: exports(0, 1, 2027) for code in may}
    changes = [ProductChange("all", before, may), ProductChange("all", as_it_was, after)]
    rows = list(single_market_metrics(changes, AS_OF))
    assert [(row.period_start_date.year, row.value, row.compared_with_start_date) for row in rows] == [
        (2025, 1, None),
        (2026, 0.5, None),
        (2027, 0, None),
    ]


def test_two_way_trade_names_its_digits() -> None:
    """Chapter 87: 100 against 60; chapter 27: 50 against 0. Overlap twice 60 of 210."""
    flows = {"27": (quantity(50), quantity(0)), "87": (quantity(100), quantity(60))}
    rows = by_metric(list(two_way_metrics(TwoWayTrade("CA with WORLD, HS2022", 2, "month", date(2026, 5, 31), flows), AS_OF)))
    assert rows["intra_industry_trade"].value == pytest.approx(120 / 210)
    assert rows["intra_industry_trade"].subject == "CA with WORLD, HS2022, 2 digits"
    assert rows["intra_industry_trade_adjusted"].value == pytest.approx((120 / 210) / (1 - 90 / 210))


def test_what_fits_is_a_row_a_country() -> None:
    sold = {"27": quantity(50), "87": quantity(50)}
    (row,) = fit_metrics(Fit("DE", sold, {"27": quantity(100), "87": quantity(300)}), AS_OF)
    assert (row.subject, row.value) == ("Canada and DE", 75)
