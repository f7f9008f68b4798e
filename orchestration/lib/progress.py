"""How far a job is: a bar on a terminal, a line per asset anywhere else."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class JobProgress:
    """The progress of one job over a known number of assets."""

    def __init__(self, console: Console, job: str, assets: int) -> None:
        self._console = console
        self._job = job
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(job, total=assets)
        self._assets = assets
        self._made = 0

    def __enter__(self) -> JobProgress:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()

    def made(self, asset: str) -> None:
        self._made += 1
        if self._console.is_terminal:
            self._bar.update(self._task, advance=1, description=f"{self._job}: {asset}")
        else:
            self._console.print(f"{self._job} {self._made}/{self._assets} {asset}")
