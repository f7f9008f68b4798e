"""The public tables in words: those of dbt from its manifest, those that Python writes from here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from orchestration.publication.dictionary import ColumnDescription, TableDescription
from sources import registry
from sources.landing import Landing
from sources.spec import Dataset

PUBLIC_SCHEMAS: Final = ("marts", "metrics", "meta")


def datasets_to_describe(landing: Landing) -> list[Dataset]:
    """Every declared data set, and every other one of which something has landed."""
    names = {dataset.id for dataset in registry.datasets()} | {vintage.dataset for vintage in landing.vintages()}
    return [registry.dataset(name) for name in sorted(names)]


def described_by_dbt(manifest: Mapping[str, Any]) -> list[TableDescription]:
    """The tables of dbt's public schemas; grain, key, units and classifications stand in the models' and columns' `meta`."""
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model" and node["schema"] in PUBLIC_SCHEMAS]
    return [_described(model) for model in sorted(models, key=lambda model: (model["schema"], model["name"]))]


def _described(model: Mapping[str, Any]) -> TableDescription:
    meta = model["config"]["meta"]
    return TableDescription(
        schema=model["schema"],
        name=model["name"],
        description=model["description"].strip(),
        grain=meta["grain"],
        primary_key=tuple(meta["primary_key"]),
        columns=tuple(
            ColumnDescription(
                column["name"],
                column["description"].strip(),
                column["config"]["meta"]["unit"],
                column["config"]["meta"].get("classification", ""),
            )
            for column in model["columns"].values()
        ),
    )


_BASIS = (
    ColumnDescription(
        "basis",
        "Of trade customs (goods that crossed the border) or balance_of_payments (goods that changed owner); of contracts what they are told apart "
        "by: vendor_address, vendor_control, content, procedure, vendor or value_at_award.",
    ),
    ColumnDescription("seasonal_adjustment", "unadjusted or seasonally_adjusted."),
)

POLICY_METRIC: Final = TableDescription(
    "metrics",
    "policy_metric",
    "Every policy metric over every window that its figures cover, as an interval, or as unknown with the reason. Two-way trade is measured over the "
    "last two years of a data set. The cards below say what each metric is.",
    "metric × subject × data set × trade type × product scope × basis × adjustment × window",
    (
        "metric",
        "subject",
        "dataset",
        "trade_type",
        "product_scope",
        "basis",
        "seasonal_adjustment",
        "window_type",
        "period_start_date",
    ),
    (
        ColumnDescription("metric", "Name of the metric; its card says what it is."),
        ColumnDescription("subject", "Whom the metric is about, with the candidate base year, the partner or the number of digits where it has one."),
        ColumnDescription("period_start_date", "First day of the window."),
        ColumnDescription("period_end_date", "Last day of the window."),
        ColumnDescription(
            "window_type", "day, month, ttm (twelve months), year (calendar year), fiscal_year (April to March) or range (a longer span, added up)."
        ),
        ColumnDescription("compared_with_start_date", "First day of the window that a change starts from, or of the base year, if any."),
        ColumnDescription("dataset", "The data set that the figures are from."),
        ColumnDescription("trade_type", "total, domestic (made in the reporting country) or re_export; total for what is no trade."),
        ColumnDescription("product_scope", "Which products count, as in marts.export_concentration."),
        *_BASIS,
        ColumnDescription("price_basis", "nominal, or the prices that the figures are stated in."),
        ColumnDescription("value", "The value; empty where the metric is a true interval, or unknown.", "as stated"),
        ColumnDescription("value_low", "Lower bound; equal to the value where there is one, empty where the metric is unknown.", "as stated"),
        ColumnDescription("value_high", "Upper bound; equal to the value where there is one, empty where the metric is unknown.", "as stated"),
        ColumnDescription("unit", "Unit of the three values; money is in its currency."),
        ColumnDescription("n_units", "Partners, products or months that the metric is about.", "count"),
        ColumnDescription("n_missing", "How many of them had no figure.", "count"),
        ColumnDescription("vintage_date_min", "Oldest release among the window's months; empty where nothing is held."),
        ColumnDescription("vintage_date_max", "Newest release among the window's months; empty where nothing is held."),
        ColumnDescription("as_of", "The day whose knowledge the metric was computed on."),
        ColumnDescription("reason", "Why the metric is unknown; empty where it is known."),
    ),
)

