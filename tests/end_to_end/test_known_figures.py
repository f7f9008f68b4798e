"""Figures that the agency published, asked as a user asks: of the latest knowledge, and as known on a day."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.command import Warehouse

SHARE = (
    "select round(100*us_share,2) from marts.export_concentration where dataset='statcan/12100011' and window_type='{window}' "
    "and period_start_date='{start}' and basis='customs' and seasonal_adjustment='seasonally_adjusted' and product_scope='all'"
)
MARCH = SHARE.format(window="month", start="2026-03-01")
# A row of fct_trade without what may differ between two states of knowledge.
CELL = "dataset, flow, partner_code, product_code, period_start_date, period_end_date, basis, seasonal_adjustment"
# What fct_trade held by the end of a day, read back from the versions.
STOOD_ON = (
    f"select {CELL}, value, status from marts.fct_trade_vintage where known_from <= date '{{day}}' and coalesce(known_to > date '{{day}}', true)"
)
NOW = f"select {CELL}, value, status from marts.fct_trade"


def ask(warehouse: Warehouse, query: str, *options: str) -> str:
    answer = warehouse("sql", query, "--format", "csv", *options)
    assert answer.code == 0, answer.err
    return answer.out.splitlines()[1]


@pytest.mark.parametrize(
    ("window", "start", "percent"),
    [("month", "2026-03-01", "65.98"), ("year", "2024-01-01", "76.32"), ("year", "2025-01-01", "72.33"), ("month", "2026-07-01", "66.57")],
)
def test_the_us_share_is_the_agencys(built: Warehouse, window: str, start: str, percent: str) -> None:
    assert ask(built, SHARE.format(window=window, start=start)) == percent


def test_a_year_is_the_ratio_of_sums_and_of_the_newest_release(built: Warehouse) -> None:
    with built.connect() as connection:
        rows = connection.execute(
            "select us_value / 1e6, world_value / 1e6, vintage_date_max::varchar from marts.export_concentration "
            "where window_type = 'year' and basis = 'customs' and seasonal_adjustment = 'seasonally_adjusted' "
            "and dataset = 'statcan/12100011' and period_start_date = '2025-01-01'"
        ).fetchall()
    (us, world, newest) = rows[0]
    assert round(100 * us / world, 2) == 72.33
    assert newest == "2026-09-03"


def test_as_of_gives_the_figure_of_that_day_and_leaves_current_alone(as_of_may: Warehouse, built: Warehouse) -> None:
    assert ask(as_of_may, MARCH, "--as-of", "2026-05-31") == "66.13"
    assert ask(as_of_may, MARCH) == "65.98"
    assert (as_of_may.data_dir / "publish/current").readlink() == (built.data_dir / "publish/current").readlink()
    assert str(as_of_may.release("as-of-2026-05-31").as_of) == "2026-05-31"


def test_as_of_knows_nothing_later(as_of_may: Warehouse) -> None:
    """No date of knowledge in any public table lies after the day, and everything up to it is there."""
    with as_of_may.connect("as-of-2026-05-31") as connection:
        dated = connection.execute(
            "select table_schema || '.' || table_name, column_name from information_schema.columns "
            "where column_name in ('vintage_date', 'vintage_date_min', 'vintage_date_max', 'known_from', 'known_to', 'as_known_on', 'as_of') "
            "and table_schema in ('marts', 'metrics', 'meta') and data_type = 'DATE'"
        ).fetchall()
        assert ("marts.fct_trade", "vintage_date") in dated
        later = {
            (table, column): connection.execute(f"select count(*) from {table} where \"{column}\" > date '2026-05-31'").fetchall()[0][0]
            for table, column in dated
        }
        newest = connection.execute("select max(vintage_date)::varchar from marts.fct_trade").fetchall()
    assert not {where: count for where, count in later.items() if count}
    assert newest == [("2026-05-05",)]


def test_as_of_is_what_the_versions_say(as_of_may: Warehouse) -> None:
    """The rebuilt mart of the day and the current version history agree on every cell."""
    current = str(as_of_may.release().database)
    with as_of_may.connect("as-of-2026-05-31") as connection:
        connection.execute(f"attach '{current}' as latest (read_only)")
        stood = STOOD_ON.format(day="2026-05-31").replace("marts.", "latest.marts.")
        assert connection.execute(f"select count(*) from ({NOW})").fetchall()[0][0] > 200
        assert connection.execute(f"({NOW} except all {stood}) union all ({stood} except all {NOW})").fetchall() == []


def test_the_two_figures_of_october_overlay_two_cells(built: Warehouse) -> None:
    """Of 6 October 2026 two figures are held: with them the mart has two more cells, and all others are as without them."""
    without = STOOD_ON.format(day="2026-10-05")
    with built.connect() as connection:
        added = connection.execute(f"{NOW} except all {without}").fetchall()
        lost = connection.execute(f"{without} except all {NOW}").fetchall()
        emptied = connection.execute("select count(*) from marts.fct_trade where value is null").fetchall()
    assert lost == []
    assert emptied == [(0,)]
    assert sorted((flow, partner, str(month), value) for _, flow, partner, _, month, _, _, _, value, _ in added) == [
        ("export", "US", "2026-08-01", 54_458_000_000.0),
        ("import", "US", "2026-08-01", 33_018_600_000.0),
    ]


def test_a_month_without_its_world_total_has_no_share(built: Warehouse) -> None:
    with built.connect() as connection:
        months = connection.execute("select max(period_start_date)::varchar from marts.export_concentration where window_type = 'month'").fetchall()
    assert months == [("2026-07-01",)]


def test_a_build_knows_nothing_later_than_its_clock(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "data")
    assert warehouse("build", WAREHOUSE_NOW="2026-06-01T12:00:00Z").code == 0
    with warehouse.connect() as connection:
        found = connection.execute("SELECT max(as_of)::VARCHAR, max(vintage_date_max)::VARCHAR FROM metrics.policy_metric").fetchone()
    assert found == ("2026-06-01", "2026-05-05")
