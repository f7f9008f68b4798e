from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from orchestration.metrics.claims import CLAIMS, THREE_QUARTERS_SOUTH, Definition, SharePair, SourceFile, verdict
from orchestration.metrics.months import plus_months
from orchestration.metrics.release_calendar import Publication, publication, release_calendar

FOREVER = date(2099, 1, 1)
SAID = date(2025, 10, 8)
ACTUAL = {date(2025, month, 1): day for month, day in ((6, date(2025, 8, 5)), (7, date(2025, 9, 4)), (8, date(2025, 10, 7)), (9, date(2025, 12, 11)))}
PLAIN = replace(THREE_QUARTERS_SOUTH, alternatives=())


def pairs(first: str, last: str, percent: float, known_from: date = date(2025, 1, 1), **other) -> list[SharePair]:
    """A hand-made table: the same share in every month."""
    defaults = {
        "basis": "customs",
        "seasonal_adjustment": "seasonally_adjusted",
        "known_to": None,
        "sha256": "a" * 64,
        "source_url": "https://example.org/a.zip",
    }
    month, end, made = date.fromisoformat(f"{first}-01"), date.fromisoformat(f"{last}-01"), []
    while month <= end:
        made.append(SharePair(month, us_value=percent, world_value=100.0, known_from=known_from, **(defaults | other)))
        month = plus_months(month, 1)
    return made


def judge(shares: Iterable[SharePair], event: date = SAID, known_on: date = FOREVER, claim=PLAIN, actual=ACTUAL):
    return verdict(claim, event, known_on, shares, release_calendar(actual, date(2024, 1, 1), max(event, date(2025, 12, 31))))


def test_true_with_its_window_and_its_file():
    said = judge(pairs("2024-01", "2025-08", 75))
    assert (said.verdict, said.measured_value) == ("true", 0.75)
    assert (said.window_start_date, said.window_end_date) == (date(2024, 9, 1), date(2025, 8, 1))
    assert said.files == (SourceFile(date(2025, 1, 1), "a" * 64, "https://example.org/a.zip"),)
    assert said.evidence == "primary"
    assert "75.00 percent in the twelve months to 2025-08" in said.reason
    assert "estimate" not in said.reason


@pytest.mark.parametrize(("percent", "expected"), [(72.5, "true"), (72.49, "false"), (77.5, "true"), (77.51, "false"), (0, "false"), (100, "false")])
def test_the_limits_belong_to_the_claim(percent, expected):
    assert judge(pairs("2024-01", "2025-08", percent)).verdict == expected


@pytest.mark.parametrize(("operator", "expected"), [("between", "false"), (">=", "true"), ("<=", "false")])
def test_operators(operator, expected):
    claim = replace(PLAIN, operator=operator)
    assert judge(pairs("2024-01", "2025-08", 80), claim=claim).verdict == expected
    assert judge(pairs("2024-01", "2025-08", 76), claim=claim).verdict == "true"
    assert judge(pairs("2024-01", "2025-08", 74), claim=claim).verdict == "true"


def test_the_window_ends_with_what_was_published_by_the_event_not_with_what_is_known():
    shares = pairs("2024-01", "2025-07", 75) + pairs("2025-08", "2025-12", 10)
    assert judge(shares, event=date(2025, 10, 6)).window_end_date == date(2025, 7, 1)
    assert judge(shares, event=date(2025, 10, 6)).verdict == "true"
    assert judge(shares, event=date(2025, 10, 7)).window_end_date == date(2025, 8, 1)


def test_the_share_of_a_window_is_the_share_of_its_sums():
    shares = pairs("2024-01", "2025-07", 80)
    shares.append(replace(pairs("2025-08", "2025-08", 0)[0], us_value=0.0, world_value=1100.0))
    assert judge(shares).measured_value == pytest.approx(11 * 80 / 2200)


def test_figures_are_those_known_on_the_day():
    first, revised = date(2025, 10, 7), date(2026, 8, 4)
    shares = pairs("2024-01", "2025-08", 75, known_from=first, known_to=revised) + pairs(
        "2024-01", "2025-08", 60, known_from=revised, sha256="b" * 64
    )
    assert judge(shares, known_on=date(2026, 8, 3)).verdict == "true"
    assert judge(shares, known_on=revised).verdict == "false"
    assert [file.sha256 for file in judge(shares, known_on=revised).files] == ["b" * 64]


def test_a_window_over_two_vintages_names_both_files_newest_first():
    new = date(2025, 10, 7)
    shares = pairs("2024-01", "2025-06", 75) + pairs("2025-07", "2025-08", 75, known_from=new, sha256="b" * 64)
    assert [file.vintage_date for file in judge(shares).files] == [new, date(2025, 1, 1)]


def test_unknown_before_any_vintage_was_held():
    said = judge(pairs("2024-01", "2025-08", 75, known_from=date(2026, 5, 5)), known_on=SAID)
    assert (said.verdict, said.measured_value, said.files, said.evidence) == ("unknown", None, (), None)
    assert "should end with 2025-08" in said.reason
    assert "known on 2025-10-08: the earliest vintage held is of 2026-05-05" in said.reason


