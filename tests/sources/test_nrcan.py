"""Natural Resources Canada: the figures that are cited, each as it was read and no other."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from sources import contract, intake, registry
from sources.errors import ContractError
from sources.landing import Landing
from tests.payloads.recordings import RECORDINGS

CITED = registry.dataset("nrcan/cited_figures")
FIGURES = RECORDINGS.parent / "figures"
HEADER = "Year,Kind,Subject,Measure,Value,Unit,Grade,Source"


def test_the_figures_land_by_the_bulletin_that_they_stand_in(tmp_path: Path) -> None:
    attempts = intake.land_bundled(Landing(tmp_path), CITED)
    assert {str(attempt.vintage): attempt.rows for attempt in attempts} == {
        "2023-09-30": 6,
        "2024-12-31": 6,
        "2025-09-30": 7,
        "2026-11-01": 7,
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"{HEADER}\n2024,trade,Metals,Domestic exports,a lot,billion Canadian dollars,A,x\n", "a lot"),
        (f"{HEADER.replace('Value', 'Worth')}\n2024,trade,Metals,Domestic exports,1,billion Canadian dollars,A,x\n", "Value"),
        (f"{HEADER}\n" + 2 * "2024,trade,Metals,Domestic exports,1,billion Canadian dollars,A,x\n", "Metals"),
        ("<html><body>not found</body></html>", "html"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "made-up.csv"
    path.write_text(content)
    with pytest.raises(ContractError) as caught:
        contract.check(CITED, tmp_path, CITED.parse(CITED, path, tmp_path))
    assert said in str(caught.value)


def test_the_bundle_is_each_figure_and_no_other() -> None:
    if not RECORDINGS.is_dir():
        pytest.skip(f"there are no figures at {FIGURES}")
    held = [row for path in intake.bundled_files(CITED) for row in csv.DictReader(path.read_text("utf-8").splitlines())]
    with (FIGURES / "nrcan_mineral_trade.csv").open(encoding="utf-8") as text:
        trade = [(row["ref_year"], row["group"], row["flow"], row["value_cad_billions"]) for row in csv.DictReader(text)]
    with (FIGURES / "minerals_production.csv").open(encoding="utf-8") as text:
        made = [(row["year"], row["commodity"], row["detail"], row["value"]) for row in csv.DictReader(text) if row["edition"] == "NRCan"]
    assert sorted((row["Year"], row["Subject"], row["Measure"], row["Value"]) for row in held) == sorted([*trade, *made])
