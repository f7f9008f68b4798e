"""What Statistics Canada's data sets have in common: its address, when it releases, and under which licence."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sources.spec import Cadence, Licence

BASE_URL = "https://www150.statcan.gc.ca"
TIMEZONE = "America/Toronto"
EASTERN = ZoneInfo(TIMEZONE)
# A quarter of an hour after the release, and once more for a zip that lags it.
AFTER_RELEASE = "45 8,11 * * 1-5"
MERCHANDISE_TRADE = Cadence("monthly", AFTER_RELEASE, TIMEZONE, stale_after_days=4, data_lag_days=75)


def open_licence(product: str) -> Licence:
    """The agency's open licence, with the words that it asks for when figures are adapted."""
    return Licence(
        "Statistics Canada Open Licence",
        "https://www.statcan.gc.ca/en/terms-conditions/open-licence",
        f"Adapted from Statistics Canada, {product}, as of the release date given as its vintage. "
        "This does not constitute an endorsement by Statistics Canada of this product.",
    )
