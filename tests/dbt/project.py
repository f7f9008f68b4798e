"""The dbt project on a data directory of a test, and tables of made-up figures to land there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from orchestration.settings import DBT_PROJECT, Settings
from sources import intake, registry
from sources.landing import Landing
from sources.spec import Vintage
from tests.sources.agency import HEADER

TABLE = "statcan/12100011"
PARTNERS = {"1": "All countries", "2": "United States", "4": "Mexico"}

# (partner's member number, month as YYYY-MM) -> millions of dollars; None where the agency publishes no figure.
Figures = Mapping[tuple[str, str], float | None]


@dataclass(frozen=True)
class Project:
    """A dbt project, the real one unless told, that reads and writes one data directory."""

    data_dir: Path
    folder: Path = DBT_PROJECT

    @property
    def settings(self) -> Settings:
        return Settings(self.data_dir)

    def dbt(self, *command: str, as_of: str = "none") -> dict[str, str]:
        """Run a dbt command; the status of each node by its name, with the error message where there is one."""
        database = self.settings.database(None)
        database.parent.mkdir(parents=True, exist_ok=True)
        places = ["--project-dir", str(self.folder), "--profiles-dir", str(DBT_PROJECT), "--target-path", str(self.data_dir / "dbt")]
        options = ["--log-path", str(self.data_dir / "dbt"), "--vars", json.dumps({"as_of": as_of}), "--quiet"]
        with patch.dict(os.environ, {"WAREHOUSE_LANDING": str(self.settings.landing), "WAREHOUSE_DATABASE": str(database)}):
            done = dbtRunner().invoke([*command, *places, *options])
        DuckDBConnectionManager.close_all_connections()
        assert done.exception is None, done.exception
        return {result.node.name: " ".join(filter(None, [str(result.status), result.message])) for result in done.result.results}

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect(str(self.settings.database(None))) as connection:
            yield connection

    def land(self, vintage: str, figures: Figures, *, is_partial: bool = False) -> None:
        """Land a file of 12-10-0011: customs exports, seasonally adjusted."""
        lines = [HEADER]
        for (partner, month), value in sorted(figures.items()):
            cells = [month, "Canada", "", "Export", "Customs", "Seasonally adjusted", PARTNERS[partner], "Dollars", "81", "millions", "6"]
            cells += [f"v{partner}", f"1.2.1.2.{partner}", "" if value is None else f"{value:.1f}", ".." if value is None else "", "", "", "1"]
            lines.append(",".join(f'"{cell}"' for cell in cells))
        file = self.data_dir / f"{vintage}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
        attempt = intake.land_file(Landing(self.data_dir), registry.dataset(TABLE), file, Vintage.parse(vintage), is_partial=is_partial)
        assert attempt.outcome == "landed", attempt

    def list_vintages(self) -> None:
        Landing(self.data_dir).prepare(registry.datasets())


def failed(statuses: Mapping[str, str]) -> dict[str, str]:
    return {name: status for name, status in statuses.items() if status.split()[0] in ("error", "fail", "runtime")}


def months(first_year: int, years: int) -> Sequence[str]:
    return [f"{year}-{month:02}" for year in range(first_year, first_year + years) for month in range(1, 13)]
