"""The landing zone: immutable blobs, a manifest of every attempt, and one folder of Parquet per vintage.

raw/blobs/<ab>/<sha256>                                  the bytes as they came, written once
raw/manifests/<provider>/<dataset>.jsonl                 one line per attempt, failures and "unchanged" too
landing/<provider>/<dataset>/vintage=<label>/            the parsed tables and `vintage.json`, put in place by one rename
landing/<provider>/<dataset>/part=<part>/vintage=<label>/   the same of a data set that is released in parts
landing/<provider>/<dataset>/[part=none/]vintage=none/   the same tables without rows, so that every glob matches
landing/vintage.parquet                                  one row per landed vintage, for SQL
"""

from __future__ import annotations

import dataclasses
import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import duckdb

from sources import contract
from sources.clock import now
from sources.errors import ContractError, NotConfigured, NotYet, SourceError
from sources.fingerprint import sha256_of
from sources.spec import DUCKDB_TYPE, Dataset, Download, Parsed, Validators, Vintage

Method = Literal["bundled", "refresh", "import"]
Outcome = Literal["landed", "unchanged", "not_yet", "not_configured", "failed"]

_VINTAGE_COLUMNS = {
    "dataset": "VARCHAR",
    "part": "VARCHAR",
    "vintage": "VARCHAR",
    "vintage_date": "DATE",
    "sequence": "INTEGER",
    "is_estimated": "BOOLEAN",
    "is_complete": "BOOLEAN",
    "method": "VARCHAR",
    "sha256": "VARCHAR",
    "fingerprint": "VARCHAR",
    "bytes": "BIGINT",
    "rows": "BIGINT",
    "data_from": "DATE",
    "data_through": "DATE",
    "source_url": "VARCHAR",
    "fetched_at": "TIMESTAMPTZ",
    "landed_at": "TIMESTAMPTZ",
    "licence": "VARCHAR",
    "attribution": "VARCHAR",
}


@dataclass(frozen=True)
class LandedVintage:
    """One vintage in the landing zone, as its `vintage.json` says. `part` is empty where the data set has none; `rows` counts the first table."""

    dataset: str
    part: str
    vintage: str
    vintage_date: date
    sequence: int
    is_estimated: bool
    is_complete: bool
    method: Method
    sha256: str
    fingerprint: str
    bytes: int
    rows: int
    data_from: date | None
    data_through: date | None
    source_url: str
    fetched_at: datetime | None
    landed_at: datetime
    licence: str
    attribution: str

    @property
    def label(self) -> str:
        """The vintage as an EDTF date, with a trailing ~ where it is an estimate."""
        return f"{self.vintage}~" if self.is_estimated else self.vintage

    @property
    def order(self) -> tuple[date, int]:
        return self.vintage_date, self.sequence


@dataclass(frozen=True)
class Attempt:
    """One line of a manifest: what was tried, and what came of it. `reason` says why where it is not "landed"."""

    dataset: str
    method: Method
    started_at: datetime
    finished_at: datetime
    outcome: Outcome
    part: str = ""
    reason: str = ""
    vintage: str | None = None
    sha256: str | None = None
    fingerprint: str | None = None
    rows: int | None = None
    source_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None


