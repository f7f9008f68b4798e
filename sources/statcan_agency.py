"""What every data set of Statistics Canada shares: where and when it is released, and the licence."""

from __future__ import annotations

from sources.spec import Cadence, Licence

BASE_URL = "https://www150.statcan.gc.ca"
TIMEZONE = "America/Toronto"
# A quarter of an hour after the release at 08:30, and once more for a zip that lags its cube.
AFTER_RELEASE = "45 8,11 * * 1-5"
# What is released once a year is looked for once a week, when the week's releases are out.
WEEKLY = "45 11 * * 5"


def monthly(data_lag_days: int) -> Cadence:
    """A monthly release on a business day that moves, so each of them is looked at: an unchanged table costs one conditional request."""
    return Cadence("monthly", AFTER_RELEASE, TIMEZONE, stale_after_days=4, data_lag_days=data_lag_days)


def annual(data_lag_days: int) -> Cadence:
    """A yearly release."""
    return Cadence("annual", WEEKLY, TIMEZONE, stale_after_days=10, data_lag_days=data_lag_days)


# Out 35 days after the month's end, so that a month's data are the latest for up to 66 days; a US shutdown adds weeks.
MERCHANDISE_TRADE = monthly(data_lag_days=75)


def open_licence(product: str) -> Licence:
    """The agency's terms, with the words that it asks for."""
    return Licence(
        "Statistics Canada Open Licence",
        "https://www.statcan.gc.ca/en/terms-conditions/open-licence",
        f"Adapted from Statistics Canada, {product}, as of the release date given as its vintage. "
        "This does not constitute an endorsement by Statistics Canada of this product.",
    )
