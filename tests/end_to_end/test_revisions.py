"""Revisions of the bundled vintages, against figures of table 12-10-0011-01 that were compared outside the warehouse, release by release."""

from __future__ import annotations

from typing import Any

import pytest

from tests.end_to_end.command import Warehouse

TABLE = "dataset = 'statcan/12100011'"
EXPORTS = f"{TABLE} and flow = 'export' and basis = 'customs' and seasonal_adjustment = 'seasonally_adjusted'"
BALANCE = f"{TABLE} and flow = 'balance' and measure = 'world_value'"
# Statistics Canada, table 12-10-0011-01, exports, customs, seasonally adjusted, April 2026 (v87008898, v87008897): millions of dollars, percent.
APRIL = [
    ("2026-06-09", 0, 50851.7, 73173.2, 69.4950),
    ("2026-07-07", 1, 50777.8, 73350.9, 69.2259),
    ("2026-08-04", 2, 50329.6, 72977.5, 68.9659),
    ("2026-09-03", 3, 50140.4, 72831.5, 68.8444),
]


def rows_of(warehouse: Warehouse, query: str) -> list[tuple[Any, ...]]:
    with warehouse.connect() as connection:
        return connection.execute(query).fetchall()


def test_april_as_first_published_and_in_each_later_release(built: Warehouse) -> None:
    triangle = f"from marts.revision_triangle where {EXPORTS} and partner_code in ('US', 'WORLD') and period_start_date = '2026-04-01'"
    said = {
        measure: rows_of(built, f"select vintage, lag, {value} {triangle} and measure = '{measure}' order by vintage_position")
        for measure, value in [("us_value", "value / 1e6"), ("world_value", "value / 1e6"), ("us_share", "round(100 * value, 4)")]
    }
    assert said == {
        "us_value": [(vintage, lag, us) for vintage, lag, us, _, _ in APRIL],
        "world_value": [(vintage, lag, world) for vintage, lag, _, world, _ in APRIL],
        "us_share": [(vintage, lag, percent) for vintage, lag, _, _, percent in APRIL],
    }
    assert rows_of(
        built,
        "select round(100 * revision_from_first, 4), round(100 * revision_to_latest, 4), is_revised, is_first_print_held, vintage_is_estimated "
        f"{triangle} and measure = 'us_share' order by vintage_position",
    ) == [
        (0, -0.6506, False, True, True),
        (-0.2691, -0.3815, True, True, False),
        (-0.5291, -0.1215, True, True, False),
        (-0.6506, 0, True, True, False),
    ]


def test_every_figure_of_every_file_is_said_once(built: Warehouse) -> None:
    """As many as the bundled files have rows, by their own description; the two figures of October are the only ones of their release."""
    rows = dict(rows_of(built, f"select vintage, count(*) from marts.revision_triangle where {TABLE} and measure <> 'us_share' group by vintage"))
    assert sum(rows.values()) == 3403
    assert rows["2026-10-06"] == 2


def test_a_release_that_lacks_a_cell_does_not_confirm_it(built: Warehouse) -> None:
    """The balance of October 2024: the extracts of 2 April and 7 July 2026 do not have it; -617 million is -616.7 in full, and no revision."""
    said = rows_of(
        built,
        f"select vintage, lag, value / 1e6, is_revised, is_first_print_held from marts.revision_triangle where {BALANCE} "
        "and period_start_date = '2024-10-01' order by vintage_position",
    )
    assert said == [
        ("2026-01-08", 0, -617, False, False),
        ("2026-05-05", 5, -616.7, False, False),
        ("2026-06-09", 6, -616.7, False, False),
        ("2026-08-04", 8, -616.7, False, False),
        ("2026-09-03", 9, -616.7, False, False),
    ]


@pytest.mark.parametrize(
    ("series", "months"),
    [
        (f"{EXPORTS} and measure = 'us_share'", ["2026-03", "2026-04", "2026-05", "2026-06", "2026-07"]),
        # The bulletins of 2017, 2023 and 2026, and then the table; February 2023 stands in the bulletin of March.
        (BALANCE, ["2017-09", "2017-10", "2023-03", "2023-09", "2025-10", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07"]),
        (f"{EXPORTS} and measure = 'us_value' and period_start_date > '2026-07-01'", ["2026-08"]),
    ],
    ids=["share", "balance", "two figures of October"],
)
def test_first_prints_are_those_of_the_release_calendar(built: Warehouse, series: str, months: list[str]) -> None:
    query = f"select distinct strftime(period_start_date, '%Y-%m') from marts.revision_triangle where is_first_print_held and {series} order by all"
    assert [month for (month,) in rows_of(built, query)] == months


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (
            "first_print",
            [
                (1, 4, 4, -0.1162, 0.2424, 0.2967, -0.4480, 0.2073, 0.5),
                (2, 3, 3, -0.3105, 0.3105, 0.2095, -0.5291, -0.1115, 0),
                (3, 2, 2, -0.3593, 0.3593, 0.4120, -0.6506, -0.0680, 0),
                (4, 1, 1, -0.1536, 0.1536, None, -0.1536, -0.1536, 0),
                (None, 4, 4, -0.3858, 0.3858, 0.2136, -0.6506, -0.1536, 0),
            ],
        ),
        (
            "all_held",
            [
                (1, 30, 6, -0.0076, 0.0536, 0.1375, -0.4480, 0.4370, 0.5),
                (2, 29, 5, -0.0267, 0.0552, 0.1456, -0.5291, 0.4139, 0.2),
                (3, 28, 16, -0.1037, 0.1558, 0.2456, -0.7475, 0.3452, 0.25),
                (4, 27, 15, -0.0912, 0.1426, 0.2270, -0.7475, 0.3103, 0.2667),
                (None, 30, 18, -0.1284, 0.1747, 0.2476, -0.7475, 0.3103, 0.2222),
            ],
        ),
    ],
)
def test_how_the_us_share_is_revised(built: Warehouse, scope: str, expected: list[tuple[Any, ...]]) -> None:
    """In percentage points, over March to July 2026 for true first prints and January 2024 to July 2026 for all."""
    columns = ("mean_revision", "mean_absolute_revision", "revision_standard_deviation", "min_revision", "max_revision")
    points = ", ".join(f"round(100 * {column}, 4)" for column in columns)
    rows = rows_of(
        built,
        f"select lag, n_months, n_revised, {points}, round(upward_share, 4) from marts.revision_statistics "
        f"where {EXPORTS} and measure = 'us_share' and scope = '{scope}' order by lag",
    )
    assert rows == expected


