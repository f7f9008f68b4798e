"""Synthetic payloads, zipped as the agency zips them: `python -m tests.bench.synthetic CASE FOLDER ROWS`. Their figures say nothing about trade."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from tests.bench.cases import CASES, Case

_BOM = b"\xef\xbb\xbf"
_MONTHS = 463

# Every series of a table in the layout of 12-10-0011, in every month.
_TABLE = """
    SELECT
        strftime(make_date(1988, 1, 1) + to_months(month::INTEGER), '%Y-%m') AS "REF_DATE",
        'Canada' AS "GEO",
        '2016A000011124' AS "DGUID",
        ['Import', 'Export', 'Trade balance'][trade] AS "Trade",
        ['Customs', 'Balance of payments'][basis] AS "Basis",
        ['Unadjusted', 'Seasonally adjusted'][adjustment] AS "Seasonal adjustment",
        'Synthetic trading partner ' || partner AS "Principal trading partners",
        'Dollars' AS "UOM",
        '81' AS "UOM_ID",
        'millions ' AS "SCALAR_FACTOR",
        '6' AS "SCALAR_ID",
        'v' || (87008752 + series) AS "VECTOR",
        '1.' || trade || '.' || basis || '.' || adjustment || '.' || partner AS "COORDINATE",
        CASE WHEN luck < 40 THEN '' ELSE printf('%.1f', (luck * 7919 % 1000000) / 10.0 * (partner % 7 + 1)) END AS "VALUE",
        CASE WHEN luck < 30 THEN '..' WHEN luck < 40 THEN 'x' ELSE '' END AS "STATUS",
        '' AS "SYMBOL",
        CASE WHEN partner % 97 = 0 THEN 't' ELSE '' END AS "TERMINATED",
        '1' AS "DECIMALS"
    FROM (
        SELECT
            month,
            series,
            1 + series // 12 AS partner,
            1 + series % 3 AS trade,
            1 + series // 3 % 2 AS basis,
            1 + series // 6 % 2 AS adjustment,
            hash(month * 1000003 + series) % 1000003 // (1 + series % 13) AS luck
        FROM range($months) months (month), range($series) lines (series)
    )
    ORDER BY month, series
"""


# A year of imports by month and product: of each product 20 rows from the United States, by state and province, and 20 from other countries.
_IMPORTS = """
    SELECT
        202501 + month AS "YearMonth/AnnéeMois",
        printf('%010d', 101000010 + product * (9600000000 // $products)) AS "HS10",
        CASE WHEN place < 20 THEN 'US' ELSE chr(65 + (country // 15)::INTEGER) || chr(65 + (country % 15)::INTEGER) END AS "Country/Pays",
        ['ON', 'QC', 'BC', 'AB', 'MB', 'SK', 'NS', 'NB', 'NL', 'PE'][1 + (product + place) % 10] AS "Province",
        CASE WHEN place < 20 THEN chr(65 + place::INTEGER) || 'X' END AS "State/État",
        luck % power(10, 1 + luck % 8)::BIGINT AS "Value/Valeur",
        CASE WHEN luck % 5 < 2 THEN 0 ELSE luck % 50021 END AS "Quantity/Quantité",
        ['NMB', 'KGM', 'N/A', 'LTR', 'MTR', NULL][1 + product % 6] AS "Unit of Measure/Unité de Mesure"
    FROM (
        SELECT
            row // (40 * $products) AS month,
            row // 40 % $products AS product,
            row % 40 AS place,
            (row // 40 * 7 + row % 40) % 200 AS country,
            (hash(row) >> 2)::BIGINT AS luck
        FROM range(480 * $products) rows (row)
    )
    ORDER BY month, product, place
"""


def write_table(case: Case, folder: Path, rows: int) -> None:
    """A table in the layout of 12-10-0011: every cell is quoted, and a metadata file stands beside it."""
    months = min(_MONTHS, rows)
    query = _TABLE.replace("$months", str(months)).replace("$series", str(max(1, round(rows / months))))
    metadata = '"Cube Title","Product Id"\n"Synthetic table","12100011"\n'
    _write_zip(case, folder, _csv(query, folder, "FORCE_QUOTE *"), {"12100011_MetaData.csv": metadata})


def write_imports(case: Case, folder: Path, rows: int) -> None:
    """A year of imports in the layout of the trade database, with code lists as long as the real ones."""
    query = _IMPORTS.replace("$products", str(max(1, round(rows / 480))))
    lengths = {"1_HS10": 53_570, "3_HS6M": 8_700, "5_HS2": 205, "6_Cty": 279, "7_State": 55, "8_Prov": 16, "9_UOM": 71}
    lists = {f"{Path(case.member).parent}/ODPF_{name}Desc.TXT": _code_list(name, length) for name, length in lengths.items()}
    text = (block.replace(b"\n", b"\r\n") for block in _csv(query, folder))
    _write_zip(case, folder, text, lists)


def _code_list(name: str, length: int) -> str:
    unit = "NMB " if name[0] in "13" else ""
    names = f"{'Synthetic name':<82} {'Nom synthétique':<82} {'ODPFN023_' + name[0]:<12}202607\r\n"
    return "".join(f"{number:010} 198801 999912 {unit}{names}" for number in range(length))


def _csv(query: str, folder: Path, options: str = "") -> Iterator[bytes]:
    """The text of the query's rows, block by block."""
    text = folder / "rows.csv"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{text}' (FORMAT csv, HEADER{', ' * bool(options)}{options})")
    with text.open("rb") as stream:
        while block := stream.read(1 << 20):
            yield block
    text.unlink()


def _write_zip(case: Case, folder: Path, text: Iterator[bytes], others: dict[str, str]) -> None:
    if "synthetic" not in str(folder):
        raise ValueError(f"{folder} does not say that it is synthetic")
    with zipfile.ZipFile(folder / case.payload, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(case.member, "w", force_zip64=True) as member:
            member.write(_BOM)
            for block in text:
                member.write(block)
        for name, content in others.items():
            archive.writestr(name, content.encode("cp1252"))


WRITERS = {"12-10-0011": write_table, "CIMT, a year of imports": write_imports}

if __name__ == "__main__":
    WRITERS[sys.argv[1]](CASES[sys.argv[1]], Path(sys.argv[2]), int(sys.argv[3]))
