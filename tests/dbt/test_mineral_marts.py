"""Minerals: shares and concentration of the bundled edition, and what each mark of the agency does to a share."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from orchestration.lib.mineral_figures import read_listed_minerals, read_mineral_years
from orchestration.metrics.mineral_year import mineral_metrics, unpublished_metrics
from orchestration.metrics.minerals import canada_mine_share, canada_share_of_us_imports, world_mine_hhi
from sources import intake, registry
from sources.landing import Landing
from tests.dbt.contracts import land
from tests.dbt.project import Project, failed

SUMMARIES = "usgs/mineral_commodity_summaries"
GOLDEN = json.loads((Path(__file__).parents[1] / "metrics" / "golden" / "golden_metrics.json").read_text())
COLUMNS = (
    *("MCS chapter", "Section", "Commodity", "Country", "Statistics", "Statistics_detail", "Unit", "Year", "Value", "Notes"),
    *("Is critical mineral 2025", "Other notes"),
)
CHOSEN = ("+mineral_dependence", "+critical_mineral_listing", "+mineral_trade_value", "int_minerals__us_use")
OPTIONS = ("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious", "-s", *CHOSEN)


def build(project: Project, as_of: str = "none") -> None:
    project.list_vintages()
    assert not failed(project.dbt("build", *OPTIONS, as_of=as_of))


def ask(project: Project, query: str) -> list[tuple]:
    with project.connect() as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("minerals"))
    for name in (SUMMARIES, "usgs/critical_minerals_salient", "usgs/import_sources", "nrcan/cited_figures"):
        intake.land_bundled(Landing(project.data_dir), registry.dataset(name))
    build(project)
    return project


@pytest.mark.parametrize(("year", "golden"), [(2024, "cobalt_mine_2024"), (2025, "cobalt_mine_2025e")])
def test_cobalt_is_as_it_was_worked_out_by_hand(project, year, golden):
    expected = GOLDEN[golden]
    ((share, of_published, rows, published),) = ask(
        project,
        "SELECT world_share, share_of_published_total, rows_total, published_total FROM marts.mineral_supply "
        f"WHERE mineral = 'cobalt' AND stage = 'mine' AND country = 'CA' AND year = {year}",
    )
    assert (rows, published) == (expected["sum_of_rows"], expected["published_world_total_rounded"])
    assert share == pytest.approx(expected["canada_share_of_rows"], rel=1e-12)
    assert of_published == pytest.approx(expected["canada_share_of_published_total"], rel=1e-12)
    ((low, high, capped),) = ask(
        project,
        "SELECT world_mine_hhi_low, world_mine_hhi_high, world_mine_hhi_high_if_listed_are_largest FROM marts.mineral_dependence "
        f"WHERE mineral = 'cobalt' AND year = {year}",
    )
    assert low == pytest.approx(expected["lower"], rel=1e-12)
    assert high == pytest.approx(expected["upper_other_is_one"], rel=1e-12)
    assert capped == pytest.approx(expected["upper_other_capped_at_smallest_listed"], rel=1e-12)


def test_america_depends_on_cobalt_and_canada_is_a_seventh_of_its_imports(project):
    found = ask(
        project,
        "SELECT us_net_import_reliance_low, us_net_import_reliance_high, canada_import_share, import_year_from, import_year_to, "
        "import_source_hhi_low, import_source_hhi_high FROM marts.mineral_dependence WHERE mineral = 'cobalt' AND year = 2025",
    )
    expected = GOLDEN["us_cobalt_import_source_hhi_bounds"]
    bounds = pytest.approx((expected["lower"], expected["upper_other_capped_at_smallest_listed"]), rel=1e-12)
    assert found[0][:5] == (0.79, 0.79, 0.14, 2021, 2024)
    assert found[0][5:] == bounds


def test_a_source_that_is_not_listed_is_no_larger_than_the_smallest_that_is(project):
    found = ask(
        project,
        "SELECT mineral, canada_import_share, canada_import_share_low, round(canada_import_share_high, 9) FROM marts.mineral_dependence "
        "WHERE mineral IN ('lithium', 'rare earths') AND year = 2025 ORDER BY 1",
    )
    assert found == [("lithium", None, 0, 0.03), ("rare earths", None, 0, 0.05)]


def test_a_bound_on_reliance_is_an_interval(project):
    found = ask(
        project,
        "SELECT mineral, us_net_import_reliance, us_net_import_reliance_low, us_net_import_reliance_high FROM marts.mineral_dependence "
        "WHERE us_net_import_reliance_qualifier IN ('greater_than', 'less_than') ORDER BY 1",
    )
    assert found == [("bauxite", None, 0.75, 1), ("lithium", None, 0.5, 1), ("zirconium", None, 0, 0.25)]


def test_an_excerpt_without_a_total_has_quantities_and_no_share(project):
    found = ask(
        project,
        "SELECT quantity, world_share_low, is_sample FROM marts.mineral_supply "
        "WHERE mineral = 'copper' AND stage = 'refinery' AND country = 'CA' AND year = 2023",
    )
    assert found == [(310_000, None, True)]
    assert ask(project, "SELECT round(processing_ratio, 6) FROM marts.mineral_dependence WHERE mineral = 'copper' AND year = 2023") == [(0.645833,)]


def test_the_lists_have_as_many_minerals_as_their_governments_say(project):
    found = ask(
        project,
        "SELECT list_id, list.n_minerals, count(*) FROM seeds.critical_mineral JOIN seeds.critical_mineral_list AS list USING (list_id) GROUP BY ALL",
    )
    assert len(found) == 5
    assert all(stated == counted for _, stated, counted in found)
    listed = dict(ask(project, "SELECT side, count(*) FROM marts.critical_mineral_listing WHERE listed_to IS NULL GROUP BY ALL"))
    assert listed == {"CA": 34, "US": 60}


def test_a_mineral_can_leave_a_list_and_come_back(project):
    spans = ask(
        project,
        "SELECT CAST(listed_from AS VARCHAR), CAST(listed_to AS VARCHAR) FROM marts.critical_mineral_listing "
        "WHERE side = 'US' AND mineral = 'potash' ORDER BY 1",
    )
    assert spans == [("2018-05-18", "2022-02-24"), ("2025-11-07", None)]


MINED = "Mine production"
# Made-up minerals of a made-up edition, one for each mark: rows of mining (country, value), with the shares of Canada and of Chile that they allow.
MARKS = {
    "figureite": ([("Canada", "100"), ("Chile", "300")], (0.25, 0.25), (0.75, 0.75)),
    "zeroite": ([("Canada", "—"), ("Chile", "300")], (0, 0), (1, 1)),
    # Of what the total of 1,000 leaves, between 950 and 1,050 by its rounding, the withheld row has up to 650.
    "withheldite": ([("Canada", "W"), ("Chile", "400"), ("World total (rounded)", "1,000")], (0, 1100 / 1500), (400 / 1500, 1)),
    # One that mines nothing has no share, whatever a withheld one mines.
    "idleite": ([("Canada", "—"), ("Chile", "W")], (0, 0), (0, 1)),
    # A total that is the sum of the rows with figures may leave the withheld one out without a word.
    "silentite": ([("United States", "W"), ("Canada", "100"), ("Chile", "303"), ("World total (rounded)", "403")], (0, 100 / 403), (0, 303 / 403)),
    # A total that leaves the withheld row out bounds nothing.
    "outsideite": ([("United States", "W"), ("Canada", "100"), ("Chile", "300"), ("World total (rounded)", "400")], (0, 0.25), (0, 0.75)),
    "unavailableite": ([("Canada", "100"), ("Chile", "NA")], (0, 1), (0, 1)),
    "greaterite": ([("Canada", ">100"), ("Chile", "300")], (0.25, 1), (0, 0.75)),
    "lesserite": ([("Canada", "<100"), ("Chile", "300")], (0, 0.25), (0.75, 1)),
    "halfite": ([("Canada", "Less than ½ unit."), ("Chile", "300")], (0, 0.5 / 300.5), (300 / 300.5, 1)),
    "largeite": ([("Canada", "Large"), ("Chile", "300")], (0, 1), (0, 1)),
    "twiceite": ([("Canada", "100"), ("Canada", "150"), ("Chile", "300")], (0.25, 1), (0, 0.75)),
    "noneite": ([("Chile", "300")], None, (1, 1)),
    "nothingite": ([("Canada", "—"), ("Chile", "—")], (None, None), (None, None)),
}
# Further rows of the same edition: (commodity, country, detail, value).
DETAILED = [
    # One thing only is counted, and called by what it contains.
    ("Singlite", "Canada", "Mine production, content of metal", "30"),
    ("Singlite", "Chile", "Mine production, content of metal", "70"),
    # Ore and scrap are refined, and counted apart.
    ("Singlite", "Canada", "Refinery production, primary", "60"),
    ("Singlite", "Canada", "Refinery production, secondary", "5"),
    # Words of earlier editions, a misspelled one among them.
    ("Earlite", "Canada", "Mne production, marketable ore", "4"),
    ("Earlite", "Canada", "Primary and secondary refinery production", "6"),
    # Rows that fall short of their total, without a row that could be what is missing.
    ("Shortite", "Canada", "Mine production3", "100"),
    ("Shortite", "World total (rounded)", "Mine production3", "400"),
    # A group, of which a table counts one member.
    ("Platinum-Group Metals", "Canada", "Mine production: palladium", "8"),
    # Two commodities that are one mineral here.
    ("Graphite (natural)", "Canada", "Mine production", "1"),
    ("Graphite", "Canada", "Mine production", "2"),
]


def land_edition(
    project: Project, folder: Path, vintage: str, rows: list[tuple[str, str, str, str, int]], *, is_partial: bool = False, section: str = ""
) -> None:
    file = folder / f"{vintage}.csv"
    with file.open("w", encoding="cp1252", newline="") as text:
        writer = csv.DictWriter(text, COLUMNS, restval="")
        writer.writeheader()
        for mineral, country, detail, value, year in rows:
            notes = "Excludes U.S. production." if mineral == "Outsideite" and country.startswith("World") else ""
            writer.writerow(
                {
                    "Section": section,
                    "Commodity": mineral,
                    "Country": country,
                    "Statistics": "Production",
                    "Statistics_detail": detail,
                    "Unit": "metric tons",
                    "Year": str(year),
                    "Value": value,
                    "Notes": notes,
                }
            )
    land(project, SUMMARIES, file, vintage, is_partial=is_partial)


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("synthetic")
    project = Project(folder / "data")
    rows = [(mineral.capitalize(), country, MINED, value, 2021) for mineral, (cells, *_) in MARKS.items() for country, value in cells]
    land_edition(project, folder, "2022-02-01", [*rows, *((*row, 2021) for row in DETAILED)])
    # The next edition has one of the minerals again, with another figure for the year.
    later = [("Figureite", "Canada", MINED, "200", 2021), ("Figureite", "Chile", MINED, "300", 2021), ("Newite", "Canada", MINED, "1", 2022)]
    land_edition(project, folder, "2023-02-01", later)
    return project


@pytest.fixture(scope="module")
def first_edition(marked: Project) -> Project:
    build(marked, as_of="2022-12-31")
    return marked


@pytest.mark.parametrize("mineral", MARKS)
def test_each_mark_makes_the_interval_that_it_allows(first_edition, mineral):
    _, canada, chile = MARKS[mineral]
    found = {
        country: shares
        for country, *shares in ask(
            first_edition,
            f"SELECT country, world_share_low, world_share_high FROM marts.mineral_supply WHERE mineral = '{mineral}' AND country IN ('CA', 'CL')",
        )
    }
    assert found.get("CA") == (None if canada is None else pytest.approx(canada))
    assert found["CL"] == pytest.approx(chile)


def test_a_mineral_that_nobody_mines_has_no_index_in_mart_or_metric(first_edition):
    assert ask(first_edition, "SELECT world_mine_hhi_low, world_mine_hhi_high FROM marts.mineral_dependence WHERE mineral = 'nothingite'") == [
        (None, None)
    ]
    with first_edition.connect() as connection:
        (nothing,) = (found for found in read_mineral_years(connection) if found.mineral == "nothingite")
    assert nothing.mining is None


def test_what_is_counted_tells_tables_apart_and_one_table_is_all(first_edition):
    found = ask(
        first_edition,
        "SELECT mineral, stage, form, quantity, world_share FROM marts.mineral_supply "
        "WHERE country = 'CA' AND mineral IN ('singlite', 'platinum group metals', 'graphite') ORDER BY ALL",
    )
    assert found == [
        ("graphite", "mine", "graphite", 2, 1),
        ("graphite", "mine", "graphite (natural)", 1, 1),
        ("platinum group metals", "mine", "palladium", 8, 1),
        ("singlite", "mine", "all", 30, 0.3),
        ("singlite", "refinery", "primary", 60, 1),
        ("singlite", "refinery", "secondary", 5, 1),
    ]
    assert ask(first_edition, "SELECT DISTINCT stage, form, world_share, is_sample FROM marts.mineral_supply WHERE mineral = 'shortite'") == [
        ("mine", "all", None, True)
    ]
    ratios = ask(first_edition, "SELECT mineral, processing_ratio FROM marts.mineral_dependence WHERE mineral IN ('singlite', 'earlite') ORDER BY 1")
    assert ratios == [("earlite", 1.5), ("singlite", 2)]


def test_what_america_makes_by_its_own_table_is_no_world_table(tmp_path):
    """The next edition has the United States alone of the year: in their own table, and in one of a single row."""
    project = Project(tmp_path / "data")
    world = [("Cobalt", "Canada", MINED, "100", 2021), ("Cobalt", "United States", MINED, "300", 2021)]
    land_edition(project, tmp_path, "2022-02-01", world)
    for vintage, section in (("2023-02-01", "Salient Statistics—United States"), ("2024-02-01", "World Mine Production and Reserves")):
        year = int(vintage[:4]) - 1
        rows = [("Cobalt", "United States", MINED, "500", 2021), ("Other", "Canada", MINED, "1", year)]
        land_edition(project, tmp_path, vintage, rows, section=section)
    build(project)
    found = ask(project, "SELECT edition, country, world_share FROM marts.mineral_supply WHERE mineral = 'cobalt' AND year = 2021 ORDER BY 2")
    assert found == [(2022, "CA", 0.25), (2022, "US", 0.75)]


def test_an_excerpt_that_does_not_reach_its_total_has_no_share(tmp_path):
    project = Project(tmp_path / "data")
    rows = [("Cobalt", "Canada", MINED, "3,350", 2021), ("Cobalt", "World total (rounded)", MINED, "302,000", 2021)]
    land_edition(project, tmp_path, "2022-02-01", rows, is_partial=True)
    build(project)
    found = ask(project, "SELECT world_share, is_sample, round(share_of_published_total, 4) FROM marts.mineral_supply WHERE country = 'CA'")
    assert found == [(None, True, 0.0111)]


def test_a_data_set_that_is_refreshed_alone_dates_nothing_else(tmp_path):
    project = Project(tmp_path / "data")
    landing = Landing(project.data_dir)
    for name in (SUMMARIES, "usgs/critical_minerals_salient", "usgs/import_sources"):
        intake.land_bundled(landing, registry.dataset(name))
    (bundled,) = intake.bundled_files(registry.dataset("usgs/critical_minerals_salient"))
    header, *rows = bundled.read_text("cp1252").splitlines()
    file = tmp_path / "t7.csv"
    file.write_text("\r\n".join([header, next(row for row in rows if ",Cobalt," in row).replace(",79,", ",78,"), ""]), encoding="cp1252")
    land(project, "usgs/critical_minerals_salient", file, "2026-09-01", is_partial=True)
    build(project)
    with project.connect() as connection:
        (cobalt,) = (found for found in read_mineral_years(connection) if (found.mineral, found.year) == ("cobalt", 2025))
    dates = {(row.metric, row.basis): (row.vintage_date_min, row.vintage_date_max) for row in mineral_metrics(cobalt, date(2026, 11, 26))}
    old, new = date(2026, 2, 6), date(2026, 9, 1)
    assert dates["us_net_import_reliance", "published"] == (new, new)
    assert dates["canada_share_of_us_imports", "published"] == dates["world_mine_hhi", "sum_of_rows"] == (old, old)
    assert dates["supply_risk", "sum_of_rows"] == (old, new)
    assert cobalt.reliance.share.value == 0.78


def test_the_later_edition_of_a_year_is_taken_whole(first_edition):
    build(first_edition)
    found = ask(
        first_edition,
        "SELECT edition, quantity, world_share FROM marts.mineral_supply WHERE mineral = 'figureite' AND country = 'CA'",
    )
    assert found == [(2023, 200, 0.4)]
    assert ask(first_edition, "SELECT DISTINCT edition FROM marts.mineral_supply WHERE mineral = 'withheldite'") == [(2022,)]


def test_metrics_and_marts_say_the_same(project):
    """Bounds are taken in SQL for the marts and in Python for the metrics."""
    with project.connect() as connection:
        years = {(found.mineral, found.year): found for found in read_mineral_years(connection)}
    compared = 0
    for mineral, year, hhi_low, hhi_high, mine_low, mine_high, share_low, share_high in ask(
        project,
        "SELECT mineral, year, world_mine_hhi_low, world_mine_hhi_high, canada_mine_share_low, canada_mine_share_high, "
        "canada_import_share_low, canada_import_share_high FROM marts.mineral_dependence",
    ):
        found = years[mineral, year]
        if hhi_low is not None:
            index, share = world_mine_hhi(found.mining.countries, found.mining.others), canada_mine_share(*found.mining.canada)
            assert (index.low, index.high, share.low, share.high) == pytest.approx((hhi_low, hhi_high, mine_low, mine_high))
            compared += 1
        if share_low is not None:
            imports = canada_share_of_us_imports(found.imports.listed)
            assert (imports.low, imports.high) == pytest.approx((share_low, share_high))
            compared += 1
    assert compared == 13


def test_parts_of_a_bulletin_are_rounded_and_what_is_left_is_shown(project):
    found = ask(
        project,
        "SELECT year(period_start_date), value_cad, round(share_of_merchandise, 4), unallocated_cad FROM marts.mineral_trade_value "
        "WHERE mineral_group = 'mineral and metal exports' ORDER BY 1",
    )
    assert found == [(2022, 153.1e9, 0.2112, 0), (2023, 150.7e9, 0.2116, 0), (2024, 153.3e9, 0.2126, 0.1e9)]


def test_processing_is_of_one_publisher_and_a_year_with_one_figure_has_no_ratio(project):
    found = ask(
        project,
        "SELECT mineral, year, dataset, round(processing_ratio, 4) FROM marts.mineral_processing "
        "WHERE mine_low_t > 0 AND refinery_low_t > 0 ORDER BY 1",
    )
    assert found == [
        ("cobalt", 2006, "nrcan/cited_figures", 0.6504),
        ("copper", 2023, SUMMARIES, 0.6458),
        ("nickel", 2006, "nrcan/cited_figures", 0.6582),
    ]
    assert ask(project, "SELECT processing_ratio, processing_ratio_low FROM marts.mineral_processing WHERE mineral = 'nickel' AND year = 2020") == [
        (None, None)
    ]


def test_a_critical_mineral_without_a_figure_is_unknown_metric_by_metric(project):
    with project.connect() as connection:
        rows = list(unpublished_metrics(read_listed_minerals(connection), list(read_mineral_years(connection)), date(2026, 11, 26)))
    unknown = {(row.metric, row.subject) for row in rows}
    assert all(row.value_low is None and f"of {row.subject} is held" in row.reason for row in rows)
    # Of copper mining and refining are held as an excerpt, which is no share; of aluminum table 7 has bauxite.
    assert {
        ("us_net_import_reliance", "copper"),
        ("world_mine_hhi", "copper"),
        ("us_net_import_reliance", "aluminum"),
        ("world_mine_hhi", "uranium"),
    } <= unknown
    assert not {("us_net_import_reliance", "cobalt"), ("world_mine_hhi", "cobalt"), ("us_net_import_reliance", "gallium")} & unknown
