"""America's figures beside Canada's, against the bundled files themselves: markets, rates, and the two publications of one flow."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from math import fsum
from statistics import fmean
from typing import Any

import pytest

from sources import intake, registry
from tests.end_to_end.command import Warehouse

Rows = Callable[..., list[tuple[Any, ...]]]

LARGEST = """
    select partner_code, status, round(value_usd / 1e9, 1), round(gap_to_next_usd / 1e9, 1), round(share_of_world, 4)
    from marts.us_export_market
    where period_grain = 'year' and period_start_date = ? and known_from <= ? and (known_to is null or known_to > ?)
        and (rank = 1 or status = 'not held')"""


@pytest.fixture
def rows(built: Warehouse) -> Rows:
    def ask(query: str, *values: Any) -> list[tuple[Any, ...]]:
        with built.connect() as connection:
            return connection.execute(query, values).fetchall()

    return ask


def bundled(dataset: str) -> list[dict[str, str]]:
    """The rows of the one bundled file of a data set."""
    (path,) = intake.bundled_files(registry.dataset(dataset))
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# Markets of American goods


@pytest.mark.parametrize(
    ("year", "known_on", "answer"),
    [
        (2024, "2025-08-07", ("CA", "ranked", 349.9, 15.9, 0.1697)),
        (2022, "2026-11-22", ("CA", "ranked", 359.1, 32.1, 0.1732)),
        (2024, "2025-08-06", ("WORLD", "not held", None, None, None)),
        (2025, "2026-11-22", ("WORLD", "not held", None, None, None)),
    ],
)
def test_the_largest_market_of_american_goods_is_one_query(rows: Rows, year: int, known_on: str, answer: tuple[Any, ...]) -> None:
    assert rows(LARGEST, date(year, 1, 1), known_on, known_on) == [answer]


def test_mexico_is_second_in_every_year_held(rows: Rows) -> None:
    second = rows("select extract(year from period_start_date), partner_code from marts.us_export_market where rank = 2 order by all")
    assert second == [(year, "MX") for year in range(2020, 2025)]


def test_every_country_of_the_report_has_a_code_and_they_add_up_to_the_world(rows: Rows) -> None:
    report = [row for row in bundled("usitc/us_exports") if not row["HTS Number"]]
    countries = {row["Country"].strip() for row in report} - {"World"}
    held = rows(
        "select extract(year from period_start_date), count(*), count(distinct partner_code), sum(value) from marts.fct_trade "
        "where dataset = 'usitc/us_exports' and product_code = 'all' and partner_code <> 'WORLD' group by all order by all"
    )
    world = {int(row["Year"]): int(row["FAS Value"]) for row in report if row["Country"] == "World"}
    assert held == [(year, len(countries), len(countries), total) for year, total in sorted(world.items())]
    assert rows("select partner_code from marts.dim_partner where partner_code like 'USITC\\_%' escape '\\'") == []


def test_chapters_of_a_country_add_up_to_its_exports(rows: Rows) -> None:
    differing = rows(
        "select partner_code, period_start_date from marts.fct_trade where dataset = 'usitc/us_exports' group by all "
        "having count(*) > 1 and sum(value) filter (product_code = 'all') <> sum(value) filter (product_code <> 'all')"
    )
    chapters = rows("select count(distinct partner_code), count(*) from marts.fct_trade where reporter = 'US' and product_code <> 'all'")
    assert (differing, chapters) == ([], [(8, 3880)])
    assert rows(
        "select count(*) from marts.fct_trade anti join marts.dim_product as product "
        "on product_classification = classification and fct_trade.product_code = product.product_code where reporter = 'US' and product_code <> 'all'"
    ) == [(0,)]


def test_americas_figures_are_dollars_of_their_own_and_change_none_of_canadas_sums(rows: Rows) -> None:
    assert rows("select distinct currency, valuation, period_grain, is_preferred from marts.fct_trade where reporter = 'US'") == [
        ("USD", "fas", "year", False)
    ]
    assert rows("select distinct reporter, currency from marts.fct_trade where is_preferred") == [("CA", "CAD")]
    assert rows("select distinct reporter from marts.us_share_vintage") == [("CA",)]


def test_sql_and_python_rank_canada_alike(rows: Rows) -> None:
    both = rows(
        "select metric.period_start_date, value, rank, n_units, n_partners from metrics.policy_metric as metric "
        "full join (from marts.us_export_market where partner_code = 'CA' and known_to is null) as market using (dataset, period_start_date) "
        "where metric.metric = 'export_market_rank' or metric.metric is null order by all"
    )
    assert [(value, units) for _, value, _, units, _ in both] == [(rank, partners) for _, _, rank, _, partners in both] == [(1, 234)] * 5


# Exchange rates


def test_a_rate_is_the_mean_as_bundled_and_a_month_that_is_not_held_is_missing(rows: Rows) -> None:
    file = {date.fromisoformat(f"{row['month']}-01"): (float(row["usd_cad_mean"]), int(row["days"])) for row in bundled("bank_of_canada/fx_monthly")}
    held = rows(
        "select period_start_date, value, n_days from marts.exchange_rate "
        "where currency_pair = 'CAD per USD' and period_grain = 'month' and is_preferred and is_derived"
    )
    assert {month: (value, days) for month, value, days in held} == file
    assert max(file) == date(2026, 5, 1)
    years = dict(
        rows(
            "select extract(year from period_start_date), value from marts.exchange_rate "
            "where currency_pair = 'CAD per USD' and period_grain = 'year'"
        )
    )
    assert years == {
        year: pytest.approx(fmean(value for month, (value, _) in file.items() if month.year == year), rel=1e-12) for year in range(2017, 2026)
    }


def test_the_few_days_of_the_daily_series_make_no_mean(rows: Rows) -> None:
    assert rows("select distinct dataset from marts.exchange_rate") == [("bank_of_canada/fx_monthly",)]


# The mirror


def test_what_is_held_of_both_sides_is_paired_and_nothing_else(rows: Rows) -> None:
    pairs = rows(
        "select direction, canada_dataset, america_dataset, period_grain, min(period_start_date)::varchar, max(period_start_date)::varchar, count(*) "
        "from marts.mirror_ledger group by all order by all"
    )
    assert pairs == [
        ("CA to US", "statcan/12100011", "usitc/usmca_utilization", "month", "2025-01-01", "2026-02-01", 14),
        ("CA to US", "statcan/12100011", "usitc/usmca_utilization", "year", "2025-01-01", "2025-01-01", 1),
        ("CA to US", "statcan/cimt_aggregates", "usitc/usmca_utilization", "month", "2025-01-01", "2026-02-01", 14),
        ("CA to US", "statcan/cimt_aggregates", "usitc/usmca_utilization", "year", "2025-01-01", "2025-01-01", 1),
        ("US to CA", "statcan/12100011", "usitc/us_exports", "year", "2023-01-01", "2024-01-01", 2),
        ("US to CA", "statcan/cimt_aggregates", "usitc/us_exports", "year", "2024-01-01", "2024-01-01", 1),
    ]


def test_both_figures_stand_as_published(rows: Rows) -> None:
    """Millions of Canadian dollars and dollars of the United States, read in the bundled files."""
    published = rows(
        "select direction, period_start_date::varchar, round(canada_value_cad / 1e6, 1), america_value_usd, canada_valuation, america_valuation, "
        "canada_vintage_date_max::varchar, america_vintage_date_max::varchar, is_same_data from marts.mirror_ledger "
        "where canada_dataset = 'statcan/12100011' and (period_grain = 'year' or period_start_date = '2026-02-01') order by all"
    )
    assert published == [
        ("CA to US", "2025-01-01", 562_698.2, 380_316_623_820, "fob", "customs_value", "2026-09-03", "2026-04-02", True),
        ("CA to US", "2026-02-01", 41_583.9, 28_778_481_401, "fob", "customs_value", "2026-09-03", "2026-04-02", True),
        ("US to CA", "2023-01-01", 375_805.2, 354_407_979_759, "fob", "fas", "2026-09-03", "2025-08-07", True),
        ("US to CA", "2024-01-01", 377_503.9, 349_908_153_123, "fob", "fas", "2026-09-03", "2025-08-07", True),
    ]


def test_a_year_of_months_is_converted_month_by_month_and_a_lone_year_at_its_mean(rows: Rows) -> None:
    rate = {row["month"]: float(row["usd_cad_mean"]) for row in bundled("bank_of_canada/fx_monthly")}
    imports = {
        row["Month"]: int(row["Customs Value"]) for row in bundled("usitc/usmca_utilization") if (row["Country"], row["Scope"]) == ("Canada", "ALL")
    }
    converted = dict(
        rows(
            "select direction, america_value_cad from marts.mirror_ledger where period_grain = 'year' and canada_dataset = 'statcan/cimt_aggregates'"
        )
    )
    assert converted == {
        "CA to US": pytest.approx(fsum(value * rate[month] for month, value in imports.items() if month.startswith("2025")), rel=1e-12),
        "US to CA": pytest.approx(349_908_153_123 * fmean(value for month, value in rate.items() if month.startswith("2024")), rel=1e-12),
    }


def test_the_ledger_compares_and_does_not_average(rows: Rows) -> None:
    wrong = rows(
        "select * from marts.mirror_ledger where abs(ratio_of_publications - canada_value_cad / america_value_cad) > 1e-12 "
        "or abs(difference_of_publications_cad - (canada_value_cad - america_value_cad)) > 0.01 "
        "or same_data_reason not like '%memorandum of 1987%' or definition_differences not like 'Partner: %Valuation: %Low value: %Time: %'"
    )
    assert wrong == []
    ratio = dict(
        rows(
            "select direction, round(ratio_of_publications, 3) from marts.mirror_ledger "
            "where period_grain = 'year' and canada_dataset = 'statcan/cimt_aggregates'"
        )
    )
    assert ratio == {"CA to US": 1.061, "US to CA": 0.788}
