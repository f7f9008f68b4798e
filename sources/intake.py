"""The three ways into the landing zone: bundled vintages, a file at hand, and the agency itself."""

from __future__ import annotations

import zipfile
from datetime import date
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sources import registry
from sources.clock import now
from sources.credentials import configuration, how_to_configure
from sources.errors import NotConfigured, PermanentError, SourceError
from sources.fingerprint import sha256_of
from sources.http import Http
from sources.landing import Attempt, Landing
from sources.spec import Ask, Dataset, Download, Vintage

REFERENCE = Path(__file__).parent / "reference"
_NO_DATE = (1980, 1, 1)


def bundled_files(dataset: Dataset) -> list[Path]:
    """The files of `sources/reference` for this data set, oldest first: `<vintage>.csv`, or `<vintage>_<what>` where several came out on one day."""
    return sorted(path for path in (REFERENCE / dataset.id).glob("*") if path.suffix in (".csv", ".json"))


def land_bundled(landing: Landing, dataset: Dataset) -> list[Attempt]:
    """Land the bundled vintages that are not landed yet. They are trimmed, so each overlays what was known before."""
    landed = {vintage.sha256 for vintage in landing.vintages(dataset.id)}
    attempts = []
    for path in bundled_files(dataset):
        if sha256_of(path) not in landed:
            attempts.append(_land_bundled_file(landing, dataset, path))
    return attempts


def _land_bundled_file(landing: Landing, dataset: Dataset, path: Path) -> Attempt:
    vintage = Vintage.parse(path.stem.partition("_")[0])
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


def fetch(landing: Landing, dataset: Dataset, part: str = "", http: Http | None = None) -> Attempt:
    """Ask the agency for the data set, or one part of it, and land what is new; raises SourceError.

    "Not modified", known content, "not released yet" and "no key is set" are all good ends.
    """
    with landing.attempt(dataset.id, "refresh", dataset.source_url, part) as attempt, landing.scratch() as folder:
        if dataset.fetch is None or dataset.release_of is None:
            raise _not_fetched(dataset)
        _check_asked(dataset, part)
        if configuration(dataset) == "not configured":
            raise NotConfigured(dataset.id, "the agency asks for a key", how_to_configure(dataset))
        http = http or Http(registry.provider_of(dataset), dataset.id, dataset.credential)
        ask = Ask(dataset, part, http, landing.validators(dataset.id, part), folder)
        download = dataset.fetch(ask)
        if download is None:
            attempt.update(outcome="unchanged", reason="the agency says: not modified")
        else:
            landing.land(attempt, dataset, download, partial(dataset.release_of, ask, download))
    return attempt.record


def refresh(landing: Landing, dataset: Dataset) -> list[Attempt]:
    """Ask for every live part. A part that fails does not keep the others from being asked; raises SourceError when all are through."""
    if dataset.fetch is None:
        with landing.attempt(dataset.id, "refresh", dataset.source_url):
            raise _not_fetched(dataset)
    attempts, failures = [], []
    for part in dataset.live_parts(now().date()):
        try:
            attempts.append(fetch(landing, dataset, part))
        except SourceError as error:
            failures.append(error)
    if failures:
        raise failures[0] if len(failures) == 1 else _together(dataset, failures)
    return attempts


def missing_parts(landing: Landing, dataset: Dataset) -> list[str]:
    """The parts that the agency offers and that have not landed whole, newest first."""
    landed = {vintage.part for vintage in landing.vintages(dataset.id) if vintage.is_complete}
    expected = dataset.partition.expected(now().date()) if dataset.partition else ()
    return [part for part in reversed(expected) if part not in landed]


def _not_fetched(dataset: Dataset) -> PermanentError:
    return PermanentError(dataset.id, "the agency offers no machine access to this data set", f"Use `warehouse import {dataset.id} FILE`")


def _check_asked(dataset: Dataset, part: str) -> None:
    try:
        dataset.check_part(part)
    except ValueError as error:
        expected = dataset.partition.expected(now().date()) if dataset.partition else ()
        raise PermanentError(dataset.id, str(error), f"The newest parts are: {', '.join(expected[-5:])}" if expected else "") from error


def _together(dataset: Dataset, failures: list[SourceError]) -> SourceError:
    reasons = "; ".join(dict.fromkeys(error.reason for error in failures))
    return PermanentError(dataset.id, f"{len(failures)} parts failed: {reasons}", failures[0].remedy)


def _packed_on(dataset: Dataset, path: Path) -> Vintage:
    """The day on which an archive was packed, where its members have one: workbooks and packed answers are dated 1980."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            packed = max(info.date_time[:3] for info in archive.infolist())
        if packed > _NO_DATE:
            return Vintage(date(*packed), is_estimated=True)
    timezone = ZoneInfo(registry.provider_of(dataset).timezone)
    return Vintage(now().astimezone(timezone).date(), is_estimated=True)
