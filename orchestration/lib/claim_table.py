"""The verdicts on all claims, from the tables that the marts and every release hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.metrics.claims import CLAIMS, SharePair, SourceFile, Verdict, verdict
from orchestration.metrics.figure_claims import FIGURE_CLAIMS, Figure, figure_verdict
from orchestration.metrics.months import plus_months
from orchestration.metrics.release_calendar import Publication, release_calendar

_PAIRS = """
    SELECT period_start_date, us_value, world_value, basis, seasonal_adjustment, known_from, known_to, sha256, source_url
    FROM marts.us_share_vintage
    WHERE flow = 'export' AND dataset = 'statcan/12100011' AND product_scope = 'all'
    ORDER BY ALL"""
_CALENDAR = "SELECT period_start_date, released_on, is_estimated FROM marts.trade_release_calendar ORDER BY ALL"
_FIRST_MONTH = date(1997, 1, 1)
# A metric is known from its release on; what is revised has its versions, production by year and exports by stage.
_FIGURES = """
    WITH processed AS (
        SELECT dataset, trade_type, product_classification, basis, period_start_date, period_end_date, known_from, known_to,
            1 - sum(critical_share) FILTER (starts_with(processing_stage, '1')) AS processed
        FROM marts.mineral_export_stage
        WHERE partner_code = 'WORLD' AND period_grain = 'month' AND product_classification = 'NAPCS2022' AND trade_type = 'domestic'
        GROUP BY ALL HAVING count(critical_share) = count(*)
    ),
    figure AS (
        SELECT metric, subject, product_scope, basis, period_start_date, period_end_date, value_low, value_high,
            vintage_date_max AS known_from, CAST(NULL AS DATE) AS known_to, dataset, false AS is_secondary
        FROM metrics.policy_metric
        WHERE value_low IS NOT NULL AND metric IN (SELECT unnest($metrics))
            AND metric NOT IN ('vehicle_production_change', 'processed_export_share_change')
        UNION ALL
        SELECT 'vehicle_production_change', after.country_name, 'all', 'final_assembly', make_date(after.year, 1, 1), make_date(after.year, 12, 31),
            after.units / before.units - 1, after.units / before.units - 1, greatest(before.known_from, after.known_from),
            least(before.known_to, after.known_to), after.dataset, after.grade <> 'A'
        FROM marts.vehicle_production AS after
        JOIN marts.vehicle_production AS before USING (dataset, publisher, grade, country, vehicle_category)
        WHERE before.year = after.year - 1 AND vehicle_category = 'all vehicles' AND before.units > 0 AND after.units IS NOT NULL
            AND greatest(before.known_from, after.known_from) < coalesce(least(before.known_to, after.known_to), DATE '9999-12-31')
        UNION ALL
        SELECT 'processed_export_share_change', 'Canada to all countries', 'critical_minerals', after.basis,
            after.period_start_date, after.period_end_date, after.processed - before.processed, after.processed - before.processed,
            greatest(before.known_from, after.known_from), least(before.known_to, after.known_to), after.dataset, false
        FROM processed AS after JOIN processed AS before USING (dataset, trade_type, product_classification)
        WHERE before.period_start_date = after.period_start_date - INTERVAL 1 YEAR
            AND greatest(before.known_from, after.known_from) < coalesce(least(before.known_to, after.known_to), DATE '9999-12-31')
    )
    SELECT figure.* EXCLUDE (dataset), file.vintage_date, file.sha256, file.source_url
    FROM figure JOIN (
        SELECT dataset, vintage_date, max_by(sha256, vintage) AS sha256, max_by(source_url, vintage) AS source_url FROM meta.source_file GROUP BY ALL
    ) AS file ON figure.dataset = file.dataset AND figure.known_from = file.vintage_date
    ORDER BY ALL"""


@dataclass(frozen=True)
class ClaimVerdict:
    """One row of `metrics.claim_verdict`; the file is the newest that the measured value rests on, the others are counted."""

    claim_id: str
    sentence: str
    event_date: date
    as_known_on: date
    verdict: str
    measured_value: float | None
    operator: str
    threshold: float
    tolerance: float
    metric: str
    basis: str
    seasonal_adjustment: str
    window_type: str
    window_start_date: date | None
    window_end_date: date | None
    evidence: str | None
    reason: str
    vintage_date: date | None
    sha256: str | None
    source_url: str | None
    n_files: int
    all_sha256: str


def judge(connection: duckdb.DuckDBPyConnection, moments: Iterable[tuple[date | None, date]]) -> list[ClaimVerdict]:
    """Judge every claim for each (event date, knowledge date); an event date of None is the day on which the claim was made."""
    pairs = [SharePair(*row) for row in connection.execute(_PAIRS).fetchall()]
    figures = list(_figures(connection))
    held = {period: Publication(period, released_on, is_estimated) for period, released_on, is_estimated in connection.execute(_CALENDAR).fetchall()}
    verdicts = []
    for event_date, as_known_on in moments:
        for claim in CLAIMS:
            event = event_date or claim.said_on
            verdicts.append(_row(verdict(claim, event, as_known_on, pairs, _calendar(held, event))))
        for figure_claim in FIGURE_CLAIMS:
            verdicts.append(_row(figure_verdict(figure_claim, event_date or figure_claim.said_on, as_known_on, figures)))
    return verdicts


def moments_of(connection: duckdb.DuckDBPyConnection, today: date) -> list[tuple[date | None, date]]:
    """The moments that `metrics.claim_verdict` holds: each claim on its own day and on each release's, as known then and as known today."""
    releases = connection.execute("SELECT DISTINCT vintage_date FROM meta.source_file WHERE dataset = 'statcan/12100011' ORDER BY ALL").fetchall()
    days = sorted({claim.said_on for claim in CLAIMS} | {day for (day,) in releases if day >= min(claim.said_on for claim in CLAIMS)} | {today})
    as_known_then: list[tuple[date | None, date]] = [(None, day) for day in days]
    return as_known_then + [(day, day) for day in days if (day, day) not in {(claim.said_on, claim.said_on) for claim in CLAIMS}]


