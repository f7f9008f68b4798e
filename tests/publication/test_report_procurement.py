"""What the report says of public contracts: unknown where a sample is held, shares as bounds where fiscal years are held whole."""

from __future__ import annotations

import html
from collections.abc import Iterator

import duckdb
import pytest

from orchestration.publication import charts
from tests.publication.test_report import HOSTILE, filled, render, rows_of, words

SAMPLE = f"""
    CREATE TABLE marts.fct_contract AS
    SELECT 'open_canada/contracts' AS dataset, 'syn' AS buyer, DATE '2015-06-15' AS award_date, 'CA' AS vendor_country, true AS is_sample, *
    FROM (VALUES
        ('a', '{HOSTILE.replace("'", "''")}', '9202250101', 4.5e9, 5.0e9, 3, 'neither', false),
        ('b', NULL, 'B1', NULL, 2.0e6, 0, 'single', false),
        ('c', 'A frame', 'C1', NULL, NULL, 0, 'single', true)
    ) AS given (contract_id, vendor_name, procurement_id, original_value_cad, current_value_cad, n_amendments, reconciliation_status,
        is_standing_offer)"""
YEARS = """
    INSERT INTO metrics.policy_metric BY NAME
    SELECT 'open_canada/contracts' AS dataset, 'federal' AS subject, 'fiscal_year' AS window_type, DATE '2026-09-24' AS vintage_date_max, *
    FROM (VALUES
        ('canadian_vendor_share', DATE '2024-04-01', NULL, 0.70, 0.80), ('us_vendor_share', DATE '2024-04-01', NULL, 0.10, 0.20),
        ('sole_source_share', DATE '2024-04-01', 0.25, 0.25, 0.25), ('supplier_hhi', DATE '2024-04-01', 0.02, 0.02, 0.02),
        ('canadian_vendor_share', DATE '2025-04-01', NULL, 0.72, 0.75), ('us_vendor_share', DATE '2025-04-01', NULL, 0.09, 0.12),
        ('supplier_hhi', DATE '2025-04-01', NULL, 0.03, 0.04)
    ) AS given (metric, period_start_date, "value", value_low, value_high)"""


@pytest.fixture
def warehouse(monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    monkeypatch.setattr(charts, "svg", lambda chart, label: f"<svg>{html.escape(label)}</svg>")
    with filled() as connection:
        yield connection


def test_a_sample_has_rows_to_look_at_and_says_how_to_fill_it(warehouse):
    warehouse.execute(SAMPLE)
    page = render(warehouse).html
    text = words(page)
    assert "The Canadian share of public contracts is unknown . Only 2 contracts are held, picked by hand" in text.replace("unknown.", "unknown .")
    assert "warehouse refresh open_canada/contracts brings all of them." in text
    first, second = rows_of(page, "procurement")[1:]
    assert first[4:] == ["4,500.00", "5,000.00", "3", "neither"]
    assert second[0] == "several"
    assert second[4:] == ["unknown", "2.00", "0", "single"]
    assert "<script>alert" not in page


def test_whole_years_are_bounds_and_the_unknown_is_not_hidden(warehouse):
    warehouse.execute(YEARS)
    page = render(warehouse).html
    text = words(page)
    assert "In the fiscal year 2025–26, 72.00% to 75.00% of the value of federal contracts went to vendors with an address in Canada" in text
    assert "9.00% to 12.00% to vendors in the United States" in text
    assert "One supplier was asked" not in text
    assert rows_of(page, "procurement")[1:] == [
        ["2025–26", "72.00%", "75.00%", "9.00%", "12.00%", "–", "0.0300"],
        ["2024–25", "70.00%", "80.00%", "10.00%", "20.00%", "25.00%", "0.0200"],
    ]


def test_no_contract_at_all_is_said(warehouse):
    assert "Who the public buys from is not known: no contract is held." in words(render(warehouse).html)
