"""Figures of Statistics Canada's tables in layouts of ours, bundled only: what is known of a table without the coordinates of its series.

`GROUPS` are sums over products of table 12-10-0182, `INDUSTRY_FIGURES` single series on manufacturing. Each file adds cells to those before it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sources.delimited import check_header, check_texts, engine, land, read_texts
from sources.spec import Cadence, Dataset, Field, Parsed, Table
from sources.statcan_agency import BASE_URL, TIMEZONE, WEEKLY, open_licence

_ALLOWED = {
    "grade": "[ABC]",
    "napcs_members": r"\d+(\+\d+)*",
    "partner": "All countries|United States|United Kingdom|non-US",
    "period": r"\d{4}(-(0[1-9]|1[0-2])|-Q[1-4])?",
    "symbol": "[pr]?",
    "table": r"\d{2}-\d{2}-\d{4}-\d{2}",
    "trade": "Export|Domestic export|Re-export",
    "unit": "CAD millions|chained 2017 CAD millions|percent",
    "value": r"-?\d+(\.\d+)?",
    "vector": r"(v\d+)?",
}


def parse_excerpt(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write the one table of the data set; raises ContractError with the offending header or texts."""
    (table,) = dataset.tables
    with engine(folder) as connection:
        rows = read_texts(dataset, connection, payload)
        check_header(dataset, table, rows)
        check_texts(dataset, rows, {name: pattern for name, pattern in _ALLOWED.items() if name in rows.columns})
        days = [_first_day(period) for (period,) in rows.project("period").distinct().fetchall()]
        return Parsed({table.name: land(dataset, table, rows, folder)}, min(days, default=None), max(days, default=None), is_complete=False)


def _first_day(period: str) -> date:
    """The first day of a year, a month or a quarter (`2025-Q4`)."""
    year, _, rest = period.partition("-")
    month = int(rest[1:]) * 3 - 2 if rest.startswith("Q") else int(rest or 1)
    return date(int(year), month, 1)


_PERIOD = Field("period", "Reference period: YYYY-MM, or YYYY-Qn for a quarter")
_VECTOR = Field("vector", "The agency's identifier of the time series; empty where the source does not print it, and for a sum of several")
_VALUE = (
    Field("value", "The figure, in the unit beside it", type="number", unit="as stated"),
    Field("unit", "Unit and scale of the value"),
)
_SELDOM = Cadence("irregular", WEEKLY, TIMEZONE, stale_after_days=366, data_lag_days=366)

GROUPS = Dataset(
    provider="statcan",
    name="12100182_groups",
    title="Canadian exports of groups of products to the United States and elsewhere, monthly: sums over members of table 12-10-0182",
    source_url=f"{BASE_URL}/t1/tbl1/en/tv.action?pid=1210018201",
    tables=(
        Table(
            "observations",
            (
                _PERIOD,
                Field("trade", "Member of the table's trade dimension: Export is domestic exports and re-exports together"),
                Field("product_group", "Name of the group of products"),
                Field("napcs_members", "The members of the table's product dimension that the group is the sum of, joined by +"),
                Field("partner", "Country of destination; non-US is all countries less the United States"),
                _VECTOR,
                *_VALUE,
            ),
            key=("period", "trade", "product_group", "partner"),
        ),
    ),
    cadence=_SELDOM,
    licence=open_licence("Table 12-10-0182, sums over products"),
    parse=parse_excerpt,
    is_aggregate=True,
    caveats="Sums over members of the product dimension, and differences of destinations, not figures that the agency prints. Customs basis, "
    "unadjusted, total exports (with re-exports). Motor vehicles and parts leave out medium and heavy trucks (member 82) and tires (83), which "
    "section C19 has. Never set a group beside a total of another vintage.",
)

INDUSTRY_FIGURES = Dataset(
    provider="statcan",
    name="industry_figures",
    title="Single figures on Canadian manufacturing: sales, gross domestic product and capacity utilization",
    source_url="https://www150.statcan.gc.ca/n1/dai-quo/index-eng.htm",
    tables=(
        Table(
            "observations",
            (
                Field("table", "The table that the figure is of, as the agency writes its number"),
                _VECTOR,
                Field("series", "What is measured"),
                Field("industry", "Industry, as the source names it"),
                Field("seasonal_adjustment", "Seasonally adjusted, at annual rates or not; empty for a rate that is published in one way only"),
                _PERIOD,
                *_VALUE,
                Field("symbol", "p preliminary, r revised, as printed; empty where the source marks nothing"),
                Field("grade", "A copied from the primary table or bulletin, C rounded and from a secondary source: never set beside the others"),
            ),
            key=("table", "series", "industry", "period"),
        ),
    ),
    cadence=_SELDOM,
    licence=open_licence("Tables 16-10-0047, 16-10-0109 and 36-10-0434, and The Daily, Monthly Survey of Manufacturing"),
    parse=parse_excerpt,
    is_aggregate=True,
    caveats="Single series without their place in the cube: read the tables themselves where they have landed. Gross domestic product is in "
    "chained dollars at annual rates, sales in current dollars of the month. Rows of grade C are rounded to 100 million dollars.",
)
