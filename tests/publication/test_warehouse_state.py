"""The state changes when a release would, and with nothing else."""

from __future__ import annotations

import json
from datetime import date

import pytest

from orchestration.publication.state import state_of

AS_OF = date(2026, 5, 31)


@pytest.fixture
def project(tmp_path):
    for name in (
        "sources/landing.py",
        "sources/reference/statcan/12100011/2026-09-03.csv",
        "orchestration/publication/templates/dictionary.html.j2",
        "dbt_project/models/marts/fct_trade.sql",
        "uv.lock",
        "README.md",
        "tests/test_x.py",
    ):
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "project"


@pytest.fixture
def data_dir(tmp_path):
    land(tmp_path / "data", "2026-09-03", fingerprint="a")
    return tmp_path / "data"


def land(data_dir, vintage, **facts):
    path = data_dir / "landing" / "statcan" / "12100011" / f"vintage={vintage}" / "vintage.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    known = {
        "dataset": "statcan/12100011",
        "part": "",
        "vintage": vintage,
        "fingerprint": "f",
        "is_complete": True,
        "is_estimated": False,
        "landed_at": "now",
    }
    path.write_text(json.dumps({**known, **facts}))


@pytest.mark.parametrize(
    "name",
    [
        "sources/landing.py",
        "sources/reference/statcan/12100011/2026-09-03.csv",
        "orchestration/publication/templates/dictionary.html.j2",
        "dbt_project/models/marts/fct_trade.sql",
        "uv.lock",
    ],
)
def test_what_makes_the_warehouse_counts(project, data_dir, name):
    before = state_of(data_dir, None, project)
    (project / name).write_text("changed")
    assert state_of(data_dir, None, project) != before


def test_a_file_moved_counts(project, data_dir):
    before = state_of(data_dir, None, project)
    (project / "dbt_project/models/marts/fct_trade.sql").rename(project / "dbt_project/models/marts/fct_trade_vintage.sql")
    assert state_of(data_dir, None, project) != before


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "tests/test_x.py",
        "sources/__pycache__/landing.cpython-311.pyc",
        "dbt_project/target/manifest.json",
        "dbt_project/logs/dbt.log",
        "dbt_project/.user.yml",
        "orchestration/.swap",
    ],
)
def test_what_does_not_make_the_warehouse_does_not_count(project, data_dir, name):
    before = state_of(data_dir, None, project)
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text("changed")
    assert state_of(data_dir, None, project) == before


def test_a_project_below_a_hidden_folder_is_still_read(project, data_dir, tmp_path):
    moved = project.rename(tmp_path / ".hidden")
    before = state_of(data_dir, None, moved)
    (moved / "uv.lock").write_text("changed")
    assert state_of(data_dir, None, moved) != before


def test_vintages_and_the_day_asked_for_count(project, data_dir):
    states = [state_of(data_dir, None, project), state_of(data_dir, AS_OF, project)]
    land(data_dir, "2026-10-06")
    states.append(state_of(data_dir, None, project))
    for change in ({"fingerprint": "other"}, {"is_complete": False}, {"is_estimated": True}):
        land(data_dir, "2026-10-06", **change)
        states.append(state_of(data_dir, None, project))
    assert len(set(states)) == len(states)


def test_when_a_vintage_was_landed_does_not_count(project, data_dir):
    before = state_of(data_dir, None, project)
    land(data_dir, "2026-09-03", fingerprint="a", landed_at="later", source_url="elsewhere")
    (data_dir / "landing" / "statcan" / "12100011" / "vintage=none").mkdir()
    assert state_of(data_dir, None, project) == before


def test_before_anything_is_landed_and_without_a_lock_there_is_a_state(tmp_path):
    assert len(state_of(tmp_path / "nothing", None, tmp_path)) == 64
