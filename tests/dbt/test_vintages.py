"""Vintages through the real landing zone and the real dbt project, against a few lines of Python that replay the releases one by one."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from sources import intake, registry
from sources.landing import Landing
from sources.spec import Vintage
from tests.dbt.project import TABLE, Figures, Project, failed, months
from tests.sources.agency import table_zip

PERIODS = months(2022, 5)
MEXICO = "4"
WORLD, US = "1", "2"
# What fct_trade held by the end of a day, read from the versions.
STOOD_ON = """
    select case partner_code when 'WORLD' then '1' when 'US' then '2' else '4' end, strftime(period_start_date, '%Y-%m'), round(value / 1e6, 1)
    from marts.fct_trade_vintage
    where known_from <= ?::date and coalesce(known_to > ?::date, true)"""


@dataclass(frozen=True)
class Release:
    vintage: str
    figures: Figures
    is_partial: bool

    @property
    def day(self) -> date:
        return Vintage.parse(self.vintage).date


def replay(releases: list[Release], day: date) -> dict[tuple[str, str], float | None]:
    """What was known by the end of the day: a complete release replaces everything, a partial one overlays its cells."""
    known: dict[tuple[str, str], float | None] = {}
    for release in releases:
        if release.day <= day:
            known = {**(known if release.is_partial else {}), **release.figures}
    return known


def replay_pairs(releases: list[Release], day: date) -> dict[str, tuple[float, float]]:
    """The US and world figures of each month from the newest release that has both, until one of them is withdrawn or suppressed."""
    pairs: dict[str, tuple[float, float]] = {}
    for release in releases:
        if release.day <= day:
            known = replay([earlier for earlier in releases if earlier.day <= release.day][: releases.index(release) + 1], release.day)
            for month in PERIODS:
                us, world = known.get((US, month)), known.get((WORLD, month))
                if us is None or world is None:
                    pairs.pop(month, None)
                elif (US, month) in release.figures and (WORLD, month) in release.figures:
                    pairs[month] = (us, world)
    return pairs


def made_up_releases(seed: int) -> list[Release]:
    """Complete and partial releases that revise, suppress, withdraw and bring back figures; two are of one day."""
    chance = random.Random(seed)
    cells = [(partner, month) for partner in (WORLD, US, MEXICO) for month in PERIODS]
    limits = {WORLD: (900, 999), US: (500, 899), MEXICO: (1, 99)}

    def figure(partner: str) -> float | None:
        return None if chance.random() < 0.05 else chance.randint(10 * limits[partner][0], 10 * limits[partner][1]) / 10

    table = {cell: figure(cell[0]) for cell in cells[:-3]}
    releases = []
    for vintage, is_partial in [
        ("2026-01-08", True),
        ("2026-02-05", False),
        ("2026-03-05", True),
        ("2026-04-02", False),
        ("2026-05-05", False),
        ("2026-05-05.2", False),
        ("2026-06-09", True),
        ("2026-07-07", True),
        ("2026-08-04", False),
        ("2026-09-03", False),
    ]:
        if is_partial:
            both = [(partner, month) for month in chance.sample(PERIODS, 12) for partner in (WORLD, US)]
            chosen = [*both, *chance.sample(cells, 6)]
            figures = {cell: table.get(cell) if chance.random() < 0.3 and cell in table else figure(cell[0]) for cell in chosen}
            releases.append(Release(vintage, figures, is_partial=True))
        else:
            for cell in chance.sample(cells, 25):
                table[cell] = figure(cell[0])
            absent = set(chance.sample(cells, 2))
            releases.append(Release(vintage, {cell: value for cell, value in table.items() if cell not in absent}, is_partial=False))
    return releases


@pytest.fixture(scope="module")
def releases() -> list[Release]:
    return made_up_releases(20260903)


@pytest.fixture(scope="module")
def built(releases: list[Release], tmp_path_factory: pytest.TempPathFactory) -> Project:
    """All releases landed, and the dbt project built on them with its own tests."""
    project = Project(tmp_path_factory.mktemp("vintages") / "data")
    for release in releases:
        project.land(release.vintage, release.figures, is_partial=release.is_partial)
    project.list_vintages()
    statuses = project.dbt("build")
    assert not failed(statuses)
    return project


def days(releases: list[Release]) -> list[date]:
    """Each release's day and the day before it."""
    return sorted({day for release in releases for day in (release.day, release.day - timedelta(days=1))})


def test_the_versions_replay_every_day(built: Project, releases: list[Release]) -> None:
    with built.connect() as connection:
        for day in days(releases):
            rows = connection.execute(STOOD_ON, [day, day]).fetchall()
            stood = {(partner, month): value for partner, month, value in rows}
            assert len(stood) == len(rows), f"two figures of one cell on {day}"
            assert stood == replay(releases, day), day


