"""The report of a release: the answer in a sentence, the picture, where it comes from, what is not known. Every figure is read by SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from orchestration.metrics.target import doubling_path
from orchestration.publication import charts

Row = dict[str, Any]

WIDE: Final = 720
NARROW: Final = 350

_KIND: Final = """
    reporter = 'CA' AND trade_type = 'total' AND province_code = 'all' AND product_scope = 'all'
    AND basis = 'customs' AND seasonal_adjustment = 'seasonally_adjusted'"""


@dataclass(frozen=True)
class Report:
    """`headline` is one plain sentence; `html` is a page that needs no other file and no network."""

    headline: str
    html: str


@dataclass(frozen=True)
class Drawing:
    """A chart, drawn for a wide column and for a narrow one."""

    wide: Markup
    narrow: Markup


@dataclass(frozen=True)
class Table:
    """The figures behind a chart, every cell as it is printed."""

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


def render_report(connection: duckdb.DuckDBPyConnection, *, release_id: str, created_at: datetime, as_of: date | None) -> Report:
    """Write the report on the marts, the metrics and `meta.source_file` of a database. What has no rows is said to be unknown."""
    warehouse = _Warehouse(connection)
    answer = _answer(warehouse)
    history = _history(warehouse)
    partners = _partners(warehouse)
    page = _environment().get_template("report.html.j2")
    html = page.render(
        release_id=release_id,
        created_at=created_at,
        as_of=as_of,
        answer=answer,
        sources=_sources(warehouse),
        claims=_claims(warehouse),
        history=history,
        revisions=_revisions(warehouse),
        changes=_changes(warehouse),
        news=_news(warehouse),
        partners=partners,
        doubling=_doubling(warehouse),
        reconciliation=_reconciliation(warehouse),
        unknowns=_unknowns(warehouse, history, partners),
    )
    return Report(answer["headline"], html)


class _Warehouse:
    """Reads rows as dictionaries. `dataset` is that of the headline; empty where there is no share at all."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        found = connection.execute("SELECT table_schema || '.' || table_name FROM information_schema.tables").fetchall()
        self._tables = {name for (name,) in found}
        months = self.windows("month")
        self.dataset: str = months[-1]["dataset"] if months else ""

    def rows(self, table: str, sql: str, *parameters: object) -> list[Row]:
        """The rows of a query on `table`; none where there is no such table."""
        if table not in self._tables:
            return []
        cursor = self._connection.execute(sql.replace("_KIND", _KIND), list(parameters))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def windows(self, window_type: str) -> list[Row]:
        """The windows of the headline's series in order; `period` is the last month of each."""
        return self.rows(
            "marts.export_concentration",
            """
            SELECT *, date_trunc('month', period_end_date)::DATE AS period FROM marts.export_concentration
            WHERE is_preferred AND window_type = ? AND _KIND ORDER BY period""",
            window_type,
        )


# The answer


def _answer(warehouse: _Warehouse) -> Row:
    """The headline and its first part, the latest month and twelve months, and how the latter stand among all twelve months."""
    months = warehouse.windows("month")
    if not months:
        unknown = "The US share of Canadian goods exports is not known: no month has both figures, to the United States and to all countries."
        return {"headline": unknown, "lead": unknown, "month": None}
    month = months[-1]
    windows = warehouse.windows("ttm")
    window = next((row for row in windows if row["period"] == month["period"]), None)
    lead = f"{_exact_percent(month['us_share'])} of Canadian goods exports went to the United States in {_month(month['period'])}"
    rest = f"{_exact_percent(window['us_share'])} over the twelve months to it" if window else "while the twelve months to it are not all known"
    vintage = _vintage(warehouse, month["vintage_date_min"], month["vintage_date_max"])
    year_before = next((row for row in windows if row["period"] == month["period"].replace(year=month["period"].year - 1)), None)
    return {
        "headline": f"{lead}, {rest} (customs basis, seasonally adjusted, {vintage}).",
        "lead": lead,
        "vintage": vintage,
        "month": month,
        "window": window,
        "window_vintage": window and _vintage(warehouse, window["vintage_date_min"], window["vintage_date_max"]),
        "year_before": year_before,
        "rank": window and _rank(window["us_share"], [row["us_share"] for row in windows]),
        "first_window": windows[0] if windows else None,
    }


