"""Claims as data, and their verdicts: a sentence, the measure that it states, and whether the figures known on a day bear it out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from orchestration.metrics.errors import Undefined
from orchestration.metrics.months import months_between, plus_months, window
from orchestration.metrics.release_calendar import ESTIMATE_MAY_BE_LATE_BY, Publication

Truth = Literal["true", "false", "depends", "unknown"]
Operator = Literal["between", ">=", "<="]

# Far below the precision of any published figure, and above that of sums of binary fractions.
_EXACTNESS = 1e-12
_WINDOW_NAME = {"month": "month", "ttm": "twelve months", "year": "calendar year"}


@dataclass(frozen=True)
class Definition:
    """One way to measure a claim."""

    basis: str
    seasonal_adjustment: str
    window_type: str

    def __str__(self) -> str:
        return f"{self.basis}, {self.seasonal_adjustment}, {_WINDOW_NAME[self.window_type]}".replace("_", " ")


@dataclass(frozen=True)
class Claim:
    """A sentence that someone said, as a test of a metric.

    It holds when the measured value is within `threshold` ± `tolerance` (`between`), or on the operator's side of the threshold by all but the
    tolerance.
    Threshold and tolerance are in the metric's unit. `alternatives` are the other definitions that a fair reader may have in mind.
    """

    claim_id: str
    sentence: str
    said_on: date
    metric: str
    basis: str
    seasonal_adjustment: str
    window_type: str
    operator: Operator
    threshold: float
    tolerance: float
    alternatives: tuple[Definition, ...]
    max_staleness_months: int

    @property
    def definition(self) -> Definition:
        return Definition(self.basis, self.seasonal_adjustment, self.window_type)

    def holds(self, value: float) -> bool:
        """Whether the value meets the claim; its limits belong to it."""
        distance = value - self.threshold
        match self.operator:
            case "between":
                return abs(distance) <= self.tolerance + _EXACTNESS
            case ">=":
                return distance >= -self.tolerance - _EXACTNESS
            case "<=":
                return distance <= self.tolerance + _EXACTNESS


THREE_QUARTERS_SOUTH = Claim(
    claim_id="three_quarters_south",
    sentence="Roughly three-quarters of its exports still flow south",
    said_on=date(2025, 10, 8),
    metric="us_share",
    basis="customs",
    seasonal_adjustment="seasonally_adjusted",
    window_type="ttm",
    operator="between",
    threshold=0.75,
    tolerance=0.025,
    alternatives=(
        Definition("customs", "unadjusted", "ttm"),
        Definition("balance_of_payments", "seasonally_adjusted", "ttm"),
        Definition("customs", "seasonally_adjusted", "year"),
    ),
    max_staleness_months=3,
)

CLAIMS = (THREE_QUARTERS_SOUTH,)


@dataclass(frozen=True)
class SharePair:
    """Exports of one month to the United States and to the world, both from one release, known from `known_from` until the day before `known_to`.

    `known_to` is None while they still stand. A pair that was withdrawn, or lost one of its two figures, ends and has no successor.
    """

    period: date
    us_value: float
    world_value: float
    basis: str
    seasonal_adjustment: str
    known_from: date
    known_to: date | None
    sha256: str
    source_url: str
    is_secondary: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.us_value <= self.world_value < math.inf:
            raise ValueError(f"{self.period:%Y-%m}: {self.us_value} of {self.world_value} is not a pair of exports")

    def was_known_on(self, day: date) -> bool:
        return self.known_from <= day and (self.known_to is None or day < self.known_to)


@dataclass(frozen=True)
class SourceFile:
    """A raw file that a verdict rests on."""

    vintage_date: date
    sha256: str
    source_url: str


@dataclass(frozen=True)
class Verdict:
    """What the figures known on `as_known_on` say of a claim made on `event_date`, and why. `files` has the newest first.

    The measured value, its window and its files are absent when the verdict is `unknown`.
    """

    claim: Claim
    event_date: date
    as_known_on: date
    verdict: Truth
    reason: str
    measured_value: float | None = None
    window_start_date: date | None = None
    window_end_date: date | None = None
    evidence: Literal["primary", "secondary"] | None = None
    files: tuple[SourceFile, ...] = ()


@dataclass(frozen=True)
class _Measurement:
    """The share under one definition, over the window that ends with `months[-1]`."""

    definition: Definition
    months: tuple[SharePair, ...]

    @property
    def value(self) -> float:
        world = math.fsum(month.world_value for month in self.months)
        if world == 0:
            raise Undefined(f"exports to the world are zero in the window to {self.end:%Y-%m}")
        return math.fsum(month.us_value for month in self.months) / world

    @property
    def end(self) -> date:
        return self.months[-1].period

    def __str__(self) -> str:
        return f"{100 * self.value:.2f} percent in the {_WINDOW_NAME[self.definition.window_type]} to {self.end:%Y-%m}"


_Known = Mapping[tuple[str, str, date], SharePair]


def verdict(claim: Claim, event_date: date, as_known_on: date, shares: Iterable[SharePair], calendar: Sequence[Publication]) -> Verdict:
    """Judge a claim made on `event_date` by the figures known on `as_known_on`, which may be earlier or later.

    The window ends with the latest period published by the event date, or up to `max_staleness_months` earlier where no later one is known.

    `true` or `false`: the claim's own definition, with no disagreement. `depends`: another admissible definition over the same end, or the
    neighbouring window where the end rests on an estimated release date, says otherwise. `unknown`: the window is not covered by what was known.

    `shares` are those of one data set; `calendar` has every month until one that is published after the event.
    """
    held = list(shares)
    known = _known_on(as_known_on, held)
    published = _latest_published(calendar, event_date)
    if published is None:
        return Verdict(claim, event_date, as_known_on, "unknown", f"The release calendar has no period published by {event_date}.")
    measured = _latest_measurable(claim, published.period, known)
    if measured is None:
        return Verdict(claim, event_date, as_known_on, "unknown", _why_unknown(claim, published, as_known_on, held, known))

    holds = claim.holds(measured.value)
    stated = [_statement(claim, measured, published)]
    others, remarks = _alternatives(claim, measured, known)
    neighbours, window_remarks = _neighbouring_windows(claim, measured, published, calendar, event_date, known)
    disagrees = any(claim.holds(other.value) != holds for other in [*others, *neighbours])
    is_secondary = any(month.is_secondary for month in measured.months)
    if is_secondary:
        remarks.append("It rests on secondary figures.")
    return Verdict(
        claim,
        event_date,
        as_known_on,
        "depends" if disagrees else "true" if holds else "false",
        " ".join(stated + remarks + window_remarks),
        measured_value=measured.value,
        window_start_date=measured.months[0].period,
        window_end_date=measured.end,
        evidence="secondary" if is_secondary else "primary",
        files=_files(measured.months),
    )


def _known_on(day: date, shares: Iterable[SharePair]) -> _Known:
    """The pairs known on the day, by basis, adjustment and month."""
    known: dict[tuple[str, str, date], SharePair] = {}
    for pair in shares:
        key = (pair.basis, pair.seasonal_adjustment, pair.period)
        if pair.was_known_on(day):
            if key in known:
                raise ValueError(f"two pairs of {pair.period:%Y-%m} ({pair.basis}, {pair.seasonal_adjustment}) are known on {day}")
            known[key] = pair
    return known


def _latest_published(calendar: Sequence[Publication], day: date) -> Publication | None:
    """The latest period published by the day. Raises ValueError when the calendar ends before it can tell."""
    ordered = sorted(calendar, key=lambda publication: publication.period)
    if not ordered or ordered[-1].published_on <= day:
        raise ValueError(f"the release calendar must reach a month that is published after {day}")
    return max((publication for publication in ordered if publication.published_on <= day), key=lambda publication: publication.period, default=None)


def _measure(definition: Definition, end: date, known: _Known) -> _Measurement | None:
    """The share over the window that ends with `end`; None when a month of it is not known."""
    months = [known.get((definition.basis, definition.seasonal_adjustment, month)) for month in window(definition.window_type, end)]
    covered = tuple(month for month in months if month is not None)
    return _Measurement(definition, covered) if len(covered) == len(months) else None


def _latest_measurable(claim: Claim, end: date, known: _Known) -> _Measurement | None:
    """The share over the latest window that is known and ends with `end` or up to the allowed number of months before it."""
    windows = (_measure(claim.definition, plus_months(end, -back), known) for back in range(claim.max_staleness_months + 1))
    return next((measurement for measurement in windows if measurement is not None), None)


def _alternatives(claim: Claim, measured: _Measurement, known: _Known) -> tuple[list[_Measurement], list[str]]:
    """The claim's other definitions at the same window end: those that can be measured, and a remark on each."""
    measurements, remarks = [], []
    for definition in claim.alternatives:
        other = _measure(definition, measured.end, known)
        if other is None:
            remarks.append(f"Not measured ({definition}): what is known does not cover the window.")
        else:
            measurements.append(other)
            remarks.append(f"By another admissible definition ({definition}) it is {other}, which {_meets(claim, other)}.")
    return measurements, remarks