def test_what_a_complete_release_lacks_was_withdrawn_that_day(built: Project, releases: list[Release]) -> None:
    """The made-up releases do withdraw and bring back, and what is withdrawn is told apart from what is revised."""
    lost = [
        (cell, release.day)
        for before, release in pairwise(releases)
        if not release.is_partial
        for cell in replay(releases[: releases.index(release)], before.day).keys() - release.figures.keys()
    ]
    assert len(lost) >= 8
    with built.connect() as connection:
        rows = connection.execute(
            "select case partner_code when 'WORLD' then '1' when 'US' then '2' else '4' end, strftime(period_start_date, '%Y-%m'), known_to "
            "from marts.fct_trade_vintage where is_withdrawn"
        ).fetchall()
    assert sorted(((partner, month), day) for partner, month, day in rows) == sorted(lost)


def test_a_release_that_repeats_a_figure_adds_no_row(built: Project, releases: list[Release]) -> None:
    """As many versions as there are changes when the releases are replayed."""
    changes, known = 0, {}
    for release in releases:
        after = {**(known if release.is_partial else {}), **release.figures}
        changes += sum(1 for cell, value in after.items() if cell not in known or known[cell] != value)
        known = after
    with built.connect() as connection:
        assert connection.execute("select count(*) from marts.fct_trade_vintage").fetchall() == [(changes,)]
    assert changes < sum(len(release.figures) for release in releases) / 2


def test_the_pairs_replay_every_day(built: Project, releases: list[Release]) -> None:
    """Numerator and denominator of a month are of one release, and end when one of them is lost."""
    with built.connect() as connection:
        for day in days(releases):
            rows = connection.execute(
                "select strftime(period_start_date, '%Y-%m'), round(us_value / 1e6, 1), round(world_value / 1e6, 1) from marts.us_share_vintage "
                "where known_from <= ?::date and coalesce(known_to > ?::date, true)",
                [day, day],
            ).fetchall()
            stood = {month: (us, world) for month, us, world in rows}
            assert len(stood) == len(rows), f"two pairs of one month on {day}"
            assert stood == replay_pairs(releases, day), day


def test_rebuilt_as_of_a_day_it_is_what_was_known_then(built: Project, releases: list[Release], tmp_path: Path) -> None:
    """The as_of macro at work: no later release, and the same cells as the replay."""
    day = date(2026, 6, 30)
    project = Project(tmp_path / "data")
    project.data_dir.mkdir()
    (project.data_dir / "landing").symlink_to(built.data_dir / "landing")
    chosen = ("--select", "+export_concentration", "+fct_trade", "--indirect-selection", "buildable")
    assert not failed(project.dbt("build", *chosen, as_of=day.isoformat()))
    with project.connect() as connection:
        rows = connection.execute(
            "select case partner_code when 'WORLD' then '1' when 'US' then '2' else '4' end, strftime(period_start_date, '%Y-%m'), "
            "round(value / 1e6, 1), vintage_date from marts.fct_trade"
        ).fetchall()
        pairs = connection.execute(
            "select strftime(period_start_date, '%Y-%m'), round(us_value / 1e6, 1), round(world_value / 1e6, 1) "
            "from marts.export_concentration where window_type = 'month'"
        ).fetchall()
        vintages = connection.execute("select count(*), max(vintage_date) from staging.stg_landing__vintage").fetchall()
    assert {(partner, month): value for partner, month, value, _ in rows} == replay(releases, day)
    assert {month: (us, world) for month, us, world in pairs} == replay_pairs(releases, day)
    assert max(vintage for *_, vintage in rows) <= day
    assert vintages == [(sum(release.day <= day for release in releases), max(release.day for release in releases if release.day <= day))]


def test_the_public_values_are_dollars(built: Project) -> None:
    with built.connect() as connection:
        rows = connection.execute(
            "select distinct dataset, currency, value_decimals, flow, basis, seasonal_adjustment, is_preferred from marts.fct_trade"
        ).fetchall()
        assert rows == [(TABLE, "CAD", -5, "export", "customs", "seasonally_adjusted", True)]
        assert connection.execute("select min(value) between 1e6 and 1e8, max(value) between 9e8 and 1e9 from marts.fct_trade").fetchall() == [
            (True, True)
        ]


def test_seeds_keep_namibia(built: Project) -> None:
    """Its code, NA, is text, and no code of the list is lost to a word for "missing"."""
    with built.connect() as connection:
        assert connection.execute("select partner_name from marts.dim_partner where partner_code = 'NA'").fetchall() == [("Namibia",)]
        assert connection.execute("select count(*) from seeds.partner where partner_code is null").fetchall() == [(0,)]


def test_a_vintage_of_a_data_set_that_no_model_reads_is_listed(built: Project, tmp_path: Path) -> None:
    """meta.source_file has every landed file, also of a table that was only imported."""
    project = Project(Path(shutil.copytree(built.data_dir, tmp_path / "data")))
    file = tmp_path / "18100204-eng.zip"
    file.write_bytes(table_zip("2026-03", product_id="18100204"))
    other = registry.dataset("statcan/18100204")
    intake.land_file(Landing(project.data_dir), other, file, Vintage.parse("2026-04-20"))
    project.list_vintages()
    assert not failed(project.dbt("build", "--select", "stg_landing__vintage", "source_file"))
    with project.connect() as connection:
        rows = connection.execute("select vintage, method, is_complete from meta.source_file where dataset = 'statcan/18100204'").fetchall()
    assert rows == [("2026-04-20", "import", True)]
