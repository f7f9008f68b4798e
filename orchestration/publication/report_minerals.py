"""The section of the report on minerals: what America depends on, what of it Canada supplies, and how much of its exports Canada processes."""

from __future__ import annotations

from orchestration.publication import charts
from orchestration.publication.drawing import Table, draw
from orchestration.publication.report_rows import Row, Rows
from orchestration.publication.wording import day, month, percent

_NOT_PUBLISHED = "not published"


def minerals(warehouse: Rows) -> Row | None:
    """The minerals whose US net import reliance is held, in the newest year of it; None where there is none."""
    rows = warehouse.rows(
        "marts.mineral_dependence",
        """
        SELECT * FROM marts.mineral_dependence WHERE us_net_import_reliance_low IS NOT NULL
        QUALIFY year = max(year) OVER () ORDER BY us_net_import_reliance_low DESC, us_net_import_reliance_high DESC, mineral""",
    )
    if not rows:
        return None
    bars = [
        {
            "name": row["mineral"].capitalize(),
            "low": row["us_net_import_reliance_low"],
            "high": row["us_net_import_reliance_high"],
            "label": _interval(row["us_net_import_reliance_low"], row["us_net_import_reliance_high"]),
        }
        for row in rows
    ]
    return {
        "dataset": "usgs/critical_minerals_salient",
        "year": rows[0]["year"],
        "vintage": max(row["vintage_date_max"] for row in rows),
        "lead": next((row for row in rows if row["canada_import_share"] and _is_exact(row)), None),
        "listed": _listed(warehouse),
        "processed": _processed(warehouse),
        "drawing": draw(
            lambda width: charts.intervals_by_name(bars, width),
            "Bars of US net import reliance by mineral: " + ", ".join(f"{bar['name']} {bar['label']}" for bar in bars) + ".",
        ),
        "table": Table(
            ("Mineral", "US net import reliance", "Canada’s share of US imports", "Of the years", "Canada’s share of mining", "HHI of mining"),
            [
                (
                    row["mineral"],
                    _interval(row["us_net_import_reliance_low"], row["us_net_import_reliance_high"]),
                    _interval(row["canada_import_share_low"], row["canada_import_share_high"]),
                    f"{row['import_year_from']} to {row['import_year_to']}" if row["import_year_from"] else "–",
                    _interval(row["canada_mine_share_low"], row["canada_mine_share_high"], digits=2),
                    _index(row["world_mine_hhi_low"], row["world_mine_hhi_high"]),
                )
                for row in rows
            ],
        ),
    }


def _listed(warehouse: Rows) -> Row | None:
    """How many minerals the newest list of each country has, and of how many nothing is held."""
    rows = warehouse.rows(
        "marts.critical_mineral_listing",
        """
        SELECT count(*) FILTER (side = 'CA') AS canada, count(*) FILTER (side = 'US') AS us,
            count(DISTINCT coalesce(mineral_group, mineral)) FILTER (NOT has_figures) AS without_figures
        FROM marts.critical_mineral_listing WHERE listed_to IS NULL""",
    )
    return rows[0] if rows and rows[0]["canada"] else None


def _processed(warehouse: Rows) -> Row | None:
    """The processed share of exports of critical minerals in the newest month, and a year before where the same release has it."""
    rows = warehouse.rows(
        "marts.mineral_export_stage",
        """
        SELECT period_start_date AS period, vintage_date, sum(critical_share) FILTER (NOT starts_with(processing_stage, '1')) AS share
        FROM marts.mineral_export_stage
        WHERE partner_code = 'WORLD' AND product_classification = 'NAPCS2022' AND trade_type = 'domestic' AND known_to IS NULL
            AND critical_share IS NOT NULL
        GROUP BY ALL ORDER BY period DESC""",
    )
    if not rows:
        return None
    latest = rows[0]
    before = next((row for row in rows if row["period"] == latest["period"].replace(year=latest["period"].year - 1)), None)
    return {
        "share": percent(latest["share"]),
        "period": month(latest["period"]),
        "before": before and percent(before["share"]),
        "before_period": before and month(before["period"]),
        "vintage": day(latest["vintage_date"]),
    }


def _is_exact(row: Row) -> bool:
    return bool(row["us_net_import_reliance_low"] == row["us_net_import_reliance_high"] and row["canada_mine_share"] is not None)


def _interval(low: float | None, high: float | None, digits: int = 0) -> str:
    if low is None or high is None:
        return _NOT_PUBLISHED
    if low == high:
        return f"{100 * low:.{digits}f}%"
    return f"{100 * low:.{digits}f} to {100 * high:.{digits}f}%"


def _index(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return _NOT_PUBLISHED
    shown = f"{low:.3f}", f"{high:.3f}"
    return shown[0] if shown[0] == shown[1] else " to ".join(shown)
