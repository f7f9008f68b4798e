"""The command line on one data directory: as a process, and within this one where start-up would cost too much."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.publication.release import ReleaseInfo, current_release, link_of

COMMAND = Path(sys.executable).with_name("warehouse")
TODAY = "2026-11-22T17:00:00Z"
_SETTINGS = ("WAREHOUSE_", "DAGSTER_")


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def error_lines(self) -> list[str]:
        return self.err.strip().splitlines()


@dataclass(frozen=True)
class Warehouse:
    """A data directory and the command line upon it."""

    data_dir: Path

    def __call__(self, *arguments: str, **settings: str) -> Answer:
        """Run the command as a process of its own."""
        done = subprocess.run(
            [COMMAND, "--data-dir", str(self.data_dir), *arguments], env=clean_environment(settings), capture_output=True, text=True, check=False
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [COMMAND, "--data-dir", str(self.data_dir), *arguments],
            env=clean_environment({}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def here(self, *arguments: str, **settings: str) -> Answer:
        """Run the command in this process: the same code without the seconds that importing it takes."""
        from orchestration.cli import main

        code, out, err = 0, io.StringIO(), io.StringIO()
        with _environment(clean_environment(settings)), redirect_stdout(out), redirect_stderr(err):
            try:
                main(["--data-dir", str(self.data_dir), *arguments], standalone_mode=False)
            except SystemExit as end:
                code = int(end.code or 0)
        return Answer(code, out.getvalue(), err.getvalue())

    def release(self, link: str = link_of(None)) -> ReleaseInfo:
        release = current_release(self.data_dir, link)
        assert release is not None
        return release

    @contextmanager
    def connect(self, link: str = link_of(None)) -> Iterator[duckdb.DuckDBPyConnection]:
        """The release that the link points at, opened to read."""
        with duckdb.connect(str(self.release(link).database), read_only=True) as connection:
            yield connection

    @property
    def releases(self) -> set[str]:
        return {path.name for path in (self.data_dir / "publish").iterdir() if path.is_dir() and not path.is_symlink()}

    @property
    def vintages(self) -> set[str]:
        return {path.parent.relative_to(self.data_dir).as_posix() for path in self.data_dir.glob("landing/*/*/vintage=*/vintage.json")}


def clean_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of this process without settings of the warehouse but those given, at a fixed time unless one is given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}
    return {**inherited, "COLUMNS": "200", "WAREHOUSE_NOW": TODAY, **settings}


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    saved = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(saved)
