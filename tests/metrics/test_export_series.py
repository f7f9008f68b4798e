"""The rows of metrics.policy_metric on small series whose figures are checked by hand."""

import math
from datetime import date

import pytest

from orchestration.metrics.export_series import NO_SERVICES, Coverage, ExportSeries, series_metrics
from orchestration.metrics.exports import Exports
from orchestration.metrics.months import plus_months
from orchestration.metrics.policy_metric import PolicyMetric
from orchestration.metrics.quantity import Quantity

AS_OF = date(2026, 11, 22)
JANUARY = date(2024, 1, 1)


def exports(value: float, period: date, vintage: date = date(2026, 9, 3)) -> Quantity:
    return Quantity(
        dataset="x/y", basis="customs", seasonal_adjustment="seasonally_adjusted", unit="CAD", value=value, period=period, vintage=vintage
    )


def month(us: float, world: float, period: date) -> Exports:
    return Exports(exports(us, period), exports(world, period))


REGIONS = {"US": "United States", "MX": "Latin America", "DE": "European Union", "FR": "European Union"}


def series(
    months: list[Exports],
    partners: dict[str, dict[date, Quantity]] | None = None,
    changes: dict[date, tuple[Exports, Exports]] | None = None,
    **coverage: object,
) -> ExportSeries:
    facts = {"is_absent_zero": False, "listed_partners": 2, "never_held": 0, "universe": 200, "region_of": REGIONS, **coverage}
    us = {"US": {one.period: one.us for one in months}}
    held = {one.period: one for one in months}
    return ExportSeries("all", held, {**us, **(partners or {})}, changes or {}, Coverage(**facts))  # type: ignore[arg-type]


def rows(one: ExportSeries, metric: str, window_type: str = "month") -> list[PolicyMetric]:
    return [row for row in series_metrics(one, AS_OF) if (row.metric, row.window_type) == (metric, window_type)]


def test_a_month_has_a_share_and_an_index_between_its_bounds() -> None:
    mexico = {"MX": {JANUARY: exports(25, JANUARY)}}
    one = series([month(50, 100, JANUARY)], mexico)
    (share,) = rows(one, "us_share")
    assert (share.value, share.unit, share.n_missing) == (0.5, "share", 0)
    (index,) = rows(one, "partner_hhi")
    assert (index.value, index.value_low, index.value_high) == (None, 0.3125, 0.375)  # ½² + ¼², and the rest's ¼² on top
    (number,) = rows(one, "effective_partners")
    assert (number.value_low, number.value_high) == pytest.approx((1 / 0.375, 1 / 0.3125))
    (normalized,) = rows(one, "partner_hhi_normalized")
    assert (normalized.value_low, normalized.value_high) == pytest.approx(((0.3125 - 0.005) / 0.995, (0.375 - 0.005) / 0.995))  # of 200 countries


def test_a_list_of_unknown_length_has_a_share_and_no_index() -> None:
    one = series([month(50, 100, JANUARY)], listed_partners=None)
    assert rows(one, "us_share")
    assert not rows(one, "partner_hhi")


def test_a_listed_partner_without_a_figure_is_missing_and_not_zero() -> None:
    one = series([month(50, 100, JANUARY)], listed_partners=27)
    (index,) = rows(one, "partner_hhi")
    assert (index.n_units, index.n_missing) == (27, 26)
    assert (index.value_low, index.value_high) == (0.25, 0.5)


def test_a_country_without_trade_is_a_zero_where_the_list_is_of_every_country() -> None:
    february = plus_months(JANUARY, 1)
    months = [month(60, 100, JANUARY), month(100, 100, february)]
    one = series(months, {"MX": {JANUARY: exports(40, JANUARY)}}, is_absent_zero=True)
    index = rows(one, "partner_hhi")
    assert [(row.value, row.n_missing) for row in index] == [(pytest.approx(0.52), 0), (1.0, 0)]
    assert rows(one, "theil")


