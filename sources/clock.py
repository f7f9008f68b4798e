"""The one clock. `WAREHOUSE_NOW` (ISO 8601, UTC where it names no zone) sets it, for tests and for rebuilding a day."""

from __future__ import annotations

import os
from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, in UTC."""
    fixed = os.environ.get("WAREHOUSE_NOW")
    if not fixed:
        return datetime.now(UTC)
    moment = datetime.fromisoformat(fixed)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
