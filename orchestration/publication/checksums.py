"""SHA256SUMS, as `sha256sum --check` reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sources.fingerprint import sha256_of

CHECKSUMS: Final = "SHA256SUMS"


def write_checksums(folder: Path) -> None:
    """Write the sums of every file below the folder."""
    lines = [f"{sha256_of(folder / name)}  {name}\n" for name in _files(folder)]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")


def checksum_problems(folder: Path) -> Iterator[str]:
    """What differs between the folder's files and its SHA256SUMS."""
    lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    sums = {name: checksum for checksum, _, name in (line.partition("  ") for line in lines)}
    present = _files(folder)
    yield from (f"{name} is not in {CHECKSUMS}" for name in present if name not in sums)
    yield from (f"{name} is in {CHECKSUMS} but not in the release" for name in sums.keys() - set(present))
    yield from (f"{name} does not match its checksum" for name in present if name in sums and sums[name] != sha256_of(folder / name))


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.name != CHECKSUMS)