def test_a_partner_never_held_counts_as_missing_and_leaves_no_theil() -> None:
    one = series([month(100, 100, JANUARY)], is_absent_zero=True, never_held=1)
    (index,) = rows(one, "partner_hhi")
    assert (index.n_units, index.n_missing) == (2, 1)
    (unknown,) = rows(one, "theil")
    assert (unknown.value_low, unknown.reason) == (None, "the list is not complete: of 2 partners 1 have no figure")


def test_windows_with_a_gap_have_no_row() -> None:
    year = [month(70, 100, plus_months(JANUARY, index)) for index in range(12)]
    assert len(rows(series(year), "us_share", "ttm")) == len(rows(series(year), "us_share", "year")) == 1
    assert rows(series(year[:5] + year[6:]), "us_share", "ttm") == rows(series(year[:5] + year[6:]), "us_share", "year") == []


def test_a_window_sums_before_it_divides_and_says_which_releases_it_spans() -> None:
    year = [month(70, 100, plus_months(JANUARY, index)) for index in range(11)]
    december = plus_months(JANUARY, 11)
    year.append(Exports(exports(0, december, date(2026, 10, 6)), exports(300, december, date(2026, 10, 6))))
    (share,) = rows(series(year), "us_share", "year")
    assert share.value == pytest.approx(770 / 1400)
    assert (share.vintage_date_min, share.vintage_date_max) == (date(2026, 9, 3), date(2026, 10, 6))
    assert (share.period_start_date, share.period_end_date, share.as_of) == (JANUARY, date(2024, 12, 31), AS_OF)


def test_a_months_change_splits_into_its_two_sources_and_nothing_else() -> None:
    february = plus_months(JANUARY, 1)
    before, after = month(50, 100, JANUARY), month(40, 100, february)
    one = series([before, after], changes={february: (before, after)})
    (from_us,) = rows(one, "share_change_from_us")
    (from_rest,) = rows(one, "share_change_from_rest")
    assert from_us.value + from_rest.value == pytest.approx(-10)  # type: ignore[operator]
    # US first: 40/90 − 0.5; US last: 40/100 − 50/110; their mean, in points.
    assert from_us.value == pytest.approx(100 * ((40 / 90 - 0.5) + (0.4 - 50 / 110)) / 2)
    assert from_us.period_start_date == february


def test_the_path_starts_at_its_base_year_and_doubles_in_ten() -> None:
    months = [month(50, 100, plus_months(JANUARY, index)) for index in range(24)]
    paths = [row for row in series_metrics(series(months), AS_OF) if row.metric == "non_us_exports_path"]
    by_end = {(row.subject, row.period_end_date): row.value for row in paths}
    assert by_end["Canada, base 2024", date(2024, 12, 31)] == 600
    assert by_end["Canada, base 2024", date(2025, 12, 31)] == pytest.approx(600 * 2**0.1)
    assert ("Canada, base 2025", date(2024, 12, 31)) not in by_end
    assert by_end["Canada, base 2025", date(2025, 12, 31)] == 600
    assert ("Canada, base 2014", date(2024, 12, 31)) not in by_end


def test_exports_of_services_are_unknown_and_say_why() -> None:
    months = [month(50, 100, plus_months(JANUARY, index)) for index in range(24)]
    (row,) = [row for row in rows(series(months), "non_us_exports_ahead", "ttm") if row.subject == "Canada, goods and services, base 2024"]
    assert (row.value, row.value_low, row.n_units, row.vintage_date_max) == (None, None, None, None)
    assert row.reason == NO_SERVICES


def test_theil_splits_into_what_lies_between_regions_and_within_them() -> None:
    """Of 100, 60 to the United States, and 30 and 10 to two countries of one region: within it ln 2 less the entropy of 3/4 and 1/4, times 0.4."""
    partners = {"DE": {JANUARY: exports(30, JANUARY)}, "FR": {JANUARY: exports(10, JANUARY)}}
    one = series([month(60, 100, JANUARY)], partners, is_absent_zero=True)
    (total,), (between,), (within,) = (rows(one, metric) for metric in ("theil", "theil_between_regions", "theil_within_regions"))
    assert within.value == pytest.approx(0.4 * (math.log(2) + 0.75 * math.log(0.75) + 0.25 * math.log(0.25)))
    assert between.value + within.value == pytest.approx(total.value)
