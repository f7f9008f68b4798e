"""Verdicts on claims that rest on one figure: what was known, what is too old, and bounds on both sides of a threshold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from orchestration.metrics.catalogue import METRICS
from orchestration.metrics.claims import SourceFile
from orchestration.metrics.figure_claims import FIGURE_CLAIMS, Figure, figure_verdict

COBALT = next(claim for claim in FIGURE_CLAIMS if claim.claim_id == "significant_cobalt")
FIGURE = Figure(
    metric=COBALT.metric,
    subject="cobalt",
    product_scope="all",
    basis="published",
    period_start_date=date(2021, 1, 1),
    period_end_date=date(2024, 12, 31),
    low=0.14,
    high=0.14,
    known_from=date(2026, 2, 6),
    known_to=None,
    file=SourceFile(date(2026, 2, 6), "abc", "https://example.org"),
)
SAID, TODAY = COBALT.said_on, date(2026, 11, 26)


def judged(*figures: Figure, event: date = SAID, known: date = TODAY):
    return figure_verdict(COBALT, event, known, figures)


def test_a_figure_on_the_right_side_makes_it_true_and_names_its_file():
    said = judged(FIGURE)
    assert (said.verdict, said.measured_value, said.window_end_date, said.evidence) == ("true", 0.14, date(2024, 12, 31), "primary")
    assert [file.sha256 for file in said.files] == ["abc"]
    assert judged(replace(FIGURE, low=0.09, high=0.09)).verdict == "false"
    assert judged(replace(FIGURE, is_secondary=True)).evidence == "secondary"


def test_what_was_not_known_on_the_day_counts_for_nothing():
    assert judged(FIGURE, known=date(2026, 2, 5)).verdict == "unknown"
    # A release that was built before the figure came says the same of the day.
    assert judged(FIGURE, known=date(2026, 2, 5)) == judged(known=date(2026, 2, 5))
    assert "`warehouse refresh usgs/import_sources`" in judged(known=date(2026, 2, 5)).reason
    assert judged(FIGURE, known=date(2026, 2, 6)).verdict == "true"
    revised = replace(FIGURE, low=0.05, high=0.05, known_from=date(2026, 6, 1))
    versions = replace(FIGURE, known_to=date(2026, 6, 1)), revised
    assert (judged(*versions, known=date(2026, 5, 31)).verdict, judged(*versions).verdict) == ("true", "false")


def test_a_period_that_had_not_ended_or_is_too_old_is_none():
    assert judged(FIGURE, event=date(2024, 12, 30)).verdict == "unknown"
    assert judged(FIGURE, event=date(2026, 12, 31)).verdict == "true"
    late = judged(FIGURE, event=date(2027, 1, 1), known=date(2027, 1, 1))
    assert late.verdict == "unknown"
    assert "25 months old, and at most 24 are allowed" in late.reason


@pytest.mark.parametrize(
    ("low", "high", "verdict", "measured"),
    [(0.0, 0.05, "false", 0.05), (0.05, 0.2, "unknown", None), (0.1, 0.2, "true", 0.1), (0.2, float("inf"), "true", 0.2)],
)
def test_bounds_on_both_sides_leave_it_unknown(low, high, verdict, measured):
    said = judged(replace(FIGURE, low=low, high=high))
    assert (said.verdict, said.measured_value) == (verdict, measured)


def test_what_nobody_publishes_is_unknown_and_says_what_is_missing():
    said = figure_verdict(next(claim for claim in FIGURE_CLAIMS if claim.claim_id == "high_financing_costs"), SAID, TODAY, [FIGURE])
    assert said.verdict == "unknown"
    assert "a cause is not measured here" in said.reason


def test_every_claim_has_a_name_of_its_own_and_a_metric_that_exists_or_none():
    assert len({claim.claim_id for claim in FIGURE_CLAIMS}) == len(FIGURE_CLAIMS) == 10
    assert {claim.metric for claim in FIGURE_CLAIMS} <= {*METRICS, "none"}
