"""USGS: the layouts of the editions, what ScienceBase answers, and the bundled figures. Files made here are synthetic."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from sources import contract, intake, registry
from sources.errors import ContractError, PermanentError, SourceError, TransientError
from sources.http import ATTEMPTS
from sources.landing import Attempt, Landing
from sources.providers.usgs import EDITIONS, editions
from sources.spec import Parsed
from tests.payloads.recordings import RECORDINGS, recording
from tests.sources.loopback import Cut, Fault, File, Loopback, Refuse, Slow, serve

SUMMARIES = "usgs/mineral_commodity_summaries"
TABLE_7 = "usgs/critical_minerals_salient"
FIGURE_3 = "usgs/import_sources"
FIGURES = RECORDINGS.parent / "figures"

LONG = "MCS chapter,Section,Commodity,Country,Statistics,Statistics_detail,Unit,Year,Value,Notes,Is critical mineral 2025,Other notes"
COBALT = "COBALT,World,Cobalt,Canada,Production,Mine production,metric tons,{},{},Estimated.,Yes,note"
WIDE = 'SOURCE,COMMODITY,COUNTRY,TYPE,UNIT_MEAS,PROD_2023,"PROD_EST_ 2024",PROD_NOTES,CAP_2023,CAP_EST_ 2024,CAP_NOTES,RESERVES_2024,RESERVE_NOTES'
ONE = "Source,Country,Type,Prod_kt_2022,Prod_kt_est_2023,Prod_notes,Reserves_kt,Reserves_notes"


def parsed(dataset: str, payload: Path, folder: Path) -> Parsed:
    declared = registry.dataset(dataset)
    folder.mkdir()
    result = declared.parse(declared, payload, folder)
    contract.check(declared, folder, result)
    assert sorted(path.name for path in folder.iterdir()) == [f"{declared.tables[0].name}.parquet"]
    return result


def rows(dataset: str, folder: Path) -> list[dict[str, Any]]:
    found = duckdb.read_parquet(str(folder / f"{registry.dataset(dataset).tables[0].name}.parquet"))
    return [dict(zip(found.columns, row, strict=True)) for row in found.order("ALL").fetchall()]


def written(folder: Path, content: str | bytes, name: str = "payload.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("cp1252"))
    return path


def zipped(folder: Path, members: dict[str, str | bytes], name: str = "world.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content if isinstance(content, bytes) else content.encode())
    return path


def refusal(dataset: str, payload: Path, folder: Path) -> str:
    with pytest.raises(ContractError) as caught:
        parsed(dataset, payload, folder)
    return str(caught.value)


# Recordings


def test_the_recorded_edition_of_2026_lands_with_each_cell(tmp_path: Path) -> None:
    """152 rows and every cell by the csv module."""
    path = recording("usgs/MCS2026_Commodities_Data.csv")
    result = parsed(SUMMARIES, path, tmp_path / "landed")
    assert result == Parsed({"figures": 152}, date(2024, 1, 1), date(2025, 1, 1), part="2026")
    published = list(csv.DictReader(io.StringIO(path.read_bytes().decode("cp1252"), newline="")))
    landed = sorted(rows(SUMMARIES, tmp_path / "landed"), key=lambda row: row["Line"])
    assert len(published) == len(landed) == 152
    for line, (was, row) in enumerate(zip(published, landed, strict=True), 1):
        assert (row["File"], row["Line"], row["Column"]) == (path.name, line, "Value")
        assert {name: row[name] or "" for name in was if not name.startswith("Is critical")} == {
            name: text for name, text in was.items() if not name.startswith("Is critical")
        }
        assert (row["Is critical mineral"], row["Critical mineral list"]) == ("Yes", "2025")
    assert Counter(row["Value"] for row in landed if not row["Value"].replace(",", "").isdigit()) == {"—": 16, "NA": 6, "W": 2, ">85,000,000": 1}


@pytest.mark.parametrize(
    ("dataset", "name", "table", "count", "period"),
    [
        (TABLE_7, "usgs/MCS2026_T7_Critical_Minerals_Salient.excerpt.csv", "minerals", 6, "Primary_import_sources_period"),
        (FIGURE_3, "usgs/MCS2026_Fig3_Major_Import_Sources.excerpt.csv", "sources", 20, "Import_Source_period"),
    ],
)
def test_the_recorded_table_and_figure_land_with_their_period(tmp_path: Path, dataset: str, name: str, table: str, count: int, period: str) -> None:
    """6 and 20 rows by `wc -l` less the header and a blank last line."""
    result = parsed(dataset, recording(name), tmp_path / "landed")
    assert result == Parsed({table: count}, date(2025, 1, 1), date(2025, 1, 1), part="2026")
    assert {row[period] for row in rows(dataset, tmp_path / "landed")} == {"2021-24"}


# Layouts


def test_a_zip_of_commodities_lands_a_row_for_each_filled_cell(tmp_path: Path) -> None:
    """Units and years from the headers; other spellings of label columns; latin letters in one file."""
    payload = zipped(
        tmp_path,
        {
            "world/mcs2024-cobal_world.csv": f"{ONE}\nMCS2024,Canada,Mine production,2.1,e2.2,Note p,230,Note r\nMCS2024,Chile,Mine,,NA,,,\n",
            "world/mcs2024-cadmi_world.csv": "Source,Country,Form,Prod_t_2022,Prod_t_Est_2023,Prod_note\nMCS 2024,Peru,Refinery,1,2,\n",
            "world/MCS2024-bismu_world.csv": "Country,Type,Cap_t_2022\nJapan,Plant,7\n",
            "world/mcs2024-garne_world.csv": "Source,Country,Type,Reserves_kt_2023\nMCS2024,Côte d'Ivoire,Mine,Large\n".encode("latin-1"),
            "world/mcs2024-fluor_world.csv": 'Source,Country,"Mine production, fluorspar",Prod_kt_2022\nMCS2024,China,Mine production,5\n',
            "world/mcs2024-barit_world.csv": "Source,Country,Type,Prod_kt_2022,\nMCS2024,India,Mine,3,99\n",
            "world/mcs2024-potas_world.csv": "Source,Country,Type,Prod_Sponge_t_2022,Reserves_ore_K2O_equiv_kt\nMCS2024,Canada,Mine,6,8\n",
            "world/mcs2024-cobal_meta.xml": "<metadata/>",
        },
    )
    result = parsed(SUMMARIES, payload, tmp_path / "landed")
    assert (result.part, result.rows, result.is_complete) == ("2024", {"figures": 13}, True)
    assert (result.data_from, result.data_through) == (date(2022, 1, 1), date(2023, 1, 1))
    landed = {
        (row["Commodity"], row["Country"], row["Column"]): (
            row["Statistics"],
            row["Statistics_detail"],
            row["Unit"],
            row["Year"],
            row["Value"],
            row["Notes"],
        )
        for row in rows(SUMMARIES, tmp_path / "landed")
    }
    assert landed == {
        ("cobal", "Canada", "Prod_kt_2022"): ("Production", "Mine production", "kt", "2022", "2.1", "Note p"),
        ("cobal", "Canada", "Prod_kt_est_2023"): ("Production", "Mine production", "kt", "2023", "e2.2", "Note p"),
        ("cobal", "Canada", "Reserves_kt"): ("Reserves", "Mine production", "kt", None, "230", "Note r"),
        ("cobal", "Chile", "Prod_kt_est_2023"): ("Production", "Mine", "kt", "2023", "NA", None),
        ("cadmi", "Peru", "Prod_t_2022"): ("Production", "Refinery", "t", "2022", "1", None),
        ("cadmi", "Peru", "Prod_t_Est_2023"): ("Production", "Refinery", "t", "2023", "2", None),
        ("bismu", "Japan", "Cap_t_2022"): ("Capacity", "Plant", "t", "2022", "7", None),
        ("garne", "Côte d'Ivoire", "Reserves_kt_2023"): ("Reserves", "Mine", "kt", "2023", "Large", None),
        ("fluor", "China", "Prod_kt_2022"): ("Production", "Mine production", "kt", "2022", "5", None),
        ("barit", "India", "Prod_kt_2022"): ("Production", "Mine", "kt", "2022", "3", None),
        ("barit", "India", "column (5)"): (None, "Mine", None, None, "99", None),
        ("potas", "Canada", "Prod_Sponge_t_2022"): ("Production", "Mine", "Sponge_t", "2022", "6", None),
        ("potas", "Canada", "Reserves_ore_K2O_equiv_kt"): ("Reserves", "Mine", "ore_K2O_equiv_kt", None, "8", None),
    }


def test_the_wide_file_of_2025_lands_with_its_units(tmp_path: Path) -> None:
    payload = zipped(tmp_path, {"MCS2025_World_Data.csv": f"{WIDE}\nMCS2025,Gemanium,China,Refinery,kilograms,1,—,Note p,5,6,Note c,W,Note r\n"})
    result = parsed(SUMMARIES, payload, tmp_path / "landed")
    assert (result.part, result.is_complete) == ("2025", True)
    landed = {
        row["Column"]: (row["Statistics"], row["Unit"], row["Year"], row["Value"], row["Notes"]) for row in rows(SUMMARIES, tmp_path / "landed")
    }
    assert landed == {
        "PROD_2023": ("Production", "kilograms", "2023", "1", "Note p"),
        "PROD_EST_ 2024": ("Production", "kilograms", "2024", "—", "Note p"),
        "CAP_2023": ("Capacity", "kilograms", "2023", "5", "Note c"),
        "CAP_EST_ 2024": ("Capacity", "kilograms", "2024", "6", "Note c"),
        "RESERVES_2024": ("Reserves", "kilograms", "2024", "W", "Note r"),
    }


def test_one_commodity_of_many_is_a_partial_vintage(tmp_path: Path) -> None:
    payload = written(tmp_path, f"{ONE}\nMCS2023,Canada,Mine,1,2,,3,\n", "mcs2023-cobal_world.csv")
    result = parsed(SUMMARIES, payload, tmp_path / "landed")
    assert (result.part, result.is_complete, result.rows) == ("2023", False, {"figures": 3})


def test_rows_of_2026_that_share_their_labels_and_spans_of_years_are_kept(tmp_path: Path) -> None:
    lines = [LONG, COBALT.format("2025", ">95"), COBALT.format("2025", ">95"), COBALT.format("2021–24", "W")]
    result = parsed(SUMMARIES, written(tmp_path, "\r\n".join(lines) + "\r\n"), tmp_path / "landed")
    assert (result.part, result.rows, result.data_from) == ("2026", {"figures": 3}, date(2021, 1, 1))


# What is wrong


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"{LONG.replace('Value', 'Amount')}\n{COBALT.format('2025', '1')}\n", "no column 'Value'"),
        (f"{LONG}\n{COBALT.format('n.d.', '1')}\n", "no edition"),
        (f"{LONG}\n", "no edition"),
        (f"{LONG}\nCOBALT,World,Cobalt\n", "has 3 cells where the header has 12"),
        (f'{LONG}\n{COBALT.format("2025", "1")}\nCOBALT,"World,\n', "quote that does not close"),
        (f"{LONG}\n{COBALT.format('2025', '1')}\n".encode("utf-16"), "has 1 cells where the header has 12"),
        (f"{WIDE.replace('COUNTRY', 'NATION')}\nMCS2025,Tin,Peru,Mine,t,1,2,,,,,,\n", "has no column Country"),
        (f"{WIDE}\nMCS2025,Tin,Peru,Mine,t,1,2,,,,,,\nMCS2024,Tin,Peru,Mine,t,1,2,,,,,,\n", "the editions 2024, 2025"),
    ],
    ids=["renamed", "no year", "no rows", "ragged", "open quote", "utf-16", "renamed wide", "two editions"],
)
def test_what_is_wrong_with_an_edition_is_said(tmp_path: Path, content: str | bytes, said: str) -> None:
    assert said in refusal(SUMMARIES, written(tmp_path, content), tmp_path / "landed")


def test_a_zip_without_world_data_and_a_cut_one_are_refused(tmp_path: Path) -> None:
    assert "has no member like" in refusal(SUMMARIES, zipped(tmp_path, {"salient/mcs2024-cobal_salient.csv": "a\n1\n"}), tmp_path / "a")
    whole = zipped(tmp_path, {"mcs2024-cobal_world.csv": f"{ONE}\nMCS2024,Canada,Mine,1,2,,3,\n"}, "whole.zip").read_bytes()
    damaged = written(tmp_path, whole.replace(b"Canada", b"Kanada"), "damaged.zip")
    assert "damaged zip" in refusal(SUMMARIES, damaged, tmp_path / "b")


@pytest.mark.parametrize(
    ("dataset", "content", "said"),
    [
        (FIGURE_3, "Source,Commodity,Import_Source_2021_24,Percent,NIR,Critical_Mineral\n", "Source should name one edition"),
        (FIGURE_3, "Source,Commodity,Origin,Percent,NIR,Critical_Mineral\nMCS2026,Tin,Peru,5,6,Y\n", "no column 'Import_Source'"),
        (
            FIGURE_3,
            "Source,Commodity,Import_Source_2021_24,Percent,NIR,Critical_Mineral\nMCS2026,Tin,Peru,5,6,Y\nMCS2025,Tin,Peru,5,6,Y\n",
            "['MCS2025', 'MCS2026']",
        ),
        (
            FIGURE_3,
            "Source,Commodity,Import_Source_2021_24,Percent,NIR,Critical_Mineral\nMCS2026,Tin,Peru,5,6,Y\nMCS2026,Tin,Peru,5,6,Y\n",
            "Import_Source='Peru' (2 times)",
        ),
        (TABLE_7, "Source,Year,Units\nMCS2026,2025_estimated,metric tons\n", "no column 'Critical_mineral'"),
    ],
    ids=["no rows", "renamed", "two editions", "doubled", "cut header"],
)
def test_what_is_wrong_with_a_table_is_said(tmp_path: Path, dataset: str, content: str, said: str) -> None:
    assert said in refusal(dataset, written(tmp_path, content), tmp_path / "landed")


# ScienceBase


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """ScienceBase in February 2026; nobody waits for a turn or after an error."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setattr("sources.http._await_turn", lambda provider: None)
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-02-10T18:00:00Z")
    with serve() as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_USGS", running.base_url)
        yield running


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "data")


