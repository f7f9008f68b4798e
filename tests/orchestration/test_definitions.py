"""What the code location promises by its shape: nothing dangles, nothing is hidden, and what must not run at once shares a pool."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections import Counter
from typing import Any

import dagster as dg
import pytest
import yaml

import orchestration.defs
from orchestration.lib.raw_assets import LANDED, RECENT, has_parts_to_fetch, parts_key, raw_key
from orchestration.settings import DBT_PROJECT, REPOSITORY
from sources import registry

MODULES = [module.name for module in pkgutil.iter_modules(orchestration.defs.__path__)]
DATASETS = registry.datasets()
IN_PARTS = [dataset for dataset in DATASETS if has_parts_to_fetch(dataset)]
# The layer names of the dbt project, and those around it.
GROUPS = {"parts", "raw", "seeds", "staging", "intermediate", "marts", "meta", "metrics", "publish"}


def keys(names: Any) -> set[str]:
    return {key.to_user_string() for key in names}


def test_every_dependency_has_a_producer(graph: Any) -> None:
    assert keys(graph.unexecutable_asset_keys) == set()
    assert keys(graph.external_asset_keys) == set()
    dangling = {key.to_user_string(): keys(graph.get(key).parent_keys - graph.materializable_asset_keys) for key in graph.get_all_asset_keys()}
    assert not {key: parents for key, parents in dangling.items() if parents}


def test_everything_leads_from_raw_data_to_the_release(graph: Any) -> None:
    """The roots are what is fetched and the seeds; the release comes last and waits for every public table."""
    roots = {graph.get(key).group_name for key in graph.root_materializable_asset_keys}
    assert roots == {"parts", "raw", "seeds"}
    release = dg.AssetKey(["publish", "release"])
    assert keys(graph.get_children(graph.get(release))) == set()
    public = {key for key in graph.get_all_asset_keys() if graph.get(key).group_name in ("marts", "meta", "metrics")}
    assert public <= graph.get(release).parent_keys
    assert {key for key in graph.get_all_asset_keys() if graph.get(key).group_name == "raw"} <= graph.get_ancestor_asset_keys(release)


def test_keys_are_layer_and_name(graph: Any) -> None:
    assert {graph.get(key).group_name for key in graph.get_all_asset_keys()} == GROUPS
    strange = [key.to_user_string() for key in graph.get_all_asset_keys() if key.path[0] != graph.get(key).group_name]
    assert strange == []


def test_the_registry_makes_the_raw_assets(graph: Any) -> None:
    raw = {key for key in graph.get_all_asset_keys() if key.path[0] == "raw"}
    assert raw == {raw_key(dataset) for dataset in DATASETS} | {dg.AssetKey(["raw", "vintage"])}
    assert graph.get(dg.AssetKey(["raw", "vintage"])).parent_keys == {raw_key(dataset) for dataset in DATASETS}


def dbt_sources() -> list[dict[str, Any]]:
    files = (DBT_PROJECT / "models" / "staging").rglob("_*sources.yml")
    return [source for file in files for source in yaml.safe_load(file.read_text())["sources"]]


def test_every_dbt_source_is_a_data_set_of_the_registry() -> None:
    """And reads tables that the data set lands, from the folder where they land."""
    declared = {dataset.id: {table.name for table in dataset.tables} for dataset in DATASETS}
    parts = {dataset.id: "part=*/" if dataset.partition else "" for dataset in DATASETS}
    for source in dbt_sources():
        meta = source["config"]["meta"]
        if source["name"] != "landing":
            assert meta["dataset"] in declared, f"{source['name']} belongs to no data set of the registry"
            assert {table["name"] for table in source["tables"]} <= declared[meta["dataset"]]
            assert f"/{meta['dataset']}/{parts[meta['dataset']]}vintage=*/{{name}}.parquet" in meta["external_location"]


def test_every_data_set_of_the_registry_is_a_dbt_source() -> None:
    assert {source["config"]["meta"].get("dataset") for source in dbt_sources()} >= {dataset.id for dataset in DATASETS}


def test_a_source_hangs_on_the_raw_asset_of_its_data_set(graph: Any) -> None:
    """A staging model depends on the raw assets of its sources, as the registry and the sources' own files have it."""
    for dataset in DATASETS:
        children = {key.path[0] for key in graph.get(raw_key(dataset)).child_keys}
        assert "staging" in children, f"no staging model reads {dataset.id}"


