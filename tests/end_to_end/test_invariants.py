"""What must hold over a built warehouse whatever the figures are: nothing is counted twice, and two ways to a number give the same one."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Any

import duckdb
import pytest

from orchestration.metrics.claims import CLAIMS
from orchestration.metrics.concentration import hhi
from sources import registry
from tests.end_to_end.command import Warehouse

TABLE = "statcan/12100011"
MONTHLY_EXPORTS = (
    "flow = 'export' and product_code = 'all' and period_grain = 'month' and basis = 'customs' and seasonal_adjustment = 'unadjusted' "
    "and period_start_date between '2025-01-01' and '2025-12-01'"
)
WINDOW = "dataset, trade_type, product_scope, window_type, period_start_date, basis, seasonal_adjustment"


@pytest.fixture(scope="module")
def release(built: Warehouse) -> Any:
    with built.connect() as connection:
        yield connection


def rows(release: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return release.execute(query).fetchall()


def test_every_column_of_every_data_set_is_described(release: duckdb.DuckDBPyConnection) -> None:
    described = rows(release, "select dataset, table_name, column_name, unit, is_key, description from meta.source_column")
    declared = [
        (dataset.id, table.name, field.name, field.unit, field.name in table.key, field.description)
        for dataset in registry.datasets()
        for table in dataset.tables
        for field in table.fields
    ]
    assert sorted(described) == sorted(declared)


def test_the_european_union_is_not_counted_beside_countries(release: duckdb.DuckDBPyConnection) -> None:
    """It stands among the partners of a month; the index and the rest are of single partners alone, or its members would count twice."""
    values = dict(
        rows(
            release,
            f"select partner_code, value from marts.fct_trade where dataset = '{TABLE}' and flow = 'export' and basis = 'customs' "
            "and seasonal_adjustment = 'seasonally_adjusted' and period_start_date = '2026-07-01'",
        )
    )
    assert values["EU"] > 4e9
    single = {code: value for code, value in values.items() if code not in ("WORLD", "EU")}
    published = rows(
        release,
        f"select partner_hhi_low, rest_share, n_partners from marts.export_concentration where dataset = '{TABLE}' and window_type = 'month' "
        "and basis = 'customs' and seasonal_adjustment = 'seasonally_adjusted' and period_start_date = '2026-07-01'",
    )[0]
    assert published == (
        pytest.approx(sum((value / values["WORLD"]) ** 2 for value in single.values()), rel=1e-12),
        pytest.approx(1 - sum(single.values()) / values["WORLD"], rel=1e-9),
        len(single),
    )


def test_the_european_union_is_flagged_and_not_a_sum_of_ours(release: duckdb.DuckDBPyConnection) -> None:
    flagged = {code for (code,) in rows(release, "select partner_code from marts.dim_partner where is_aggregate")}
    assert flagged == {"WORLD", "EU", "NON_US"}
    assert rows(release, "select count(*) from marts.fct_trade where partner_code = 'EU' and dataset <> 'statcan/12100011'") == [(0,)]


def test_a_careless_sum_counts_twice_and_the_documented_one_does_not(release: duckdb.DuckDBPyConnection) -> None:
    """README: one data set per question, the preferred one, and one partner row or no aggregate."""
    careless = rows(release, f"select sum(value) from marts.fct_trade where {MONTHLY_EXPORTS}")[0][0]
    documented = rows(release, f"select sum(value) from marts.fct_trade where is_preferred and partner_code = 'WORLD' and {MONTHLY_EXPORTS}")[0][0]
    published = rows(
        release,
        f"select world_value from marts.export_concentration where dataset = '{TABLE}' and window_type = 'year' and basis = 'customs' "
        "and seasonal_adjustment = 'unadjusted' and period_start_date = '2025-01-01'",
    )[0][0]
    assert documented == pytest.approx(published, rel=1e-12)
    assert careless > 2 * documented


def test_one_data_set_is_preferred(release: duckdb.DuckDBPyConnection) -> None:
    """Of the figures that several data sets have, one is preferred: the key without the data set is unique among them."""
    twice = """
        select count(*) from (
            select 1 from marts.fct_trade {where}
            group by reporter, flow, trade_type, partner_code, product_classification, product_code, province_code, period_start_date,
                period_end_date, basis, seasonal_adjustment having count(*) > 1)"""
    assert rows(release, twice.format(where=""))[0][0] > 100
    assert rows(release, twice.format(where="where is_preferred")) == [(0,)]


@pytest.mark.parametrize(
    ("metric", "low", "high"),
    [
        ("us_share", "us_share", "us_share"),
        ("partner_hhi", "partner_hhi_low", "partner_hhi_high"),
        ("effective_partners", "effective_partners_low", "effective_partners_high"),
    ],
)
def test_sql_and_python_agree_on_every_window(release: duckdb.DuckDBPyConnection, metric: str, low: str, high: str) -> None:
    """The mart and the metric are computed apart: the same windows, values to 1e-12, counts and vintages; an index where the list is known."""
    both = rows(
        release,
        f"""
        select count(*), count(mart.window_type), count(metric.window_type),
            max(abs(mart.{low} - metric.value_low)), max(abs(mart.{high} - metric.value_high)),
            count(*) filter (where mart.vintage_date_min <> metric.vintage_date_min or mart.vintage_date_max <> metric.vintage_date_max)
        from (select * from metrics.policy_metric where metric = '{metric}') as metric
        full join (from marts.export_concentration where n_missing is not null or '{metric}' = 'us_share') as mart using ({WINDOW})""",
    )[0]
    count, in_mart, in_metric, low_error, high_error, other_vintages = both
    assert count == in_mart == in_metric > 800
    assert low_error <= 1e-12
    assert high_error <= 1e-12
    assert other_vintages == 0


def test_partner_counts_agree(release: duckdb.DuckDBPyConnection) -> None:
    differing = rows(
        release,
        f"""
        select mart.dataset, mart.window_type, mart.period_start_date, mart.n_partners, metric.n_units, mart.n_missing, metric.n_missing
        from (select * from metrics.policy_metric where metric = 'partner_hhi') as metric join marts.export_concentration as mart using ({WINDOW})
        where mart.n_missing <> metric.n_missing or mart.n_partners > metric.n_units - metric.n_missing""",
    )
    assert differing == []


def test_the_index_is_that_of_the_partners_own_figures(release: duckdb.DuckDBPyConnection) -> None:
    """Recomputed from fct_trade for a month of which every country is held."""
    values = [
        value
        for (value,) in rows(
            release,
            "select value from marts.fct_trade join marts.dim_partner using (partner_code) where dataset = 'statcan/cimt_aggregates' "
            "and flow = 'export' and not is_aggregate and product_code = 'all' and period_start_date = '2026-03-01' and period_grain = 'month'",
        )
    ]
    low, n_partners = rows(
        release,
        "select partner_hhi_low, n_partners from marts.export_concentration where dataset = 'statcan/cimt_aggregates' and window_type = 'month' "
        "and period_start_date = '2026-03-01'",
    )[0]
    total = sum(values)
    assert hhi([value / total for value in values]) == pytest.approx(low, rel=1e-12)
    assert n_partners >= len(values)


def test_the_index_over_every_country_lies_within_the_bounds_of_the_listed_ones(release: duckdb.DuckDBPyConnection) -> None:
    """219 to 224 countries against the 16 that figures of 12-10-0011 are held of, for each window of both that no later release revised: 2024."""
    windows = rows(
        release,
        f"""
        select window_type, complete.n_partners, listed.n_partners, listed.partner_hhi_low, complete.partner_hhi_low, complete.partner_hhi_high,
            listed.partner_hhi_high
        from (from marts.export_concentration where dataset = '{TABLE}' and seasonal_adjustment = 'unadjusted' and product_scope = 'all') as listed
        join (from marts.export_concentration where dataset = 'statcan/cimt_aggregates') as complete using (window_type, period_start_date)
        where period_start_date < '2025-01-01'""",
    )
    assert sorted(Counter(window for window, *_ in windows).items()) == [("month", 12), ("ttm", 12), ("year", 1)]
    for _, n_complete, n_listed, low, *of_all, high in windows:
        assert n_listed == 16 < n_complete
        assert all(low <= index <= high for index in of_all)


def test_it_does_so_for_every_month_among_the_figures_of_one_release(release: duckdb.DuckDBPyConnection) -> None:
    """Of later months as 12-10-0011 stood in the release of the aggregate, with two countries held. As it was revised since, three lie outside."""
    months = rows(
        release,
        f"""
        with complete as (
            select period_start_date, partner_hhi_low as index, vintage_date_min as released_on from marts.export_concentration
            where dataset = 'statcan/cimt_aggregates' and window_type = 'month' and period_start_date >= '2025-01-01'
        ),
        stood as (
            select period_start_date, index, any_value(figure.value) filter (partner_code = 'WORLD') as total,
                count(*) filter (not is_aggregate) as n_listed, sum(figure.value) filter (not is_aggregate) as listed,
                sum(figure.value * figure.value) filter (not is_aggregate) as squares
            from complete join marts.fct_trade_vintage as figure using (period_start_date) join marts.dim_partner using (partner_code)
            where dataset = '{TABLE}' and flow = 'export' and basis = 'customs' and seasonal_adjustment = 'unadjusted'
                and known_from <= released_on and coalesce(known_to > released_on, true)
            group by all
        )
        select n_listed, squares / total ** 2, index, squares / total ** 2 + (1 - listed / total) ** 2 from stood""",
    )
    assert len(months) == 16
    assert all(n_listed == 2 and low <= index <= high for n_listed, low, index, high in months)
    outside = rows(
        release,
        f"""
        select strftime(period_start_date, '%Y-%m')
        from (from marts.export_concentration where dataset = '{TABLE}' and seasonal_adjustment = 'unadjusted' and product_scope = 'all') as listed
        join (from marts.export_concentration where dataset = 'statcan/cimt_aggregates') as complete using (window_type, period_start_date)
        where window_type = 'month' and complete.partner_hhi_low not between listed.partner_hhi_low and listed.partner_hhi_high order by 1""",
    )
    assert outside == [("2025-05",), ("2026-03",), ("2026-04",)]


def test_a_ratio_of_two_bases_is_refused_by_the_release_itself(release: duckdb.DuckDBPyConnection) -> None:
    july = (
        "(from marts.fct_trade where dataset = 'statcan/12100011' and flow = 'export' and period_start_date = '2026-07-01' "
        "and seasonal_adjustment = 'seasonally_adjusted' and basis = '{}' and partner_code = '{}')"
    )
    ratio = "select marts.share(us, world) from {} as us, {} as world"
    customs_us, customs_world = july.format("customs", "US"), july.format("customs", "WORLD")
    assert rows(release, ratio.format(customs_us, customs_world))[0][0] == pytest.approx(0.66572, abs=5e-6)
    with pytest.raises(duckdb.InvalidInputException, match="basis is customs on one side and balance_of_payments on the other"):
        rows(release, ratio.format(customs_us, july.format("balance_of_payments", "WORLD")))


def test_contributions_of_listed_partners_and_the_rest_make_the_growth_of_the_whole(release: duckdb.DuckDBPyConnection) -> None:
    """To the United States and to all others: two parts, four figures of one release, one growth."""
    wrong = rows(
        release,
        """
        select dataset, basis, seasonal_adjustment, period_start_date, sum(contribution) - any_value(whole_growth) from marts.export_growth
        where product_scope = 'all' and partner_code in ('US', 'NON_US') group by all
        having count(*) <> 2 or abs(sum(contribution) - any_value(whole_growth)) > 1e-12""",
    )
    assert wrong == []
    assert rows(release, "select count(*) > 100 from marts.export_growth where product_scope = 'all' and partner_code = 'US'") == [(True,)]


def test_the_parts_of_a_change_add_up_to_it(release: duckdb.DuckDBPyConnection) -> None:
    """Shapley parts, in percentage points: to the change between two months that stood in one release, where both are still as they were."""
    errors = rows(
        release,
        f"""
        with part as (
            select {WINDOW}, sum(value) as change from metrics.policy_metric
            where metric in ('share_change_from_us', 'share_change_from_rest') group by all having count(*) = 2
        ),
        change as (
            select {WINDOW}, us_share - lag(us_share) over series as change,
                vintage_date_max = lag(vintage_date_max) over series
                    and period_start_date = lag(period_start_date) over series + interval 1 month as of_one_release
            from marts.export_concentration where window_type = 'month' and seasonal_adjustment = 'seasonally_adjusted'
            window series as (partition by dataset, trade_type, product_scope, basis, seasonal_adjustment order by period_start_date)
        )
        select count(*), max(abs(part.change - 100 * change.change)) from part join change using ({WINDOW}) where of_one_release""",
    )[0]
    assert errors[0] > 300
    assert errors[1] < 1e-10


def test_every_verdict_follows_from_what_it_states(release: duckdb.DuckDBPyConnection) -> None:
    """Recomputed in SQL from the pairs known on the day: the measured value, and whether it lies within the tolerance."""
    (claim,) = CLAIMS
    verdicts = rows(
        release,
        "select event_date, as_known_on, verdict, measured_value, window_start_date, window_end_date, threshold, tolerance, n_files, sha256 "
        "from metrics.claim_verdict where claim_id = 'three_quarters_south'",
    )
    assert len(verdicts) > 10
    for event, known_on, verdict, measured, start, end, threshold, tolerance, n_files, sha256 in verdicts:
        where = f"{event} as known on {known_on}"
        if verdict == "unknown":
            assert (measured, sha256, n_files) == (None, None, 0), where
            continue
        months, share, files = release.execute(
            "select count(*), sum(us_value) / sum(world_value), count(distinct sha256) from marts.us_share_vintage "
            f"where dataset = '{TABLE}' and flow = 'export' and basis = '{claim.basis}' and seasonal_adjustment = '{claim.seasonal_adjustment}' "
            "and period_start_date between ? and ? and known_from <= ? and coalesce(known_to > ?, true)",
            [start, end, known_on, known_on],
        ).fetchall()[0]
        assert months == 12, where
        assert measured == pytest.approx(share, rel=1e-12), where
        assert files == n_files, where
        assert release.execute("select count(*) from meta.source_file where sha256 = ?", [sha256]).fetchall() == [(1,)], where
        holds = abs(measured - threshold) <= tolerance
        assert verdict == "depends" or verdict == ("true" if holds else "false"), where
        assert end <= event, where
        assert known_on >= date(2026, 5, 5), where


def test_no_share_mixes_releases_units_or_bases(release: duckdb.DuckDBPyConnection) -> None:
    """Both figures of every pair stood on its day under the same series, where the pair is published and no sum."""
    assert rows(
        release,
        """
        select count(*) from marts.us_share_vintage as pair
        where (product_scope = 'single_product' or (product_scope = 'all' and dataset <> 'statcan/12100182')) and not exists (
            select 1 from marts.fct_trade_vintage as figure
            where figure.partner_code = 'US' and figure.value = pair.us_value and figure.known_from <= pair.known_from
                and coalesce(figure.known_to > pair.known_from, true) and (figure.dataset, figure.flow, figure.trade_type, figure.product_code,
                figure.basis, figure.seasonal_adjustment,
                figure.period_start_date, figure.currency) = (pair.dataset, pair.flow, pair.trade_type, pair.product_code,
                pair.basis, pair.seasonal_adjustment,
                pair.period_start_date, pair.currency))""",
    ) == [(0,)]


def test_unallocated_trade_is_shown(release: duckdb.DuckDBPyConnection) -> None:
    """Two published differences between the table and the sum over countries, in millions, each of one vintage."""
    millions = {
        (flow, month): value
        for flow, month, value in rows(
            release,
            "select flow, strftime(period_start_date, '%Y-%m'), round(unallocated_cad / 1e6, 1) from marts.trade_reconciliation",
        )
    }
    assert millions["import", "2024-03"] == pytest.approx(72, abs=1)
    assert millions["export", "2026-04"] == pytest.approx(40.0, abs=0.1)


def test_checks_of_the_build_are_published(built: Warehouse, release: duckdb.DuckDBPyConnection) -> None:
    checks = rows(release, "select severity, status, count(*) from meta.check_result group by all")
    assert {(severity, status) for severity, status, _ in checks} <= {("error", "pass"), ("warn", "pass"), ("warn", "warn")}
    assert sum(count for *_, count in checks) >= 25
    assert json.loads((built.release().folder / "release.json").read_text())["tables"]["meta.check_result"] == sum(count for *_, count in checks)


def test_every_file_is_archived_under_its_hash(built: Warehouse, release: duckdb.DuckDBPyConnection) -> None:
    """From any row to the bytes: the vintage of every figure is a file that is still there."""
    orphans = rows(
        release,
        "select distinct dataset, vintage from marts.fct_trade_vintage anti join meta.source_file using (dataset, vintage)",
    )
    assert orphans == []
    for sha256, size in rows(release, "select sha256, bytes from meta.source_file"):
        assert (built.data_dir / "raw" / "blobs" / sha256[:2] / sha256).stat().st_size == size
