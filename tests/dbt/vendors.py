"""The models of vendor names in a small dbt project of their own, and names whose vendor is known.

`vendor_labels.csv` holds names and their vendors. Those of origin `published` stand so in the agencies' files: in the ones bundled here, in the
federal disclosure as the GoC-Spending project has gathered its names (github.com/GoC-Spending, MIT licence), or in the contracts of Montréal. Those
`made by hand` are further spellings of known companies, and neighbours that only look like them. Who is whom was judged by hand. A vendor is who
contracts under a name: its legal form, language, spelling and the word Canada make no other one, but another line of business, number or place in the
name does, and a joint venture is none of its members. Names of which nobody knows whether they are one vendor count as two.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from types import ModuleType

import duckdb
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
    assert spec is not None
    assert spec.loader is not None
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


def halves() -> tuple[set[str], set[str]]:
    """The labelled vendors: those that the model's probabilities are estimated from, and those held out."""
    vendors = sorted({label["vendor"] for label in labels()})
    return set(vendors[::2]), set(vendors[1::2])


def estimate(keys: pd.DataFrame, vendor_of: Mapping[str, str]) -> dict[str, dict[str, tuple[float, float]]]:
    """The probabilities m and u of each level of names and heads, over all pairs of `keys` that could share a block and whose vendor is known.

    Each level counts one pair more than it has, so that none is impossible.
    Splink's own estimate of u takes random pairs for pairs of two vendors, which they are not in a sample of few vendors with many names.
    """
    model = linkage()
    known = keys[keys["vendor_key"].isin(list(vendor_of))].assign(vendor=lambda frame: frame["vendor_key"].map(vendor_of))
    with duckdb.connect() as connection:
        connection.execute("create table key as select * from known")
        connection.execute(
            "create table pairs as select l.vendor_key as vendor_key_l, r.vendor_key as vendor_key_r from key as l inner join key as r "
            "on l.vendor_key < r.vendor_key and l.kind = r.kind"
        )
        probabilities = {}
        for name in ("name", "head"):
            seen = dict.fromkeys([*model.COMPARISONS[name], "else"], (1, 1))
            for level, one, two in connection.execute(
                f"select {model.level(name)}, count(*) filter (vendor_l = vendor_r), count(*) filter (vendor_l <> vendor_r) "
                f"from {model.both_sides('pairs', known)} group by 1"
            ).fetchall():
                seen[level] = (one + 1, two + 1)
            ones, twos = (sum(side) for side in zip(*seen.values(), strict=True))
            probabilities[name] = {level: (float(f"{one / ones:.2g}"), float(f"{two / twos:.2g}")) for level, (one, two) in seen.items()}
    return probabilities
