"""The rows that the report is written from, read out of the marts, the metrics and `meta`."""

from __future__ import annotations

from typing import Any, Final

import duckdb

Row = dict[str, Any]

_KIND: Final = """
    reporter = 'CA' AND trade_type = 'total' AND province_code = 'all' AND product_scope = 'all'
    AND basis = 'customs' AND seasonal_adjustment = 'seasonally_adjusted'"""


class Rows:
    """Reads rows as dictionaries. `dataset` is that of the headline; empty where there is no share at all."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        found = connection.execute("SELECT table_schema || '.' || table_name FROM information_schema.tables").fetchall()
        self._tables = {name for (name,) in found}
        months = self.windows("month")
        self.dataset: str = months[-1]["dataset"] if months else ""

    def rows(self, table: str, sql: str, *parameters: object) -> list[Row]:
        """The rows of a query on `table`; none where there is no such table."""
        if table not in self._tables:
            return []
        cursor = self._connection.execute(sql.replace("_KIND", _KIND), list(parameters))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def windows(self, window_type: str) -> list[Row]:
        """The windows of the headline's series in order; `period` is the last month of each."""
        return self.rows(
            "marts.export_concentration",
            """
            SELECT *, date_trunc('month', period_end_date)::DATE AS period FROM marts.export_concentration
            WHERE is_preferred AND window_type = ? AND _KIND ORDER BY period""",
            window_type,
        )

    def files(self) -> list[Row]:
        """The files of the data sets that the report reads, the newest first."""
        read = {
            row["dataset"]
            for table in ("marts.export_concentration", "marts.product_dependence", "marts.fct_contract", "marts.vehicle_production")
            for row in self.rows(table, f"SELECT DISTINCT dataset FROM {table}")
        }
        files = self.rows("meta.source_file", "FROM meta.source_file ORDER BY dataset, vintage_date DESC, vintage DESC")
        return [file for file in files if file["dataset"] in read]
