"""Run one of the code location's jobs in this process, with its progress on the terminal."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.events import DagsterEventType
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES
from dagster._core.utils import make_new_run_id
from rich.console import Console

from orchestration.definitions import definitions
from orchestration.lib.event_log import keep_engines
from orchestration.lib.progress import JobProgress
from orchestration.settings import DATA_DIR_VARIABLE, REPOSITORY, Settings

COMMAND_TAG = "warehouse/command"
INSTANCE_CONFIG = REPOSITORY / "orchestration" / "dagster.yaml"


def run_job(name: str, settings: Settings, run_config: Mapping[str, Any], console: Console, only: Sequence[dg.AssetKey] | None = None) -> list[str]:
    """Run the job, or only some of its assets; the answer is one line for every step that failed, none when all went well."""
    os.environ[DATA_DIR_VARIABLE] = str(settings.data_dir)
    job = definitions().resolve_job_def(name)
    assets = len(only) if only else len(list(job.asset_layer.executable_asset_keys))
    with _only_run(settings.lock, console), open_instance(settings) as instance, JobProgress(console, name, assets) as progress:
        _bury_dead_runs(instance)
        failures: list[str] = []

        def follow(entry: dg.EventLogEntry) -> None:
            event = entry.dagster_event
            if event is None:
                return
            if event.event_type == DagsterEventType.ASSET_MATERIALIZATION:
                progress.made(event.asset_key.to_user_string() if event.asset_key else event.step_key or "")
            elif event.event_type == DagsterEventType.STEP_FAILURE:
                error = event.step_failure_data.error
                failures.append(_last_words(error) if error else f"{event.step_key} failed")

        run_id = make_new_run_id()
        instance.add_event_listener(run_id, follow)
        result = job.execute_in_process(
            instance=instance,
            run_id=run_id,
            run_config={**run_config, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={COMMAND_TAG: name},
            raise_on_error=False,
            asset_selection=only,
        )
        if not result.success and not failures:
            failures.append(f"the run {run_id} of {name} failed; `make ui` shows where")
    return failures


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The Dagster instance of this data directory, the one that the UI shows."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(INSTANCE_CONFIG, settings.dagster_home / INSTANCE_CONFIG.name)
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    keep_engines()
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        yield instance


@contextmanager
def _only_run(lock: Path, console: Console) -> Iterator[None]:
    """Wait for the run of another process; the kernel frees the lock of one that dies."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.print("Another build is under way; waiting for it.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _bury_dead_runs(instance: dg.DagsterInstance) -> None:
    """Mark unfinished runs of the command line as failed and free the pools that they hold: while this process has the lock, theirs is dead."""
    for run in instance.get_runs(dg.RunsFilter(statuses=list(NOT_FINISHED_STATUSES))):
        if COMMAND_TAG in run.tags:
            instance.report_run_failed(run, message="The process was killed.")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)


def _last_words(error: Any) -> str:
    """What the first cause says; the name of its class stays only where it is one of Python's own, whose words alone say too little."""
    while error.cause:
        error = error.cause
    text = str(error.message).strip()
    name, _, words = text.partition(": ")
    return words if name.endswith(f".{error.cls_name}") else text
