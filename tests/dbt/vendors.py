"""The models of vendor names in a small dbt project of their own, and names whose vendor is known.

`vendor_labels.csv` holds 699 names of 288 vendors. Those of origin `published` stand so in the agencies' files: in the ones bundled here, in the federal disclosure as
the GoC-Spending project has collected its names (github.com/GoC-Spending, MIT), or in the contracts of the City of Montréal. Those `made by hand` are further spellings of known companies, and
neighbours that only look like them. A vendor is who contracts under a name: its legal form, language, spelling and the word Canada make no other one, but another line of business, number or place in
the name does, and a joint venture is neither of its members.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import shutil
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from types import ModuleType

import pandas as pd

from orchestration.settings import DBT_PROJECT
from tests.dbt.project import Project, failed

MODELS = Path("models", "intermediate", "procurement")
LABELS = Path(__file__).with_name("vendor_labels.csv")

# (vendor_name, n_rows, country_code, postal_area)
Name = tuple[str, int, str | None, str | None]


def linkage() -> ModuleType:
    """The Python model as a module."""
    spec = importlib.util.spec_from_file_location("int_procurement__vendor", DBT_PROJECT / MODELS / "int_procurement__vendor.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def labels() -> list[dict[str, str]]:
    with LABELS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def small_project(folder: Path, names: Iterable[Name], overrides: Sequence[tuple[str, str, str]] = ()) -> Project:
    """A project of the vendor models alone, over the names given."""
    shutil.copytree(DBT_PROJECT / "macros", folder / "macros")
    (folder / "models").mkdir()
    for name in ("int_procurement__vendor_key.sql", "int_procurement__vendor.py", "_vendor.yml"):
        shutil.copy(DBT_PROJECT / MODELS / name, folder / "models")
    shutil.copytree(DBT_PROJECT / "tests" / "generic", folder / "tests" / "generic")
    (folder / "seeds").mkdir()
    shutil.copy(DBT_PROJECT / "seeds" / "vendor_word.csv", folder / "seeds")
    pd.DataFrame(overrides, columns=["vendor_key", "vendor_id", "reason"]).to_csv(folder / "seeds" / "vendor_override.csv", index=False)
    frame = pd.DataFrame(list(names), columns=["vendor_name", "n_rows", "country_code", "postal_area"])
    frame.to_parquet(folder / "names.parquet")
    (folder / "models" / "int_procurement__vendor_name.sql").write_text(f"select * from read_parquet('{folder / 'names.parquet'}')")
    project = {"name": "small", "version": "1.0", "profile": "trade_leverage", "models": {"+materialized": "table"}}
    (folder / "dbt_project.yml").write_text(json.dumps({**project, "flags": {"require_generic_test_arguments_property": True}}))
    return Project(folder / "data", folder)


def build(project: Project) -> pd.DataFrame:
    """The rows of int_procurement__vendor."""
    statuses = project.dbt("build")
    assert not failed(statuses), failed(statuses)
    with project.connect() as connection:
        return connection.table("int_procurement__vendor").df()


def pairs_of(groups: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The pairs of names of one group, of (name, group)."""
    by_group: dict[str, list[str]] = {}
    for name, group in groups:
        by_group.setdefault(group, []).append(name)
    return {pair for names in by_group.values() for pair in combinations(sorted(names), 2)}
