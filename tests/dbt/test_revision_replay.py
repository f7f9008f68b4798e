"""What each release said, against the releases themselves: made-up ones that revise, suppress, withdraw and bring back figures."""

from __future__ import annotations

import pytest

from tests.dbt.project import Figures, Project, failed
from tests.dbt.test_vintages import US, WORLD, Release, made_up_releases, replay

CELL = "case partner_code when 'WORLD' then '1' when 'US' then '2' else '4' end, strftime(period_start_date, '%Y-%m')"
# (vintage, partner's member number, month) -> millions of dollars; None where the release withdraws or suppresses the figure.
Said = dict[tuple[str, str, str], float | None]


@pytest.fixture(scope="module")
def releases() -> list[Release]:
    return made_up_releases(20261006)


@pytest.fixture(scope="module")
def built(releases: list[Release], tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("revisions") / "data")
    for release in releases:
        project.land(release.vintage, release.figures, is_partial=release.is_partial)
    project.list_vintages()
    assert not failed(project.dbt("build", "--select", "+revision_statistics", "+headline_revision", "--indirect-selection", "buildable"))
    return project


def said_by(releases: list[Release]) -> Said:
    """What each release holds, and nothing where a complete one no longer has a cell; from the first figure of a cell on."""
    said: Said = {}
    known: set[tuple[str, str]] = set()
    begun: set[tuple[str, str]] = set()
    for release in releases:
        withdrawn = set() if release.is_partial else known - release.figures.keys()
        begun |= {cell for cell, value in release.figures.items() if value is not None}
        said |= {(release.vintage, *cell): release.figures.get(cell) for cell in (release.figures.keys() | withdrawn) & begun}
        known = (known - withdrawn) | release.figures.keys()
    return said


def test_the_triangle_is_what_the_releases_hold(built: Project, releases: list[Release]) -> None:
    with built.connect() as connection:
        rows = connection.execute(
            f"select vintage, {CELL}, round(value / 1e6, 1), is_withdrawn from marts.revision_triangle where measure <> 'us_share'"
        ).fetchall()
    expected = said_by(releases)
    assert {tuple(key): value for *key, value, _ in rows} == expected
    assert len(rows) == len(expected)
    figures = {release.vintage: release.figures for release in releases}
    assert {tuple(key) for *key, _, is_withdrawn in rows if is_withdrawn} == {key for key in expected if key[1:] not in figures[key[0]]}
    assert sum(is_withdrawn for *_, is_withdrawn in rows) >= 8


def test_first_and_latest_are_the_ends_of_the_releases(built: Project, releases: list[Release]) -> None:
    first: Figures = {}
    for release in reversed(releases):
        first = {**first, **{cell: value for cell, value in release.figures.items() if value is not None}}
    now = replay(releases, releases[-1].day)
    with built.connect() as connection:
        rows = connection.execute(
            f"select distinct {CELL}, round(first_value / 1e6, 1), round(latest_value / 1e6, 1) "
            "from marts.revision_triangle where measure <> 'us_share'"
        ).fetchall()
    assert {(partner, month): (begun, latest) for partner, month, begun, latest in rows} == {
        cell: (value, now.get(cell)) for cell, value in first.items()
    }


def test_a_share_is_said_by_one_release(built: Project, releases: list[Release]) -> None:
    with built.connect() as connection:
        rows = connection.execute(
            "select vintage, strftime(period_start_date, '%Y-%m'), round(value, 9) "
            "from marts.revision_triangle where measure = 'us_share' and value is not null"
        ).fetchall()
    expected = {
        (release.vintage, month): round(us / world, 9)
        for release in releases
        for (partner, month), us in release.figures.items()
        if partner == US and us is not None and (world := release.figures.get((WORLD, month))) is not None
    }
    assert {(vintage, month): value for vintage, month, value in rows} == expected
