"""Claims that rest on one figure of a year or a span of years, and what cannot be judged at all because nobody publishes it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from orchestration.metrics.claims import Claim, SourceFile, Verdict
from orchestration.metrics.minerals import canada_share_of_us_imports, processed_export_share_change
from orchestration.metrics.months import months_between
from orchestration.metrics.value_added import sector_border_crossings
from orchestration.metrics.vehicles import us_canada_parts_content, vehicle_production_change

SAID_ON = date(2025, 10, 8)
# Of a claim that nothing measures.
NO_METRIC = "none"


@dataclass(frozen=True, kw_only=True)
class FigureClaim(Claim):
    """A claim on the metric of a subject.

    `reading` says how the sentence is read as a test; `remedy` what brings the figures that it needs, or why none is to be had where the metric is
    `none`.
    """

    subject: str
    product_scope: str = "all"
    reading: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A metric of a subject over a period, as an interval, known from `known_from` until the day before `known_to`."""

    metric: str
    subject: str
    product_scope: str
    basis: str
    period_start_date: date
    period_end_date: date
    low: float
    high: float
    known_from: date
    known_to: date | None
    file: SourceFile
    is_secondary: bool = False

    def was_known_on(self, day: date) -> bool:
        return self.known_from <= day and (self.known_to is None or day < self.known_to)

    def __str__(self) -> str:
        period = str(self.period_start_date.year)
        if self.period_end_date.year != self.period_start_date.year:
            period += f" to {self.period_end_date.year}"
        elif (self.period_start_date.month, self.period_end_date.month) != (1, 12):
            period = f"{self.period_end_date:%Y-%m}"
        shown = f"{self.low:.4g}" if self.low == self.high else f"{self.low:.4g} to {self.high:.4g}"
        return f"{shown} in {period}"


_claim = partial(
    FigureClaim,
    said_on=SAID_ON,
    seasonal_adjustment="unadjusted",
    window_type="year",
    operator=">=",
    tolerance=0.0,
    alternatives=(),
    max_staleness_months=24,
)
_MINERALS = "Canada supplies significant quantities of nickel, cobalt"
_SIGNIFICANT = "Significant is read as a tenth of what America imports of {0}."
_IMPORT_SOURCES = "`warehouse refresh usgs/import_sources` brings the shares that are published"

FIGURE_CLAIMS = (
    *(
        _claim(
            claim_id=f"significant_{mineral}",
            sentence=_MINERALS,
            metric=canada_share_of_us_imports.__name__,
            basis="published",
            window_type="range",
            threshold=0.1,
            subject=mineral,
            reading=_SIGNIFICANT.format(mineral),
            remedy=_IMPORT_SOURCES,
        )
        for mineral in ("cobalt", "nickel")
    ),
    _claim(
        claim_id="declining_vehicle_volumes",
        sentence="Industry data show declining volumes at several major manufacturers",
        metric=vehicle_production_change.__name__,
        basis="final_assembly",
        operator="<=",
        threshold=0.0,
        subject="Canada",
        reading="Read of what all manufacturers make in Canada; figures of each are held of single years only.",
        remedy="`warehouse import oica/production FILE` brings a workbook",
    ),
    _claim(
        claim_id="refining_expands",
        sentence="expand domestic refining and processing of critical minerals",
        metric=processed_export_share_change.__name__,
        basis="customs",
        window_type="month",
        threshold=0.0,
        subject="Canada to all countries",
        product_scope="critical_minerals",
        reading="Read as: the processed part of exports of critical minerals has not fallen in a year. Prices move it too.",
        remedy="`warehouse refresh statcan/12100182` brings exports by product",
    ),
    _claim(
        claim_id="integrated_parts",
        sentence="most deeply integrated",
        metric=us_canada_parts_content.__name__,
        basis="value_of_parts",
        threshold=50.0,
        subject="lines assembled in Canada",
        reading="Read as: half or more of the parts of cars assembled in Canada are from the two countries. Other chains are not held.",
        remedy="`warehouse import nhtsa/aala FILE` brings a model year",
    ),
    _claim(
        claim_id="parts_cross_multiple_times",
        sentence="parts cross borders multiple times",
        metric=sector_border_crossings.__name__,
        basis="basic_prices",
        threshold=2.0,
        subject="Canada, motor vehicles, all borders",
        reading="Read of the average dollar of a vehicle; single parts can cross more often.",
        remedy="download a table at https://oe.cd/icio and use `warehouse import oecd/icio FILE`",
    ),
    _claim(
        claim_id="high_financing_costs",
        sentence="driven by high financing costs",
        metric=NO_METRIC,
        basis="none",
        threshold=0.0,
        subject="vehicle sales",
        reading="A cause.",
        remedy="a cause is not measured here: marts.financing_conditions shows what borrowing cost beside what was sold",
    ),
    _claim(
        claim_id="uneven_ev_demand",
        sentence="uneven EV demand",
        metric=NO_METRIC,
        basis="none",
        threshold=0.0,
        subject="registrations",
        reading="The quarterly share of zero-emission vehicles.",
        remedy="registrations by fuel (20-10-0024) are not held",
    ),
    _claim(
        claim_id="no_mineral_export_restrictions",
        sentence="No export restrictions imposed",
        metric=NO_METRIC,
        basis="none",
        threshold=0.0,
        subject="critical minerals",
        reading="Measures of Canada on exports of minerals.",
        remedy="marts.policy_measure has no measures on exports: that none is listed is no evidence of none",
    ),
    _claim(
        claim_id="investing_in_capacity",
        sentence="investing in domestic manufacturing capacity",
        metric=NO_METRIC,
        basis="none",
        threshold=0.0,
        subject="manufacturing",
        reading="Growth of capital expenditure.",
        remedy="capital expenditure (34-10-0035) is not held",
    ),
)


