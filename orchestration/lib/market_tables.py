"""The markets of American goods out of DuckDB, for the metrics on them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import duckdb

from orchestration.metrics.months import plus_months
from orchestration.metrics.quantity import Total
from orchestration.metrics.rank import MarketFigure

_MARKETS = """
    SELECT dataset, period_grain, period_start_date, partner_code, value_usd, vintage_date, known_from, known_to
    FROM marts.us_export_market WHERE status <> 'not held' ORDER BY ALL"""


def read_export_markets(connection: duckdb.DuckDBPyConnection) -> list[list[MarketFigure]]:
    """All figures of exports to each market that were ever known: a list for every data set and period."""
    periods: dict[tuple[str, str, date], list[MarketFigure]] = defaultdict(list)
    for dataset, grain, start, partner, value, vintage, known_from, known_to in connection.execute(_MARKETS).fetchall():
        total = None if value is None else _total(dataset, grain, start, value, vintage)
        periods[dataset, grain, start].append(MarketFigure(partner, total, known_from, known_to))
    return list(periods.values())


def _total(dataset: str, grain: str, start: date, value: float, vintage: date) -> Total:
    n_months = 12 if grain == "year" else 1
    return Total(
        dataset=dataset,
        basis="customs",
        seasonal_adjustment="unadjusted",
        unit="USD",
        value=value,
        first_period=start,
        last_period=plus_months(start, n_months - 1),
        n_periods=n_months,
        vintage_date_min=vintage,
        vintage_date_max=vintage,
    )
