"""An inter-country table from the landed zip to the rows of its metrics, and published shares beside them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from orchestration.lib.input_output_table import read_input_output_table, read_published_shares
from orchestration.metrics.value_added_year import published_metrics, table_metrics, without_table
from sources.providers.oecd import DATAFLOW
from tests.dbt.contracts import land
from tests.dbt.project import Project, failed
from tests.sources.test_oecd import icio_csv, icio_zip

GOLDEN = json.loads((Path(__file__).parents[1] / "metrics" / "golden" / "golden_icio_toy.json").read_text())
CHOSEN = ("+value_added_in_exports", "stg_oecd__icio")
AS_OF = date(2026, 11, 26)
TIVA = "DATAFLOW,MEASURE,REF_AREA,ACTIVITY,COUNTERPART_AREA,UNIT_MEASURE,FREQ,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT"


def toy_table() -> str:
    """The worked example in the layout of the tables, its two sectors named as motor vehicles and one of the metals that tell the edition."""
    labels = [label.replace("_auto", "_C29").replace("_oth", "_C24") for label in GOLDEN["labels"]]
    columns = [*labels, "CAN_HFCE", "USA_HFCE", "ROW_HFCE", "OUT"]
    rows = {label: dict(zip(columns, [*z, *f, x], strict=True)) for label, z, f, x in zip(labels, GOLDEN["Z"], GOLDEN["F"], GOLDEN["x"], strict=True)}
    # A tenth of value added is taxes on inputs, which the indicators count as value added.
    for account, part in {"TLS": 0.1, "VA": 0.9}.items():
        rows[account] = dict(zip(columns, [*(part * added for added in GOLDEN["va"]), 0.0, 0.0, 0.0, part * sum(GOLDEN["va"])], strict=True))
    rows["OUT"] = dict(zip(columns, [*GOLDEN["x"], 0.0, 0.0, 0.0, sum(GOLDEN["x"])], strict=True))
    return icio_csv(rows)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("synthetic")
    project = Project(folder / "data")
    land(project, "oecd/icio", icio_zip(folder, "ICIO2023_2022-2022_SML.zip", y2022=toy_table()), "2026-01-15")
    for measure, value in {"EXGR": "200", "EXGR_DVA": "150"}.items():
        file = folder / f"{measure}.csv"
        file.write_text(f"{TIVA}\n{DATAFLOW},{measure},CAN,_T,W,USD,A,2022,{value},A,6\n")
        land(project, "oecd/tiva", file, "2026-01-15")
    project.list_vintages()
    assert not failed(project.dbt("build", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious", "-s", *CHOSEN))
    return project


def test_the_rows_of_a_landed_table_are_the_golden_ones(project):
    with project.connect() as connection:
        held = read_input_output_table(connection)
    rows = {(row.metric, row.subject): row.value for row in table_metrics(held.table, held.vintage_date, AS_OF)}
    for economy, name in {"CAN": "Canada", "USA": "United States"}.items():
        subject = f"{name}, year 2022"
        assert rows["domestic_value_added_share", subject] == pytest.approx(GOLDEN["DVA_share_global_L"][economy], rel=1e-9)
        assert rows["domestic_value_added_share_without_returns", subject] == pytest.approx(GOLDEN["DVA_share_local_L"][economy], rel=1e-9)
        assert rows["vax_ratio", subject] == pytest.approx(GOLDEN["VAX_ratio"][economy], rel=1e-9)
        sector, vehicles = f"{economy}_auto", f"{name}, motor vehicles"
        expected = GOLDEN["border_crossings_per_unit_output"][sector]
        assert rows["sector_border_crossings", f"{vehicles}, all borders, year 2022"] == pytest.approx(expected, rel=1e-9)
        expected = GOLDEN["can_us_border_crossings"][sector]
        assert rows["sector_border_crossings", f"{vehicles}, Canada and United States, year 2022"] == pytest.approx(expected, rel=1e-9)
        assert rows["sector_production_length", f"{vehicles}, year 2022"] == pytest.approx(GOLDEN["production_length_vLL"][sector], rel=1e-9)
        expected = GOLDEN["cum_tariff_25pct_on_every_can_us_intermediate_crossing"][sector]
        taxed = f"{vehicles}, 25% on every crossing between Canada and United States, year 2022"
        assert rows["sector_cumulative_tariff", taxed] == pytest.approx(expected, rel=1e-9)
    assert all("year 2022" in subject for _, subject in rows)
    assert held.vintage_date == date(2026, 1, 15)


def test_the_published_share_stands_beside_ours(project):
    with project.connect() as connection:
        (row,) = (row for published in read_published_shares(connection) for row in published_metrics(published, AS_OF))
    assert (row.subject, row.basis, row.value, row.dataset) == ("Canada, year 2022", "published", 0.75, "oecd/tiva")


def test_a_warehouse_without_a_table_says_how_to_bring_one(tmp_path):
    bare = Project(tmp_path / "bare")
    bare.list_vintages()
    assert not failed(bare.dbt("build", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious", "-s", *CHOSEN))
    with bare.connect() as connection:
        assert read_input_output_table(connection) is None
    rows = list(without_table(AS_OF))
    assert {row.value_low for row in rows} == {None}
    assert all("warehouse import oecd/icio FILE" in str(row.reason) and row.period_start_date.year == 2022 for row in rows)
