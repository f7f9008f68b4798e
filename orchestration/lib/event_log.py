"""The orchestrator's event log on SQLite, made cheap: a build writes two thousand events.

Dagster makes a new database engine and connection for each access, and several for each event, which costs more than the event; and it waits for
the disk each time. Here every file of the log keeps its engine, which keeps its connections, and the system writes to the disk when it likes: what
a killed process wrote is kept all the same, and a power cut may cost records of runs, which hold no figures.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from sqlalchemy import Engine, QueuePool, create_engine, event

_engines: dict[str, Engine] = {}


def keep_engines() -> None:
    """From now on, in this process, an engine is made once for each file, and connections are kept between accesses."""
    sqlite_event_log.create_engine = _engine_of  # type: ignore[assignment,attr-defined]


def _engine_of(address: str, **options: Any) -> Engine:
    if address not in _engines:
        kept = create_engine(address, **{**options, "poolclass": QueuePool})
        kept.dispose = lambda close=True: None  # type: ignore[method-assign]
        _engines[address] = kept
    return _engines[address]


@event.listens_for(Engine, "connect")
def _leave_the_disk_to_the_system(connection: object, record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")