def test_unknown_without_any_figure():
    assert "no vintage of it is held" in judge([]).reason
    assert "no vintage of it is held" in judge(pairs("2024-01", "2025-08", 75, basis="balance_of_payments")).reason


def test_months_after_the_event_cover_nothing():
    assert "no figure (customs, seasonally adjusted, twelve months) up to it was known" in judge(pairs("2025-09", "2025-12", 75)).reason


def test_unknown_before_anything_was_published():
    calendar = release_calendar({}, date(2025, 1, 1), date(2025, 12, 31))
    said = verdict(PLAIN, date(2025, 1, 15), FOREVER, pairs("2024-01", "2025-08", 75), calendar)
    assert said.verdict == "unknown"
    assert "no period published by 2025-01-15" in said.reason


def test_a_calendar_that_ends_before_the_event_is_refused():
    for calendar in ((), release_calendar(ACTUAL, date(2025, 1, 1), date(2025, 8, 1))):
        with pytest.raises(ValueError, match="calendar must reach"):
            verdict(PLAIN, SAID, FOREVER, [], calendar)


@pytest.mark.parametrize(("last", "short"), [("2025-07", "1 month"), ("2025-06", "2 months"), ("2025-05", "3 months")])
def test_stale_within_the_limit_is_measured_and_says_how_short(last, short):
    said = judge(pairs("2024-01", last, 75))
    assert said.verdict == "true"
    assert f"{said.window_end_date:%Y-%m}" == last
    assert f"should end with 2025-08, which was not covered by what was known: {short} short" in said.reason


def test_stale_beyond_the_limit_is_unknown_and_says_how_far():
    said = judge(pairs("2024-01", "2025-04", 75))
    assert said.verdict == "unknown"
    assert "the latest month known on 2099-01-01 is 2025-04: 4 months short, and at most 3 are allowed" in said.reason


def test_a_withdrawn_cell_leaves_its_window_unknown_and_is_named():
    gone = date(2025, 9, 15)
    withdrawn = pairs("2025-02", "2025-03", 75, known_to=gone)
    shares = pairs("2024-01", "2025-01", 75) + withdrawn + pairs("2025-04", "2025-08", 75)
    assert judge(shares, known_on=date(2025, 9, 14)).verdict == "true"
    said = judge(shares, known_on=gone)
    assert said.verdict == "unknown"
    assert "its window lacks 2025-02, 2025-03" in said.reason


def test_a_withdrawn_last_month_is_gone_around():
    shares = pairs("2024-01", "2025-07", 75) + pairs("2025-08", "2025-08", 75, known_to=date(2025, 10, 10))
    assert judge(shares, known_on=date(2025, 10, 9)).window_end_date == date(2025, 8, 1)
    assert judge(shares, known_on=date(2025, 10, 10)).window_end_date == date(2025, 7, 1)


def test_knowledge_may_be_older_than_the_event():
    shares = pairs("2024-01", "2025-06", 75, known_from=date(2025, 8, 5)) + pairs("2025-07", "2025-08", 10, known_from=date(2025, 10, 7))
    said = judge(shares, known_on=date(2025, 8, 31))
    assert (said.verdict, said.window_end_date) == ("true", date(2025, 6, 1))
    assert "2 months short" in said.reason


UNADJUSTED, BALANCE = Definition("customs", "unadjusted", "ttm"), Definition("balance_of_payments", "seasonally_adjusted", "ttm")


def test_depends_when_another_definition_disagrees():
    shares = pairs("2024-01", "2025-08", 75) + pairs("2024-01", "2025-08", 70, seasonal_adjustment="unadjusted")
    said = judge(shares, claim=replace(PLAIN, alternatives=(UNADJUSTED, BALANCE)))
    assert (said.verdict, said.measured_value) == ("depends", 0.75)
    assert "(customs, unadjusted, twelve months) it is 70.00 percent in the twelve months to 2025-08, which misses the claim" in said.reason
    assert "Not measured (balance of payments, seasonally adjusted, twelve months)" in said.reason


def test_depends_when_another_definition_holds_and_the_claims_own_does_not():
    shares = pairs("2024-01", "2025-08", 70) + pairs("2024-01", "2025-08", 75, basis="balance_of_payments")
    assert judge(shares, claim=replace(PLAIN, alternatives=(BALANCE,))).verdict == "depends"


def test_the_calendar_year_is_another_window():
    claim = replace(PLAIN, alternatives=(Definition("customs", "seasonally_adjusted", "year"),))
    said = judge(pairs("2024-01", "2024-12", 85) + pairs("2025-01", "2025-08", 70), claim=claim)
    assert said.verdict == "depends"
    assert "85.00 percent in the calendar year to 2024-12" in said.reason


def test_definitions_that_cannot_be_measured_do_not_count():
    said = judge(
        pairs("2024-01", "2025-08", 75) + pairs("2024-01", "2025-07", 60, seasonal_adjustment="unadjusted"),
        claim=replace(PLAIN, alternatives=(UNADJUSTED,)),
    )
    assert said.verdict == "true"  # the other one is known to July only: not the same window
    assert "Not measured (customs, unadjusted" in said.reason


