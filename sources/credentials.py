"""Keys of agencies: whether the environment holds what a data set needs."""

from __future__ import annotations

import os
from typing import Literal

from sources.spec import Credential, Dataset

Configuration = Literal["no key needed", "configured", "optional key not set", "not configured"]


def secret(credential: Credential | None) -> str | None:
    """The key that the environment holds for the credential, None where it holds none."""
    return (os.environ.get(credential.variable) or "").strip() or None if credential else None


def configuration(dataset: Dataset) -> Configuration:
    if not dataset.credential:
        return "no key needed"
    if secret(dataset.credential):
        return "configured"
    return "not configured" if dataset.credential.is_required else "optional key not set"


def how_to_configure(dataset: Dataset) -> str:
    """What to do for a key, in a sentence; empty where none is needed."""
    key = dataset.credential
    return f"Get a key at {key.get_it_at} and set {key.variable}" if key else ""