def _neighbouring_windows(
    claim: Claim, measured: _Measurement, published: Publication, calendar: Sequence[Publication], event_date: date, known: _Known
) -> tuple[list[_Measurement], list[str]]:
    """The windows that would be the right ones if an estimated release date were wrong: those that can be measured, and a remark on each."""
    dates = {publication.period: publication for publication in calendar}
    doubts: list[tuple[Publication, date]] = []
    if published.is_estimated:
        doubts.append((published, plus_months(published.period, -1)))
    following = dates.get(plus_months(published.period, 1))
    if following and following.is_estimated and following.published_on - ESTIMATE_MAY_BE_LATE_BY <= event_date:
        doubts.append((following, following.period))

    measurements, remarks = [], []
    for publication, end in doubts:
        doubt = f"The release date of {publication.period:%Y-%m} is an estimate ({publication.published_on})"
        other = _latest_measurable(claim, end, known)
        if other is None:
            remarks.append(f"{doubt}, and the neighbouring window, to {end:%Y-%m}, is not covered by what is known.")
        elif other.end == measured.end:
            remarks.append(f"{doubt}, which changes nothing: the window is the same without it.")
        else:
            measurements.append(other)
            remarks.append(f"{doubt}; the neighbouring window gives {other}, which {_meets(claim, other)}.")
    return measurements, remarks


