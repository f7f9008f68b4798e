"""Real files and answers of the agencies, which lie beside the repository where it is developed and are never part of it."""

from __future__ import annotations

from pathlib import Path

import pytest

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"


def recording(name: str) -> Path:
    """The recording of that name below the folder. A machine without any recordings skips the test; one that lacks a single file fails it."""
    if not RECORDINGS.is_dir():
        pytest.skip(f"there are no recordings at {RECORDINGS}")
    path = RECORDINGS / name
    assert path.exists(), f"the recordings lack {name}"
    return path
