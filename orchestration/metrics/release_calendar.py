"""When each reference month of monthly trade was published: the actual date where it is held, an estimate elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from orchestration.metrics.months import last_day, months_between, plus_months

# Releases outside US government shutdowns come 33 to 37 days after the end of the month; a shutdown has made it 72.
ESTIMATED_LAG = timedelta(days=35)
ESTIMATE_MAY_BE_LATE_BY = timedelta(days=5)


@dataclass(frozen=True)
class Publication:
    """The day on which a reference month (its first day) was first published."""

    period: date
    published_on: date
    is_estimated: bool = False


def publication(period: date, actual: Mapping[date, date]) -> Publication:
    """The publication of a month: its actual date where `actual` has it, else the end of the month and 35 days, flagged as an estimate."""
    if period in actual:
        return Publication(period, actual[period])
    return Publication(period, last_day(period) + ESTIMATED_LAG, is_estimated=True)


def release_calendar(actual: Mapping[date, date], first: date, until: date) -> tuple[Publication, ...]:
    """The publications of every month from `first` to the month of `until`: enough to know what was out on any day up to `until`."""
    n_months = months_between(first, until) + 1
    return tuple(publication(plus_months(first, index), actual) for index in range(n_months))
