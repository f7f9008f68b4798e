"""What a provider declares about its data sets: frozen dataclasses that check themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from sources.errors import PermanentError, SourceError
from sources.units import check_unit

if TYPE_CHECKING:
    from sources.http import Http

FieldType = Literal["text", "texts", "number", "integer", "date"]

DUCKDB_TYPE: dict[FieldType, str] = {"text": "VARCHAR", "texts": "VARCHAR[]", "number": "DOUBLE", "integer": "BIGINT", "date": "DATE"}
_NAME = re.compile(r"[a-z0-9][a-z0-9_]*")


@dataclass(frozen=True)
class Field:
    """One column of a landed table, under the provider's own name.

    `is_required` is false for columns that some editions of the payload leave out.
    """

    name: str
    description: str
    type: FieldType = "text"
    unit: str = "none"
    is_required: bool = True

    def __post_init__(self) -> None:
        check_unit(self.unit)
        if not self.description:
            raise ValueError(f"column {self.name!r} has no description")


@dataclass(frozen=True)
class Table:
    """One landed table: its columns and the columns that identify a row."""

    name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]

    def __post_init__(self) -> None:
        unknown = set(self.key) - {column.name for column in self.fields}
        if unknown:
            raise ValueError(f"table {self.name!r}: key columns {sorted(unknown)} are not among its fields")


@dataclass(frozen=True)
class Cadence:
    """When a data set is released: a cron line in the agency's time zone, and how long silence is normal.

    `stale_after_days` counts from the last look (fetch), `data_lag_days` from the end of the last period in the data.
    """

    name: Literal["daily", "weekly", "monthly", "quarterly", "annual", "irregular"]
    cron: str
    timezone: str
    stale_after_days: int
    data_lag_days: int

    def __post_init__(self) -> None:
        ZoneInfo(self.timezone)
        if len(self.cron.split()) != 5:
            raise ValueError(f"cron line {self.cron!r} does not have five fields")


@dataclass(frozen=True)
class Licence:
    """The terms under which the figures are republished, and the words that their owner asks for."""

    name: str
    url: str
    attribution: str


@dataclass(frozen=True, order=True)
class Vintage:
    """A release: its date in the agency's time zone, and a sequence for further corrections on the same day.

    Written as an EDTF date: `2026-06-09`, `2026-06-09.2` for the day's second release, a trailing `~` where the date is an estimate.
    """

    date: date
    sequence: int = 1
    is_estimated: bool = field(default=False, compare=False)

    @property
    def label(self) -> str:
        return self.date.isoformat() + (f".{self.sequence}" if self.sequence > 1 else "")

    @staticmethod
    def parse(text: str) -> Vintage:
        found = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(?:\.(\d+))?(~?)", text)
        if not found:
            raise ValueError(f"{text!r} is not a vintage: write the release date as 2026-09-03, or 2026-06-09~ for an estimate")
        try:
            day = date.fromisoformat(found[1])
        except ValueError as error:
            raise ValueError(f"{text!r} is not a vintage: there is no such day") from error
        return Vintage(day, int(found[2] or 1), bool(found[3]))


@dataclass(frozen=True)
class Validators:
    """What the last successful download said of itself, for a conditional request."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Download:
    """A payload on disk as the agency served it."""

    path: Path
    url: str
    fetched_at: datetime | None
    validators: Validators = Validators()


@dataclass(frozen=True)
class Parsed:
    """What a parser wrote: rows per table, and the first and last period that the data cover (as dates of their first day).

    `is_complete` is true where the payload is the whole table, so that what it lacks was withdrawn; false where it only adds or corrects cells.
    `released` is the vintage where the payload itself states it.
    """

    rows: dict[str, int]
    data_from: date | None
    data_through: date | None
    is_complete: bool = True
    released: Vintage | None = None


@dataclass(frozen=True)
class Gate:
    """How far a complete vintage may shrink against the one before it, and why that much."""

    max_row_loss_share: float
    reason: str


Parse = Callable[["Dataset", Path, Path], Parsed]
Fetch = Callable[["Dataset", "Http", Validators, Path], "Download | None"]
ReleaseOf = Callable[["Dataset", "Http", Download, Parsed], Vintage]


@dataclass(frozen=True)
class Dataset:
    """One data set of a provider.

    parse(dataset, payload, folder)             writes `<table>.parquet` for every table, as published; raises ContractError.
    fetch(dataset, http, validators, folder)    downloads into the folder; None when the agency says "not modified".
    release_of(dataset, http, download, parsed) the vintage of new content; raises NotYet while the expected period is not in it.
    Without `fetch` the data set is dropped in by `warehouse import` or bundled.
    """

    provider: str
    name: str
    title: str
    source_url: str
    tables: tuple[Table, ...]
    cadence: Cadence
    licence: Licence
    parse: Parse
    fetch: Fetch | None = None
    release_of: ReleaseOf | None = None
    gate: Gate | None = None
    is_aggregate: bool = False
    caveats: str = ""

    def __post_init__(self) -> None:
        for part in (self.provider, self.name):
            if not _NAME.fullmatch(part):
                raise ValueError(f"{part!r} is not a name: lower-case letters, digits and underscores")
        if (self.fetch is None) != (self.release_of is None):
            raise ValueError(f"{self.id}: fetch and release_of go together")

    @property
    def id(self) -> str:
        return f"{self.provider}/{self.name}"


@dataclass(frozen=True)
class Provider:
    """An agency: where it answers, in which time zone it releases, and what it publishes.

    `resolve` makes a data set of any name that the agency knows beyond the declared ones, or returns None.
    `explain_conflict(subject, said)` makes the error of an answer 409: NotYet, TransientError (asked again) or PermanentError.
    """

    name: str
    title: str
    base_url: str
    timezone: str
    datasets: tuple[Dataset, ...]
    resolve: Callable[[str], Dataset | None] = lambda name: None
    explain_conflict: Callable[[str, str], SourceError] = PermanentError
    min_seconds_between_requests: float = 0.0

    def __post_init__(self) -> None:
        ZoneInfo(self.timezone)
        strangers = [dataset.id for dataset in self.datasets if dataset.provider != self.name]
        if strangers:
            raise ValueError(f"provider {self.name!r} declares data sets of another: {strangers}")
