"""The section of the report on vehicles: how many Canada makes, as each edition had it, and whose parts are in the cars assembled here."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from orchestration.publication import charts
from orchestration.publication.drawing import Table, draw
from orchestration.publication.report_rows import Row, Rows
from orchestration.publication.wording import day

PUBLISHER, CATEGORY = "OICA", "all vehicles"


def vehicles(warehouse: Rows) -> Row | None:
    """Vehicles made in Canada by year, every version of each; None where no year is held."""
    versions = warehouse.rows(
        "marts.vehicle_production",
        """
        SELECT make_date(year::INTEGER, 1, 1) AS period, year, units, known_from, known_to, dataset, vintage_date FROM marts.vehicle_production
        WHERE country = 'CA' AND publisher = ? AND vehicle_category = ? AND units IS NOT NULL ORDER BY year, known_from""",
        PUBLISHER,
        CATEGORY,
    )
    latest = [version for version in versions if version["known_to"] is None]
    if not latest:
        return None
    return {
        "dataset": latest[-1]["dataset"],
        "vintage": max(version["vintage_date"] for version in versions),
        "latest": latest[-1],
        "revised": _revised(versions),
        "content": _content(warehouse),
        "sales": _sales(warehouse),
        "drawing": draw(
            lambda width: charts.production(versions, width),
            f"Line of the vehicles made in Canada by year, {latest[0]['year']} to {latest[-1]['year']}; {latest[-1]['units']:,} in the last. "
            "Diamonds are figures that were revised since.",
        ),
        "table": Table(
            ("Year", "Vehicles", "Known from", "Until"),
            [
                (str(version["year"]), f"{version['units']:,}", day(version["known_from"]), day(version["known_to"]) if version["known_to"] else "–")
                for version in reversed(versions)
            ],
        ),
    }


def _revised(versions: list[Row]) -> list[Row]:
    """The first and the last figure of each year that was revised."""
    found = []
    for year, group in groupby(versions, key=itemgetter("year")):
        first, *later = group
        if later:
            found.append({"year": year, "first": first["units"], "last": later[-1]["units"]})
    return found


def _content(warehouse: Rows) -> Row | None:
    """Mean content of the lines assembled in Canada, in the newest model year."""
    rows = warehouse.rows(
        "marts.vehicle_content_by_assembly",
        "FROM marts.vehicle_content_by_assembly WHERE assembly_country = 'Canada' ORDER BY model_year DESC LIMIT 1",
    )
    return rows[0] if rows else None


def _sales(warehouse: Rows) -> Row | None:
    """The share of vehicles sold that was made in North America by year, beside what borrowing cost at its end; None where no year is whole."""
    rows = warehouse.rows(
        "marts.vehicle_sales",
        """
        WITH sold AS (
            SELECT year(period_start_date) AS year, sum(n_vehicles) AS n_vehicles,
                sum(n_from_north_america) / sum(n_vehicles) AS share, max(vintage_date) AS vintage_date
            FROM marts.vehicle_sales
            WHERE geography = 'Canada' AND vehicle_type LIKE 'Total%' AND fuel_type = 'All fuel types' AND north_american_share IS NOT NULL
            GROUP BY ALL HAVING count(*) = 12
        )
        SELECT sold.*, rate_pct, payment_index
        FROM sold LEFT JOIN (FROM marts.financing_conditions WHERE rate = 'policy rate' AND month(period_start_date) = 12) AS financing
            ON year(period_start_date) = sold.year
        ORDER BY sold.year""",
    )
    if not rows:
        return None
    return {
        "first": rows[0],
        "latest": rows[-1],
        "table": Table(
            ("Year", "New vehicles sold", "Made in North America", "Policy rate at its end", "Payment index"),
            [
                (
                    str(row["year"]),
                    f"{row['n_vehicles']:,.0f}",
                    f"{row['share']:.1%}",
                    "–" if row["rate_pct"] is None else f"{row['rate_pct']:g}%",
                    "–" if row["payment_index"] is None else f"{row['payment_index']:.1f}",
                )
                for row in reversed(rows)
            ],
        ),
    }
