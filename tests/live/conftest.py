"""Tests that ask the agencies themselves, one request a data set: `make test-live`, never by default."""

from __future__ import annotations

import os

if not os.environ.get("WAREHOUSE_LIVE"):
    collect_ignore_glob = ["*"]
