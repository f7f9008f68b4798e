"""America's exports by month through the real landing zone and the real dbt project. All figures are made up."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from sources import intake, registry
from sources.landing import Landing
from sources.spec import Vintage
from tests.dbt.project import Project, failed

DATASET = registry.dataset("us_census/intltrade")
COLUMNS = ["CTY_CODE", "E_COMMODITY", "ALL_VAL_MO", "COMM_LVL", "SUMMARY_LVL", "YEAR", "MONTH"]

# (country's code, product) -> dollars
Figures = dict[tuple[str, str], int]

JUNE: Figures = {("1220", "870323"): 800, ("2010", "870323"): 900, ("-", "870323"): 1700}
JULY: Figures = {
    ("1220", "870323"): 900,
    ("1220", "040110"): 100,
    ("2010", "870323"): 600,
    ("9999", "040110"): 50,
    ("0003", "870323"): 7_000,
    ("4XXX", "870323"): 8_000,
    ("-", "870323"): 1_500,
    ("-", "040110"): 150,
}
REVISED: Figures = {**JULY, ("2010", "870323"): 1_200, ("-", "870323"): 2_100}


def land(project: Project, vintage: str, month: str, figures: Figures, *, is_selected: bool = False) -> None:
    """Land the answer to the standing question about a month, or a bare answer to any other."""
    answer = json.dumps([COLUMNS, *([code, product, str(value), "HS6", "DET", *month.split("-")] for (code, product), value in figures.items())])
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr(f"exports-{month}.json", answer)
    file = project.data_dir / "answer"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(answer.encode() if is_selected else archive.getvalue())
    attempt = intake.land_file(Landing(project.data_dir), DATASET, file, Vintage.parse(vintage))
    assert attempt.outcome == "landed", attempt


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two months landed on one day, the second revised a month later, and a selection that repeats one of its cells."""
    project = Project(Path(tmp_path_factory.mktemp("us-exports") / "data"))
    land(project, "2026-09-03", "2026-06", JUNE)
    land(project, "2026-09-03", "2026-07", JULY)
    land(project, "2026-09-10", "2026-07", {("1220", "870323"): 5}, is_selected=True)
    land(project, "2026-10-06", "2026-07", REVISED)
    project.list_vintages()
    chosen = ("--select", "+us_export_market", "+mirror_ledger", "+us_share_vintage", "--indirect-selection", "buildable")
    assert not failed(project.dbt("build", *chosen, "--exclude-resource-type", "unit_test"))
    return project


def test_a_month_is_summed_over_products_and_countries_are_no_groups(built: Project) -> None:
    with built.connect() as connection:
        rows = connection.execute(
            "select strftime(period_start_date, '%Y-%m'), partner_code, value, vintage from marts.fct_trade "
            "where (reporter, flow, trade_type, period_grain, valuation, currency) = ('US', 'export', 'total', 'month', 'fas', 'USD') order by all"
        ).fetchall()
        assert connection.execute("select count(*) from marts.fct_trade").fetchall() == [(len(rows),)]
        assert connection.execute("select partner_name, is_aggregate from marts.dim_partner where partner_code = 'SCHEDULE_C_9999'").fetchall() == [
            ("9999", False)
        ]
    assert rows == [
        ("2026-06", "CA", 800, "2026-09-03"),
        ("2026-06", "MX", 900, "2026-09-03"),
        ("2026-06", "WORLD", 1_700, "2026-09-03"),
        ("2026-07", "CA", 1_000, "2026-10-06"),
        ("2026-07", "MX", 1_200, "2026-10-06"),
        ("2026-07", "SCHEDULE_C_9999", 50, "2026-10-06"),
        ("2026-07", "WORLD", 2_250, "2026-10-06"),
    ]


def test_the_largest_market_depends_on_the_day_of_knowledge(built: Project) -> None:
    """Of August, over by the newest release, nothing is held; before its first release nothing is known of any month."""
    largest = {}
    with built.connect() as connection:
        for day in ("2026-08-15", "2026-09-05", "2026-10-06"):
            largest[day] = connection.execute(
                "select strftime(period_start_date, '%Y-%m'), partner_code, status, gap_to_next_usd, round(share_of_world, 4) "
                "from marts.us_export_market where known_from <= ?::date and coalesce(known_to > ?::date, true) "
                "and (rank = 1 or status = 'not held') order by all",
                [day, day],
            ).fetchall()
    assert largest == {
        "2026-08-15": [("2026-06", "WORLD", "not held", None, None), ("2026-07", "WORLD", "not held", None, None)],
        "2026-09-05": [
            ("2026-06", "MX", "ranked", 100, round(900 / 1_700, 4)),
            ("2026-07", "CA", "ranked", 400, round(1_000 / 1_650, 4)),
            ("2026-08", "WORLD", "not held", None, None),
        ],
        "2026-10-06": [
            ("2026-06", "MX", "ranked", 100, round(900 / 1_700, 4)),
            ("2026-07", "MX", "ranked", 200, round(1_200 / 2_250, 4)),
            ("2026-08", "WORLD", "not held", None, None),
            ("2026-09", "WORLD", "not held", None, None),
        ],
    }


def test_americas_months_make_no_share_of_canadas_exports_and_no_pair_without_canadas(built: Project) -> None:
    with built.connect() as connection:
        assert connection.execute("select count(*) from marts.us_share_vintage").fetchall() == [(0,)]
        assert connection.execute("select count(*) from marts.mirror_ledger").fetchall() == [(0,)]