def test_an_unmeasured_claim_is_unknown_whatever_other_definitions_say():
    said = judge(pairs("2024-01", "2025-08", 75, seasonal_adjustment="unadjusted"), claim=replace(PLAIN, alternatives=(UNADJUSTED,)))
    assert said.verdict == "unknown"


WITHOUT_AUGUST = {month: day for month, day in ACTUAL.items() if month.month != 8}


def test_an_estimated_date_brings_the_neighbouring_window_in():
    said = judge(pairs("2024-01", "2025-08", 75), actual=WITHOUT_AUGUST)
    assert said.verdict == "true"
    assert "release date of 2025-08 is an estimate (2025-10-05)" in said.reason
    assert "neighbouring window gives 75.00 percent in the twelve months to 2025-07, which meets the claim" in said.reason


def test_depends_when_the_estimated_date_decides():
    shares = pairs("2024-01", "2025-07", 72.6) + pairs("2025-08", "2025-08", 60)
    said = judge(shares, actual=WITHOUT_AUGUST)
    assert said.verdict == "depends"
    assert judge(shares).verdict == "false"


def test_an_estimate_that_may_be_late_brings_the_following_window_in():
    shares = pairs("2024-01", "2025-07", 72.6) + pairs("2025-08", "2025-08", 60)
    early = judge(shares, actual=WITHOUT_AUGUST, event=date(2025, 10, 1))  # four days before the estimate
    assert (early.verdict, early.window_end_date) == ("depends", date(2025, 7, 1))
    earlier = judge(shares, actual=WITHOUT_AUGUST, event=date(2025, 9, 29))
    assert earlier.verdict == "true"
    assert "estimate" not in earlier.reason


def test_an_estimated_date_makes_no_difference_when_neither_window_is_known():
    said = judge(pairs("2024-01", "2025-06", 75), actual=WITHOUT_AUGUST)
    assert said.verdict == "true"
    assert "changes nothing" in said.reason


def test_an_unmeasurable_neighbour_is_mentioned_only():
    said = judge(pairs("2024-09", "2025-08", 75), actual=WITHOUT_AUGUST)
    assert said.verdict == "true"
    assert "neighbouring window, to 2025-07, is not covered" in said.reason


def test_unknown_says_that_the_date_is_estimated():
    assert "2025-08 (release date estimated, 2025-10-05)" in judge([], actual=WITHOUT_AUGUST).reason


def test_secondary_figures_are_named():
    said = judge(pairs("2024-01", "2025-07", 75) + pairs("2025-08", "2025-08", 75, is_secondary=True))
    assert said.evidence == "secondary"
    assert "secondary" in said.reason


def test_two_figures_of_one_month_at_once_are_refused():
    with pytest.raises(ValueError, match="two pairs of 2025-08"):
        judge(pairs("2024-01", "2025-08", 75) + pairs("2025-08", "2025-08", 70))


@pytest.mark.parametrize(("us", "world"), [(2.0, 1.0), (-1.0, 1.0), (float("nan"), 1.0), (1.0, float("inf"))])
def test_a_pair_is_a_part_and_its_whole(us, world):
    with pytest.raises(ValueError, match="not a pair"):
        replace(pairs("2025-08", "2025-08", 1)[0], us_value=us, world_value=world)


def test_dates_of_release_are_actual_where_held():
    assert publication(date(2025, 8, 1), WITHOUT_AUGUST) == Publication(date(2025, 8, 1), date(2025, 10, 5), is_estimated=True)
    assert publication(date(2025, 9, 1), ACTUAL) == Publication(date(2025, 9, 1), date(2025, 12, 11))
    assert [entry.period for entry in release_calendar({}, date(2025, 11, 1), date(2026, 1, 20))] == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
    ]


@pytest.fixture
def published(golden):
    """What the release of 3 September 2026 says, and the actual release dates."""
    table = golden("exports_to_the_us")
    shares = [
        replace(pairs(month, month, 0, date(2026, 9, 3), seasonal_adjustment=adjustment)[0], us_value=us, world_value=world)
        for adjustment in ("seasonally_adjusted", "unadjusted")
        for month, (us, world) in table[adjustment].items()
    ]
    released = {date.fromisoformat(f"{month}-01"): date.fromisoformat(day) for month, day in golden("release_dates")["released"].items()}
    return shares, release_calendar(released, date(2024, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("event", "known_on", "expected", "percent"),
    [
        (SAID, date(2026, 11, 22), "true", 74.62),
        (SAID, SAID, "unknown", None),
        (date(2026, 11, 22), date(2026, 11, 22), "false", 68.72),
    ],
)
def test_three_quarters_still_flow_south(published, event, known_on, expected, percent):
    said = verdict(THREE_QUARTERS_SOUTH, event, known_on, *published)
    assert said.verdict == expected, said.reason
    assert (round(100 * said.measured_value, 2) if said.measured_value else None) == percent


def test_claims_have_names_of_their_own():
    assert len({claim.claim_id for claim in CLAIMS}) == len(CLAIMS)
