"""OICA: workbooks of production by country, and the figures that are cited. Workbooks made here are synthetic."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from sources import contract, intake, registry
from sources.errors import ContractError
from sources.landing import Landing
from sources.spec import Parsed, Vintage
from tests.payloads.recordings import RECORDINGS

PRODUCTION, CITED = registry.dataset("oica/production"), registry.dataset("oica/cited_figures")
FIGURES = RECORDINGS.parent / "figures"
TITLE = ["WORLD MOTOR VEHICLE PRODUCTION BY COUNTRY/REGION AND TYPE"]


def parsed(payload: Path, folder: Path) -> Parsed:
    folder.mkdir()
    result = PRODUCTION.parse(PRODUCTION, payload, folder)
    contract.check(PRODUCTION, folder, result)
    return result


def rows(folder: Path) -> list[tuple[Any, ...]]:
    columns = '"Line", "Category", "Country", "Year", "Units"'
    return duckdb.read_parquet(str(folder / "production.parquet")).order("ALL").project(columns).fetchall()


def workbook(folder: Path, lines: list[list[Any]], name: str = "By-country-region-2024.xlsx", sheet: str = "Sheet1") -> Path:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = sheet
    for line in lines:
        first.append(line)
    book.create_sheet("empty")
    book.save(folder / name)
    return folder / name


def refusal(payload: Path, folder: Path) -> str:
    with pytest.raises(ContractError) as caught:
        parsed(payload, folder)
    return str(caught.value)


def test_a_workbook_of_2024_lands_without_2020_and_without_changes(tmp_path: Path) -> None:
    lines: list[list[Any]] = [
        ["WORLD MOTOR VEHICLE PRODUCTION"],
        [],
        ["UNITS", 2019, 2021, 2022, 2023, 2024, "% change 2024/2023"],
        ["AMERICA", "20 149 275", "16\u00a0190\u00a0757", 17755541, "19 129 019", 19175000, "0%"],
        ["CANADA", 1, 2, 3, 4, 5.0, 0.2],
        ["EGYPT", "N.A.", None, None, None, None, None],
        ["Estimates are in italics", None, None, None, None, None, None],
    ]
    result = parsed(workbook(tmp_path, lines), tmp_path / "landed")
    assert result == Parsed({"production": 11}, date(2019, 1, 1), date(2024, 1, 1), is_complete=False)
    assert rows(tmp_path / "landed") == [
        (4, "all vehicles", "AMERICA", "2019", "20 149 275"),
        (4, "all vehicles", "AMERICA", "2021", "16\u00a0190\u00a0757"),
        (4, "all vehicles", "AMERICA", "2022", "17755541"),
        (4, "all vehicles", "AMERICA", "2023", "19 129 019"),
        (4, "all vehicles", "AMERICA", "2024", "19175000"),
        (5, "all vehicles", "CANADA", "2019", "1"),
        (5, "all vehicles", "CANADA", "2021", "2"),
        (5, "all vehicles", "CANADA", "2022", "3"),
        (5, "all vehicles", "CANADA", "2023", "4"),
        (5, "all vehicles", "CANADA", "2024", "5"),
        (6, "all vehicles", "EGYPT", "2019", "N.A."),
    ]


@pytest.mark.parametrize(
    ("title", "sheet", "name", "category"),
    [
        ("WORLD PRODUCTION - PASSENGER CARS", "a", "x.xlsx", "passenger cars"),
        ("PRODUCTION", "Light Commercial Vehicles", "x.xlsx", "light commercial vehicles"),
        ("PRODUCTION", "a", "Heavy-Trucks-2019.xlsx", "heavy trucks"),
        ("BUSES AND COACHES", "a", "x.xlsx", "buses and coaches"),
        ("PRODUCTION", "a", "By-country-region-2019.xlsx", "all vehicles"),
    ],
)
def test_the_kind_of_vehicle_is_said_by_title_sheet_or_name(tmp_path: Path, title: str, sheet: str, name: str, category: str) -> None:
    lines = [[title], ["Country", None, "YTD 2018", "YTD 2019 ", "VARIATION"], ["CANADA", None, 5, 6, "20%"]]
    parsed(workbook(tmp_path, lines, name, sheet), tmp_path / "landed")
    assert rows(tmp_path / "landed") == [(3, category, "CANADA", "2018", "5"), (3, category, "CANADA", "2019", "6")]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([TITLE, ["UNITS", "first", "second"], ["CANADA", 1, 2]], "no sheet has a header of years"),
        ([TITLE, ["UNITS", 2023, 2024]], "no sheet has a header of years with countries below it"),
        ([["PRODUCTION"], ["UNITS", 2023], ["CANADA", 1]], "says which vehicles are counted"),
    ],
    ids=["renamed years", "no countries", "no kind"],
)
def test_what_is_wrong_with_a_workbook_is_said(tmp_path: Path, lines: list[list[Any]], said: str) -> None:
    assert said in refusal(workbook(tmp_path, lines, "x.xlsx"), tmp_path / "landed")


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path, [TITLE, ["UNITS", 2024], ["CANADA", 1]]).read_bytes()
    for number, content in enumerate((b"", whole[:-300], b"<html></html>", b"UNITS,2024\nCANADA,1\n")):
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(content)
        assert "is no workbook" in refusal(path, tmp_path / str(number))


def test_a_later_workbook_overlays_and_never_withdraws(tmp_path: Path) -> None:
    landing = Landing(tmp_path / "data")
    for name, years, day in (("By-country-region-2020.xlsx", [2019, 2020], 1), ("By-country-region-2024.xlsx", [2019, 2021], 2)):
        lines = [TITLE, ["UNITS", *years], ["CANADA", 1, 2]]
        intake.land_file(landing, PRODUCTION, workbook(tmp_path, lines, name), Vintage(date(2026, 1, day)))
    assert [vintage.is_complete for vintage in landing.vintages(PRODUCTION.id)] == [False, False]


def test_the_tables_are_not_passed_on_and_the_cited_figures_say_where_they_stand() -> None:
    assert not PRODUCTION.licence.allows_copies
    assert intake.bundled_files(PRODUCTION) == []
    assert "OICA" in CITED.licence.attribution


def test_the_cited_figures_land_by_the_edition_that_they_stand_in(tmp_path: Path) -> None:
    attempts = intake.land_bundled(Landing(tmp_path), CITED)
    assert [(attempt.vintage, attempt.rows) for attempt in attempts] == [
        ("2020-03-31", 7),
        ("2021-03-31", 7),
        ("2022-03-31", 7),
        ("2023-03-31", 7),
        ("2024-03-31", 7),
        ("2025-10-31", 8),
        ("2026-11-01", 5),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Year,Country,Scope,Units,Edition,Grade,Source\n2024,CANADA,all vehicles,1 342 647,2024,A,OICA\n", "['1 342 647']"),
        ("Year,Country,Scope,Vehicles,Edition,Grade,Source\n2024,CANADA,all vehicles,5,2024,A,OICA\n", "no column 'Units'"),
        ("Year,Country,Scope,Units,Edition,Grade,Source\n" + "2024,CANADA,all vehicles,5,2024,A,OICA\n" * 2, "(2 times)"),
    ],
    ids=["no number", "renamed", "doubled"],
)
def test_what_is_wrong_with_cited_figures_is_said(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "cited.csv"
    path.write_text(content)
    with pytest.raises(ContractError) as caught:
        contract.check(CITED, tmp_path, CITED.parse(CITED, path, tmp_path))
    assert said in str(caught.value)


def test_the_cited_figures_are_each_figure_and_no_other() -> None:
    if not FIGURES.is_dir():
        pytest.skip("the tidy figures that the vintages were cut from are not here")
    with (FIGURES / "vehicle_production.csv").open(encoding="utf-8", newline="") as stream:
        published = sorted(tuple(row.values()) for row in csv.DictReader(stream))
    held = [row for path in intake.bundled_files(CITED) for row in csv.reader(path.read_text("utf-8").splitlines()) if row[0] != "Year"]
    assert sorted(map(tuple, held)) == published
    assert len(published) == 48


def test_a_year_is_revised_by_the_file_of_the_next() -> None:
    canada = {
        row[4]: row[3]
        for path in intake.bundled_files(CITED)
        for row in csv.reader(path.read_text("utf-8").splitlines())
        if row[:2] == ["2023", "CANADA"]
    }
    assert canada == {"2023": "1553026", "2024": "1553758"}