MCS2026 = "MCS2026_Commodities_Data.csv"
BODY = "\r\n".join((LONG, COBALT.format("2024", '"3,350"'), COBALT.format("2025", "—"), "")).encode("cp1252")


def publish(agency: Loopback, edition: str, files: dict[str, bytes], uploaded: str = "2026-02-06T15:52:27Z", **changes: Any) -> None:
    """An item with files, at the addresses that ScienceBase gives them."""
    item = EDITIONS[edition].item
    listed = [{"name": name, "size": len(body), "dateUploaded": uploaded} | changes for name, body in files.items()]
    agency.answers[f"/catalog/item/{item}"] = {"id": item, "title": f"Mineral Commodity Summaries {edition}", "files": listed}
    serve_files(agency, item, files)


def serve_files(agency: Loopback, item: str, files: dict[str, bytes]) -> None:
    agency.files |= {f"/catalog/file/get/{item}?name={name}": File(body) for name, body in files.items()}


def fetch(landing: Landing, part: str = "2026", dataset: str = SUMMARIES) -> Attempt:
    return intake.fetch(landing, registry.dataset(dataset), part)


def test_an_edition_lands_on_the_day_of_its_upload_and_is_not_asked_for_twice(agency: Loopback, landing: Landing) -> None:
    publish(agency, "2026", {"MCS2026_T7_Critical_Minerals_Salient.csv": b"x", MCS2026: BODY})
    attempt = fetch(landing)
    assert (attempt.outcome, attempt.part, attempt.vintage, attempt.rows) == ("landed", "2026", "2026-02-06", 2)
    (vintage,) = landing.vintages(SUMMARIES)
    assert vintage.is_complete
    assert vintage.source_url == f"{agency.base_url}/catalog/file/get/696a75d5d4be0228872d3bf8?name={MCS2026}"
    agency.requests.clear()
    assert fetch(landing).outcome == "unchanged"
    assert [request.path for request in agency.requests] == ["/catalog/item/696a75d5d4be0228872d3bf8?format=json&fields=id,title,files"]


