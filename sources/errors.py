"""What can go wrong between an agency and the landing zone, each with the data set, the reason and what to do."""

from __future__ import annotations


class SourceError(Exception):
    """A data set could not be landed: names it, says why, and what to do about it."""

    def __init__(self, dataset: str, reason: str, remedy: str = "") -> None:
        self.dataset = dataset
        self.reason = reason
        self.remedy = remedy
        super().__init__(dataset, reason, remedy)

    def __str__(self) -> str:
        said = f"{self.dataset}: {self.reason}"
        return f"{said}. {self.remedy}" if self.remedy else said


class UnknownDataset(SourceError):
    """No provider declares a data set of this name."""


class ContractError(SourceError):
    """The payload is not what the data set's contract promises; the reason shows the offending values."""


class TransientError(SourceError):
    """The agency did not answer properly and may do so later: time-outs, 429, 5xx, cut connections. `wait` is the seconds that it asks for."""

    def __init__(self, dataset: str, reason: str, remedy: str = "", wait: float | None = None) -> None:
        super().__init__(dataset, reason, remedy)
        self.wait = wait


class PermanentError(SourceError):
    """Asking again cannot help: the request or the address is wrong."""


class NotYet(SourceError):
    """The agency has not released what was asked for, or not all of it. An answer, not a failure."""


class NotConfigured(SourceError):
    """The agency answers only to a key that is not set. An answer, not a failure."""
