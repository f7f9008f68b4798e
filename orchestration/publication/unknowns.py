"""What a reader might take from the report and must not: what is missing, estimated or not measured, in sentences."""

from __future__ import annotations

from collections.abc import Iterable

from orchestration.publication.report_rows import Row, Rows
from orchestration.publication.wording import billions, count, day, month, percent


def unknowns(warehouse: Rows, history: Row | None, partners: Row | None) -> list[str]:
    """What a reader might take from the report and must not, as sentences."""
    return [
        *_lone_us_months(warehouse),
        *_missing_partners(partners or {}),
        *_estimated_vintages(warehouse),
        *_single_versions(history),
        *_missing_windows(warehouse),
        *_missing_scopes(warehouse),
    ]


def _lone_us_months(warehouse: Rows) -> Iterable[str]:
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
            f"The US share of {month(row['period'])}. Exports to the United States are held ({billions(row['value'])}, {kind}, release of "
            f"{day(row['vintage_date'])}), those to all countries are not. One figure is not a share."
        )


def _missing_partners(partners: Row) -> Iterable[str]:
    latest, of_all = partners.get("latest"), partners.get("window_of_all")
    if latest and latest["n_missing"]:
        yield (
            f"Single partners beyond the {latest['n_partners']} that figures are held of in {month(latest['period'])}: {latest['n_missing']} more "
            f"are listed, and {percent(latest['rest_share'])} of exports go to none of the {latest['n_partners']}. The effective number of partners "
            "is therefore an interval."
        )
    if of_all and of_all["n_missing"]:
        countries = count(of_all["n_missing"], "country", "countries")
        yield f"Trade with {countries} in the sums over {of_all['n_partners']} countries: it is not zero, it is absent. The source's caveats name it."


def _estimated_vintages(warehouse: Rows) -> Iterable[str]:
    for row in warehouse.files():
        if row["vintage_is_estimated"]:
            yield f"The exact day of the release of {row['dataset']} dated {day(row['vintage_date'])}: the date is an estimate."


def _single_versions(history: Row | None) -> Iterable[str]:
    if history and len(history["revised"]) < history["months"]:
        yield (
            f"How the other months were revised: of {history['months']} months, {len(history['revised']) or 'none'} are held in more than one "
            "version. Elsewhere the band has no width because earlier releases are not held, not because nothing was revised."
        )


def _missing_windows(warehouse: Rows) -> Iterable[str]:
    """Kinds of share of which single months are held, and no twelve that follow each other."""
    kinds = warehouse.rows(
        "marts.export_concentration",
        """
        SELECT basis, seasonal_adjustment, count(*) FILTER (window_type = 'month') AS months FROM marts.export_concentration
        WHERE is_preferred AND product_scope = 'all' GROUP BY ALL HAVING count(*) FILTER (window_type = 'ttm') = 0 ORDER BY ALL""",
    )
    for row in kinds:
        kind = f"{row['basis']}, {row['seasonal_adjustment']}".replace("_", " ")
        yield f"The share over twelve months on another definition ({kind}): {count(row['months'], 'single month is', 'single months are')} held."


def _missing_scopes(warehouse: Rows) -> Iterable[str]:
    scopes = warehouse.rows("marts.export_concentration", "SELECT DISTINCT product_scope FROM marts.export_concentration")
    if [row["product_scope"] for row in scopes] == ["all"]:
        yield "The share without energy or precious metals: all figures here are of all goods."
    if scopes:
        yield "Anything in volumes: all figures here are nominal values, and no price index is held."
