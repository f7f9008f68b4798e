"""Sums of Statistics Canada's merchandise trade database (CIMT), bundled: totals by country, chapter and product. Not a file of the agency."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from sources.errors import ContractError
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
    names = [field.name for field in observations.fields]
    with payload.open("rb") as stream:
        header = stream.readline().decode("utf-8-sig", "replace").strip()
    if header != ",".join(names):
        raise ContractError(dataset.id, f"the header should be {','.join(names)}, and is {header[:200]}", "Import a file of the bundled layout")
    try:
        with duckdb.connect() as connection:
            rows = connection.read_csv(str(payload), header=True, delimiter=",", quotechar='"', columns=dict.fromkeys(names, "VARCHAR"))
            for name, pattern in _ALLOWED.items():
                _check_texts(dataset, rows, name, pattern)
            typed = rows.project('* REPLACE ("Value/Valeur"::BIGINT AS "Value/Valeur")')
            typed.write_parquet(str(folder / "observations.parquet"), compression="zstd")
            months = typed.aggregate('min("YearMonth/AnnéeMois"), max(coalesce("Through", "YearMonth/AnnéeMois"))').fetchall()
            first, last = map(_month, months[0])
            return Parsed({"observations": len(typed)}, first, last, is_complete=False)
    except duckdb.Error as error:
        raise ContractError(dataset.id, f"{payload.name} is no csv that can be read ({str(error).splitlines()[0]})", "Take the file again") from error


def _check_texts(dataset: Dataset, rows: duckdb.DuckDBPyRelation, name: str, pattern: str) -> None:
    strange = rows.filter(f"NOT regexp_full_match(coalesce(\"{name}\", ''), '{pattern}')").project(f'"{name}"').limit(3).fetchall()
    if strange:
        raise ContractError(dataset.id, f"column {name!r} has {[value for (value,) in strange]}", f"Its texts should match {pattern}")


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
