"""What the data sets of the U.S. Census Bureau share: where it answers, when its trade statistics are released, and on what terms."""

from __future__ import annotations

import re
from datetime import date, timedelta

from sources.clock import now
from sources.errors import PermanentError
from sources.spec import Ask, Cadence, Credential, Licence

API_URL = "https://api.census.gov"
FILES_URL = "https://www.census.gov"
TIMEZONE = "America/New_York"

# With the press release FT-900 at 08:30, between the 2nd and the 12th of a month; the files follow in the course of the day.
TRADE_RELEASE = Cadence("monthly", "45 8,13 1-12 * *", TIMEZONE, stale_after_days=25, data_lag_days=75)
# FT-900 comes 32 days after the month's end at the earliest, 35 as a rule.
EARLIEST_RELEASE = timedelta(days=30)
# A shutdown of the government has delayed a month by six weeks, and those after it too.
LATE_MONTHS = 4
# The statistics of April, out in June, bring the yearly revision.
REVISION_MONTHS = (6, 7)

KEY = Credential("CENSUS_API_KEY", "https://api.census.gov/data/key_signup.html", "query", "key")
# The words that the Bureau asks for where its interface is used.
API_NOTICE = "This product uses the Census Bureau Data API but is not endorsed or certified by the Census Bureau."


def public_domain(product: str, notice: str = "") -> Licence:
    """The terms of a work of the United States government."""
    return Licence(
        "Public domain (work of the United States government)",
        "https://www.census.gov/data/developers/about/terms-of-service.html",
        f"Source: U.S. Census Bureau, {product}. {notice}".strip(),
    )


def released_months(first: date, day: date) -> tuple[str, ...]:
    """The months from `first` to the newest that may be out on that day, as 2026-07, oldest first."""
    newest = (day - EARLIEST_RELEASE).replace(day=1) - timedelta(days=1)
    count = 12 * (newest.year - first.year) + newest.month - first.month + 1
    places = range(12 * first.year + first.month - 1, 12 * first.year + first.month - 1 + count)
    return tuple(f"{place // 12}-{place % 12 + 1:02}" for place in places)


def live_months(first: date, day: date) -> tuple[str, ...]:
    """The months that the Bureau may still change: the newest, which may be late, and all of last year while its revision comes out."""
    months = released_months(first, day)
    revised = [month for month in months[:-LATE_MONTHS] if day.month in REVISION_MONTHS and month.startswith(f"{day.year - 1}-")]
    return (*revised, *months[-LATE_MONTHS:])


def asked_for(ask: Ask, pattern: str) -> tuple[str, ...]:
    """The groups of the pattern in the part that is asked for; raises PermanentError where the part is called otherwise."""
    found = re.fullmatch(pattern, ask.part)
    if not found:
        raise PermanentError(ask.dataset.id, f"there is no part {ask.part!r}", f"The newest part is {ask.dataset.live_parts(now().date())[-1]}")
    return found.groups()
