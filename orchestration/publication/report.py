"""The report of a release: the answer in a sentence, the picture, where it comes from, what is not known. Every figure is read by SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

import duckdb

from orchestration.metrics.target import doubling_path
from orchestration.publication import charts
from orchestration.publication.drawing import NARROW, Drawing, Table, draw
from orchestration.publication.pages import render
from orchestration.publication.report_minerals import minerals
from orchestration.publication.report_procurement import procurement
from orchestration.publication.report_products import gold, regions, single_markets
from orchestration.publication.report_rows import Row, Rows
from orchestration.publication.report_vehicles import vehicles
from orchestration.publication.unknowns import unknowns
from orchestration.publication.wording import (
    billions,
    day,
    exact_percent,
    exact_points,
    in_billions,
    month,
    percent,
    signed,
    span,
)


@dataclass(frozen=True)
class Report:
    """`headline` is one plain sentence; `html` is a page that needs no other file and no network."""

    headline: str
    html: str


def render_report(connection: duckdb.DuckDBPyConnection, *, release_id: str, created_at: datetime, as_of: date | None) -> Report:
    """Write the report on the marts, the metrics and `meta.source_file` of a database. What has no rows is said to be unknown."""
    warehouse = Rows(connection)
    answer = _answer(warehouse)
    history = _history(warehouse)
    partners = _partners(warehouse)
    html = render(
        "report.html.j2",
        release_id=release_id,
        created_at=created_at,
        as_of=as_of,
        answer=answer,
        sources=_sources(warehouse),
        holdings=_holdings(warehouse),
        claims=_claims(warehouse),
        other_sentences=_other_sentences(warehouse),
        history=history,
        revisions=_revisions(warehouse),
        changes=_changes(warehouse),
        news=_news(warehouse),
        partners=partners,
        regions=regions(warehouse),
        gold=gold(warehouse),
        single_markets=single_markets(warehouse),
        doubling=_doubling(warehouse),
        procurement=procurement(warehouse),
        vehicles=vehicles(warehouse),
        minerals=minerals(warehouse),
        reconciliation=_reconciliation(warehouse),
        unknowns=unknowns(warehouse, history, partners),
    )
    return Report(answer["headline"], html)


# The answer


def _answer(warehouse: Rows) -> Row:
    """The headline and its first part, the latest month and twelve months, and how the latter stand among all twelve months."""
    months = warehouse.windows("month")
    if not months:
        unknown = "The US share of Canadian goods exports is not known: no month has both figures, to the United States and to all countries."
        return {"headline": unknown, "lead": unknown, "month": None}
    latest = months[-1]
    windows = warehouse.windows("ttm")
    window = next((row for row in windows if row["period"] == latest["period"]), None)
    lead = f"{exact_percent(latest['us_share'])} of Canadian goods exports went to the United States in {month(latest['period'])}"
    rest = f"{exact_percent(window['us_share'])} over the twelve months to it" if window else "while the twelve months to it are not all known"
    vintage = _vintage(warehouse, latest["vintage_date_min"], latest["vintage_date_max"])
    year_before = next((row for row in windows if row["period"] == latest["period"].replace(year=latest["period"].year - 1)), None)
    return {
        "headline": f"{lead}, {rest} (customs basis, seasonally adjusted, {vintage}).",
        "lead": lead,
        "vintage": vintage,
        "month": latest,
        "window": window,
        "window_vintage": window and _vintage(warehouse, window["vintage_date_min"], window["vintage_date_max"]),
        "year_before": year_before,
        "rank": window and _rank(window["us_share"], [row["us_share"] for row in windows]),
        "first_window": windows[0] if windows else None,
    }


def _vintage(warehouse: Rows, first: date, last: date) -> str:
    """The releases that a window rests on, in words; an estimated date says so."""
    estimated = warehouse.rows(
        "meta.source_file",
        "SELECT 1 FROM meta.source_file WHERE vintage_is_estimated AND dataset = ? AND vintage_date IN (?, ?)",
        warehouse.dataset,
        first,
        last,
    )
    said = f"vintage of {day(last)}" if first == last else f"vintages of {day(first)} to {day(last)}"
    return f"{said}, an estimated date" if estimated else said


def _rank(value: float, values: Sequence[float]) -> str | None:
    if len(values) < 2:
        return None
    return {min(values): "lowest", max(values): "highest"}.get(value)


# The claim


def _claims(warehouse: Rows) -> list[Row]:
    """Each claim on the US share with its verdicts for the first and the latest day that it was asked of, and all others in a table."""
    verdicts = warehouse.rows(
        "metrics.claim_verdict", "FROM metrics.claim_verdict WHERE metric = 'us_share' ORDER BY claim_id, event_date, as_known_on"
    )
    claims = [list(asked) for _, asked in groupby(verdicts, key=lambda row: row["claim_id"])]
    return [
        {
            "sentence": asked[0]["sentence"],
            "answers": [row for row, following in zip(asked, [*asked[1:], None], strict=True) if _is_last_of_its_day(row, following, asked)],
            "table": Table(
                ("Said on", "As known on", "Verdict", "Measured"),
                [(day(row["event_date"]), day(row["as_known_on"]), row["verdict"], _measured(row)) for row in reversed(asked)],
            ),
        }
        for asked in claims
    ]


def _other_sentences(warehouse: Rows) -> list[Row]:
    """What else is said: on the day on which it was said, as known then and now, and as if it were said on the latest day."""
    return warehouse.rows(
        "metrics.claim_verdict",
        """
        SELECT sentence, min(event_date) AS said_on, arg_min(verdict, (event_date, as_known_on)) AS said_then,
            arg_max(verdict, as_known_on) FILTER (event_date = first_date) AS known_now,
            arg_max(verdict, (event_date, as_known_on)) AS said_now, arg_max(reason, (event_date, as_known_on)) AS reason
        FROM (SELECT *, min(event_date) OVER (PARTITION BY claim_id) AS first_date FROM metrics.claim_verdict WHERE metric <> 'us_share')
        GROUP BY claim_id, sentence ORDER BY claim_id""",
    )


def _is_last_of_its_day(row: Row, following: Row | None, asked: Sequence[Row]) -> bool:
    is_first_or_latest_day = row["event_date"] in (asked[0]["event_date"], asked[-1]["event_date"])
    return is_first_or_latest_day and (following is None or following["event_date"] != row["event_date"])


def _measured(verdict: Row) -> str:
    value: float | None = verdict["measured_value"]
    return exact_percent(value) if value is None or verdict["metric"] == "us_share" else f"{value:g}"


def _claimed(warehouse: Rows) -> tuple[float, float] | None:
    """The limits of what is claimed of the US share; None where no claim, or more than one, sets two limits."""
    limits = warehouse.rows(
        "metrics.claim_verdict",
        """
        SELECT DISTINCT round(threshold - tolerance, 6) AS low, round(threshold + tolerance, 6) AS high FROM metrics.claim_verdict
        WHERE metric = 'us_share' AND operator = 'between'""",
    )
    return (limits[0]["low"], limits[0]["high"]) if len(limits) == 1 else None


# The picture


def _history(warehouse: Rows) -> Row | None:
    """The share since the first month held, between the lowest and the highest that any release had for it."""
    months = warehouse.rows(
        "marts.us_share_vintage",
        """
        SELECT period_start_date AS period, us_share, low, high, versions
        FROM (SELECT * FROM marts.export_concentration WHERE is_preferred AND window_type = 'month' AND _KIND)
        INNER JOIN (
            SELECT dataset, period_start_date, min(us_share) AS low, max(us_share) AS high, count(*) AS versions
            FROM marts.us_share_vintage WHERE flow = 'export' AND _KIND GROUP BY ALL
        ) USING (dataset, period_start_date)
        ORDER BY period""",
    )
    if not months:
        return None
    windows = [row for row in warehouse.windows("ttm") if row["period"] >= months[0]["period"]]
    window_share = {row["period"]: row["us_share"] for row in windows}
    claimed = _claimed(warehouse)
    return {
        "first": months[0]["period"],
        "months": len(months),
        "claimed": claimed,
        "revised": [row["period"] for row in months if row["versions"] > 1],
        "drawing": draw(
            lambda width: charts.share_history(months, windows, claimed, width),
            f"Lines of the US share of Canadian goods exports, {span(months)}: by month, and over twelve months. The highest month is "
            f" {percent(max(row['us_share'] for row in months))}, the latest {percent(months[-1]['us_share'])}.",
        ),
        "table": Table(
            ("Month", "US share", "Twelve months to it", "Lowest of all releases", "Highest of all releases"),
            [
                (
                    month(row["period"]),
                    *(exact_percent(share) for share in (row["us_share"], window_share.get(row["period"]), row["low"], row["high"])),
                )
                for row in reversed(months)
            ],
        ),
    }


def _revisions(warehouse: Rows) -> Row | None:
    """What each release had for each of the last two years; None where there is nothing to compare."""
    versions = warehouse.rows(
        "marts.us_share_vintage",
        """
        WITH held AS (
            SELECT period_start_date AS period, us_share, known_from, known_to FROM marts.us_share_vintage
            WHERE dataset = ? AND flow = 'export' AND _KIND
        )
        SELECT period, vintage, us_share, last(us_share ORDER BY vintage) OVER (PARTITION BY period) AS latest
        FROM held INNER JOIN (SELECT DISTINCT known_from AS vintage FROM held) ON known_from <= vintage AND coalesce(vintage < known_to, true)
        WHERE period > (SELECT max(period) FROM held) - INTERVAL 24 MONTH
        ORDER BY vintage, period""",
        warehouse.dataset,
    )
    vintages = sorted({row["vintage"] for row in versions})
    if len(vintages) < 2:
        return None
    periods = sorted({row["period"] for row in versions})
    distances = [100 * (row["us_share"] - row["latest"]) for row in versions]
    spread = f"{signed(min(distances))} to {signed(max(distances))} percentage points"
    shares = {(row["period"], row["vintage"]): row["us_share"] for row in versions}
    return {
        "vintages": vintages,
        "spread": spread,
        "lines": draw(
            lambda width: charts.revisions(_recent(versions, width), vintages, width),
            f"Lines of the monthly US share as {len(vintages)} releases had it, from {month(periods[0])} to {month(periods[-1])}.",
        ),
        "distances": draw(
            lambda width: charts.distances(_recent(versions, width), vintages, width),
            f"Lines of how far each release was from what the latest says of the same month: {spread}.",
        ),
        "table": Table(
            ("Month", *(f"Release of {day(vintage)}" for vintage in vintages)),
            [(month(period), *(exact_percent(shares.get((period, vintage))) for vintage in vintages)) for period in reversed(periods)],
        ),
    }


def _recent(rows: list[Row], width: int) -> list[Row]:
    """What a narrow column has room for: the last eighteen months."""
    if width > NARROW:
        return rows
    shown = sorted({row["period"] for row in rows})[-18:]
    return [row for row in rows if row["period"] in shown]


# What changed


def _news(warehouse: Rows) -> Row | None:
    """What the latest release changed against the one before: months that it added and months that it revised."""
    months = warehouse.rows(
        "marts.us_share_vintage",
        """
        WITH held AS (
            SELECT period_start_date AS period, us_share, known_from, known_to FROM marts.us_share_vintage
            WHERE dataset = ? AND flow = 'export' AND _KIND
        ),
        release AS (SELECT max(known_from) AS latest, max(known_from) FILTER (known_from < (SELECT max(known_from) FROM held)) AS previous FROM held)
        SELECT period, latest, previous, before.us_share AS before, now.us_share AS now, 100 * (now.us_share - before.us_share) AS change
        FROM release INNER JOIN held AS now ON now.known_from = latest
            LEFT JOIN (SELECT held.* FROM held, release WHERE known_from <= previous AND coalesce(known_to > previous, true)) AS before USING (period)
        WHERE previous IS NOT NULL ORDER BY period DESC""",
        warehouse.dataset,
    )
    if not months:
        return None
    revised = [row for row in months if row["before"] is not None]
    return {
        "latest": months[0]["latest"],
        "previous": months[0]["previous"],
        "added": [row for row in months if row["before"] is None],
        "revised": revised,
        "smallest": min((row["change"] for row in revised), default=None),
        "largest": max((row["change"] for row in revised), default=None),
    }


def _changes(warehouse: Rows) -> Row | None:
    """What moved the share, month by month over the last year."""
    changes = warehouse.rows(
        "metrics.policy_metric",
        """
        SELECT date_trunc('month', period_end_date)::DATE AS period, max(vintage_date_max) AS vintage,
               max("value") FILTER (metric = 'share_change_from_us') AS from_us,
               max("value") FILTER (metric = 'share_change_from_rest') AS from_rest,
               from_us + from_rest AS change
        FROM metrics.policy_metric
        WHERE dataset = ? AND window_type = 'month' AND product_scope = 'all' AND basis = 'customs'
            AND seasonal_adjustment = 'seasonally_adjusted'
        GROUP BY period HAVING change IS NOT NULL ORDER BY period DESC LIMIT 12""",
        warehouse.dataset,
    )[::-1]
    if not changes:
        return None
    latest = changes[-1]
    return {
        "latest": latest,
        "drawing": draw(
            lambda width: charts.share_changes(changes, width),
            f"Stacked bars of what moved the US share, {span(changes)}. In the last month exports to the United States "
            f" moved it by {signed(latest['from_us'])} and exports to all others by {signed(latest['from_rest'])} percentage points.",
        ),
        "table": Table(
            ("Month", "Change of the share", "From exports to the United States", "From exports to all others"),
            [(month(row["period"]), *(exact_points(row[name]) for name in ("change", "from_us", "from_rest"))) for row in reversed(changes)],
        ),
    }


# Partners


def _partners(warehouse: Rows) -> Row | None:
    """The effective number of partners, unadjusted: bounds from the listed partners, and from the sums over every country where they are held."""
    rows = warehouse.rows(
        "marts.export_concentration",
        """
        SELECT *, date_trunc('month', period_end_date)::DATE AS period, effective_partners_low AS low, effective_partners_high AS high
        FROM marts.export_concentration
        WHERE reporter = 'CA' AND trade_type = 'total' AND province_code = 'all' AND product_scope = 'all' AND basis = 'customs'
            AND seasonal_adjustment = 'unadjusted' AND window_type IN ('month', 'ttm') ORDER BY period""",
    )
    bounds = [row for row in rows if row["is_preferred"] and row["window_type"] == "month"]
    if not bounds:
        return None
    complete = [row for row in rows if not row["is_preferred"] and row["window_type"] == "month"]
    value_of_all = {row["period"]: row["low"] for row in complete}
    latest = bounds[-1]
    return {
        "latest": latest,
        "window": next((row for row in reversed(rows) if row["is_preferred"] and row["window_type"] == "ttm"), None),
        "window_of_all": next((row for row in reversed(rows) if not row["is_preferred"] and row["window_type"] == "ttm"), None),
        "of_all": complete[-1] if complete else None,
        "drawing": draw(
            lambda width: charts.partners(bounds, complete, width),
            f"Band of the effective number of partners, {span(bounds)}; in the last month {latest['low']:.2f} to {latest['high']:.2f}.",
        ),
        "table": Table(
            ("Month", "At least", "At most", "From sums over every country"),
            [
                (
                    month(row["period"]),
                    f"{row['low']:.3f}",
                    f"{row['high']:.3f}",
                    f"{value_of_all[row['period']]:.3f}" if row["period"] in value_of_all else "–",
                )
                for row in reversed(bounds)
            ],
        ),
    }


# The target


def _doubling(warehouse: Rows) -> Row | None:
    """Where the latest twelve months stand on the path from the two latest base years that the target may mean, and the paths themselves."""
    positions = warehouse.rows(
        "metrics.policy_metric",
        """
        WITH place AS (
            SELECT *, TRY_CAST(regexp_extract(subject, 'base (\\d{4})$', 1) AS INTEGER) AS base_year FROM metrics.policy_metric
            WHERE dataset = ? AND window_type = 'ttm' AND product_scope = 'all' AND basis = 'customs'
                AND seasonal_adjustment = 'seasonally_adjusted'
        )
        SELECT base_year, date_trunc('month', period_end_date)::DATE AS period, price_basis,
               max("value") FILTER (metric = 'non_us_exports_path') AS required,
               max("value") FILTER (metric = 'non_us_exports_ahead') AS ahead,
               max("value") FILTER (metric = 'non_us_exports_years_ahead') AS years_ahead
        FROM place WHERE base_year IS NOT NULL GROUP BY base_year, period, price_basis HAVING required + ahead + years_ahead IS NOT NULL
        QUALIFY period = max(period) OVER () AND base_year > max(base_year) OVER () - 2 ORDER BY base_year""",
        warehouse.dataset,
    )
    windows = [{**row, "value": row["non_us_value"]} for row in warehouse.windows("ttm")]
    bases = {row["period"].year: row["non_us_value"] for row in warehouse.windows("year")}
    paths = [
        {"base_year": row["base_year"], "period": date(year, 12, 1), "required": required}
        for row in positions
        if row["base_year"] in bases
        for year, required in doubling_path(row["base_year"], bases[row["base_year"]])
    ]
    window = next((row for row in windows if positions and row["period"] == positions[0]["period"]), None)
    if window is None or not paths:
        return None
    observed = window["value"]
    since = date(min(row["base_year"] for row in positions) - 5, 12, 1)
    shown = [row for row in windows if row["period"] >= since]
    return {
        "period": positions[0]["period"],
        "observed": observed,
        "vintage": _vintage(warehouse, window["vintage_date_min"], window["vintage_date_max"]),
        "positions": positions,
        "drawing": draw(
            lambda width: charts.doubling(shown, paths, width),
            f"Line of exports to all countries but the United States over twelve months, now {billions(observed)}, beside the path "
            f" to their double in ten years from the base years {' and '.join(str(row['base_year']) for row in positions)}.",
        ),
        "table": Table(
            ("Base year", "Exports in it", "Required", "Observed", "Ahead", "Years ahead", "Double, ten years on"),
            [
                (
                    str(row["base_year"]),
                    *(in_billions(value) for value in (bases[row["base_year"]], row["required"], observed)),
                    signed(row["ahead"] / 1e9),
                    signed(row["years_ahead"]),
                    in_billions(max(step["required"] for step in paths if step["base_year"] == row["base_year"])),
                )
                for row in positions
                if row["base_year"] in bases
            ],
        ),
    }


# Reconciliation


def _reconciliation(warehouse: Rows) -> Row | None:
    """Trade that the sums over countries allocate to none, by flow and month."""
    rows = warehouse.rows("marts.trade_reconciliation", "FROM marts.trade_reconciliation ORDER BY flow, period_start_date")
    if not rows:
        return None
    months = [{**row, "period": row["period_start_date"]} for row in rows]
    flows = {flow: list(held) for flow, held in groupby(months, key=lambda row: row["flow"])}
    largest = max(row["unallocated_cad"] for row in months)
    return {
        "peaks": [max(held, key=lambda row: abs(row["unallocated_cad"])) for held in flows.values()],
        "other_vintage": [row["period"] for row in months if not row["is_same_vintage"]],
        "vintage": max(row["vintage_date"] for row in months),
        "drawings": {flow: _draw_unallocated(flow, held, largest) for flow, held in flows.items()},
        "table": Table(
            ("Flow", "Month", "Table 12-10-0011", "Sum over countries", "Unallocated", "Release of the table"),
            [
                (
                    row["flow"],
                    month(row["period"]),
                    *(f"{row[name] / 1e6:,.1f}" for name in ("table_value", "aggregate_value", "unallocated_cad")),
                    "the same" if row["is_same_vintage"] else day(row["table_vintage_date"]),
                )
                for row in months
            ],
        ),
    }


def _draw_unallocated(flow: str, months: list[Row], most_cad: float) -> Drawing:
    label = f"Bars of {flow}s that are allocated to no country, {span(months)}, in millions of Canadian dollars."
    return draw(lambda width: charts.unallocated(months, most_cad, width), label)


# Sources


def _sources(warehouse: Rows) -> list[Row]:
    """Each data set of the report with its terms and its files, the newest first."""
    files = warehouse.files()
    described = {row["dataset"]: row for row in warehouse.rows("meta.dataset", "FROM meta.dataset")}
    sources = [(dataset, list(held)) for dataset, held in groupby(files, key=lambda row: row["dataset"])]
    return [
        {
            "dataset": dataset,
            "title": described.get(dataset, {}).get("title", dataset),
            "licence_url": described.get(dataset, {}).get("licence_url", ""),
            "caveats": described.get(dataset, {}).get("caveats", ""),
            "licence": held[0]["licence"],
            "attribution": held[0]["attribution"],
            "files": held,
        }
        for dataset, held in sources
    ]


def _holdings(warehouse: Rows) -> Row | None:
    """Which periods are held of which data set, the longest first, and which data sets wait for their first file."""
    spans = warehouse.rows(
        "meta.source_file",
        """
        SELECT dataset, min(data_from) AS data_from, max(data_through) AS data_through, count(*) AS vintages, count(DISTINCT part) AS parts,
               sum("rows") AS "rows"
        FROM meta.source_file WHERE data_from IS NOT NULL AND data_through IS NOT NULL GROUP BY dataset
        ORDER BY data_from, data_through DESC, dataset""",
    )
    described = warehouse.rows("meta.dataset", "SELECT *, dataset IN (SELECT dataset FROM meta.source_file) AS is_held FROM meta.dataset")
    if not spans:
        return None
    return {
        "spans": spans,
        "held": sum(row["is_held"] for row in described),
        "described": len(described),
        "drawing": draw(
            lambda width: charts.holdings(spans, width),
            f"Spans of the periods that are held of {len(spans)} data sets, from {spans[0]['data_from'].year} on.",
        ),
        "table": Table(
            ("Data set", "From", "To", "Vintages", "Parts", "Rows in all vintages"),
            [
                (
                    row["dataset"],
                    day(row["data_from"]),
                    day(row["data_through"]),
                    f"{row['vintages']:,}",
                    f"{row['parts']:,}" if row["parts"] > 1 else "–",
                    f"{row['rows']:,}",
                )
                for row in spans
            ],
        ),
    }
