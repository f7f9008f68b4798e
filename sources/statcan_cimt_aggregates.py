"""Sums of Statistics Canada's merchandise trade database (CIMT), bundled: totals by country, chapter and product. Not a file of the agency."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sources.delimited import check_header, check_texts, engine, land, read_texts
from sources.spec import Cadence, Dataset, Field, Parsed, Table
from sources.statcan_agency import AFTER_RELEASE, BASE_URL, TIMEZONE, open_licence

OBSERVATIONS = Table(
    "observations",
    (
        Field("YearMonth/AnnéeMois", "Month as YYYYMM; the first one where the row covers several"),
        Field("Through", "Last month of a row that covers several; empty for a single month"),
        Field("Flow", "Import or Export"),
        Field("Breakdown", "What the row is a sum by: total, country, chapter or product"),
        Field("HS", "Harmonized System code of the chapter or product; empty for all"),
        Field("Country/Pays", "Partner, two letters of ISO 3166-1; empty for all. NA would be Namibia, which is not in the file"),
        Field("Value/Valeur", "Customs value in Canadian dollars", type="integer", unit="CAD"),
        Field("Description", "Shortened name of the chapter or product"),
    ),
    key=("YearMonth/AnnéeMois", "Through", "Flow", "Breakdown", "HS", "Country/Pays"),
)
_ALLOWED = {
    "YearMonth/AnnéeMois": r"\d{4}(0[1-9]|1[0-2])",
    "Through": r"(\d{4}(0[1-9]|1[0-2]))?",
    "Flow": "Import|Export",
    "Breakdown": "total|country|chapter|product",
    "HS": r"(\d{2}|\d{4}|\d{6}|\d{8}|\d{10})?",
    "Country/Pays": "([A-Z]{2})?",
    "Value/Valeur": r"-?\d+",
}


def parse_aggregates(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `observations`; raises ContractError with the offending header or values. An empty cell is NULL."""
    (observations,) = dataset.tables
    with engine(folder) as connection:
        rows = read_texts(dataset, connection, payload)
        check_header(dataset, observations, rows)
        check_texts(dataset, rows, _ALLOWED)
        first, last = rows.aggregate('min("YearMonth/AnnéeMois"), max(coalesce("Through", "YearMonth/AnnéeMois"))').fetchall()[0]
        return Parsed({"observations": land(dataset, observations, rows, folder)}, _month(first), _month(last), is_complete=False)


def _month(text: str | None) -> date | None:
    return date(int(text[:4]), int(text[4:]), 1) if text else None


CIMT_AGGREGATES = Dataset(
    provider="statcan",
    name="cimt_aggregates",
    title="Canadian merchandise trade by country, chapter and product: sums of the trade database, monthly",
    source_url=f"{BASE_URL}/n1/pub/71-607-x/71-607-x2021004-eng.htm",
    tables=(OBSERVATIONS,),
    cadence=Cadence("irregular", AFTER_RELEASE, TIMEZONE, stale_after_days=366, data_lag_days=366),
    licence=open_licence("Canadian International Merchandise Trade Web Application (71-607-X)"),
    parse=parse_aggregates,
    is_aggregate=True,
    caveats="Sums of the database, not a file of the agency. Namibia (code NA) is missing, so the countries do not add up to the world. "
    "Totals differ from table 12-10-0011 of the same vintage by up to 72 million dollars in a month.",
)
