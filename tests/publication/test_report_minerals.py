"""What the report says of minerals: reliance as an interval, Canada's part of it, and what is not published."""

from __future__ import annotations

import html
from collections.abc import Iterator

import duckdb
import pytest

from orchestration.publication import charts
from tests.publication.test_report import filled, render, rows_of, words

DEPENDENCE = """
    CREATE TABLE marts.mineral_dependence AS
    SELECT *, DATE '2026-02-06' AS vintage_date_max
    FROM (VALUES
        ('cobalt', 2025, 0.79, 0.79, 0.14, 0.14, 0.14, 2021, 2024, 0.0111, 0.0111, 0.0111, 0.5554, 0.5562),
        ('lithium', 2025, 0.5, 1.0, NULL, 0.0, 0.03, 2021, 2024, NULL, 0.0, 0.0194, 0.0, 1.0),
        ('zirconium', 2025, 0.0, 0.25, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        ('nickel', 2024, 0.5, 0.5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
    ) AS given (mineral, year, us_net_import_reliance_low, us_net_import_reliance_high, canada_import_share, canada_import_share_low,
        canada_import_share_high, import_year_from, import_year_to, canada_mine_share, canada_mine_share_low, canada_mine_share_high,
        world_mine_hhi_low, world_mine_hhi_high)"""
STAGES = """
    CREATE TABLE marts.mineral_export_stage AS
    SELECT 'WORLD' AS partner_code, 'NAPCS2022' AS product_classification, 'domestic' AS trade_type, DATE '2026-07-07' AS vintage_date,
        CAST(NULL AS DATE) AS known_to, *
    FROM (VALUES
        (DATE '2026-05-01', '1 ore or concentrate', 0.45), (DATE '2026-05-01', '2 smelted or refined', 0.55),
        (DATE '2025-05-01', '1 ore or concentrate', 0.4), (DATE '2025-05-01', '2 smelted or refined', 0.6)
    ) AS given (period_start_date, processing_stage, critical_share)"""


@pytest.fixture
def warehouse(monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    monkeypatch.setattr(charts, "svg", lambda chart, label: f"<svg>{html.escape(label)}</svg>")
    with filled() as connection:
        yield connection


def test_reliance_is_an_interval_and_what_is_not_published_says_so(warehouse):
    warehouse.execute(DEPENDENCE)
    page = render(warehouse).html
    assert "America imports, net, 79% of the cobalt that it uses (2025), and 14% of its imports came from Canada" in words(page)
    assert rows_of(page, "minerals")[1:] == [
        ["cobalt", "79%", "14%", "2021 to 2024", "1.11%", "0.555 to 0.556"],
        ["lithium", "50 to 100%", "0 to 3%", "2021 to 2024", "0.00 to 1.94%", "0.000 to 1.000"],
        ["zirconium", "0 to 25%", "not published", "–", "not published", "not published"],
    ]
    assert "critical minerals that Canada exported" not in words(page)


def test_a_lead_needs_exact_figures_and_the_page_is_written_without_one(warehouse):
    warehouse.execute(DEPENDENCE + "; UPDATE marts.mineral_dependence SET canada_mine_share = NULL")
    page = render(warehouse).html
    assert 'id="minerals"' in page
    assert "America imports, net" not in words(page)


def test_processing_is_beside_that_of_a_year_before(warehouse):
    warehouse.execute(DEPENDENCE + ";" + STAGES)
    text = words(render(warehouse).html)
    assert "Of the critical minerals that Canada exported in May 2026, 55.0% by value" in text
    assert "60.0% a year before" in text


def test_without_a_figure_there_is_no_section(warehouse):
    assert 'id="minerals"' not in render(warehouse).html
