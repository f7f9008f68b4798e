"""Every agency still answers as its provider file says: what it serves today lands."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources import intake, registry
from sources.clock import now
from sources.landing import Landing
from sources.spec import Dataset

ASKABLE = [dataset for dataset in registry.datasets() if dataset.fetch]


@pytest.mark.parametrize("dataset", ASKABLE, ids=lambda dataset: dataset.id)
def test_what_the_agency_serves_lands(dataset: Dataset, tmp_path: Path) -> None:
    newest = dataset.live_parts(now().date())[-1]
    attempt = intake.fetch(Landing(tmp_path), dataset, newest)
    if attempt.outcome == "not_configured":
        pytest.skip(attempt.reason)
    assert attempt.outcome in ("landed", "not_yet"), attempt.reason