def test_a_second_version_of_an_edition_is_a_vintage_of_its_own(agency: Loopback, landing: Landing) -> None:
    publish(agency, "2026", {MCS2026: BODY})
    fetch(landing)
    publish(agency, "2026", {MCS2026: BODY.replace(b"3,350", b"3,351")}, uploaded="2026-02-09T23:30:00-07:00")
    assert (fetch(landing).outcome, [vintage.vintage for vintage in landing.vintages(SUMMARIES)]) == ("landed", ["2026-02-06", "2026-02-10"])


def test_table_7_and_figure_3_come_from_the_same_item(agency: Loopback, landing: Landing) -> None:
    figure = b"Source,Commodity,Import_Source_2021_24,Percent,NIR,Critical_Mineral\r\nMCS2026,Tin,Peru,5,>75,Y\r\n"
    publish(agency, "2026", {MCS2026: BODY, "MCS2026_Fig3_Major_Import_Sources.csv": figure})
    assert (fetch(landing, dataset=FIGURE_3).outcome, landing.vintages(FIGURE_3)[0].part) == ("landed", "2026")
    with pytest.raises(PermanentError, match="neither the item of the edition 2026 nor its 0 children have the file"):
        fetch(landing, dataset=TABLE_7)


def test_an_edition_whose_zip_is_gone_comes_from_the_children_of_its_item_to_the_last_page(agency: Loopback, landing: Landing) -> None:
    """Two pages of children; the zip is listed and answers 404."""
    item = EDITIONS["2024"].item
    publish(agency, "2024", {"world.zip": b"gone"})
    del agency.files[f"/catalog/file/get/{item}?name=world.zip"]
    children = []
    for number, slug in enumerate(("cobal", "nicke", "lithi")):
        name, body = f"mcs2024-{slug}_world.csv", f"{ONE}\nMCS2024,Canada,Mine,1,2,,3,\n".encode()
        files = [{"name": name, "size": len(body), "dateUploaded": f"2024-03-0{number + 1}T12:00:00Z"}]
        children.append({"id": f"child{number}", "title": slug, "files": files})
        serve_files(agency, f"child{number}", {name: body})
    children.append({"id": "empty", "title": "without files"})
    agency.answers["/catalog/items"] = lambda request: {
        "total": 4,
        "items": children[int(request.query["offset"]) : int(request.query["offset"]) + 2],
    }
    attempt = fetch(landing, "2024")
    assert (attempt.outcome, attempt.vintage, attempt.rows) == ("landed", "2024-03-03", 9)
    assert len(agency.asked("/catalog/items")) == 2


