"""The three ways into the landing zone: bundled vintages, a file at hand, and the agency itself."""

from __future__ import annotations

import zipfile
from datetime import date
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sources import registry
from sources.clock import now
from sources.errors import PermanentError
from sources.fingerprint import sha256_of
from sources.http import Http
from sources.landing import Attempt, Landing
from sources.spec import Dataset, Download, Vintage

REFERENCE = Path(__file__).parent / "reference"


def bundled_files(dataset: Dataset) -> list[Path]:
    """The files of `sources/reference` for this data set, named for their vintage, oldest first."""
    return sorted((REFERENCE / dataset.id).glob("*.csv"))


def land_bundled(landing: Landing, dataset: Dataset) -> list[Attempt]:
    """Land the bundled vintages that are not landed yet. They are trimmed, so each overlays what was known before."""
    landed = {vintage.sha256 for vintage in landing.vintages(dataset.id)}
    attempts = []
    for path in bundled_files(dataset):
        if sha256_of(path) not in landed:
            attempts.append(_land_bundled_file(landing, dataset, path))
    return attempts


def _land_bundled_file(landing: Landing, dataset: Dataset, path: Path) -> Attempt:
    vintage = Vintage.parse(path.stem)
    with landing.attempt(dataset.id, "bundled", dataset.source_url) as attempt:
        landing.land(attempt, dataset, Download(path, dataset.source_url, fetched_at=None), lambda parsed: vintage, is_partial=True)
    return attempt.record


def land_file(landing: Landing, dataset: Dataset, path: Path, vintage: Vintage | None = None, *, is_partial: bool = False) -> Attempt:
    """Land a file that somebody has, as the vintage that they name, else as the day on which its archive was packed, as an estimate."""
    with landing.attempt(dataset.id, "import", path.name) as attempt:
        if not path.is_file():
            raise PermanentError(dataset.id, f"there is no file {path}", "Name the file to import")
        today = now().astimezone(ZoneInfo(registry.provider_of(dataset).timezone)).date()
        if vintage and vintage.date > today:
            raise PermanentError(
                dataset.id, f"the vintage {vintage.label} is later than today, {today}", "Name the day on which the file was released"
            )
        download = Download(path, path.name, fetched_at=None)
        landing.land(attempt, dataset, download, lambda parsed: vintage or parsed.released or _packed_on(dataset, path), is_partial=is_partial)
    return attempt.record


def fetch(landing: Landing, dataset: Dataset, http: Http | None = None) -> Attempt:
    """Ask the agency, and land what is new. "Not modified", known content and "not released yet" are all good ends; raises SourceError."""
    with landing.attempt(dataset.id, "refresh", dataset.source_url) as attempt, landing.scratch() as folder:
        if dataset.fetch is None or dataset.release_of is None:
            raise PermanentError(dataset.id, "the agency offers no machine access to this data set", f"Use `warehouse import {dataset.id} FILE`")
        http = http or Http(registry.provider_of(dataset), dataset.id)
        download = dataset.fetch(dataset, http, landing.validators(dataset.id), folder)
        if download is None:
            attempt.update(outcome="unchanged", reason="the agency says: not modified")
        else:
            release_of = partial(dataset.release_of, dataset, http, download)
            landing.land(attempt, dataset, download, release_of)
    return attempt.record


def _packed_on(dataset: Dataset, path: Path) -> Vintage:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            packed = max(info.date_time[:3] for info in archive.infolist())
        return Vintage(date(*packed), is_estimated=True)
    timezone = ZoneInfo(registry.provider_of(dataset).timezone)
    return Vintage(now().astimezone(timezone).date(), is_estimated=True)
