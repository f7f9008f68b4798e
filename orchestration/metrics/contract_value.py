"""What a contract is worth after its amendments, and whether they explain it. The same rules as marts.fct_contract, on plain figures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from orchestration.metrics.errors import Undefined

Status = Literal["single", "delta", "cumulative", "neither"]
# A cent for each row: amounts are published in cents.
ROUNDING_CAD = 0.01


class DoubleCounted(ValueError):
    """Values of rows of one procurement were about to be added up, each of which is the value of the whole."""


@dataclass(frozen=True)
class DisclosedRow:
    """A row of a procurement as disclosed: the value of the whole contract after it, and what it says that it adds; Canadian dollars with taxes."""

    contract_id: str
    contract_value: float
    amendment_value: float | None = None


def current_value(rows: Sequence[DisclosedRow]) -> float:
    """The value of one procurement: that of its latest row. `rows` are in the order of their disclosure."""
    _require_one_contract(rows)
    return rows[-1].contract_value


def reconciliation_status(original: float, rows: Sequence[DisclosedRow]) -> Status | None:
    """Whether the value at award and the amendments explain the current value, to a cent a row; None where an amendment's own value is not known.

    `single`: there is no amendment. `delta`: the value at award and what each adds come to it. `cumulative`: what the latest one says is the total,
    or the total of all amendments. Source: Treasury Board's Guidelines on the Proactive Disclosure of Contracts (deltas), and practice (the rest).
    """
    _require_one_contract(rows)
    amendments = [row.amendment_value for row in rows[1:]]
    if not amendments:
        return "single"
    known = [value for value in amendments if value is not None]
    if len(known) < len(amendments):
        return None
    current, tolerance = rows[-1].contract_value, ROUNDING_CAD * len(rows) + 1e-9
    if abs(original + math.fsum(known) - current) <= tolerance:
        return "delta"
    if min(abs(known[-1] - current), abs(original + known[-1] - current)) <= tolerance:
        return "cumulative"
    return "neither"


def total_value(rows: Iterable[DisclosedRow]) -> float:
    """The sum over contracts. Raises DoubleCounted, with the sum that it refuses, where two rows are of one procurement."""
    rows = list(rows)
    contracts = {row.contract_id for row in rows}
    if len(contracts) < len(rows):
        refused = math.fsum(row.contract_value for row in rows)
        raise DoubleCounted(
            f"{len(rows)} rows are of {len(contracts)} contracts, and each has the value of its whole contract: {refused:,.2f} counts them more than "
            "once; take the latest row of each contract"
        )
    return math.fsum(row.contract_value for row in rows)


def _require_one_contract(rows: Sequence[DisclosedRow]) -> None:
    if not rows:
        raise Undefined("a procurement without a row has no value")
    if len({row.contract_id for row in rows}) > 1:
        raise ValueError(f"rows of several procurements: {', '.join(sorted({row.contract_id for row in rows}))}")
