"""NHTSA: the content reports of different years, csv and xlsx. Files made here are synthetic."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from sources import contract, intake, registry
from sources.errors import ContractError, PermanentError
from sources.landing import Landing
from sources.providers.nhtsa import CARLINES, model_year
from sources.spec import Parsed, Vintage
from tests.payloads.recordings import RECORDINGS, recording

AALA = registry.dataset("nhtsa/aala")
FIGURES = RECORDINGS.parent / "figures"
HEADER = ["Manufacturer", "Make", "Model (Carline)", "U.S./Canadian Parts (%)", "Foreign Parts (%)", "Final Assembly"]
ROW = ["Audi", "Audi", "A3", "0", "52% Germany + 15% Hungary", "Germany"]


def parsed(payload: Path, folder: Path) -> Parsed:
    folder.mkdir()
    result = AALA.parse(AALA, payload, folder)
    contract.check(AALA, folder, result)
    assert [path.name for path in folder.iterdir()] == ["carlines.parquet"]
    return result


def rows(folder: Path) -> list[dict[str, Any]]:
    found = duckdb.read_parquet(str(folder / "carlines.parquet"))
    return [dict(zip(found.columns, row, strict=True)) for row in found.order("Line").fetchall()]


def as_csv(folder: Path, lines: list[list[str]], name: str = "aala_my2024.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    with path.open("w", newline="", encoding=encoding) as stream:
        csv.writer(stream).writerows(lines)
    return path


def as_workbook(folder: Path, lines: list[list[Any]], name: str) -> Path:
    book = openpyxl.Workbook()
    cover, sheet = book.active, book.create_sheet("Report")
    assert cover is not None
    cover.append(["Part 583 American Automobile Labeling Act Report"])
    for line in lines:
        sheet.append(line)
    book.save(folder / name)
    return folder / name


def refusal(payload: Path, folder: Path) -> str:
    with pytest.raises(ContractError) as caught:
        parsed(payload, folder)
    return str(caught.value)


def test_the_recorded_report_of_2024_lands_with_each_cell_and_its_doubles(tmp_path: Path) -> None:
    """528 rows, 5 of them a second time, and every cell by the csv module."""
    path = recording("nhtsa/aala_my2024.csv")
    result = parsed(path, tmp_path / "landed")
    assert result == Parsed({"carlines": 528}, date(2024, 1, 1), date(2024, 1, 1), part="2024")
    with path.open(encoding="utf-8", newline="") as stream:
        published = list(csv.DictReader(stream))
    landed = rows(tmp_path / "landed")
    assert [row["Line"] for row in landed] == list(range(1, 529))
    assert [{name: row[name] for name in published[0]} for row in landed] == published
    assert sum(times - 1 for times in Counter(tuple(row.values()) for row in published).values()) == 5
    assert Counter(row["U.S./Canadian Parts (%)"] for row in landed)["N/A"] == 1
    assert {row["Major Sources of Foreign Parts Content"] for row in landed} == {None}


def test_a_workbook_of_2026_lands_below_its_title_without_its_notes(tmp_path: Path) -> None:
    header = ["Manufacturer", "Make", "Model\n(Carline)", "U.S./Canadian  Parts (%)", "Foreign Parts (%)"]
    header += ["Major Sources of Foreign Parts Content", "2nd Major", "Remarks", None]
    row = ["GM LLC", "Chevy", "Blazer", 31, 69, "Mexico 35%", "China 16%", "new", None]
    lines = [["Model Year 2026 reports"], [], header, row, [None] * 9, ["Source: manufacturers"]]
    result = parsed(as_workbook(tmp_path, lines, "MY2026-AALA-Alphabetical.xlsx"), tmp_path / "landed")
    assert (result.part, result.rows) == ("2026", {"carlines": 1})
    (landed,) = rows(tmp_path / "landed")
    assert {name: text for name, text in landed.items() if text is not None} == {
        "Line": 1,
        "Manufacturer": "GM LLC",
        "Make": "Chevy",
        "Model (Carline)": "Blazer",
        "U.S./Canadian Parts (%)": "31",
        "Foreign Parts (%)": "69",
        "Major Sources of Foreign Parts Content": "Mexico 35%",
        "2nd Major Sources of Foreign Parts Content": "China 16%",
        "Remarks": "new",
    }


def test_a_workbook_of_2025_has_its_second_country_beside_the_first(tmp_path: Path) -> None:
    header = ["Makes", "Carlines", "Percent Content U.S./Canada", "Percent Content Other Countries", None, "Engine Source"]
    result = parsed(as_workbook(tmp_path, [header, ["Kia", "EV6", 5, "80% South Korea", "15% China", "None"]], "aala_2025.xlsx"), tmp_path / "landed")
    (landed,) = rows(tmp_path / "landed")
    assert result.part == "2025"
    assert (landed["Make"], landed["Model (Carline)"], landed["U.S./Canadian Parts (%)"], landed["Engine Origin"]) == ("Kia", "EV6", "5", "None")
    assert (landed["Percent Content Other Countries"], landed["Percent Content Other Countries (2)"]) == ("80% South Korea", "15% China")


def test_an_early_report_has_no_countries(tmp_path: Path) -> None:
    parsed(
        as_csv(tmp_path, [["Manufacturer", "Make", "Carline", "US/Canadian Content"], ["Ford", "Ford", "Focus", "65"]], "2007.csv"),
        tmp_path / "landed",
    )
    (landed,) = rows(tmp_path / "landed")
    assert (landed["U.S./Canadian Parts (%)"], landed["Foreign Parts (%)"]) == ("65", None)
    assert set(landed) == {field.name for field in CARLINES.fields}


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("aala_my2024.csv", "2024"),
        ("2024-12-31~_my2023.csv", "2023"),
        ("MY2026-AALA-Alphabetical-2025-10-01.xlsx", "2026"),
        ("Model Year 2011 AALA 20120301.xls", "2011"),
        ("aala_2019.csv", "2019"),
    ],
)
def test_the_model_year_is_that_of_the_name(name: str, year: str) -> None:
    assert model_year(AALA, name) == year


@pytest.mark.parametrize(
    ("name", "said"),
    [("report.csv", "states no model year"), ("aala_2024_2025.csv", "states the years 2024, 2025"), ("aala_20240101.csv", "states no model year")],
)
def test_a_name_without_one_model_year_is_refused_with_how_to_name_it(tmp_path: Path, name: str, said: str) -> None:
    message = refusal(as_csv(tmp_path, [HEADER, ROW], name), tmp_path / "landed")
    assert said in message
    assert message.endswith("Name the file for its model year: aala_my2024.csv, or aala_2024.xlsx")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([HEADER], "no row for 'carlines'"),
        ([[*HEADER[:3], "Domestic", *HEADER[4:]], ROW], "the header has no column 'U.S./Canadian Parts (%)'"),
        ([[*HEADER, "Makes"], [*ROW, "Audi"]], "the header has more than one column ['Make']"),
        ([HEADER, ROW[:4]], "has 4 cells where the header has 6"),
    ],
    ids=["no rows", "renamed", "doubled column", "ragged"],
)
def test_what_is_wrong_with_a_report_is_said(tmp_path: Path, lines: list[list[str]], said: str) -> None:
    assert said in refusal(as_csv(tmp_path, lines), tmp_path / "landed")


def test_other_encodings_and_other_files_are_refused(tmp_path: Path) -> None:
    assert "not UTF-8" in refusal(as_csv(tmp_path, [HEADER, ["Citroën", *ROW[1:]]], encoding="latin-1"), tmp_path / "a")
    assert "no sheet has a header" in refusal(as_workbook(tmp_path, [["a", "b"], [1, 2]], "aala_my2025.xlsx"), tmp_path / "b")
    whole = as_workbook(tmp_path, [HEADER, ROW], "aala_my2026.xlsx").read_bytes()
    (tmp_path / "aala_my2023.xlsx").write_bytes(whole[:-300])
    assert "aala_my2023.xlsx" in refusal(tmp_path / "aala_my2023.xlsx", tmp_path / "c")


def test_a_report_is_dropped_in_and_replaces_its_model_year_only(tmp_path: Path) -> None:
    landing = Landing(tmp_path / "data")
    for name, carline, day in (("aala_my2024.csv", "A3", 1), ("aala_my2025.csv", "A3", 2), ("aala_my2025.csv", "A4", 3)):
        intake.land_file(landing, AALA, as_csv(tmp_path, [HEADER, [*ROW[:2], carline, *ROW[3:]]], name), Vintage(date(2026, 1, day)))
    assert [(vintage.part, vintage.vintage) for vintage in landing.vintages(AALA.id)] == [
        ("2024", "2026-01-01"),
        ("2025", "2026-01-02"),
        ("2025", "2026-01-03"),
    ]
    with pytest.raises(PermanentError, match="offers no machine access"):
        intake.fetch(landing, AALA, "2025")


def test_the_bundled_report_holds_each_figure_and_no_other(tmp_path: Path) -> None:
    """The group of the manufacturer and the further countries of engine and transmission are not held: their cells are empty."""
    (attempt,) = intake.land_bundled(Landing(tmp_path), AALA)
    assert (attempt.part, attempt.vintage, attempt.rows) == ("2024", "2024-12-31", 528)
    if not FIGURES.is_dir():
        pytest.skip("the tidy figures that the vintage was cut from are not here")
    with (FIGURES / "vehicle_content_aala_2024.csv").open(encoding="utf-8", newline="") as stream:
        published = [list(row.values())[1:-1] for row in csv.DictReader(stream)]
    (path,) = intake.bundled_files(AALA)
    with path.open(encoding="utf-8", newline="") as stream:
        held = [list(row.values()) for row in csv.DictReader(stream)]
    assert [[row[0], *row[2:8], row[9], *row[11:]] for row in held] == published
    assert {cell for row in held for cell in (row[1], row[8], row[10])} == {""}
