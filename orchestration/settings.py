"""Where the warehouse keeps what it makes: the folders below one data directory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.publication.release import link_of

DATA_DIR_VARIABLE = "WAREHOUSE_DATA_DIR"
REPOSITORY = Path(__file__).resolve().parent.parent
DBT_PROJECT = REPOSITORY / "dbt_project"


@dataclass(frozen=True)
class Settings:
    """The layout of a data directory."""

    data_dir: Path

    @staticmethod
    def from_environment() -> Settings:
        return Settings(Path(os.environ.get(DATA_DIR_VARIABLE) or REPOSITORY / ".warehouse").resolve())

    @property
    def landing(self) -> Path:
        return self.data_dir / "landing"

    @property
    def dagster_home(self) -> Path:
        return self.data_dir / "dagster"

    @property
    def dbt_target(self) -> Path:
        return self.data_dir / "dbt"

    @property
    def lock(self) -> Path:
        return self.data_dir / "lock"

    def database(self, as_of: date | None) -> Path:
        """The working DuckDB file. It is rebuilt by every build and written by one process; consumers read a release instead."""
        return self.data_dir / "work" / link_of(as_of) / "warehouse.duckdb"
