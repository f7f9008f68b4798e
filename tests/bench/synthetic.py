"""A synthetic full table in the layout of 12-10-0011, zipped as the agency zips it. Its figures are made up: they say nothing about trade."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import duckdb

PRODUCT = "12100011"
_MONTHS = 463

_ROWS = """
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


def write_table(path: Path, rows: int) -> None:
    """Write `12100011-eng.zip` of about as many rows to `path`, whose folder must own to being synthetic."""
    if "synthetic" not in str(path.parent):
        raise ValueError(f"{path} does not say that it is synthetic")
    months = min(_MONTHS, rows)
    series = max(1, round(rows / months))
    table = path.with_name(f"{PRODUCT}.csv")
    query = _ROWS.replace("$months", str(months)).replace("$series", str(series))
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{table}' (FORMAT csv, HEADER, FORCE_QUOTE *)")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(f"{PRODUCT}.csv", "w", force_zip64=True) as member, table.open("rb") as text:
            member.write(b"\xef\xbb\xbf")
            while chunk := text.read(1 << 20):
                member.write(chunk)
        archive.writestr(f"{PRODUCT}_MetaData.csv", '"Cube Title","Product Id"\n"Synthetic table","12100011"\n')
    table.unlink()


if __name__ == "__main__":
    write_table(Path(sys.argv[1]), int(sys.argv[2]))
