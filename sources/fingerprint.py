"""Two hashes: the SHA-256 of the bytes is a blob's address, the content fingerprint decides whether anything is new.

A zip that was only packed again (other time stamps, order or compression) has other bytes and the same content, so the fingerprint is taken
over the sorted members. Each member's CRC-32 and length stand in the zip's directory, which makes the fingerprint of a table of gigabytes
free; reading a member later verifies its CRC.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from pathlib import Path

_CHUNK = 1 << 20


def sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def content_fingerprint(path: Path) -> str:
    """The fingerprint of a zip's members, or of a plain file as a zip's only member would have it (its name does not count)."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            members = sorted((info.CRC, info.file_size) for info in archive.infolist() if not info.is_dir())
    else:
        members = [_crc_and_size(path)]
    return hashlib.sha256(repr(members).encode()).hexdigest()


def _crc_and_size(path: Path) -> tuple[int, int]:
    crc = size = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            crc = zlib.crc32(chunk, crc)
            size += len(chunk)
    return crc, size
