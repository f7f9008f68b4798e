"""The complexity of products, from the newest year of world trade that is held in each edition of the Harmonized System."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

import duckdb
import numpy as np

from orchestration.metrics.complexity import economic_complexity
from orchestration.metrics.errors import Undefined

_EXPORTS = """
    SELECT dataset, hs_edition, period_start_date, vintage_date, exporter_code, product_code, sum(value_usd)
    FROM intermediate.int_world_trade__baci
    SEMI JOIN (SELECT hs_edition, max(period_start_date) AS period_start_date FROM intermediate.int_world_trade__baci GROUP BY hs_edition)
        USING (hs_edition, period_start_date)
    GROUP BY ALL ORDER BY ALL"""


@dataclass(frozen=True)
class ProductComplexity:
    """One row of `metrics.product_complexity`. `complexity` is on the scale of the countries' index, whose mean is 0 and standard deviation 1."""

    dataset: str
    hs_edition: str
    period_start_date: date
    product_code: str
    complexity: float
    n_countries: int
    n_dropped: int
    eigengap: float
    vintage_date: date


def product_complexity(connection: duckdb.DuckDBPyConnection) -> list[ProductComplexity]:
    """A row for each product that a country has an advantage in; none for a year whose matrix determines no ranking."""
    exports = connection.execute(_EXPORTS).fetchall()
    return [row for year, cells in groupby(exports, key=itemgetter(0, 1, 2, 3)) for row in _ranked(year, list(cells))]


def _ranked(year: tuple[Any, ...], cells: list[tuple[Any, ...]]) -> list[ProductComplexity]:
    dataset, edition, period, vintage = year
    *_, exporters, products, values = zip(*cells, strict=True)
    countries, row = np.unique(exporters, return_inverse=True)
    codes, column = np.unique(products, return_inverse=True)
    matrix = np.zeros((len(countries), len(codes)))
    matrix[row, column] = values
    try:
        found = economic_complexity(matrix)
    except Undefined:
        return []
    n_countries, n_dropped = len(countries) - found.dropped.countries, found.dropped.products
    return [
        ProductComplexity(dataset, edition, period, str(code), float(index), n_countries, n_dropped, found.eigengap, vintage)
        for code, index in zip(codes, found.pci, strict=True)
        if np.isfinite(index)
    ]
