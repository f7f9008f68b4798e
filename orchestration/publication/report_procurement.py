"""The section of the report on who the public buys from: shares as bounds where contracts are held whole, single contracts where they are not."""

from __future__ import annotations

from orchestration.publication import charts
from orchestration.publication.drawing import Table, draw
from orchestration.publication.report_rows import Row, Rows
from orchestration.publication.wording import count, exact_percent, in_billions

FEDERAL = "open_canada/contracts"
SHOWN = 8


def procurement(warehouse: Rows) -> Row | None:
    """Federal contracts: `years` where fiscal years of them are held whole, `sample` where only an excerpt is."""
    years = warehouse.rows(
        "metrics.policy_metric",
        """
        SELECT period_start_date AS period, vintage_date_max AS vintage,
            max(value_low) FILTER (metric = 'canadian_vendor_share') AS low, max(value_high) FILTER (metric = 'canadian_vendor_share') AS high,
            max(value_low) FILTER (metric = 'us_vendor_share') AS us_low, max(value_high) FILTER (metric = 'us_vendor_share') AS us_high,
            max("value") FILTER (metric = 'sole_source_share') AS sole_source,
            max(value_low) FILTER (metric = 'supplier_hhi') AS hhi_low, max(value_high) FILTER (metric = 'supplier_hhi') AS hhi_high
        FROM metrics.policy_metric WHERE dataset = ? AND window_type = 'fiscal_year' AND subject = 'federal'
        GROUP BY period, vintage HAVING low IS NOT NULL ORDER BY period""",
        FEDERAL,
    )
    return _years(years) if years else _sample(warehouse)


def _years(years: list[Row]) -> Row:
    latest = years[-1]
    return {
        "dataset": FEDERAL,
        "vintage": latest["vintage"],
        "latest": latest,
        "latest_name": _fiscal_year(latest),
        "drawing": draw(
            lambda width: charts.share_bounds(years, width),
            f"Band of the share of the value of federal contracts that went to vendors with an address in Canada, by fiscal year, "
            f"{_fiscal_year(years[0])} to {_fiscal_year(latest)}; in the last {exact_percent(latest['low'])} to {exact_percent(latest['high'])}.",
        ),
        "table": Table(
            (
                "Fiscal year",
                "Canadian address, at least",
                "at most",
                "US address, at least",
                "at most",
                "One supplier asked",
                "Supplier HHI, at least",
            ),
            [
                (
                    _fiscal_year(year),
                    *(exact_percent(year[name]) for name in ("low", "high", "us_low", "us_high", "sole_source")),
                    f"{year['hhi_low']:.4f}",
                )
                for year in reversed(years)
            ],
        ),
    }


def _sample(warehouse: Rows) -> Row | None:
    """The largest contracts of the excerpts: what they were at award, and what they are."""
    contracts = warehouse.rows(
        "marts.fct_contract",
        """
        SELECT dataset, vendor_name, procurement_id, buyer, award_date, vendor_country, original_value_cad, current_value_cad, n_amendments,
            reconciliation_status
        FROM marts.fct_contract WHERE is_sample AND NOT is_standing_offer AND current_value_cad > 0
        ORDER BY current_value_cad DESC, contract_id""",
    )
    if not contracts:
        return None
    shown = [
        {
            "name": f"{row['vendor_name'] or 'several vendors'}, {row['procurement_id']}",
            "value": row["current_value_cad"],
            "label": f"{row['current_value_cad'] / 1e6:,.0f}{_growth(row)}",
        }
        for row in contracts[:SHOWN]
    ]
    return {
        "sample": len(contracts),
        "datasets": sorted({row["dataset"] for row in contracts}, key=lambda dataset: (dataset != FEDERAL, dataset)),
        "shown": len(shown),
        "drawing": draw(
            lambda width: charts.bars_by_name(shown, width),
            f"Bars of the {len(shown)} largest of {count(len(contracts), 'contract', 'contracts')} held, by current value; the largest is "
            f"{shown[0]['name']} with C$ {in_billions(shown[0]['value'])} billion.",
        ),
        "table": Table(
            ("Vendor", "Buyer", "Awarded", "Country of address", "At award, C$ million", "Now, C$ million", "Amendments", "Reconciles"),
            [
                (
                    row["vendor_name"] or "several",
                    row["buyer"] or "–",
                    f"{row['award_date']:%Y-%m-%d}" if row["award_date"] else "–",
                    row["vendor_country"] or "unknown",
                    f"{row['original_value_cad'] / 1e6:,.2f}" if row["original_value_cad"] is not None else "unknown",
                    f"{row['current_value_cad'] / 1e6:,.2f}",
                    str(row["n_amendments"]),
                    row["reconciliation_status"] or "unknown",
                )
                for row in contracts
            ],
        ),
    }


def _growth(row: Row) -> str:
    if not row["original_value_cad"] or not row["n_amendments"]:
        return ""
    return f" · {row['current_value_cad'] / row['original_value_cad'] - 1:+.0%}"


def _fiscal_year(row: Row) -> str:
    return f"{row['period'].year}–{(row['period'].year + 1) % 100:02}"
