"""The command line: a remote control of the Dagster jobs, and a reader of what they published.

Whatever needs neither Dagster nor dbt imports neither.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from orchestration.lib.table_format import FORMATS, show
from orchestration.publication.release import CURRENT, PREVIOUS, ReleaseInfo, UnknownReleaseError, current_release, find_release, link_of
from orchestration.settings import DATA_DIR_VARIABLE, REPOSITORY, Settings
from sources import intake, registry
from sources.clock import now
from sources.credentials import configuration, how_to_configure
from sources.errors import SourceError
from sources.landing import Attempt, Landing
from sources.spec import Dataset, Vintage

messages = Console(stderr=True, highlight=False, emoji=False)


class WarehouseGroup(click.Group):
    """Errors that a user can mend end in one line and exit code 1, never in a traceback."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except (SourceError, UnknownReleaseError, UserError) as error:
            messages.print(f"[bold red]Error[/] {_escaped(error)}", soft_wrap=True)
            sys.exit(1)


class UserError(Exception):
    """What was asked for cannot be done, and why."""


@click.group(cls=WarehouseGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.option(
    "--data-dir", type=click.Path(path_type=Path, file_okay=False), help=f"Where everything is kept [default: ${DATA_DIR_VARIABLE} or .warehouse]."
)
@click.pass_context
def main(context: click.Context, data_dir: Path | None) -> None:
    """Trade leverage warehouse: who depends on whom in Canada–US trade, with every vintage of every figure."""
    if data_dir:
        os.environ[DATA_DIR_VARIABLE] = str(data_dir.resolve())
    context.obj = Settings.from_environment()


format_option = click.option("--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True, help="How to print rows.")


class Day(click.DateTime):
    """A day that figures can be asked for, written YYYY-MM-DD."""

    name = "date"

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> datetime:
        day: datetime = super().convert(value, parameter, context)
        if not 1867 <= day.year <= 2200:
            self.fail(f"{day:%Y-%m-%d} is not a day that figures are about.", parameter, context)
        return day


day = Day()

_CAUSES = """\b
Causes:
  new period   only in B, in a month or other period that A lacks
  new series   only in B otherwise; new row where the table has no periods
  withdrawn    only in A
  revision     other values from other vintages; in tables of versions also new versions and the end of old ones
  definition   other values from the same vintages; a table, column, key, type, unit or description that changed
  undated      other values in a table without vintages, while the releases rest on different files
  repeated     the same values, which a later release repeats
"""


@main.command()
@click.option("--as-of", type=day, help="Build on what was known by the end of this day, into publish/as-of-<DATE>.")
@click.option("--force", is_flag=True, help="Publish a new release though nothing is new.")
@click.pass_obj
def build(settings: Settings, as_of: datetime | None, force: bool) -> None:
    """Land the bundled vintages, make everything of what has landed, and publish it."""
    _build(settings, as_of.date() if as_of else None, force=force)


@main.command()
@click.argument("names", metavar="[DATASET]...", nargs=-1)
@click.pass_obj
def refresh(settings: Settings, names: tuple[str, ...]) -> None:
    """Ask the agencies for what is new, and build when something is. Without names: every data set that can be asked for."""
    datasets = [registry.dataset(name) for name in names] or [dataset for dataset in registry.datasets() if dataset.fetch]
    failures = _refresh(settings, datasets)
    try:
        _build(settings, None, force=False)
    except UserError as error:
        failures.append(str(error))
    _raise_if_any(failures)


@main.command()
@click.argument("name", metavar="DATASET")
@click.argument("parts", metavar="[PART]...", nargs=-1)
@click.pass_obj
def backfill(settings: Settings, name: str, parts: tuple[str, ...]) -> None:
    """Fetch the past of a data set that is released in parts, and build. Without parts: all that have not landed, the newest first."""
    from orchestration.lib.backfill import backfill as fill

    dataset = registry.dataset(name)
    if not dataset.partition or not dataset.fetch:
        raise UserError(f"{dataset.id} is not fetched in parts; run `warehouse {'refresh' if dataset.fetch else 'import'} {dataset.id}`")
    wanted = parts or intake.missing_parts(Landing(settings.data_dir), dataset)
    if not wanted:
        messages.print(f"{dataset.id}: all parts have landed.")
        return
    result = fill(settings, dataset, wanted, messages)
    outcomes = Counter(attempt.outcome.replace("_", " ") for attempt in result.attempts)
    if outcomes:
        messages.print(f"{dataset.id}: " + ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items()))
    if result.left:
        result.failures.append(f"run the command again to go on from {result.left[0]}; parts left: {len(result.left)}")
    if outcomes["landed"]:
        _build(settings, None, force=False)
    _raise_if_any(result.failures)


@main.command(name="import")
@click.argument("name", metavar="DATASET")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--vintage", help="The release that the file is: 2026-09-03, or 2026-06-09~ for an estimate.")
@click.option("--partial", "is_partial", is_flag=True, help="The file is an excerpt: it adds and corrects cells and withdraws none.")
@click.pass_obj
def import_(settings: Settings, name: str, file: Path, vintage: str | None, is_partial: bool) -> None:
    """Land a file that you have. `warehouse build` then uses it."""
    try:
        release = Vintage.parse(vintage) if vintage else None
    except ValueError as error:
        raise UserError(str(error)) from error
    attempt = intake.land_file(Landing(settings.data_dir), registry.dataset(name), file, release, is_partial=is_partial)
    if attempt.vintage is None or attempt.rows is None:
        raise UserError(f"{attempt.dataset}: nothing landed: {attempt.reason}")
    click.echo(f"{attempt.dataset}: {attempt.outcome} as vintage {attempt.vintage}, {attempt.rows:,} rows")


@main.command()
@format_option
@click.pass_obj
def datasets(settings: Settings, format_: str) -> None:
    """What can be landed: title, cadence, licence, whether a key is needed and set, last vintage."""
    landed = Landing(settings.data_dir).vintages()
    rows = []
    for dataset in registry.datasets():
        vintages = [vintage for vintage in landed if vintage.dataset == dataset.id]
        rows.append(
            {
                "dataset": dataset.id,
                "title": dataset.title,
                "cadence": dataset.cadence.name,
                "asked_at": f"{dataset.cadence.cron} {dataset.cadence.timezone}" if dataset.fetch else None,
                "access": "fetched" if dataset.fetch else "imported or bundled",
                "configuration": configuration(dataset),
                "how_to_get_a_key": how_to_configure(dataset) or None,
                "parts_by": dataset.partition.by if dataset.partition else None,
                "vintages": len(vintages),
                "last_vintage": vintages[-1].label if vintages else None,
                "licence": dataset.licence.name,
                "allows_copies": dataset.licence.allows_copies,
                "attribution": dataset.licence.attribution,
                "source_url": dataset.source_url,
            }
        )
    show(rows, format_, hide_in_table=("asked_at", "how_to_get_a_key", "parts_by", "allows_copies", "attribution", "source_url"))


@main.command()
@format_option
@click.pass_obj
def status(settings: Settings, format_: str) -> None:
    """What is stale or failed, why, and what to do."""
    from orchestration.lib.status import dataset_status

    show(dataset_status(Landing(settings.data_dir)), format_)
    release = current_release(settings.data_dir)
    messages.print(f"Current release: {release.release_id}, {_escaped(release.headline)}" if release else "No release yet: run `warehouse build`.")


@main.command()
@click.argument("query")
@click.option("--as-of", type=day, help="Ask the release of this knowledge date.")
@format_option
@click.pass_obj
def sql(settings: Settings, query: str, as_of: datetime | None, format_: str) -> None:
    """Ask the current release in SQL."""
    import duckdb

    release = _release(settings, as_of.date() if as_of else None)
    with duckdb.connect(release.database, read_only=True) as connection:
        try:
            answer = connection.execute(query)
        except duckdb.Error as error:
            raise UserError(str(error)) from error
        if answer is None:
            raise UserError('the query is empty; try `warehouse sql "from marts.export_concentration limit 5"`')
        names = [column[0] for column in answer.description or []]
        show([dict(zip(names, row, strict=True)) for row in answer.fetchall()], format_, columns=names)


@main.command()
@click.option("--event-date", type=day, help="Judge the claim as if made on this day [default: the day it was made].")
@click.option("--as-known-on", type=day, help="Use only figures published by this day [default: today].")
@format_option
@click.pass_obj
def claims(settings: Settings, event_date: datetime | None, as_known_on: datetime | None, format_: str) -> None:
    """The verdict on every claim, with the figure, its tolerance and the file behind it."""
    import duckdb

    from orchestration.lib.claim_table import judge

    release = _release(settings, None)
    with duckdb.connect(release.database, read_only=True) as connection:
        verdicts = judge(connection, [(event_date and event_date.date(), as_known_on.date() if as_known_on else now().date())])
    show([dataclasses.asdict(judged) for judged in verdicts], format_, as_record=True)


@main.command(epilog=_CAUSES)
@click.argument("before", metavar="[A]", default=PREVIOUS)
@click.argument("after", metavar="[B]", default=CURRENT)
@click.option("--table", help="List what changed in this table, cell by cell: marts.fct_trade.")
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="With --table: how many lines at most; 0 lists all.")
@format_option
@click.pass_obj
def diff(settings: Settings, before: str, after: str, table: str | None, limit: int, format_: str) -> None:
    """What changed from release A to release B, and why: a new month, a revision, or another definition.

    A release is named by its id or the beginning of it, by a link (current, as-of-2026-05-31), or as previous: the newest before the current
    one. Without names: previous and current. The exit code is 0 whether or not anything differs.
    """
    from orchestration.publication.diff import Change, UnknownTableError, compared

    older, newer = (find_release(settings.data_dir, name) for name in (before, after))
    for word, release in (("From", older), ("To", newer)):
        messages.print(_escaped(f"{word} {release.release_id}: {release.headline}"), soft_wrap=True)
    with compared(older.database, newer.database) as comparison:
        try:
            listing = comparison.listing(table, limit or None) if table else None
        except UnknownTableError as error:
            raise UserError(str(error)) from error
        rows = listing.rows if listing else [dataclasses.asdict(change) for change in comparison.changes()]
        not_compared = comparison.not_compared(table)
    names = listing.columns if listing else tuple(Change.__annotations__)
    alike = _alike(rows, listing.key) if listing and format_ == "table" else {}
    show(rows, format_, columns=names, hide_in_table=list(alike))
    if alike:
        messages.print(_escaped(f"In every line: {', '.join(f'{name} {value}' for name, value in alike.items())}."), soft_wrap=True)
    if listing and listing.total > len(rows):
        messages.print(f"{listing.total - len(rows):,} more lines: --limit 0 lists all.")
    if not rows:
        messages.print("Nothing differs.")
    for line in not_compared:
        messages.print(_escaped(f"Not compared: {line}."), soft_wrap=True)


