"""The Dagster code location: everything below `defs/`, put together once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import dagster as dg


@cache
def definitions() -> dg.Definitions:
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)


@dg.definitions
def defs() -> dg.Definitions:
    return definitions()
