"""Vehicles made, and where their parts are from: the figures of the bundled files, found as an analyst would ask for them."""

from __future__ import annotations

from datetime import date

import pytest

from sources import intake, registry
from sources.landing import Landing
from tests.dbt.project import Project, failed

CHOSEN = ("+vehicle_production", "+vehicle_content_by_assembly")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("vehicles"))
    landing = Landing(project.data_dir)
    for name in ("oica/cited_figures", "nhtsa/aala"):
        intake.land_bundled(landing, registry.dataset(name))
    project.list_vintages()
    options = ("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious")
    assert not failed(project.dbt("build", *options, "-s", *CHOSEN))
    return project


def ask(project: Project, query: str) -> list[tuple]:
    with project.connect() as connection:
        return connection.execute(query).fetchall()


def test_the_two_figures_of_canada_in_2023_are_two_versions(project):
    found = ask(
        project,
        "SELECT units, known_from, known_to FROM marts.vehicle_production "
        "WHERE country = 'CA' AND year = 2023 AND publisher = 'OICA' ORDER BY known_from",
    )
    assert found == [(1_553_026, date(2024, 3, 31), date(2025, 10, 31)), (1_553_758, date(2025, 10, 31), None)]


def test_a_count_of_light_vehicles_is_no_version_of_one_of_all(project):
    found = ask(
        project, "SELECT vehicle_category, publisher = 'OICA', units FROM marts.vehicle_production WHERE country = 'CA' AND year = 2024 ORDER BY ALL"
    )
    assert found == [("all vehicles", True, 1_342_647), ("light vehicles", False, 1_294_000)]


def test_the_world_is_no_country_and_every_country_has_its_code(project):
    assert ask(project, "SELECT DISTINCT country FROM marts.vehicle_production ORDER BY 1") == [
        ("CA",), ("CN",), ("JP",), ("KR",), ("MX",), ("US",), ("WORLD",),
    ]  # fmt: skip


def test_every_line_of_the_report_is_in_and_repeated_ones_once(project):
    ((lines, kept, repeated),) = ask(
        project,
        "SELECT (SELECT count(*) FROM staging.stg_nhtsa__aala), (SELECT count(*) FROM marts.vehicle_content), "
        "(SELECT any_value(n_repeated_lines_of_year) FROM marts.vehicle_content_by_assembly)",
    )
    assert lines == 528
    assert kept == lines - repeated
    assert repeated == 6


def test_carlines_assembled_in_canada_are_found_in_cells_of_several_countries_too(project):
    found = dict(
        ask(project, "SELECT make || ' ' || carline, max(us_canada_content_pct) FROM marts.vehicle_content WHERE is_assembled_in_canada GROUP BY ALL")
    )
    assert found["Chrysler Pacifica"] == 66
    assert found["Toyota Rav4"] == 70
    assert ask(project, "SELECT assembly_countries FROM marts.vehicle_content WHERE carline = 'Rav4'") == [("Canada, United States",)]
    assert len(found) == 12


def test_several_named_sources_keep_their_percentages(project):
    assert ask(project, "SELECT named_foreign_sources FROM marts.vehicle_content WHERE carline = 'Charger BEV'") == [("Mexico 28%, Hungary 17%",)]


def test_a_mean_stands_within_the_rounding_of_its_lines(project):
    ((low, mean, high, lines),) = ask(
        project,
        "SELECT mean_us_canada_content_pct_low, mean_us_canada_content_pct, mean_us_canada_content_pct_high, n_lines "
        "FROM marts.vehicle_content_by_assembly WHERE assembly_country = 'Canada'",
    )
    expected = ask(project, "SELECT avg(us_canada_content_pct) FROM marts.vehicle_content WHERE is_assembled_in_canada")[0][0]
    assert (mean, lines) == (pytest.approx(expected), 15)
    assert (low, high) == (pytest.approx(mean - 2.5), pytest.approx(mean + 2.5))


def test_knowledge_of_an_earlier_day_has_the_first_figure_alone(project):
    project.dbt("build", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious", "-s", "+vehicle_production", as_of="2025-01-01")
    assert ask(project, "SELECT units, known_to FROM marts.vehicle_production WHERE country = 'CA' AND year = 2023") == [(1_553_026, None)]
