"""The data set that the synthetic table is landed as."""

from __future__ import annotations

from sources.spec import Cadence, Dataset, Licence
from sources.statcan_table import TABLES, parse_table
from tests.bench.synthetic import PRODUCT

DATASET = Dataset(
    provider="statcan",
    name=PRODUCT,
    title="Synthetic table",
    source_url="https://example.org/synthetic",
    tables=TABLES,
    cadence=Cadence("monthly", "0 9 * * *", "America/Toronto", 40, 70),
    licence=Licence("none", "https://example.org/synthetic", "synthetic"),
    parse=parse_table,
)