def _vintage(warehouse: _Warehouse, first: date, last: date) -> str:
    """The releases that a window rests on, in words; an estimated date says so."""
    estimated = warehouse.rows(
        "meta.source_file",
        "SELECT 1 FROM meta.source_file WHERE vintage_is_estimated AND dataset = ? AND vintage_date IN (?, ?)",
        warehouse.dataset,
        first,
        last,
    )
    said = f"vintage of {_day(last)}" if first == last else f"vintages of {_day(first)} to {_day(last)}"
    return f"{said}, an estimated date" if estimated else said


def _rank(value: float, values: Sequence[float]) -> str | None:
    if len(values) < 2:
        return None
    return {min(values): "lowest", max(values): "highest"}.get(value)


# The claim


def _claims(warehouse: _Warehouse) -> list[Row]:
    """Each claim with its verdicts for the first and the latest day that it was asked of, on the latest knowledge, and all others in a table."""
    verdicts = warehouse.rows("metrics.claim_verdict", "FROM metrics.claim_verdict ORDER BY claim_id, event_date, as_known_on")
    claims = [list(asked) for _, asked in groupby(verdicts, key=lambda row: row["claim_id"])]
    return [
        {
            "sentence": asked[0]["sentence"],
            "answers": [row for row, following in zip(asked, [*asked[1:], None], strict=True) if _is_last_of_its_day(row, following, asked)],
            "table": Table(
                ("Said on", "As known on", "Verdict", "Measured"),
                [(_day(row["event_date"]), _day(row["as_known_on"]), row["verdict"], _measured(row)) for row in reversed(asked)],
            ),
        }
        for asked in claims
    ]


def _is_last_of_its_day(row: Row, following: Row | None, asked: Sequence[Row]) -> bool:
    is_first_or_latest_day = row["event_date"] in (asked[0]["event_date"], asked[-1]["event_date"])
    return is_first_or_latest_day and (following is None or following["event_date"] != row["event_date"])


def _measured(verdict: Row) -> str:
    value: float | None = verdict["measured_value"]
    return _exact_percent(value) if value is None or verdict["metric"] == "us_share" else f"{value:g}"


def _claimed(warehouse: _Warehouse) -> tuple[float, float] | None:
    """The limits of what is claimed of the US share; None where no claim, or more than one, sets two limits."""
    limits = warehouse.rows(
        "metrics.claim_verdict",
        """
        SELECT DISTINCT round(threshold - tolerance, 6) AS low, round(threshold + tolerance, 6) AS high FROM metrics.claim_verdict
        WHERE metric = 'us_share' AND operator = 'between'""",
    )
    return (limits[0]["low"], limits[0]["high"]) if len(limits) == 1 else None


# The picture


def _history(warehouse: _Warehouse) -> Row | None:
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
        "drawing": _draw(
            lambda width: charts.share_history(months, windows, claimed, width),
            f"Lines of the US share of Canadian goods exports, {_span(months)}: by month, and over twelve months. The highest month is "
            f" {_percent(max(row['us_share'] for row in months))}, the latest {_percent(months[-1]['us_share'])}.",
        ),
        "table": Table(
            ("Month", "US share", "Twelve months to it", "Lowest of all releases", "Highest of all releases"),
            [
                (
                    _month(row["period"]),
                    *(_exact_percent(share) for share in (row["us_share"], window_share.get(row["period"]), row["low"], row["high"])),
                )
                for row in reversed(months)
            ],
        ),
    }


def _revisions(warehouse: _Warehouse) -> Row | None:
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
    spread = f"{_signed(min(distances))} to {_signed(max(distances))} percentage points"
    shares = {(row["period"], row["vintage"]): row["us_share"] for row in versions}
    return {
        "vintages": vintages,
        "spread": spread,
        "lines": _draw(
            lambda width: charts.revisions(_recent(versions, width), vintages, width),
            f"Lines of the monthly US share as {len(vintages)} releases had it, from {_month(periods[0])} to {_month(periods[-1])}.",
        ),
        "distances": _draw(
            lambda width: charts.distances(_recent(versions, width), vintages, width),
            f"Lines of how far each release was from what the latest says of the same month: {spread}.",
        ),
        "table": Table(
            ("Month", *(f"Release of {_day(vintage)}" for vintage in vintages)),
            [(_month(period), *(_exact_percent(shares.get((period, vintage))) for vintage in vintages)) for period in reversed(periods)],
        ),
    }


