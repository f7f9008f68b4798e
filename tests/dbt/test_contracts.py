"""The public tables' contracts: declared for every one, described down to the unit, and enforced."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest

from orchestration.lib.dictionary import PUBLIC_SCHEMAS
from orchestration.settings import DBT_PROJECT
from sources.units import UNITS
from tests.dbt.project import Project, failed


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the real project, on a landing zone with a single release of a single month."""
    folder = tmp_path_factory.mktemp("contracts")
    shutil.copytree(DBT_PROJECT, folder / "dbt_project")
    project = Project(folder / "data", folder / "dbt_project")
    project.land("2026-09-03", {("1", "2026-07"): 100.0, ("2", "2026-07"): 60.0})
    project.list_vintages()
    return project


@pytest.fixture(scope="module")
def built(project: Project) -> dict[str, str]:
    statuses = project.dbt("build")
    assert not failed(statuses)
    return statuses


@pytest.fixture(scope="module")
def public_models(project: Project, built: dict[str, str]) -> list[dict[str, Any]]:
    manifest = json.loads((project.data_dir / "dbt" / "manifest.json").read_text())
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model" and node["schema"] in PUBLIC_SCHEMAS]


def test_a_single_month_makes_a_single_window(project: Project, built: dict[str, str]) -> None:
    """Nothing is filled: no year and no twelve months of one month, and a data set of which nothing has landed has no rows."""
    with project.connect() as connection:
        windows = connection.execute("select window_type, round(us_share, 12), n_partners from marts.export_concentration").fetchall()
        datasets = connection.execute("select distinct dataset from marts.fct_trade").fetchall()
        assert connection.execute("select count(*) from staging.stg_statcan__cimt_aggregates").fetchall() == [(0,)]
    assert windows == [("month", 0.6, 1)]
    assert datasets == [("statcan/12100011",)]


def test_every_public_table_has_an_enforced_contract(public_models: list[dict[str, Any]]) -> None:
    assert {model["name"] for model in public_models} >= {"fct_trade", "fct_trade_vintage", "dim_partner", "export_concentration", "source_file"}
    assert [model["name"] for model in public_models if not model["config"]["contract"]["enforced"]] == []


def test_every_public_column_has_a_type_a_description_and_a_unit(public_models: list[dict[str, Any]]) -> None:
    bare = [
        f"{model['name']}.{column['name']}"
        for model in public_models
        for column in model["columns"].values()
        if not (column["data_type"] and column["description"] and column["config"]["meta"].get("unit") in UNITS)
    ]
    assert bare == []


def test_grain_and_key_are_declared_and_the_key_is_tested(public_models: list[dict[str, Any]], built: dict[str, str]) -> None:
    for model in public_models:
        meta = model["config"]["meta"]
        assert meta["grain"]
        assert set(meta["primary_key"]) <= model["columns"].keys()
        assert [name for name in built if name.startswith(f"unique_combination_{model['name']}_")], f"no test holds the key of {model['name']}"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("released_on,", "released_on,\n    1 as extra,", "extra"),
        ("is_estimated,", "cast(is_estimated as varchar) as is_estimated,", "is_estimated"),
        ("    note,\n", "", "note"),
    ],
    ids=["a column more", "another type", "a column less"],
)
def test_a_table_that_breaks_its_contract_is_not_built(project: Project, built: dict[str, str], old: str, new: str, said: str) -> None:
    model = project.folder / "models/marts/shared/trade_release_calendar.sql"
    kept = model.read_text()
    assert old in kept
    model.write_text(kept.replace(old, new))
    try:
        status = project.dbt("run", "--select", "trade_release_calendar")["trade_release_calendar"]
    finally:
        model.write_text(kept)
    assert status.startswith("error")
    assert said in status