def test_levels_are_revised_in_percent_of_the_first_figure(built: Warehouse) -> None:
    """All exports, three months of a true first print two releases later: March +135.3, April -195.7, May +397.6 million."""
    rows = rows_of(
        built,
        "select n_months, round(mean_revision / 1e6, 1), round(mean_relative_revision, 4), relative_unit, first_period_start_date::varchar, "
        "last_period_start_date::varchar "
        f"from marts.revision_statistics where {EXPORTS} and measure = 'world_value' and scope = 'first_print' and lag = 2",
    )
    assert rows == [(3, 112.4, 0.1543, "percent", "2026-03-01", "2026-05-01")]


def test_the_latest_word_is_what_stands(built: Warehouse) -> None:
    """The triangle and the versions are two readings of the same releases: they end in the same figures, cell by cell."""
    latest = "select distinct {key}, latest_value from marts.revision_triangle where measure {measure} and latest_value is not null"
    cell = "dataset, flow, basis, seasonal_adjustment, partner_code, product_code, period_start_date"
    month = "dataset, flow, basis, seasonal_adjustment, product_code, period_start_date"
    said, share = latest.format(key=cell, measure="<> 'us_share'"), latest.format(key=month, measure="= 'us_share'")
    headline = "province_code = 'all' and (product_code = 'all' or product_classification = 'NAPCS2022_GROUP')"
    published = "(product_scope = 'all' and dataset <> 'statcan/12100182' or product_scope = 'single_product')"
    stands = f"select {cell}, value from marts.fct_trade where period_grain = 'month' and value is not null and {headline}"
    share_stands = f"select {month}, us_share from marts.us_share_vintage where known_to is null and {headline} and {published}"
    assert rows_of(built, f"select count(*) > 10000 from ({said})") == [(True,)]
    assert rows_of(built, f"({said} except all {stands}) union all ({stands} except all {said})") == []
    assert rows_of(built, f"({share} except all {share_stands}) union all ({share_stands} except all {share})") == []


def test_one_headline_has_turned(built: Warehouse) -> None:
    """May 2026, unadjusted: a fall from 69.62 to 69.59% on 7 July; after the revision of 2025 on 4 August a rise, now from 68.88 to 69.41%."""
    turned = rows_of(
        built,
        "select headline, flow, seasonal_adjustment, period_start_date::varchar, first_vintage, latest_vintage, n_releases, is_first_print_held, "
        "round(100 * first_change, 4), round(100 * latest_change, 4) from marts.headline_revision where is_sign_changed or is_order_changed",
    )
    assert turned == [
        ("us_share_on_year_before", "export", "unadjusted", "2026-05-01", "2026-07-07", "2026-09-03", 3, True, -0.0335, 0.5297),
    ]


def test_headlines_are_compared_where_two_releases_say_them(built: Warehouse) -> None:
    """Months, and those whose first release published them; China and the United Kingdom are held in two releases, no other pair is."""
    counted = rows_of(
        built,
        "select headline, flow, basis, count(*), count(*) filter (is_first_print_held) from marts.headline_revision "
        f"where {TABLE} group by all order by all",
    )
    assert counted == [
        ("markets_after_us", "export", "balance_of_payments", 1, 1),
        ("markets_after_us", "export", "customs", 18, 2),
        ("us_share_on_month_before", "export", "customs", 29, 4),
        ("us_share_on_year_before", "export", "customs", 6, 3),
        ("us_share_on_year_before", "import", "customs", 6, 3),
    ]
    orders = rows_of(
        built,
        "select strftime(period_start_date, '%Y-%m'), first_order, latest_order from marts.headline_revision "
        f"where {TABLE} and headline = 'markets_after_us' and basis = 'customs' and latest_order <> 'GB, CN' order by all",
    )
    assert orders == [("2025-01", "CN, GB", "CN, GB"), ("2025-02", "CN, GB", "CN, GB")]


def test_what_was_not_out_is_in_no_revision(as_of_may: Warehouse) -> None:
    """At the end of May 2026 March had been said once, and the only headline said twice was one of 2017."""
    with as_of_may.connect("as-of-2026-05-31") as connection:
        march = connection.execute(
            "select vintage, round(100 * latest_value, 2), revision_to_latest from marts.revision_triangle "
            f"where {EXPORTS} and measure = 'us_share' and period_start_date = '2026-03-01'"
        ).fetchall()
        twice = connection.execute("select headline, period_start_date::varchar, latest_vintage from marts.headline_revision").fetchall()
    assert march == [("2026-05-05", 66.13, 0)]
    assert twice == [("markets_after_us", "2017-09-01", "2017-12-05")]