def _recent(rows: list[Row], width: int) -> list[Row]:
    """What a narrow column has room for: the last eighteen months."""
    if width > NARROW:
        return rows
    shown = sorted({row["period"] for row in rows})[-18:]
    return [row for row in rows if row["period"] in shown]


# What changed


def _news(warehouse: _Warehouse) -> Row | None:
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


def _changes(warehouse: _Warehouse) -> Row | None:
    """What moved the share, month by month over the last year."""
    changes = warehouse.rows(
        "metrics.policy_metric",
        """
        SELECT date_trunc('month', period_end_date)::DATE AS period, max(vintage_date_max) AS vintage,
               max("value") FILTER (metric = 'share_change_from_us') AS from_us,
               max("value") FILTER (metric = 'share_change_from_rest') AS from_rest,
               from_us + from_rest AS change
        FROM metrics.policy_metric
        WHERE dataset = ? AND window_type = 'month' AND basis = 'customs' AND seasonal_adjustment = 'seasonally_adjusted'
        GROUP BY period HAVING change IS NOT NULL ORDER BY period DESC LIMIT 12""",
        warehouse.dataset,
    )[::-1]
    if not changes:
        return None
    latest = changes[-1]
    return {
        "latest": latest,
        "drawing": _draw(
            lambda width: charts.share_changes(changes, width),
            f"Stacked bars of what moved the US share, {_span(changes)}. In the last month exports to the United States "
            f" moved it by {_signed(latest['from_us'])} and exports to all others by {_signed(latest['from_rest'])} percentage points.",
        ),
        "table": Table(
            ("Month", "Change of the share", "From exports to the United States", "From exports to all others"),
            [(_month(row["period"]), *(_exact_points(row[name]) for name in ("change", "from_us", "from_rest"))) for row in reversed(changes)],
        ),
    }


# Partners


def _partners(warehouse: _Warehouse) -> Row | None:
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
        "drawing": _draw(
            lambda width: charts.partners(bounds, complete, width),
            f"Band of the effective number of partners, {_span(bounds)}; in the last month {latest['low']:.2f} to {latest['high']:.2f}.",
        ),
        "table": Table(
            ("Month", "At least", "At most", "From sums over every country"),
            [
                (
                    _month(row["period"]),
                    f"{row['low']:.3f}",
                    f"{row['high']:.3f}",
                    f"{value_of_all[row['period']]:.3f}" if row["period"] in value_of_all else "–",
                )
                for row in reversed(bounds)
            ],
        ),
    }


# The target


def _doubling(warehouse: _Warehouse) -> Row | None:
    """Where the latest twelve months stand on the path from each candidate base year, and the paths themselves."""
    positions = warehouse.rows(
        "metrics.policy_metric",
        """
        WITH place AS (
            SELECT *, TRY_CAST(regexp_extract(subject, 'base (\\d{4})$', 1) AS INTEGER) AS base_year FROM metrics.policy_metric
            WHERE dataset = ? AND window_type = 'ttm' AND basis = 'customs' AND seasonal_adjustment = 'seasonally_adjusted'
        )
        SELECT base_year, date_trunc('month', period_end_date)::DATE AS period, price_basis,
               max("value") FILTER (metric = 'non_us_exports_path') AS required,
               max("value") FILTER (metric = 'non_us_exports_ahead') AS ahead,
               max("value") FILTER (metric = 'non_us_exports_years_ahead') AS years_ahead
        FROM place WHERE base_year IS NOT NULL GROUP BY base_year, period, price_basis HAVING required + ahead + years_ahead IS NOT NULL
        QUALIFY period = max(period) OVER () ORDER BY base_year""",
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
        "drawing": _draw(
            lambda width: charts.doubling(shown, paths, width),
            f"Line of exports to all countries but the United States over twelve months, now {_billions(observed)}, beside the path "
            f" to their double in ten years from the base years {' and '.join(str(row['base_year']) for row in positions)}.",
        ),
        "table": Table(
            ("Base year", "Exports in it", "Required", "Observed", "Ahead", "Years ahead", "Double, ten years on"),
            [
                (
                    str(row["base_year"]),
                    *(_in_billions(value) for value in (bases[row["base_year"]], row["required"], observed)),
                    _signed(row["ahead"] / 1e9),
                    _signed(row["years_ahead"]),
                    _in_billions(max(step["required"] for step in paths if step["base_year"] == row["base_year"])),
                )
                for row in positions
                if row["base_year"] in bases
            ],
        ),
    }