def _meets(claim: Claim, measurement: _Measurement) -> str:
    return f"{'meets' if claim.holds(measurement.value) else 'misses'} the claim"


def _statement(claim: Claim, measured: _Measurement, published: Publication) -> str:
    """What was measured, against which limits, and how far behind the latest published period."""
    low, high = 100 * (claim.threshold - claim.tolerance), 100 * (claim.threshold + claim.tolerance)
    limits = {"between": f"within {low:g} to {high:g} percent", ">=": f"at least {low:g} percent", "<=": f"at most {high:g} percent"}[claim.operator]
    said = f"The share ({claim.definition}) is {measured}, which {_meets(claim, measured)} ({limits})."
    short = months_between(measured.end, published.period)
    if short == 0 or claim.window_type == "year":
        return said
    return f"{said} The window should end with {_wanted(published)}, which was not covered by what was known: {_months(short)} short."


def _wanted(published: Publication) -> str:
    return f"{published.period:%Y-%m}" + (f" (release date estimated, {published.published_on})" if published.is_estimated else "")


def _why_unknown(claim: Claim, published: Publication, as_known_on: date, held: Sequence[SharePair], known: _Known) -> str:
    """What is missing, counted: nothing at all, the latest months, or months inside the window."""
    definition = claim.definition
    should_end = f"The window should end with {_wanted(published)}"
    kind = (definition.basis, definition.seasonal_adjustment)
    months = {period for basis, adjustment, period in known if (basis, adjustment) == kind and period <= published.period}
    if not months:
        first = min((pair.known_from for pair in held if (pair.basis, pair.seasonal_adjustment) == kind), default=None)
        since = f"the earliest vintage held is of {first}" if first else "no vintage of it is held"
        return f"{should_end}, but no figure ({definition}) up to it was known on {as_known_on}: {since}."
    latest = max(months)
    short = months_between(latest, published.period)
    if short > claim.max_staleness_months:
        return (
            f"{should_end}, but the latest month known on {as_known_on} is {latest:%Y-%m}: "
            f"{_months(short)} short, and at most {claim.max_staleness_months} are allowed ({definition})."
        )
    missing = ", ".join(f"{month:%Y-%m}" for month in window(definition.window_type, latest) if month not in months)
    return f"{should_end}; the latest month known on {as_known_on} is {latest:%Y-%m}, but its window lacks {missing} ({definition})."


def _months(count: int) -> str:
    return "1 month" if count == 1 else f"{count} months"


def _files(months: Iterable[SharePair]) -> tuple[SourceFile, ...]:
    files = {SourceFile(month.known_from, month.sha256, month.source_url) for month in months}
    return tuple(sorted(files, key=lambda file: (file.vintage_date, file.sha256), reverse=True))
