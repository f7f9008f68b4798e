"""The dbt project inside this process: one parse, one runner, and dbt's results as Dagster's events while they come."""

from __future__ import annotations

import json
import os
import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings
from dagster_dbt.asset_utils import get_updated_cli_invocation_params_for_context
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt_common.events.base_types import EventMsg
from dbt_common.events.functions import msg_to_dict

from orchestration.lib.automation import on_new_data
from orchestration.settings import DBT_PROJECT, Settings
from sources.clock import now


class Translator(DagsterDbtTranslator):
    """Asset keys are `[layer, model]`; a dbt source belongs to the raw asset of its data set.

    Tests of sources are no checks of raw assets, or asking an agency would open the working file: a build runs them and fails with them.
    """

    def __init__(self) -> None:
        super().__init__(settings=DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True, enable_source_tests_as_checks=False))

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        node = manifest["nodes"].get(unique_id) or manifest["sources"][unique_id]
        spec = super().get_asset_spec(manifest, unique_id, project)
        if node["resource_type"] == "source":
            dataset = node["config"]["meta"].get("dataset")
            return spec.replace_attributes(key=dg.AssetKey(["raw", *(dataset.split("/") if dataset else [node["name"]])]))
        return spec.replace_attributes(key=dg.AssetKey([node["schema"], node["name"]]), group_name=node["schema"], automation_condition=on_new_data())


@dataclass(frozen=True)
class CheckResult:
    """One row of `meta.check_result`: how a dbt test ended (`pass`, `warn`, `fail` or `error`), with the number of offending rows."""

    check_name: str
    table_name: str
    severity: str
    status: str
    failures: int | None
    message: str


class DbtProject:
    """The dbt project of this repository on one data directory and one knowledge date."""

    def __init__(self, settings: Settings, as_of: date | None = None) -> None:
        self._settings = settings
        self._as_of = as_of
        self._manifest_file = settings.dbt_target / "manifest.json"

    def manifest(self) -> dict[str, Any]:
        """The parsed project; parsed anew where a file of it is younger."""
        if not self._manifest_file.exists() or self._manifest_file.stat().st_mtime < _youngest_file():
            result = self._invoke(["parse"])
            if not result.success:
                raise RuntimeError(f"dbt cannot parse the project: {result.exception}")
        manifest: dict[str, Any] = json.loads(self._manifest_file.read_text())
        return manifest

    def build(self, context: dg.AssetExecutionContext, translator: Translator) -> Iterator[Any]:
        """Run `dbt build` for the selected assets and yield their events as they come. Raises dg.Failure when a model or test fails.

        Unit tests hold for the code whatever has landed: they are run by those who change it, not by every build.
        """
        selection = get_updated_cli_invocation_params_for_context(context, {}, translator)
        messages: queue.SimpleQueue[EventMsg | None] = queue.SimpleQueue()
        outcome: list[dbtRunnerResult] = []

        def run() -> None:
            try:
                outcome.append(
                    self._invoke(["build", *selection.selection_args, "source:*", "--exclude-resource-type", "unit_test"], callback=messages.put)
                )
            finally:
                messages.put(None)

        self._settings.database(self._as_of).parent.mkdir(parents=True, exist_ok=True)
        thread = threading.Thread(target=run, name="dbt build")
        thread.start()
        while (message := messages.get()) is not None:
            if message.info.name in ("LogModelResult", "LogSeedResult", "LogTestResult"):
                event = DbtCoreCliEventMessage(raw_event=msg_to_dict(message), event_history_metadata={})
                yield from event.to_default_asset_events(selection.manifest, translator, context, self._settings.dbt_target)
        thread.join()
        if not outcome or not outcome[0].success:
            raise dg.Failure(_what_failed(outcome), allow_retries=False)

    def check_results(self) -> list[CheckResult]:
        """The tests of the last build, from dbt's own record of it."""
        manifest = json.loads(self._manifest_file.read_text())
        record = json.loads((self._settings.dbt_target / "run_results.json").read_text())
        tests = [(manifest["nodes"].get(result["unique_id"]), result) for result in record["results"]]
        return [
            CheckResult(
                check_name=node["name"],
                table_name=(node.get("attached_node") or node["depends_on"]["nodes"][0]).split(".")[2],
                severity=node["config"]["severity"].lower(),
                status=result["status"],
                failures=result["failures"],
                message=result["message"] or "",
            )
            for node, result in tests
            if node and node["resource_type"] == "test"
        ]

    def _invoke(self, command: Sequence[str], callback: Any = None) -> dbtRunnerResult:
        os.environ["WAREHOUSE_LANDING"] = str(self._settings.landing)
        os.environ["WAREHOUSE_DATABASE"] = str(self._settings.database(self._as_of))
        result = dbtRunner(callbacks=[callback] if callback else []).invoke(
            [
                *command,
                *("--project-dir", str(DBT_PROJECT)),
                *("--profiles-dir", str(DBT_PROJECT)),
                *("--target-path", str(self._settings.dbt_target)),
                *("--log-path", str(self._settings.dbt_target / "logs")),
                *("--vars", json.dumps({"as_of": (self._as_of or now().date()).isoformat()})),
                "--quiet",
            ]
        )
        DuckDBConnectionManager.close_all_connections()
        return result


def _youngest_file() -> float:
    return max(path.stat().st_mtime for path in DBT_PROJECT.rglob("*") if path.is_file() and path.suffix in {".sql", ".yml", ".csv"})


def _what_failed(outcome: list[dbtRunnerResult]) -> str:
    if not outcome:
        return "dbt stopped before it had a result"
    if outcome[0].exception:
        return str(outcome[0].exception)
    failed = [node for node in outcome[0].result.results if node.status in ("error", "fail")]
    return "; ".join(f"{node.node.name}: {node.message}" for node in failed)