def test_a_missing_page_of_children_is_an_error_and_not_a_short_edition(agency: Loopback, landing: Landing) -> None:
    publish(agency, "2023", {})
    agency.answers["/catalog/items"] = lambda request: {"total": 90, "items": [] if request.query["offset"] != "0" else [{"id": "a", "title": "a"}]}
    with pytest.raises(ContractError, match="1 of 90 children are listed: a page is missing"):
        fetch(landing, "2023")
    assert landing.vintages(SUMMARIES) == []


def test_an_edition_of_this_year_that_is_not_found_is_not_out_yet(agency: Loopback, landing: Landing) -> None:
    attempt = fetch(landing)
    assert attempt.outcome == "not_yet"
    assert attempt.reason.startswith("the edition 2026 is not out yet")
    assert len(agency.requests) == 1


def test_an_edition_of_another_year_that_is_not_found_has_moved(agency: Loopback, landing: Landing) -> None:
    with pytest.raises(PermanentError, match=r"the edition 2022 has left its address.*https://doi.org/10.5066/P9KKMCP4"):
        fetch(landing, "2022")
    assert len(agency.requests) == 1


@pytest.mark.parametrize(
    ("fault", "error", "requests"),
    [
        (Refuse(503), TransientError, ATTEMPTS),
        (Refuse(429), TransientError, ATTEMPTS),
        (Refuse(403, "no"), PermanentError, 1),
        (Refuse(200, "<html>maintenance</html>", {"Content-Type": "text/html"}), ContractError, 1),
        (Refuse(200, '{"id": "cut', {"Content-Type": "application/json"}), ContractError, 1),
        (Cut(20), TransientError, ATTEMPTS),
    ],
    ids=["503", "429", "403", "web page", "cut json", "cut connection"],
)
def test_what_the_item_answers_instead_is_asked_again_only_where_it_helps(
    agency: Loopback, landing: Landing, fault: Fault, error: type[SourceError], requests: int
) -> None:
    publish(agency, "2026", {MCS2026: BODY})
    agency.faults.extend([fault] * ATTEMPTS)
    with pytest.raises(error):
        fetch(landing)
    assert len(agency.requests) == requests
    assert landing.vintages(SUMMARIES) == []


