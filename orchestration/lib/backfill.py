"""Fill in the past of a data set that is released in parts: one part after the other, and from where it stopped when it is run again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import dagster as dg
from rich.console import Console

from orchestration.lib.progress import JobProgress
from orchestration.lib.raw_assets import parts_key
from orchestration.lib.run_job import open_instance
from orchestration.settings import Settings
from sources import intake
from sources.errors import SourceError, TransientError
from sources.landing import Attempt, Landing
from sources.spec import Dataset


@dataclass
class Backfill:
    """What came of it: the attempts that ended well, one line per failure, and the parts that were not asked for any more."""

    attempts: list[Attempt] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def backfill(settings: Settings, dataset: Dataset, parts: Sequence[str], console: Console) -> Backfill:
    """Fetch the parts in the order given and show them in the orchestrator as its own.

    A bad part does not keep the next from being asked for; an agency that cannot be reached, or wants a key, ends it.
    """
    landing, result = Landing(settings.data_dir), Backfill(left=list(parts))
    with open_instance(settings) as instance, JobProgress(console, f"backfill {dataset.id}", len(parts)) as progress:
        while result.left:
            part = result.left[0]
            try:
                attempt = intake.fetch(landing, dataset, part)
            except SourceError as error:
                result.failures.append(f"{part}: {error}")
                if isinstance(error, TransientError):
                    break
            else:
                if attempt.outcome == "not_configured":
                    result.failures.append(f"{dataset.id}: {attempt.reason}")
                    break
                result.attempts.append(attempt)
                if attempt.outcome in ("landed", "unchanged"):
                    instance.report_runless_asset_event(dg.AssetMaterialization(parts_key(dataset), partition=part))
            result.left.pop(0)
            progress.made(part)
    return result
