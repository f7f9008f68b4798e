"""JSON documents, with errors that say where they break off."""

from __future__ import annotations

import json
from typing import Any

from sources.errors import ContractError
from sources.spec import Dataset


def read_json(dataset: Dataset, body: bytes, name: str) -> Any:
    """The parsed document; raises ContractError naming the place where it is truncated, broken or not UTF-8."""
    try:
        return json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ContractError(dataset.id, f"{name} is not UTF-8 at byte {error.start:,}: {body[error.start : error.start + 20]!r}", _AGAIN) from error
    except json.JSONDecodeError as error:
        around = " ".join(error.doc[max(0, error.pos - 60) : error.pos + 20].split())
        where = "breaks off" if error.pos >= len(error.doc.rstrip()) - 1 or error.msg.startswith("Unterminated") else "is no JSON"
        raise ContractError(dataset.id, f"{name} {where} at line {error.lineno}, column {error.colno}: …{around}", _AGAIN) from error


_AGAIN = "Fetch or download it again"