@pytest.mark.parametrize("name", MODULES)
def test_a_module_has_one_style(name: str) -> None:
    """A function under `@dg.definitions` hides assets that stand beside it, and no check of Dagster's says so."""
    module = importlib.import_module(f"orchestration.defs.{name}")
    assert module.__file__
    with open(module.__file__) as file:  # noqa: PTH123
        functions = [node for node in ast.parse(file.read()).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.decorator_list]
    decorators = [ast.unparse(decorator).partition("(")[0] for function in functions for decorator in function.decorator_list]
    assert decorators == ["dg.definitions"]
    beside = [
        name
        for name, value in vars(module).items()
        if isinstance(value, dg.AssetsDefinition | dg.AssetSpec | dg.AssetChecksDefinition | dg.ScheduleDefinition | dg.SensorDefinition)
    ]
    assert beside == []


def test_pools(graph: Any) -> None:
    """One at a time asks an agency; one at a time opens the working file, which is everything but what lands data."""
    for dataset in DATASETS:
        assert graph.get(raw_key(dataset)).pools == {f"api_{dataset.provider}"}
    for dataset in IN_PARTS:
        assert graph.get(parts_key(dataset)).pools == {f"api_{dataset.provider}"}
    unguarded = [
        key.to_user_string() for key in graph.get_all_asset_keys() if key.path[0] not in ("raw", "parts") and graph.get(key).pools != {"warehouse"}
    ]
    assert unguarded == []
    config = yaml.safe_load((REPOSITORY / "orchestration" / "dagster.yaml").read_text())
    assert config["concurrency"]["pools"] == {"default_limit": 1, "granularity": "op"}
    assert config["telemetry"] == {"enabled": False}


def test_every_raw_asset_is_checked_and_has_a_freshness(graph: Any) -> None:
    checks = {key: graph.get_check_spec(key) for key in graph.asset_check_keys}
    for dataset in DATASETS:
        own = {key.name: spec for key, spec in checks.items() if key.asset_key == raw_key(dataset)}
        assert own[LANDED].blocking
        assert not own[RECENT].blocking
        policy = graph.get(raw_key(dataset)).freshness_policy
        assert policy.fail_window.to_timedelta().days == dataset.cadence.stale_after_days


def test_dbt_tests_are_checks(graph: Any) -> None:
    checked = Counter(key.asset_key.path[0] for key in graph.asset_check_keys)
    assert checked["marts"] >= 10
    assert checked["staging"] >= 5


def test_only_what_depends_on_raw_data_is_automated(graph: Any) -> None:
    """What asks an agency is never automated; the list of vintages is, so that one source's fault does not hide what another has landed.

    A data set whose parts somebody fetched is due too: that asks nobody, and tells what depends on it.
    """
    by_hand = {key for key in graph.get_all_asset_keys() if not graph.get(key).automation_condition}
    assert by_hand == {raw_key(dataset) for dataset in DATASETS if dataset not in IN_PARTS} | {parts_key(dataset) for dataset in IN_PARTS}


@pytest.mark.parametrize(
    ("job", "groups"),
    [("build", GROUPS - {"parts"}), ("refresh", {"raw"}), ("publish", {"publish"})],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_jobs_resolve(code_location: dg.Definitions, graph: Any, job: str, groups: set[str]) -> None:
    chosen = code_location.resolve_job_def(job).asset_layer.executable_asset_keys
    assert chosen == {key for key in graph.get_all_asset_keys() if graph.get(key).group_name in groups}


def test_rebuilding_on_new_data_is_on_by_default(code_location: dg.Definitions) -> None:
    assert code_location.resolve_sensor_def("rebuild_on_new_data").default_status == dg.DefaultSensorStatus.RUNNING


def test_the_code_location_is_valid(code_location: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(code_location)


def test_dbt_builds_once(code_location: dg.Definitions) -> None:
    """Each start of dbt costs seconds; a check that blocks a raw asset would tear its one build apart."""
    nodes = [node.name for node in code_location.resolve_job_def("build").graph.nodes]
    assert [name for name in nodes if name.startswith("dbt")] == ["dbt"]