class Landing:
    """The raw and landing folders below one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.blobs = data_dir / "raw" / "blobs"
        self.manifests = data_dir / "raw" / "manifests"
        self.root = data_dir / "landing"

    # Reading

    def vintages(self, dataset: str | None = None) -> list[LandedVintage]:
        """The landed vintages, of one data set or of all: by data set, and within it oldest first."""
        found = [
            _vintage_from_json(path.read_text())
            for folders in ("vintage=*", "part=*/vintage=*")
            for path in self.root.glob(f"{dataset or '*/*'}/{folders}/vintage.json")
        ]
        return sorted(found, key=lambda vintage: (vintage.dataset, vintage.order, vintage.part))

    def attempts(self, dataset: str) -> Iterator[Attempt]:
        """The manifest's lines, oldest first. A last line torn by a crash does not count."""
        path = self._manifest(dataset)
        if not path.exists():
            return
        for line in path.read_text().splitlines():
            try:
                yield _attempt_from_json(line)
            except json.JSONDecodeError:
                continue

    def validators(self, dataset: str, part: str = "") -> Validators:
        """The validators of the last download whose content is landed; none before that."""
        known = Validators()
        landed = {vintage.vintage for vintage in self.vintages(dataset) if vintage.part == part}
        for attempt in self.attempts(dataset):
            if attempt.part == part and attempt.vintage in landed and (attempt.etag or attempt.last_modified):
                known = Validators(attempt.etag, attempt.last_modified)
        return known

    def folder(self, dataset: str, vintage: str, part: str = "") -> Path:
        return self.root / dataset / (f"part={part}" if part else "") / f"vintage={vintage}"

    # Writing

    @contextmanager
    def _alone(self, dataset: Dataset) -> Iterator[None]:
        """Let one process at a time land this data set; the kernel frees the lock of one that dies."""
        path = self._manifest(dataset.id).with_suffix(".lock")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    @contextmanager
    def attempt(self, dataset: str, method: Method, source_url: str, part: str = "") -> Iterator[OpenAttempt]:
        """Write one manifest line for whatever happens inside. NotYet and NotConfigured are answers and end it; every other error goes on."""
        attempt = OpenAttempt(dataset, method, source_url, part)
        try:
            yield attempt
        except NotYet as answer:
            attempt.update(outcome="not_yet", reason=answer.reason)
        except NotConfigured as answer:
            attempt.update(outcome="not_configured", reason=f"{answer.reason}. {answer.remedy}")
        except SourceError as error:
            attempt.update(outcome="failed", reason=str(error))
            raise
        except BaseException as error:
            attempt.update(outcome="failed", reason=f"{type(error).__name__}: {error}")
            raise
        finally:
            self._record(attempt.close())

    def land(
        self, attempt: OpenAttempt, dataset: Dataset, download: Download, vintage_of: Callable[[Parsed], Vintage], *, is_partial: bool = False
    ) -> None:
        """Archive the payload, parse it, check it, and put it in place as a new vintage, telling the attempt.

        Content of the newest vintage is `unchanged`; that of an older one is so too, unless it is released anew: a correction was taken back.
        Raises SourceError; whatever goes wrong leaves the vintages as they were.
        """
        attempt.update(etag=download.validators.etag, last_modified=download.validators.last_modified, source_url=download.url)
        contract.sniff(dataset, download.path)
        sha256 = self._archive(download.path)
        fingerprint = dataset.fingerprint(download.path)
        attempt.update(sha256=sha256, fingerprint=fingerprint)
        with self._alone(dataset):
            known = self._with_content(dataset, fingerprint, attempt.record.part)
            if known and known == self._newest(dataset, known.part):
                attempt.unchanged(known)
            else:
                self._land_what_is_new(attempt, dataset, download, vintage_of, known, is_partial=is_partial)

    def _land_what_is_new(
        self,
        attempt: OpenAttempt,
        dataset: Dataset,
        download: Download,
        vintage_of: Callable[[Parsed], Vintage],
        known: LandedVintage | None,
        *,
        is_partial: bool,
    ) -> None:
        with self._staging_folder(dataset) as staged:
            parsed = dataset.parse(dataset, download.path, staged)
            contract.check(dataset, staged, parsed, attempt.record.part)
            landed = [vintage for vintage in self.vintages(dataset.id) if vintage.part == parsed.part]
            is_complete = parsed.is_complete and not is_partial
            rows = parsed.rows[dataset.tables[0].name]
            if is_complete:
                contract.check_gates(dataset, staged, rows, _rows_held(landed), self._whole_before(landed))
            released = vintage_of(parsed)
            if known and released.date <= landed[-1].vintage_date:
                attempt.unchanged(known)
                return
            vintage = _unused(released, landed)
            description = LandedVintage(
                dataset=dataset.id,
                part=parsed.part,
                vintage=vintage.label,
                vintage_date=vintage.date,
                sequence=vintage.sequence,
                is_estimated=vintage.is_estimated,
                is_complete=is_complete,
                method=attempt.method,
                sha256=str(attempt.record.sha256),
                fingerprint=str(attempt.record.fingerprint),
                bytes=download.path.stat().st_size,
                rows=rows,
                data_from=parsed.data_from,
                data_through=parsed.data_through,
                source_url=download.url,
                fetched_at=download.fetched_at,
                landed_at=now(),
                licence=dataset.licence.name,
                attribution=dataset.licence.attribution,
            )
            (staged / "vintage.json").write_text(_to_json(description) + "\n")
            _put_in_place(staged, self.folder(dataset.id, vintage.label, parsed.part))
        attempt.update(outcome="landed", vintage=vintage.label, rows=rows, part=parsed.part)

    def _with_content(self, dataset: Dataset, fingerprint: str, part: str) -> LandedVintage | None:
        """The newest vintage of that content: of the part asked for, or of any where a file was brought."""
        found = [vintage for vintage in self.vintages(dataset.id) if vintage.fingerprint == fingerprint and part in ("", vintage.part)]
        return found[-1] if found else None

    def _newest(self, dataset: Dataset, part: str) -> LandedVintage | None:
        return next((vintage for vintage in reversed(self.vintages(dataset.id)) if vintage.part == part), None)

    def _whole_before(self, landed: list[LandedVintage]) -> Path | None:
        """The folder of the last complete vintage."""
        last = next((vintage for vintage in reversed(landed) if vintage.is_complete), None)
        return self.folder(last.dataset, last.vintage, last.part) if last else None

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder on the same disk for a download under way, gone afterwards; what a killed process left is cleared first."""
        with _own_folder(self.data_dir / "raw" / "scratch") as folder:
            yield folder

    def prepare(self, datasets: list[Dataset]) -> None:
        """Make what SQL needs to read the zone: an empty Parquet file per table, and the list of vintages."""
        with duckdb.connect() as connection:
            for dataset in datasets:
                self._prepare_empty(connection, dataset)
            self._list_vintages(connection)

    def _prepare_empty(self, connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> None:
        empty = self.folder(dataset.id, "none", "none" if dataset.partition else "")
        empty.mkdir(parents=True, exist_ok=True)
        for table in dataset.tables:
            columns = ", ".join(f'NULL::{DUCKDB_TYPE[field.type]} AS "{field.name}"' for field in table.fields)
            _write_parquet(connection, f"SELECT {columns} LIMIT 0", empty / f"{table.name}.parquet")

    def _list_vintages(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        listing = self.root / f".vintage-{uuid.uuid4().hex}.jsonl"
        listing.write_text("\n".join(_to_json(vintage) for vintage in self.vintages()))
        columns = ", ".join(f"{name}: '{kind}'" for name, kind in _VINTAGE_COLUMNS.items())
        query = f"SELECT * FROM read_json({_quoted(listing)}, format = 'newline_delimited', columns = {{{columns}}})"
        try:
            _write_parquet(connection, query, self.root / "vintage.parquet")
        finally:
            listing.unlink()

    def _archive(self, payload: Path) -> str:
        sha256 = sha256_of(payload)
        blob = self.blobs / sha256[:2] / sha256
        if not blob.exists():
            blob.parent.mkdir(parents=True, exist_ok=True)
            incoming = blob.with_name(f".{sha256}-{uuid.uuid4().hex}")
            shutil.copyfile(payload, incoming)
            _sync(incoming)
            incoming.replace(blob)
        return sha256

    @contextmanager
    def _staging_folder(self, dataset: Dataset) -> Iterator[Path]:
        with _own_folder(self.root / dataset.id / ".staging") as folder:
            yield folder

    def _manifest(self, dataset: str) -> Path:
        return self.manifests / f"{dataset}.jsonl"

    def _record(self, attempt: Attempt) -> None:
        path = self._manifest(attempt.dataset)
        path.parent.mkdir(parents=True, exist_ok=True)
        is_torn = path.exists() and not path.read_bytes().endswith(b"\n")
        line = ("\n" if is_torn else "") + _to_json(attempt) + "\n"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(descriptor, line.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class OpenAttempt:
    """An attempt under way: facts are added as they become known, and `record` is its manifest line once it is closed."""

    def __init__(self, dataset: str, method: Method, source_url: str, part: str) -> None:
        self.method = method
        self.record = Attempt(dataset, method, started_at=now(), finished_at=now(), outcome="failed", part=part, source_url=source_url)

    def update(self, **facts: Any) -> None:
        self.record = dataclasses.replace(self.record, **facts)

    def unchanged(self, known: LandedVintage) -> None:
        self.update(outcome="unchanged", part=known.part, vintage=known.vintage, rows=known.rows, reason="the content is landed already")

    def close(self) -> Attempt:
        self.update(finished_at=now())
        return self.record


def _rows_held(landed: list[LandedVintage]) -> int | None:
    """The rows of the last complete vintage; before the first one, of the largest excerpt, which a whole table cannot be smaller than."""
    complete = [vintage.rows for vintage in landed if vintage.is_complete]
    return complete[-1] if complete else max((vintage.rows for vintage in landed), default=None)


def _unused(vintage: Vintage, landed: list[LandedVintage]) -> Vintage:
    """The vintage itself, or the next sequence where its date already has one."""
    same_day = [known.sequence for known in landed if known.vintage_date == vintage.date]
    return dataclasses.replace(vintage, sequence=max([vintage.sequence - 1, *same_day]) + 1)


@contextmanager
def _own_folder(parent: Path) -> Iterator[Path]:
    """A folder of this process below `parent`. Folders of processes that no longer run are removed on the way."""
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.iterdir():
        if not Path(f"/proc/{left.name.split('-')[0]}").exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = parent / f"{os.getpid()}-{uuid.uuid4().hex}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put_in_place(staged: Path, final: Path) -> None:
    for path in staged.iterdir():
        _sync(path)
    final.parent.mkdir(parents=True, exist_ok=True)
    try:
        staged.rename(final)
    except OSError as error:
        raise ContractError(final.parent.name, f"the vintage {final.name} exists already") from error
    _sync(final.parent)


def _write_parquet(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    incoming = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
    connection.execute(f"COPY ({query}) TO {_quoted(incoming)} (FORMAT parquet, COMPRESSION zstd)")
    incoming.replace(path)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _to_json(record: LandedVintage | Attempt) -> str:
    return json.dumps(
        {name: value.isoformat() if isinstance(value, date) else value for name, value in dataclasses.asdict(record).items()}, ensure_ascii=False
    )


def _vintage_from_json(text: str) -> LandedVintage:
    facts = json.loads(text)
    for name in ("vintage_date", "data_from", "data_through"):
        facts[name] = facts[name] and date.fromisoformat(facts[name])
    for name in ("fetched_at", "landed_at"):
        facts[name] = facts[name] and datetime.fromisoformat(facts[name])
    return LandedVintage(**facts)


def _attempt_from_json(line: str) -> Attempt:
    facts = json.loads(line)
    for name in ("started_at", "finished_at"):
        facts[name] = datetime.fromisoformat(facts[name])
    return Attempt(**facts)