def _figures(connection: duckdb.DuckDBPyConnection) -> Iterator[Figure]:
    metrics = [claim.metric for claim in FIGURE_CLAIMS]
    for row in connection.execute(_FIGURES, {"metrics": metrics}).fetchall():
        metric, subject, scope, basis, start, end, low, high, known_from, known_to, is_secondary, *file = row
        yield Figure(
            metric=metric,
            subject=subject,
            product_scope=scope,
            basis=basis,
            period_start_date=start,
            period_end_date=end,
            low=low,
            high=high,
            known_from=known_from,
            known_to=known_to,
            file=SourceFile(*file),
            is_secondary=is_secondary,
        )


def _calendar(held: dict[date, Publication], event: date) -> list[Publication]:
    """Every month until one that is published after the event: as held, else estimated."""
    months = release_calendar({}, _FIRST_MONTH, max(_FIRST_MONTH, plus_months(date(event.year, event.month, 1), 1)))
    return [held.get(month.period, month) for month in months]


def _row(judged: Verdict) -> ClaimVerdict:
    claim = judged.claim
    newest = judged.files[0] if judged.files else None
    return ClaimVerdict(
        claim_id=claim.claim_id,
        sentence=claim.sentence,
        event_date=judged.event_date,
        as_known_on=judged.as_known_on,
        verdict=judged.verdict,
        measured_value=judged.measured_value,
        operator=claim.operator,
        threshold=claim.threshold,
        tolerance=claim.tolerance,
        metric=claim.metric,
        basis=claim.basis,
        seasonal_adjustment=claim.seasonal_adjustment,
        window_type=claim.window_type,
        window_start_date=judged.window_start_date,
        window_end_date=judged.window_end_date,
        evidence=judged.evidence,
        reason=judged.reason,
        vintage_date=newest.vintage_date if newest else None,
        sha256=newest.sha256 if newest else None,
        source_url=newest.source_url if newest else None,
        n_files=len(judged.files),
        all_sha256=" ".join(file.sha256 for file in judged.files),
    )
