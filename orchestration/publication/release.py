"""Releases on disk: what one is, the link that readers follow, and what is kept. Standard library only: the command line asks within milliseconds.

    publish/20261122T170501Z-1f0c9a3e/    a release; nothing in it changes once it has this name
    publish/current                       a relative symbolic link to the live release
    publish/as-of-2026-05-31              the same, to the release of what was known by the end of that day
    publish/.*                            unfinished: a release being built or removed, or what a killed build left

Readers resolve a link once and keep the folder: every file they then open is of one release.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

DATABASE: Final = "warehouse.duckdb"
REPORT: Final = "report.html"
DESCRIPTION: Final = "release.json"
CURRENT: Final = "current"
PREVIOUS: Final = "previous"

# A year of monthly releases can be compared and gone back to, and no reader who resolved a link this year loses the files under it.
KEPT_RELEASES: Final = 12

_STAMP = "%Y%m%dT%H%M%SZ"


class ReleaseError(Exception):
    """A release cannot go live; says everything that is wrong with it."""

    def __init__(self, release_id: str, problems: Sequence[str]) -> None:
        self.release_id = release_id
        self.problems = tuple(problems)
        super().__init__(release_id, self.problems)

    def __str__(self) -> str:
        return "\n  ".join([f"release {self.release_id} was not published, the one before it stays:", *self.problems])


class UnknownReleaseError(Exception):
    """No release is called so, or several are; lists those that there are."""

    def __init__(self, problem: str, there_are: Sequence[str]) -> None:
        super().__init__("\n  ".join([f"{problem}; there are:", *there_are]) if there_are else "there is no release yet; run `warehouse build`")


@dataclass(frozen=True)
class ReleaseInfo:
    """A release as its `release.json` describes it. `tables` counts rows by qualified name; `folder` is the release itself, never a link to it."""

    release_id: str
    created_at: datetime
    as_of: date | None
    state: str
    headline: str
    tables: Mapping[str, int]
    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / DATABASE

    @property
    def report(self) -> Path:
        return self.folder / REPORT

    def write(self, folder: Path) -> None:
        facts = {
            "release_id": self.release_id,
            "created_at": self.created_at.isoformat(),
            "as_of": self.as_of and self.as_of.isoformat(),
            "state": self.state,
            "headline": self.headline,
            "tables": dict(self.tables),
        }
        (folder / DESCRIPTION).write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    @staticmethod
    def read(folder: Path) -> ReleaseInfo:
        """Raises FileNotFoundError where there is no release in the folder."""
        facts = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        facts["created_at"] = datetime.fromisoformat(facts["created_at"])
        facts["as_of"] = facts["as_of"] and date.fromisoformat(facts["as_of"])
        return ReleaseInfo(**facts, folder=folder)


def new_release_id(created_at: datetime) -> str:
    """`20261122T170501Z-1f0c9a3e`: the moment in UTC, and a random tail, so that two releases of one second differ."""
    return f"{created_at.astimezone(UTC).strftime(_STAMP)}-{secrets.token_hex(4)}"


def created_at(release_id: str) -> datetime:
    return datetime.strptime(release_id.partition("-")[0], _STAMP).replace(tzinfo=UTC)


def link_of(as_of: date | None) -> str:
    """The link that a release of this knowledge goes live under."""
    return CURRENT if as_of is None else f"as-of-{as_of.isoformat()}"


def current_release(data_dir: Path, link: str = CURRENT) -> ReleaseInfo | None:
    """The release that the link points at; None before the first one, or where its files were removed by hand."""
    publish = data_dir / "publish"
    with suppress(FileNotFoundError):
        release = ReleaseInfo.read(publish / (publish / link).readlink())
        if release.database.is_file():
            return release
    return None


def all_releases(data_dir: Path) -> list[ReleaseInfo]:
    """Every finished release that is kept, oldest first; of two made in one second, the one that was live last is the newer."""
    found = []
    for folder in (data_dir / "publish").glob("[!.]*"):
        if not folder.is_symlink():
            with suppress(FileNotFoundError, NotADirectoryError):
                found.append((ReleaseInfo.read(folder), folder.stat().st_mtime_ns))
    return [release for release, _ in sorted(found, key=lambda each: (each[0].created_at, each[1])) if release.database.is_file()]


def find_release(data_dir: Path, name: str) -> ReleaseInfo:
    """The release of that name: a link, an id or the only beginning of one, or `previous`, the newest before the current one.

    `previous` passes over the releases of a day's knowledge. Raises UnknownReleaseError.
    """
    kept = all_releases(data_dir)
    by_id = {release.release_id: release for release in kept}
    links = {path.name: path.readlink().name for path in sorted((data_dir / "publish").glob("[!.]*")) if path.is_symlink()}
    linked = {link: by_id[release_id] for link, release_id in links.items() if release_id in by_id}
    if name in linked:
        return linked[name]
    if name == PREVIOUS:
        current = linked.get(CURRENT)
        earlier = [each for each in kept if current and each != current and each.as_of is None and each.created_at <= current.created_at]
        found, problem = earlier[-1:], "there is no release before the current one"
    else:
        found = [release for release in kept if name and release.release_id.startswith(name)]
        problem = f"{len(found) or 'no'} release{'s are' if found else ' is'} called {name!r}"
    if len(found) != 1:
        raise UnknownReleaseError(problem, [*(f"{link} ({release.release_id})" for link, release in linked.items()), *sorted(by_id)])
    return found[0]


@contextmanager
def publishing(data_dir: Path) -> Iterator[Path]:
    """The `publish` folder, held by this process alone: others wait, and the system lets go when the process dies, however it dies.

    So whatever is unfinished on entry was left by a killed build, and is cleared.
    """
    publish = data_dir / "publish"
    publish.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(publish, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        for left in publish.glob(".*"):
            _remove(left)
        yield publish
    finally:
        os.close(descriptor)


@contextmanager
def staging_folder(publish: Path, release_id: str) -> Iterator[Path]:
    """Where a release is built: an unfinished folder beside its final place, gone afterwards unless it was put there."""
    folder = publish / f".{release_id}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(staged: Path, release_id: str) -> Path:
    """Give a finished release its name, once all of it is on the disk."""
    final = staged.with_name(release_id)
    if final.exists():
        raise ReleaseError(release_id, ["there is a release of this name already"])
    for path in (staged, *staged.rglob("*")):
        _sync(path)
    staged.rename(final)
    _sync(final.parent)
    return final


def go_live(release: Path, link: str) -> None:
    """Point the link at the release, by one rename. The release that it leaves is dated now, so that it is kept longest of those without a link."""
    live = release.with_name(link)
    replaced = live.parent / live.readlink() if live.is_symlink() else None
    incoming = release.with_name(f".{link}")
    incoming.symlink_to(release.name)
    incoming.replace(live)
    _sync(release.parent)
    if replaced and replaced.exists():
        os.utime(replaced)


def remove_old_releases(publish: Path, keep: int = KEPT_RELEASES) -> list[str]:
    """Remove the releases that no link points at, but for those that were live most recently; returns their names."""
    linked = {path.readlink().name for path in publish.iterdir() if path.is_symlink()}
    releases = [path for path in publish.iterdir() if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")]
    unlinked = sorted((path for path in releases if path.name not in linked), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
    for release in unlinked[keep:]:
        _remove(release.rename(release.with_name(f".{release.name}")))
    return [release.name for release in unlinked[keep:]]


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