@pytest.mark.parametrize("fault", [Refuse(500), Cut(50), Slow(0.05)], ids=["500", "cut", "slow"])
def test_a_file_that_comes_the_second_time_or_slowly_lands(agency: Loopback, landing: Landing, fault: Fault) -> None:
    publish(agency, "2026", {MCS2026: BODY})
    agency.faults.extend([Slow(0), fault])
    assert fetch(landing).outcome == "landed"


def test_a_file_shorter_than_its_item_says_is_refused(agency: Loopback, landing: Landing) -> None:
    publish(agency, "2026", {MCS2026: BODY}, size=len(BODY) + 1)
    with pytest.raises(ContractError, match=f"came with {len(BODY):,} bytes, and the item says {len(BODY) + 1:,}"):
        fetch(landing)


@pytest.mark.parametrize("changes", [{"dateUploaded": None}, {"dateUploaded": "yesterday"}], ids=["no date", "no such date"])
def test_an_item_that_does_not_say_when_it_was_uploaded_is_refused(agency: Loopback, landing: Landing, changes: dict[str, Any]) -> None:
    publish(agency, "2026", {MCS2026: BODY}, **changes)
    with pytest.raises(ContractError, match="an item is not as documented"):
        fetch(landing)


def test_a_changed_column_keeps_the_last_vintage(agency: Loopback, landing: Landing) -> None:
    publish(agency, "2026", {MCS2026: BODY})
    fetch(landing)
    publish(agency, "2026", {MCS2026: BODY.replace(b"Value", b"Amount")}, uploaded="2026-02-09T12:00:00Z")
    with pytest.raises(ContractError, match="no column 'Value'"):
        fetch(landing)
    assert [vintage.vintage for vintage in landing.vintages(SUMMARIES)] == ["2026-02-06"]