def figure_verdict(claim: FigureClaim, event_date: date, as_known_on: date, figures: Sequence[Figure]) -> Verdict:
    """Judge a claim made on `event_date` by the figures known on `as_known_on`: the latest whose period had ended, and is not too old.

    `unknown`: no such figure was known, or its interval reaches to both sides of the threshold. The measured value of an interval that does not is
    the end that is nearer to the threshold.
    """
    mine = [
        figure
        for figure in figures
        if (figure.metric, figure.product_scope, figure.basis) == (claim.metric, claim.product_scope, claim.basis)
        and figure.subject.startswith(claim.subject)
    ]
    held = [figure for figure in mine if figure.was_known_on(as_known_on) and figure.period_end_date <= event_date]
    if not held:
        # The same whatever was held later: what was known on the day decides.
        missing = "It cannot be judged" if claim.metric == NO_METRIC else f"No figure of a period over by {event_date} was known on {as_known_on}"
        return Verdict(claim, event_date, as_known_on, "unknown", f"{claim.reading} {missing}: {claim.remedy}.")
    latest = max(held, key=lambda figure: (figure.period_end_date, figure.known_from))
    if (age := months_between(latest.period_end_date, event_date)) > claim.max_staleness_months:
        reason = f"{claim.reading} The latest figure, {latest}, was {age} months old, and at most {claim.max_staleness_months} are allowed."
        return Verdict(claim, event_date, as_known_on, "unknown", reason)
    ends = {claim.holds(latest.low), claim.holds(latest.high) if math.isfinite(latest.high) else claim.operator == ">="}
    side = {"between": "within the tolerance of", ">=": "at least", "<=": "at most"}[claim.operator]
    said = f"{claim.reading} The figure is {latest}; the sentence needs {side} {claim.threshold:g}."
    if len(ends) > 1:
        return Verdict(claim, event_date, as_known_on, "unknown", f"{said} Its bounds are on both sides.")
    return Verdict(
        claim,
        event_date,
        as_known_on,
        "true" if ends == {True} else "false",
        said,
        measured_value=min(latest.low, latest.high, key=lambda value: abs(value - claim.threshold)),
        window_start_date=latest.period_start_date,
        window_end_date=latest.period_end_date,
        evidence="secondary" if latest.is_secondary else "primary",
        files=(latest.file,),
    )
