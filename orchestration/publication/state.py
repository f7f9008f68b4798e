"""The state that a release is made from, as one hash: the code, the landed vintages, and the day whose knowledge is asked for.

Standard library only: where the state of the current release equals this one, there is nothing to build.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[2]

_MAKES_THE_WAREHOUSE = ("sources", "orchestration", "dbt_project", "uv.lock")
_GENERATED = frozenset({"__pycache__", "target", "logs"})
_FACTS = ("dataset", "part", "vintage", "fingerprint", "is_complete", "is_estimated")


def state_of(data_dir: Path, as_of: date | None, project: Path = PROJECT) -> str:
    """A SHA-256 that changes when a release would: with any file of the code or the bundled figures, any landed vintage, and `as_of`."""
    digest = hashlib.sha256(f"as of {as_of}\n".encode())
    for path in _files(project):
        digest.update(f"{path.relative_to(project).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    for path in sorted((data_dir / "landing").glob("*/*/**/vintage.json")):
        vintage = json.loads(path.read_text(encoding="utf-8"))
        digest.update((json.dumps([vintage[fact] for fact in _FACTS]) + "\n").encode())
    return digest.hexdigest()


def _files(project: Path) -> Iterator[Path]:
    for name in _MAKES_THE_WAREHOUSE:
        root = project / name
        for path in sorted([root] if root.is_file() else root.rglob("*")):
            parts = path.relative_to(project).parts
            if path.is_file() and not _GENERATED.intersection(parts) and not any(part.startswith(".") for part in parts):
                yield path
