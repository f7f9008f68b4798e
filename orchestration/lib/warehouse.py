"""The warehouse as a Dagster resource: its folders, its landing zone and its one working DuckDB file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import dagster as dg
import duckdb

from orchestration.settings import Settings
from sources.clock import now
from sources.landing import Landing

POOL = "warehouse"


class Warehouse(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Everything that an asset needs of the data directory. `as_of` (YYYY-MM-DD) builds on what was known by the end of that day."""

    as_of: str = ""

    @property
    def settings(self) -> Settings:
        return Settings.from_environment()

    @property
    def knowledge_date(self) -> date | None:
        return date.fromisoformat(self.as_of) if self.as_of else None

    @property
    def today(self) -> date:
        """The day that the build speaks of: the knowledge date, or the present one."""
        return self.knowledge_date or now().date()

    @property
    def landing(self) -> Landing:
        return Landing(self.settings.data_dir)

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to the working file. Whoever opens it is an op of the pool `warehouse`."""
        with duckdb.connect(self.settings.database(self.knowledge_date)) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield connection