def test_the_file_of_another_edition_is_refused(agency: Loopback, landing: Landing) -> None:
    publish(agency, "2026", {MCS2026: BODY.replace(b"2025,", b"2024,")})
    with pytest.raises(ContractError, match="the payload is of 2025, and 2026 was asked for"):
        fetch(landing)


def test_editions_are_expected_from_their_year_on() -> None:
    assert editions("mineral_commodity_summaries", date(2025, 1, 1)) == ("2022", "2023", "2024", "2025")
    assert editions("import_sources", date(2025, 12, 31)) == ()
    partition = registry.dataset(SUMMARIES).partition
    assert partition is not None
    assert partition.live(date(2026, 2, 1)) == ("2026",)


# The bundled figures


def bundled(dataset: str) -> list[tuple[str, dict[str, str]]]:
    """The vintage and the cells of every bundled row, by the csv module."""
    return [
        (path.stem, row)
        for path in intake.bundled_files(registry.dataset(dataset))
        for row in csv.DictReader(io.StringIO(path.read_bytes().decode("cp1252"), newline=""))
    ]


def figures(name: str) -> list[dict[str, str]]:
    if not FIGURES.is_dir():
        pytest.skip("the tidy figures that the vintages were cut from are not here")
    with (FIGURES / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_bundled_editions_land_as_the_parts_that_they_are(landing: Landing) -> None:
    attempts = [attempt for name in (SUMMARIES, TABLE_7, FIGURE_3) for attempt in intake.land_bundled(landing, registry.dataset(name))]
    assert [(attempt.part, attempt.vintage, attempt.rows) for attempt in attempts] == [
        ("2012", "2012-01-31", 32),
        ("2020", "2020-01-31", 30),
        ("2021", "2021-01-31", 45),
        ("2024", "2024-01-31", 113),
        ("2026", "2026-02-06", 152),
        ("2026", "2026-02-06", 6),
        ("2026", "2026-02-06", 20),
    ]
    assert not any(vintage.is_complete for vintage in landing.vintages(SUMMARIES))


def test_the_bundled_editions_hold_each_figure_and_no_other() -> None:
    held = Counter(
        (
            "2026" if vintage.startswith("2026") else vintage[:4],
            *(row[name] for name in ("Commodity", "Country", "Statistics", "Statistics_detail", "Unit", "Year", "Value")),
            "Estimated." in row["Notes"],
        )
        for vintage, row in bundled(SUMMARIES)
    )
    published: Counter[tuple[Any, ...]] = Counter()
    for row in figures("minerals_production"):
        edition = row["edition"].split()[0].removeprefix("MCS")
        detail = row["detail"].removesuffix(" (estimated)")
        is_estimated = "Estimated." in row["notes"] or row["qualifier"] == "e" or detail != row["detail"]
        if edition != "NRCan":
            cells = (row["commodity"], row["country"], row["statistic"], detail, row["unit"], row["year"], row["value_raw"])
            published[(edition, *cells, is_estimated)] += 1
    for row in figures("us_nickel_salient_editions"):
        statistic = row["statistic"].partition(",")[0].partition(" (")[0].replace("Mine production", "Production")
        unit = "percent" if "%" in row["statistic"] else "metric tons"
        edition = row["edition"].removeprefix("MCS")
        cells = ("Nickel", "United States", statistic, row["statistic"], unit, row["year"], row["value_t_or_pct"])
        published[(edition, *cells, row["flag"] == "e")] += 1
    assert held == published
    assert held.total() == 372


def test_the_bundled_table_and_figure_hold_each_cell_and_no_other() -> None:
    table = [row for _, row in bundled(TABLE_7)]
    assert table == [{name: text for name, text in row.items() if name != "source"} for row in figures("us_critical_minerals_salient_2025")]
    figure = [tuple(row.values()) for _, row in bundled(FIGURE_3)]
    assert figure == [
        (row["edition"], row["commodity"], row["source_country"], row["percent"], row["us_net_import_reliance"], row["critical_mineral"])
        for row in figures("us_mineral_import_sources")
    ]


def test_two_editions_disagree_on_nickel_of_the_same_year() -> None:
    """A revision: imports of 2019 were an estimate in the edition of 2020, and the one of 2021 has another figure."""
    by_edition = {
        vintage[:4]: row["Value"] for vintage, row in bundled(SUMMARIES) if (row["Statistics_detail"], row["Year"]) == ("Imports, primary", "2019")
    }
    assert by_edition == {"2020": "120000", "2021": "119000"}
