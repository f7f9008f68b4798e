"""What public contracts come to, by one thing that is known of each, and unknown of some."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.metrics.errors import Undefined
from orchestration.metrics.interval import Bounded


@dataclass(frozen=True, kw_only=True)
class Spending:
    """Contracts of one data set, release and period, by one property: those that have it, lack it, and of which it is not known.

    Values are current ones in Canadian dollars, each contract once, standing offers left out; the counts are of contracts.
    """

    having: float
    lacking: float
    unknown: float
    n_having: int
    n_lacking: int
    n_unknown: int

    def __post_init__(self) -> None:
        for name in ("having", "lacking", "unknown", "n_having", "n_lacking", "n_unknown"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} is {getattr(self, name)}: contracts have no negative value here; leave out those that have, and count them")

    @property
    def n_contracts(self) -> int:
        return self.n_having + self.n_lacking + self.n_unknown

    def share(self) -> Bounded:
        """Share by value: what is unknown is in no lower bound and in every upper one."""
        return self._bounded(self.having, self.lacking, self.unknown)

    def count_share(self) -> Bounded:
        """The same by number of contracts."""
        return self._bounded(self.n_having, self.n_lacking, self.n_unknown)

    def share_of_known(self) -> Bounded:
        """Share by value among the contracts of which it is known; the others are counted as missing."""
        if self.having + self.lacking == 0:
            raise Undefined("of no contract with a value is it known")
        point = self.having / (self.having + self.lacking)
        return Bounded(point, point, self.n_contracts, self.n_unknown)

    def _bounded(self, having: float, lacking: float, unknown: float) -> Bounded:
        whole = having + lacking + unknown
        if whole == 0:
            raise Undefined("no contract with a value was awarded")
        return Bounded(having / whole, (having + unknown) / whole, self.n_contracts, self.n_unknown)