PRODUCT_COMPLEXITY: Final = TableDescription(
    "metrics",
    "product_complexity",
    "Complexity of products: high where few countries export a product with an advantage, and those that do export many others (Hidalgo and "
    "Hausmann, 2009; second eigenvector). The newest year of reconciled world trade (BACI) of each edition of the Harmonized System; empty until it "
    "has landed.",
    "edition of the Harmonized System × year × product",
    ("hs_edition", "period_start_date", "product_code"),
    (
        ColumnDescription("dataset", "The data set that the figures are from."),
        ColumnDescription("hs_edition", "Edition of the Harmonized System that the release codes all its years in."),
        ColumnDescription("period_start_date", "First day of the year."),
        ColumnDescription("product_code", "Subheading.", classification="HS, of the edition"),
        ColumnDescription("complexity", "Product complexity, on the scale of the countries' index (mean 0, standard deviation 1).", "index"),
        ColumnDescription("n_countries", "Countries that the index rests on.", "count"),
        ColumnDescription("n_dropped", "Products in which no country has an advantage; they have no row.", "count"),
        ColumnDescription(
            "eigengap", "Distance of the second eigenvalue from its neighbours: small where the ranking is hardly determined.", "index"
        ),
        ColumnDescription("vintage_date", "Release of the figures."),
    ),
)

CLAIM_VERDICT: Final = TableDescription(
    "metrics",
    "claim_verdict",
    "The verdict on each claim, for the day it was made and for each release day since, as known then and now. "
    "`warehouse claims` judges any other pair of days.",
    "claim × event date × knowledge date",
    ("claim_id", "event_date", "as_known_on"),
    (
        ColumnDescription("claim_id", "Name of the claim."),
        ColumnDescription("sentence", "The claim in the words that it was made in."),
        ColumnDescription("event_date", "The day on which the claim is judged as if it were made then."),
        ColumnDescription("as_known_on", "Only figures published by the end of this day count."),
        ColumnDescription("verdict", "true, false, depends (admissible definitions disagree) or unknown (what was known does not cover the window)."),
        ColumnDescription("measured_value", "The metric over the window; empty where the verdict is unknown.", "share"),
        ColumnDescription("operator", "between, >= or <=: how the value must lie to the threshold."),
        ColumnDescription("threshold", "What the sentence states, as a number.", "share"),
        ColumnDescription("tolerance", "How far the value may be off and still meet the sentence.", "share"),
        ColumnDescription("metric", "The metric that measures the claim."),
        *_BASIS,
        ColumnDescription("window_type", "The window that the sentence is read over."),
        ColumnDescription("window_start_date", "First month of the window."),
        ColumnDescription("window_end_date", "Last month of the window."),
        ColumnDescription("evidence", "primary, or secondary where a figure is not from the agency's own table; empty where unknown."),
        ColumnDescription("reason", "What was measured or what is missing, and what the other admissible definitions say."),
        ColumnDescription("vintage_date", "Release of the newest file behind the value."),
        ColumnDescription("sha256", "SHA-256 of that file."),
        ColumnDescription("source_url", "Where that file came from."),
        ColumnDescription("n_files", "How many files the value rests on.", "count"),
        ColumnDescription("all_sha256", "SHA-256 of each of them, the newest first."),
    ),
)

CHECK_RESULT: Final = TableDescription(
    "meta",
    "check_result",
    "How each check of the build ended. A failed check of severity error stops the build, so that what is published has none.",
    "check",
    ("check_name", "table_name"),
    (
        ColumnDescription("check_name", "Name of the check."),
        ColumnDescription("table_name", "The table that it looks at."),
        ColumnDescription("severity", "error stops the build, warn is shown."),
        ColumnDescription("status", "pass, warn, fail or error."),
        ColumnDescription("failures", "Rows that the check found.", "count"),
        ColumnDescription("message", "What it found, in words."),
    ),
)
