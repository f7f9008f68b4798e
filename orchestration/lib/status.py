"""The state of every data set in a line: what is landed, how the last attempts went, and what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sources import registry
from sources.clock import now
from sources.credentials import configuration, how_to_configure
from sources.landing import Attempt, LandedVintage, Landing
from sources.spec import Dataset


def dataset_status(landing: Landing) -> list[dict[str, Any]]:
    """One row per declared data set and per other one that somebody has tried to land."""
    landed: dict[str, list[LandedVintage]] = {}
    for vintage in landing.vintages():
        landed.setdefault(vintage.dataset, []).append(vintage)
    tried = {path.relative_to(landing.manifests).with_suffix("").as_posix() for path in landing.manifests.glob("*/*.jsonl")}
    names = sorted({dataset.id for dataset in registry.datasets()} | tried)
    return [_row(registry.dataset(name), landed.get(name, []), list(landing.attempts(name))) for name in names]


def _row(dataset: Dataset, vintages: list[LandedVintage], attempts: list[Attempt]) -> dict[str, Any]:
    last = attempts[-1] if attempts else None
    failed = [attempt for attempt in _last_of_each_part(attempts) if attempt.outcome == "failed"]
    state, remedy = _judgement(dataset, vintages, last, failed)
    return {
        "dataset": dataset.id,
        "state": state,
        "parts": len({vintage.part for vintage in vintages}) if dataset.partition else None,
        "last_vintage": vintages[-1].label if vintages else None,
        "data_through": max((vintage.data_through for vintage in vintages if vintage.data_through), default=None),
        "last_attempt": last.finished_at.isoformat(timespec="seconds") if last else None,
        "outcome": last.outcome if last else None,
        "what_to_do": remedy,
    }


def _judgement(dataset: Dataset, vintages: list[LandedVintage], last: Attempt | None, failed: list[Attempt]) -> tuple[str, str]:
    if failed:
        return "failed", _reasons(failed)
    if configuration(dataset) == "not configured" and not vintages:
        return "not configured", f"{how_to_configure(dataset)}, or warehouse import {dataset.id} FILE"
    if not vintages:
        return "empty", f"warehouse refresh {dataset.id}" if dataset.fetch else f"warehouse import {dataset.id} FILE"
    if last and last.outcome == "not_yet":
        return "not yet", last.reason
    ends = [vintage.data_through for vintage in vintages if vintage.data_through]
    if ends and now().date() - max(ends) > timedelta(days=dataset.cadence.data_lag_days):
        age = (now().date() - max(ends)).days
        reason = f"the newest period is {age} days old, {dataset.cadence.data_lag_days} are usual"
        return "stale", f"{reason}; {f'warehouse refresh {dataset.id}' if dataset.fetch else 'wait for a newer copy or import one'}"
    return "current", ""


def _last_of_each_part(attempts: list[Attempt]) -> list[Attempt]:
    """A file that was refused before anybody knew its part counts until the next attempt."""
    newest = {attempt.part: attempt for attempt in attempts}
    return [attempt for part, attempt in newest.items() if part or attempt is attempts[-1]]


def _reasons(failed: list[Attempt]) -> str:
    """Why it failed; of a data set in parts, the first one's reason and how many others failed."""
    first = failed[0]
    others = f" (and {len(failed) - 1} other parts)" if failed[1:] else ""
    return (f"{first.part}: " if first.part else "") + first.reason + others
