"""Which day new content was released: where the agency says it of the file, where the payload says it, and where nobody does."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from sources.clock import now
from sources.errors import ContractError
from sources.spec import Ask, Download, Parsed, Vintage


def when_modified(ask: Ask, download: Download, parsed: Parsed) -> Vintage:
    """The day of `Last-Modified` in the agency's time zone; where the agency sends none, that of the fetch."""
    said = download.validators.last_modified
    try:
        moment = parsedate_to_datetime(said) if said else None
    except ValueError:
        moment = None
    return _day(ask, moment) if moment else when_fetched(ask, download, parsed)


def when_fetched(ask: Ask, download: Download, parsed: Parsed) -> Vintage:
    """The day of the fetch in the agency's time zone."""
    return _day(ask, download.fetched_at or now())


def as_stated(ask: Ask, download: Download, parsed: Parsed) -> Vintage:
    """The day that the payload states; raises ContractError where it states none."""
    if parsed.released is None:
        raise ContractError(ask.dataset.id, f"{download.path.name} does not say when it was released", "Import it with --vintage DATE")
    return parsed.released


def _day(ask: Ask, moment: datetime) -> Vintage:
    return Vintage(moment.astimezone(ZoneInfo(ask.http.provider.timezone)).date())