@main.command()
@click.pass_obj
def publish(settings: Settings) -> None:
    """Publish a new release of the working warehouse as the last build left it."""
    if not settings.database(None).exists():
        raise UserError("there is no working warehouse to publish; run `warehouse build`")
    _run(settings, "publish", {})
    _say_headline(settings, None)


def _alike(rows: Sequence[Mapping[str, Any]], names: Iterable[str]) -> dict[str, Any]:
    """The columns in which several rows have one value."""
    return {name: rows[0][name] for name in names if len({row[name] for row in rows}) == 1} if len(rows) > 1 else {}


def _build(settings: Settings, as_of: date | None, *, force: bool) -> None:
    from orchestration.publication.state import state_of

    release = current_release(settings.data_dir, link_of(as_of))
    if release and release.state == state_of(settings.data_dir, as_of) and not force:
        messages.print("Nothing is new: the release matches everything that has landed.")
    else:
        _run(settings, "build", {"resources": {"warehouse": {"config": {"as_of": as_of.isoformat() if as_of else ""}}}})
    _say_headline(settings, as_of)


def _refresh(settings: Settings, datasets: list[Any]) -> list[str]:
    """Declared data sets are refreshed by the job of that name; tables that the provider merely knows are landed directly."""
    declared = {dataset.id for dataset in registry.datasets()}
    landing = Landing(settings.data_dir)
    failures = []
    for dataset in datasets:
        if dataset.id not in declared or dataset.fetch is None:
            try:
                intake.refresh(landing, dataset)
            except SourceError as error:
                failures.append(str(error))
    chosen = [dataset for dataset in datasets if dataset.id in declared and dataset.fetch]
    if chosen:
        from orchestration.lib.raw_assets import raw_key
        from orchestration.lib.run_job import run_job

        failures += run_job("refresh", settings, {}, messages, [raw_key(dataset) for dataset in chosen])
    for dataset in datasets:
        for last in _last_attempts(landing, dataset, dataset.live_parts(now().date())):
            part, vintage = f" {last.part}" if last.part else "", f" as vintage {last.vintage}" if last.vintage else ""
            messages.print(_escaped(f"{dataset.id}{part}: {last.outcome.replace('_', ' ')}{vintage}"), soft_wrap=True)
            if last.outcome in ("not_yet", "not_configured"):
                messages.print(_escaped(f"  {last.reason}"), soft_wrap=True)
    return failures


