"""Members of a zip as files on disk."""

from __future__ import annotations

import re
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from sources.errors import ContractError
from sources.spec import Dataset

_AGAIN = "Fetch or download the file again"


def extract(dataset: Dataset, archive: Path, pattern: str, folder: Path) -> list[Path]:
    """Extract the members whose base name matches the whole pattern, wherever they lie in the zip, and return them by name.

    Raises ContractError where the zip is damaged and where nothing matches.
    """
    try:
        with zipfile.ZipFile(archive) as members:
            chosen = {PurePosixPath(info.filename).name: info for info in members.infolist() if not info.is_dir()}
            wanted = [(name, info) for name, info in sorted(chosen.items()) if re.fullmatch(pattern, name)]
            if not wanted:
                raise ContractError(
                    dataset.id, f"{archive.name} has no member like {pattern}; it has {sorted(chosen)[:10]}", "Use the agency's own file"
                )
            return [_extracted(members, info, folder / name) for name, info in wanted]
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise ContractError(dataset.id, f"{archive.name} is a truncated or damaged zip ({error})", _AGAIN) from error


def _extracted(members: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> Path:
    with members.open(info) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    return path
