"""A synthetic year of bilateral trade: `python -m tests.bench.bilateral FILE EXPORTERS YEAR`. Its figures say nothing about trade.

Each exporter sells each of 5,000 products to ten partners on average: to one or two most often, to very many seldom. Values spread over eight
orders of magnitude and are whole thousands, so that small ones tie. Rows stand as such files have them: by exporter, partner and product. Codes are
text.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

COUNTRIES = 220
PRODUCTS = 5_000

# A flow is an exporter's product. Its partners are distinct, for 7 has no divisor in common with their number, and its values log-normal: two uniform
# numbers make a normal one (Box and Muller).
_ROWS = f"""
    CREATE MACRO code(country) AS chr(65 + (country // 15)::INTEGER) || chr(65 + (country % 15)::INTEGER);
    CREATE MACRO uniform(number) AS ((hash(number) >> 11) + 1)::DOUBLE / (1::BIGINT << 53);

    CREATE VIEW flows AS
    SELECT
        flow // {PRODUCTS} AS exporter,
        flow % {PRODUCTS} AS product,
        flow,
        $year::BIGINT * {COUNTRIES * PRODUCTS} + flow AS seed
    FROM range($exporters * {PRODUCTS}) flows (flow);

    CREATE VIEW cells AS
    SELECT *, (exporter + 1 + (7 * place + 13 * flow) % {COUNTRIES - 1}) % {COUNTRIES} AS partner, 2 * ({COUNTRIES} * seed + place) AS luck
    FROM flows
    CROSS JOIN LATERAL unnest(range(least(1 + floor(-9.5 * ln(uniform(seed))), 200)::INTEGER)) places (place);

    COPY (
        SELECT
            $year::SMALLINT AS year,
            code(exporter) AS exporter,
            printf('%06d', 10101 + 179 * product) AS product,
            code(partner) AS partner_code,
            1000 * greatest(1, round(exp(2 + 3 * sqrt(-2 * ln(uniform(luck))) * cos(2 * pi() * uniform(luck + 1))))) AS value
        FROM cells
        ORDER BY exporter, partner_code, product
    ) TO '$file' (FORMAT parquet, COMPRESSION zstd)
"""


def write_year(file: Path, exporters: int, year: int) -> None:
    """Write a year of so many exporters' trade, about 50,000 rows each, to `file`."""
    if "synthetic" not in str(file.parent):
        raise ValueError(f"{file} does not say that it is synthetic")
    query = _ROWS.replace("$year", str(year)).replace("$exporters", str(exporters)).replace("$file", str(file))
    with duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(file.parent)}) as connection:
        connection.execute(query)


if __name__ == "__main__":
    write_year(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
