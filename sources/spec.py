"""What a provider declares about its data sets: frozen dataclasses that check themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from sources.errors import SourceError
from sources.fingerprint import content_fingerprint
from sources.units import check_unit

if TYPE_CHECKING:
    from sources.http import Http

FieldType = Literal["text", "texts", "number", "integer", "date"]

DUCKDB_TYPE: dict[FieldType, str] = {"text": "VARCHAR", "texts": "VARCHAR[]", "number": "DOUBLE", "integer": "BIGINT", "date": "DATE"}
_NAME = re.compile(r"[a-z0-9][a-z0-9_]*")
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


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

    `stale_after_days` counts from the last look (fetch), `data_lag_days` from the first day of the last period in the data.
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
    """The owner's terms and the words that the owner asks for. Without `allows_copies`, single figures are cited and rows never republished."""

    name: str
    url: str
    attribution: str
    allows_copies: bool = True


@dataclass(frozen=True)
class Credential:
    """A key that the agency gives to whoever registers: the environment variable that holds it, and where a request carries it.

    Where it `is_required`, the data set is "not configured" without it; elsewhere the agency answers without a key too, but less.
    """

    variable: str
    get_it_at: str
    carried_in: Literal["query", "header"]
    name: str
    prefix: str = ""
    is_required: bool = True


@dataclass(frozen=True)
class Partition:
    """The parts of a data set that are released, fetched and replaced one by one, such as flow and year.

    `expected(day)` are the parts that the agency offers on that day, oldest first (none where they are only dropped in); `live(day)` those that
    a refresh asks for, because the agency may still change them.
    """

    by: str
    expected: Callable[[date], tuple[str, ...]] = lambda day: ()
    live: Callable[[date], tuple[str, ...]] = lambda day: ()


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

    `is_complete` is true where the payload is the whole data set or part, so that what it lacks was withdrawn; false where it only adds or corrects
    cells. `released` is the vintage where the payload itself states it, `part` the part that it is of a partitioned data set.
    """

    rows: dict[str, int]
    data_from: date | None
    data_through: date | None
    is_complete: bool = True
    released: Vintage | None = None
    part: str = ""


@dataclass(frozen=True)
class Shrunk:
    """A gate: how many of its rows a complete vintage may lose against the one before it, and why that many."""

    max_row_loss_share: float
    reason: str


@dataclass(frozen=True)
class Gap:
    """A gate: every text in the column `period` of the first table that the last complete vintage had must still be there."""

    period: str
    reason: str


@dataclass(frozen=True)
class Magnitude:
    """A gate: in no `period` may the sum of absolute `value`s of the first table change by more than a factor: units and scales do not move."""

    value: str
    period: str
    max_factor: float
    reason: str


Gate = Shrunk | Gap | Magnitude


@dataclass(frozen=True)
class Ask:
    """One question to an agency: what is wanted, by whom it is asked, what is known already, and the folder that the answer goes into."""

    dataset: Dataset
    part: str
    http: Http
    validators: Validators
    folder: Path


@dataclass(frozen=True)
class Refusal:
    """An answer that is not what was asked for: a redirect that is not followed, a status of 400 and more, or a web page in place of data.

    `said` is the address and the status in words, `body` the beginning of the answer, both without secrets.
    """

    subject: str
    status: int
    said: str
    body: str
    headers: Mapping[str, str]


Parse = Callable[["Dataset", Path, Path], Parsed]
Fetch = Callable[[Ask], "Download | None"]
ReleaseOf = Callable[[Ask, Download, Parsed], Vintage]


@dataclass(frozen=True)
class Dataset:
    """One data set of a provider.

    parse(dataset, payload, folder)     writes `<table>.parquet` for every table, as published; raises ContractError.
    fetch(ask)                          downloads into the folder; None when the agency says "not modified".
    release_of(ask, download, parsed)   the vintage of new content; raises NotYet while the expected period is not in it.
    fingerprint(payload)                what decides whether content is new: it leaves out what changes with every answer, such as the time it took.
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
    partition: Partition | None = None
    credential: Credential | None = None
    gates: tuple[Gate, ...] = ()
    fingerprint: Callable[[Path], str] = content_fingerprint
    is_aggregate: bool = False
    caveats: str = ""

    def __post_init__(self) -> None:
        for part in (self.provider, self.name):
            if not _NAME.fullmatch(part):
                raise ValueError(f"{part!r} is not a name: lower-case letters, digits and underscores")
        if (self.fetch is None) != (self.release_of is None):
            raise ValueError(f"{self.id}: fetch and release_of go together")
        if self.partition and self.fetch and not self.partition.live(date(2026, 1, 1)):
            raise ValueError(f"{self.id}: a partitioned data set that is fetched says which parts are live")

    @property
    def id(self) -> str:
        return f"{self.provider}/{self.name}"

    def live_parts(self, day: date) -> tuple[str, ...]:
        """What a refresh asks for on a day: the parts that may still change, or the whole, whose name is empty."""
        return self.partition.live(day) if self.partition else ("",)

    def check_part(self, part: str) -> str:
        """Return `part`, or raise ValueError where the data set has no part of that name."""
        if bool(part) != bool(self.partition) or (part and not _PART.fullmatch(part)):
            expects = f"a part by {self.partition.by}" if self.partition else "no part"
            raise ValueError(f"{self.id} has {expects}, not {part!r}")
        return part


@dataclass(frozen=True)
class Provider:
    """An agency: where it answers, in which time zone it releases, and what it publishes.

    `resolve` makes a data set of any name that the agency knows beyond the declared ones, or returns None.
    `explain(refusal)` makes the error of an answer of which the agency has its own meaning: NotYet, TransientError (asked again), PermanentError;
    None leaves it to the general rule. `headers` go with every request; `other_urls` are further addresses at which the agency answers.
    """

    name: str
    title: str
    base_url: str
    timezone: str
    datasets: tuple[Dataset, ...]
    resolve: Callable[[str], Dataset | None] = lambda name: None
    explain: Callable[[Refusal], SourceError | None] = lambda refusal: None
    min_seconds_between_requests: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)
    other_urls: tuple[str, ...] = ()
    follows_redirects: bool = True

    def __post_init__(self) -> None:
        ZoneInfo(self.timezone)
        strangers = [dataset.id for dataset in self.datasets if dataset.provider != self.name]
        if strangers:
            raise ValueError(f"provider {self.name!r} declares data sets of another: {strangers}")