# Reconciliation


def _reconciliation(warehouse: _Warehouse) -> Row | None:
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
                    _month(row["period"]),
                    *(f"{row[name] / 1e6:,.1f}" for name in ("table_value", "aggregate_value", "unallocated_cad")),
                    "the same" if row["is_same_vintage"] else _day(row["table_vintage_date"]),
                )
                for row in months
            ],
        ),
    }


def _draw_unallocated(flow: str, months: list[Row], most_cad: float) -> Drawing:
    label = f"Bars of {flow}s that are allocated to no country, {_span(months)}, in millions of Canadian dollars."
    return _draw(lambda width: charts.unallocated(months, most_cad, width), label)


# Sources


def _sources(warehouse: _Warehouse) -> list[Row]:
    """Each data set of the report with its terms and its files, the newest first."""
    files = _files(warehouse)
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


def _files(warehouse: _Warehouse) -> list[Row]:
    """The files of the data sets that the report reads, the newest first."""
    read = {row["dataset"] for row in warehouse.rows("marts.export_concentration", "SELECT DISTINCT dataset FROM marts.export_concentration")}
    files = warehouse.rows("meta.source_file", "FROM meta.source_file ORDER BY dataset, vintage_date DESC, vintage DESC")
    return [file for file in files if file["dataset"] in read]


# What is not known


def _unknowns(warehouse: _Warehouse, history: Row | None, partners: Row | None) -> list[str]:
    """What a reader might take from the report and must not, as sentences."""
    return [
        *_lone_us_months(warehouse),
        *_missing_partners(partners or {}),
        *_estimated_vintages(warehouse),
        *_single_versions(history),
        *_missing_windows(warehouse),
        *_missing_scopes(warehouse),
    ]


def _lone_us_months(warehouse: _Warehouse) -> Iterable[str]:
    """Months after the headline's of which only exports to the United States are held."""
    months = warehouse.rows(
        "marts.fct_trade",
        """
        WITH export AS (
            FROM marts.fct_trade
            WHERE dataset = ? AND reporter = 'CA' AND flow = 'export' AND trade_type = 'total' AND product_code = 'all' AND province_code = 'all'
                AND period_grain = 'month' AND "value" IS NOT NULL
        )
        SELECT period_start_date AS period, "value", basis, seasonal_adjustment, vintage_date FROM export AS us
        WHERE partner_code = 'US' AND period_start_date > (SELECT max(period_start_date) FROM marts.export_concentration WHERE is_preferred)
            AND NOT EXISTS (
                FROM export AS world WHERE world.partner_code = 'WORLD' AND world.period_start_date = us.period_start_date
                    AND world.basis = us.basis AND world.seasonal_adjustment = us.seasonal_adjustment
            )
        ORDER BY period""",
        warehouse.dataset,
    )
    for row in months:
        kind = f"{row['basis']}, {row['seasonal_adjustment']}".replace("_", " ")
        yield (
            f"The US share of {_month(row['period'])}. Exports to the United States are held ({_billions(row['value'])}, {kind}, release of "
            f"{_day(row['vintage_date'])}), those to all countries are not. One figure is not a share."
        )


def _missing_partners(partners: Row) -> Iterable[str]:
    latest, of_all = partners.get("latest"), partners.get("window_of_all")
    if latest and latest["n_missing"]:
        yield (
            f"Single partners beyond the {latest['n_partners']} that figures are held of in {_month(latest['period'])}: {latest['n_missing']} more "
            f"are listed, and {_percent(latest['rest_share'])} of exports go to none of the {latest['n_partners']}. The effective number of partners "
            "is therefore an interval."
        )
    if of_all and of_all["n_missing"]:
        countries = _count(of_all["n_missing"], "country", "countries")
        yield f"Trade with {countries} in the sums over {of_all['n_partners']} countries: it is not zero, it is absent. The source's caveats name it."