def _last_attempts(landing: Landing, dataset: Dataset, parts: Iterable[str]) -> list[Attempt]:
    """The last attempt at each of the parts that was tried."""
    newest = {attempt.part: attempt for attempt in landing.attempts(dataset.id)}
    return [newest[part] for part in parts if part in newest]


def _run(settings: Settings, job: str, run_config: Mapping[str, Any]) -> None:
    from orchestration.lib.run_job import run_job

    _raise_if_any(run_job(job, settings, run_config, messages))


def _raise_if_any(failures: list[str]) -> None:
    if failures:
        raise UserError("\n      ".join(failures))


def _release(settings: Settings, as_of: date | None) -> ReleaseInfo:
    release = current_release(settings.data_dir, link_of(as_of))
    if release is None:
        raise UserError(f"there is no release yet; run `warehouse build{f' --as-of {as_of}' if as_of else ''}`")
    return release


def _say_headline(settings: Settings, as_of: date | None) -> None:
    release = _release(settings, as_of)
    folder = settings.data_dir / "publish" / link_of(as_of)
    shown = folder.relative_to(REPOSITORY) if folder.is_relative_to(REPOSITORY) else folder
    click.echo(f"{release.headline}\nRelease {release.release_id} is in {shown}; open report.html there.")


def _escaped(text: object) -> str:
    return str(text).replace("[", r"\[")
