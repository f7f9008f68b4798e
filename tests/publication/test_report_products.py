"""What the report says of gold, of products with one buyer and of regions, on hand-made tables, and that it says so where nothing is known."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import duckdb
import pytest

from orchestration.publication import charts
from orchestration.publication.report_products import gold, regions, single_markets
from orchestration.publication.report_rows import Rows
from tests.publication.test_report import filled, render, rows_of, words

KIND = (
    "'made_up/trade' AS dataset, 'CA' AS reporter, 'total' AS trade_type, 'all' AS province_code, 'customs' AS basis, "
    "'unadjusted' AS seasonal_adjustment"
)
# January and February 2026 without gold: 85 and 84 percent; elsewhere 15 of 100 and 12 of 75 billion. Over twelve months 80 with gold, 86 without.
DETAIL = f"""
    INSERT INTO marts.export_concentration BY NAME
    SELECT {KIND}, product_scope, window_type, first AS period_start_date, last_day(final) AS period_end_date, non_us AS non_us_value, us_share,
        1.4 AS effective_partners_low, 1.5 AS effective_partners_high, 0.1 AS rest_share, 16 AS n_partners, 11 AS n_missing,
        DATE '2026-04-02' AS vintage_date_min, DATE '2026-04-02' AS vintage_date_max, true AS is_preferred
    FROM (VALUES
        ('ex_precious_metals', 'month', DATE '2026-01-01', DATE '2026-01-01', 15e9, 0.85),
        ('ex_precious_metals', 'month', DATE '2026-02-01', DATE '2026-02-01', 12e9, 0.84),
        ('ex_precious_metals', 'ttm', DATE '2025-03-01', DATE '2026-02-01', 150e9, 0.86),
        ('all', 'ttm', DATE '2025-03-01', DATE '2026-02-01', 200e9, 0.80)
    ) AS given (product_scope, window_type, first, final, non_us, us_share);

    CREATE TABLE marts.export_growth AS
    SELECT {KIND}, product_scope, 'NON_US' AS partner_code, DATE '2026-02-01' AS period_start_date, growth
    FROM (VALUES ('all', 0.5), ('ex_precious_metals', -0.25)) AS given (product_scope, growth);

    CREATE TABLE marts.dim_product AS
    SELECT 'NAPCS2022' AS classification, * FROM (VALUES ('411', 'Cars', 2), ('112', 'Wheat', 2), ('142', 'Gas', 2), ('C19', 'Vehicles', 1))
        AS given (product_code, product_name, level);

    CREATE TABLE marts.product_dependence AS
    SELECT {KIND}, 'NAPCS2022' AS product_classification, 'month' AS window_type, exports / 100e6 AS share_of_exports,
        us_share >= 0.9 AS is_single_market,
        DATE '2026-04-02' AS vintage_date_max, product_code, period_start_date, us_share, exports AS value
    FROM (VALUES
        ('411', DATE '2026-02-01', 0.95, 60e6), ('112', DATE '2026-02-01', 0.1, 30e6), ('142', DATE '2026-02-01', 1.0, 10e6),
        ('C19', DATE '2026-02-01', 0.95, 60e6), ('411', DATE '2025-02-01', 0.8, 60e6), ('142', DATE '2025-02-01', 1.0, 20e6)
    ) AS given (product_code, period_start_date, us_share, exports);

    CREATE TABLE marts.export_region AS
    SELECT {KIND}, 'all' AS product_scope, 'ttm' AS window_type, DATE '2025-03-01' AS period_start_date, DATE '2026-02-28' AS period_end_date,
        DATE '2026-04-02' AS vintage_date_max, 10 AS n_partners, *
    FROM (VALUES ('United States', 800e9, 0.8, 0.8), ('Asia', 120e9, 0.12, 0.15), ('European Union', 50e9, 0.05, 0.08))
        AS given (trade_region, value_low, share_low, share_high)"""


@pytest.fixture
def warehouse(monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    monkeypatch.setattr(charts, "svg", lambda chart, label: f"<svg>{html.escape(label)}</svg>")
    with filled() as connection:
        connection.execute(DETAIL)
        yield connection


def test_gold_is_taken_out_of_the_share_and_of_the_growth(warehouse: duckdb.DuckDBPyConnection) -> None:
    page = render(warehouse).html
    text = words(page)
    assert "Over the twelve months to February 2026 the United States took 80.00% of all goods, and 86.00% of goods without unwrought gold" in text
    assert "In February 2026 exports to all other countries were 50.0% above those of the same month a year before; without precious metals" in text
    assert "they were 25.0% below." in text
    assert rows_of(page, "gold")[1] == ["February 2026", "74.00%", "84.00%", "20.0", "12.0"]


def test_a_product_with_one_buyer_is_counted_once_and_beside_the_year_before(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Cars 60 and gas 10 of 100; the section that holds the cars is no product. A year before gas alone: 20 of 100."""
    page = render(warehouse).html
    text = words(page)
    assert "Of 3 products, the United States took nine tenths or more of 2 in February 2026: 70.00% of exports." in text
    assert "A year before it was 1 products and 20.00%." not in text
    assert "A year before it was 1 product and 20.00%." in text
    assert rows_of(page, "single")[1:] == [["Cars", "60.0", "95.00%", "60.00%"], ["Gas", "10.0", "100.00%", "10.00%"]]


def test_a_region_whose_countries_are_not_all_listed_takes_at_least_this(warehouse: duckdb.DuckDBPyConnection) -> None:
    text = words(render(warehouse).html)
    assert "Not every country is listed: each region takes at least this." in text
    warehouse.execute("UPDATE marts.export_region SET share_high = share_low")
    assert "Every listed country is counted once: the bounds meet." in words(render(warehouse).html)


def test_what_is_not_held_is_said_to_be_unknown(warehouse: duckdb.DuckDBPyConnection) -> None:
    for table in ("product_dependence", "export_region", "export_growth"):
        warehouse.execute(f"DELETE FROM marts.{table}")
    warehouse.execute("DELETE FROM marts.export_concentration WHERE product_scope <> 'all'")
    rows = Rows(warehouse)
    assert (gold(rows), single_markets(rows), regions(rows)) == (None, None, None)
    text = words(render(warehouse).html)
    assert "The share without precious metals is not known" in text
    assert "Which products have one buyer is not known" in text


def test_a_long_name_is_cut_at_a_word(warehouse: duckdb.DuckDBPyConnection) -> None:
    name = "Unwrought gold, silver, and platinum group metals, and their alloys"
    drawn = str(charts.bars_by_name([{"name": name, "value": 1.0, "label": "1"}], 350))
    (shown,) = re.findall(r"'text': '(Unwrought[^']*)'", drawn)
    assert shown.endswith(" …")
    assert name.startswith(shown[:-2])
    assert len(shown) <= 50