def _estimated_vintages(warehouse: _Warehouse) -> Iterable[str]:
    for row in _files(warehouse):
        if row["vintage_is_estimated"]:
            yield f"The exact day of the release of {row['dataset']} dated {_day(row['vintage_date'])}: the date is an estimate."


def _single_versions(history: Row | None) -> Iterable[str]:
    if history and len(history["revised"]) < history["months"]:
        yield (
            f"How the other months were revised: of {history['months']} months, {len(history['revised']) or 'none'} are held in more than one "
            "version. Elsewhere the band has no width because earlier releases are not held, not because nothing was revised."
        )


def _missing_windows(warehouse: _Warehouse) -> Iterable[str]:
    """Kinds of share of which single months are held, and no twelve that follow each other."""
    kinds = warehouse.rows(
        "marts.export_concentration",
        """
        SELECT basis, seasonal_adjustment, count(*) FILTER (window_type = 'month') AS months FROM marts.export_concentration
        WHERE is_preferred AND product_scope = 'all' GROUP BY ALL HAVING count(*) FILTER (window_type = 'ttm') = 0 ORDER BY ALL""",
    )
    for row in kinds:
        kind = f"{row['basis']}, {row['seasonal_adjustment']}".replace("_", " ")
        yield f"The share over twelve months on another definition ({kind}): {_count(row['months'], 'single month is', 'single months are')} held."


def _missing_scopes(warehouse: _Warehouse) -> Iterable[str]:
    scopes = warehouse.rows("marts.export_concentration", "SELECT DISTINCT product_scope FROM marts.export_concentration")
    if [row["product_scope"] for row in scopes] == ["all"]:
        yield "The share without energy or precious metals, and in volumes: all figures here are nominal values of all goods."


# Words and pictures


def _draw(chart: Callable[[int], charts.Spec], label: str) -> Drawing:
    wide, narrow = (Markup(charts.svg(chart(width), label)) for width in (WIDE, NARROW))
    return Drawing(wide, narrow)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "percent": _percent,
        "exact_percent": _exact_percent,
        "points": _points,
        "signed": _signed,
        "exact_points": _exact_points,
        "billions": _billions,
        "millions": _millions,
        "day": _day,
        "month": _month,
        "short_month": _short_month,
        "sentence": _sentence,
        "movement": _movement,
    }
    environment.tests["web_address"] = lambda address: str(address).startswith(("https://", "http://"))
    return environment


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}%"


def _exact_percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.2f}%"


def _points(points: float) -> str:
    return f"{abs(points):.1f} percentage points"


def _signed(value: float) -> str:
    return f"{_sign(value, 1)}{abs(value):.1f}"


def _exact_points(points: float | None) -> str:
    return "–" if points is None else f"{_sign(points, 2)}{abs(points):.2f}"


def _sign(value: float, decimals: int) -> str:
    """The sign of what is printed: a value that rounds to zero has none."""
    rounded = round(value, decimals)
    return "+" if rounded > 0 else "−" if rounded < 0 else ""


def _billions(value: float) -> str:
    return f"C${_in_billions(value)} billion"


def _in_billions(value: float) -> str:
    return f"{value / 1e9:,.1f}"


def _millions(value: float) -> str:
    return f"{'−' if value < 0 else ''}C${abs(value) / 1e6:,.1f} million"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _month(day: date) -> str:
    return f"{day:%B %Y}"


def _short_month(day: date) -> str:
    return f"{day:%b %Y}"


def _span(rows: Sequence[Row]) -> str:
    return f"{_month(rows[0]['period'])} to {_month(rows[-1]['period'])}"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _movement(change: float) -> str:
    """What a change of the last decimal shown is called."""
    return {"+": "rose", "−": "fell", "": "did not change"}[_sign(change, 1)]


def _count(number: int, singular: str, plural: str) -> str:
    return f"{number} {singular if number == 1 else plural}"
