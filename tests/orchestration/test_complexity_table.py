"""Complexity out of the warehouse's world trade: the newest year of an edition, products in place, and nothing where nothing is determined."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pytest

from orchestration.lib.complexity_table import product_complexity
from orchestration.metrics.complexity import economic_complexity


@pytest.fixture
def trade() -> np.ndarray:
    """Exports of 12 countries in 20 products, nested: who sells what few sell sells what many sell too."""
    random = np.random.default_rng(7)
    return np.where(np.add.outer(np.arange(12), np.arange(20)) < 22, random.uniform(1, 100, (12, 20)), 0.0).round(3)


def world(trade: np.ndarray, year: int) -> str:
    rows = ", ".join(f"('C{country:02}', '{product:06}', {value})" for (country, product), value in np.ndenumerate(trade) if value)
    return (
        f"SELECT 'cepii/baci' AS dataset, 'HS22' AS hs_edition, DATE '{year}-01-01' AS period_start_date, DATE '2026-01-29' AS vintage_date, "
        f"exporter_code, product_code, value_usd FROM (VALUES {rows}) AS t (exporter_code, product_code, value_usd)"
    )


def test_the_newest_year_is_ranked_and_each_product_keeps_its_index(trade: np.ndarray) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA intermediate")
        connection.execute(f"CREATE TABLE intermediate.int_world_trade__baci AS {world(trade[::-1] * 2, 2023)} UNION ALL {world(trade, 2024)}")
        rows = product_complexity(connection)
    ranked = {f"{n:06}": pytest.approx(value) for n, value in enumerate(economic_complexity(trade).pci) if np.isfinite(value)}
    assert {row.product_code: row.complexity for row in rows} == ranked
    assert {(row.period_start_date, row.vintage_date, row.n_countries) for row in rows} == {(date(2024, 1, 1), date(2026, 1, 29), 12)}
