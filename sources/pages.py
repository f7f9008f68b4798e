"""The answers of an agency that is asked several times, packed as one payload."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from sources.clock import now
from sources.spec import Download, Validators

_NO_TIME = (1980, 1, 1, 0, 0, 0)


def pack(folder: Path, name: str, pages: Iterable[tuple[str, bytes]], url: str, validators: Validators | None = None) -> Download:
    """Write `<name>.zip` with each (name, body) as it came. The same answers make the same bytes, whenever they came.

    `url` is what was asked, without the number of a page.
    """
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for page, body in pages:
            archive.writestr(zipfile.ZipInfo(page, _NO_TIME), body, zipfile.ZIP_DEFLATED)
    return Download(path, url, now(), validators or Validators())
