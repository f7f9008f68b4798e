"""What the report says of vehicles: the latest count, what was revised, and the band of parts content."""

from __future__ import annotations

import html
from collections.abc import Iterator

import duckdb
import pytest

from orchestration.publication import charts
from tests.publication.test_report import filled, render, rows_of, words

PRODUCTION = """
    CREATE TABLE marts.vehicle_production AS
    SELECT 'made_up/trade' AS dataset, 'CA' AS country, 'all vehicles' AS vehicle_category, DATE '2026-04-02' AS vintage_date, *
    FROM (VALUES
        ('OICA', 2023, 1553026, DATE '2024-03-31', DATE '2025-10-31'), ('OICA', 2023, 1553758, DATE '2025-10-31', NULL),
        ('OICA', 2024, 1342647, DATE '2025-10-31', NULL), ('Somebody', 2025, 9999999, DATE '2026-04-02', NULL)
    ) AS given (publisher, year, units, known_from, known_to)"""
CONTENT = """
    CREATE TABLE marts.vehicle_content_by_assembly AS
    SELECT 2024 AS model_year, 'Canada' AS assembly_country, 15 AS n_lines, 50.1 AS mean_us_canada_content_pct_low,
        55.1 AS mean_us_canada_content_pct_high"""

SALES = """
    CREATE TABLE marts.vehicle_sales AS
    SELECT 'Canada' AS geography, 'Total, new motor vehicles' AS vehicle_type, 'All fuel types' AS fuel_type, CAST(day AS DATE) AS period_start_date,
        100 AS n_vehicles, CASE year(day) WHEN 2023 THEN 75 ELSE 70 END AS n_from_north_america,
        n_from_north_america / n_vehicles AS north_american_share, DATE '2026-01-31' AS vintage_date
    FROM (SELECT unnest(generate_series(DATE '2023-01-01', DATE '2025-11-01', INTERVAL 1 MONTH)) AS day);
    CREATE TABLE marts.financing_conditions AS
    SELECT 'policy rate' AS rate, DATE '2024-12-01' AS period_start_date, 3.25 AS rate_pct, 111.0 AS payment_index"""


@pytest.fixture
def warehouse(monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    monkeypatch.setattr(charts, "svg", lambda chart, label: f"<svg>{html.escape(label)}</svg>")
    with filled() as connection:
        yield connection


def test_both_figures_of_a_revised_year_are_shown(warehouse):
    warehouse.execute(PRODUCTION)
    page = render(warehouse).html
    assert "Canada made 1,342,647 vehicles in 2024." in words(page)
    assert "The count of 2023 was first 1,553,026 and is 1,553,758 now." in words(page)
    assert rows_of(page, "vehicles")[1:] == [
        ["2024", "1,342,647", "31 October 2025", "–"],
        ["2023", "1,553,758", "31 October 2025", "–"],
        ["2023", "1,553,026", "31 March 2024", "31 October 2025"],
    ]
    assert "lines of model year" not in words(page)


def test_content_is_a_band_of_two_countries_together(warehouse):
    warehouse.execute(PRODUCTION + ";" + CONTENT)
    text = words(render(warehouse).html)
    assert "Of the 15 lines of model year 2024 that are assembled in Canada" in text
    assert "are 50.1 to 55.1% on average" in text


def test_sales_of_whole_years_stand_beside_the_cost_of_borrowing_and_nothing_is_said_of_causes(warehouse):
    warehouse.execute(PRODUCTION + ";" + SALES)
    page = render(warehouse).html
    assert "Of the new vehicles sold in 2024, 70.0% were made in North America, and 75.0% in 2023." in words(page)
    assert "Neither is said to move the other." in words(page)
    table = rows_of(page, "vehicles")
    assert ["2024", "1,200", "70.0%", "3.25%", "111.0"] in table
    assert ["2023", "1,200", "75.0%", "–", "–"] in table
    assert not any(row[0] == "2025" and row[1] == "1,100" for row in table)


def test_without_a_figure_there_is_no_section(warehouse):
    assert 'id="vehicles"' not in render(warehouse).html
