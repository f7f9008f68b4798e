"""The trade database of Statistics Canada: what its zips hold, what is refused, and what comes of asking for them. All figures are made up."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
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
from sources.spec import Parsed
from sources.statcan_cimt import FLOWS, TRADE
from tests.payloads.recordings import recording
from tests.sources.loopback import Cut, File, Loopback, Refuse, Slow, serve

CIMT = registry.dataset("statcan/cimt")
ZIPS = "/n1/pub/71-607-x/2021004/zip"
SEED = Path(__file__).parents[2] / "dbt_project" / "seeds" / "cimt_published_row_counts.csv"

IMPORTS = "YearMonth/AnnéeMois,HS10,Country/Pays,Province,State/État,Value/Valeur,Quantity/Quantité,Unit of Measure/Unité de Mesure"
DOMESTIC = IMPORTS.replace("HS10", "HS8")
TOTAL = DOMESTIC.replace(",Province", "")

CARS = "202601,8703231010,US,ON,MI,1234567,45,NMB"
HORSES = "202601,0101210000,NA,NF,,5000,0,N/A"
OILS = "202602,2709002000,NG,QC,,98765432109,,"

LISTS = {
    "ODPF_1_HS10Desc.TXT": ["8703231010,201701,999912,NMB,Passenger cars,Voitures particulières", "8703231010,201201,201612,NMB,Cars,Voitures"],
    "ODPF_5_HS2Desc.TXT": ["87,198801,999912,,Vehicles,Véhicules"],
    "ODPF_6_CtyDesc.TXT": ["NA 516,199003,999912,,Namibia,Namibie", "US 840,196601,999912,,United States,États-Unis"],
    "ODPF_7_StateDesc.TXT": ["MI,196601,999912,,Michigan,Michigan"],
    "ODPF_8_ProvDesc.TXT": [
        "10 NF,196601,200111,,Newfoundland,Terre-Neuve",
        "10 NL,200211,999912,,Newfoundland and Labrador,Terre-Neuve-et-Labrador",
    ],
    "ODPF_9_UOMDesc.TXT": ["NMB,198801,999912,,Number,Nombre"],
}


def listed(name: str, lines: list[str]) -> bytes:
    """A code list in its fixed widths: names of 82 characters and, in the lists of products of six digits and more, a unit before them."""
    has_unit = name[5] in "1234"
    rows = []
    for line in lines:
        code, valid_from, valid_through, unit, english, french = line.split(",")
        unit = f"{unit:<3} " if has_unit else ""
        rows.append(f"{code:<10} {valid_from} {valid_through} {unit}{english:<82} {french:<82} {'ODPFN023_' + name[5]:<12}202607\r\n")
    return "".join(rows).encode("cp1252")


def packed(members: Mapping[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def cimt_zip(member: str, header: str, *rows: str, lists: Mapping[str, list[str]] = LISTS, folder: str = "") -> bytes:
    """A zip as the agency packs it: the detail, coarser sums of it, code lists and notes."""
    trade = "\r\n".join([header, *rows, ""])
    sums = "YearMonth/AnnéeMois,HS2,Country/Pays,Province,State/État,Value/Valeur\r\n202601,87,US,ON,MI,1\r\n"
    members: dict[str, str | bytes] = {folder + member: "\ufeff" + trade, f"{folder}ODPFN022_202602N.csv": sums, f"{folder}Notes.docx": b"PK"}
    return packed(members | {folder + name: listed(name, lines) for name, lines in lists.items()})


def imports_zip(*rows: str, **kwargs: Any) -> bytes:
    months = sorted(row[:6] for row in rows)
    return cimt_zip(f"ODPFN014_{months[-1]}N.csv", IMPORTS, *rows, **kwargs)


def parsed(folder: Path, payload: bytes) -> tuple[Parsed, Path]:
    """Parse and check as the landing zone does."""
    path, landed = folder / "payload.zip", folder / "landed"
    path.write_bytes(payload)
    landed.mkdir()
    contract.sniff(CIMT, path)
    answer = CIMT.parse(CIMT, path, landed)
    contract.check(CIMT, landed, answer)
    assert sorted(file.stem for file in landed.iterdir()) == sorted(table.name for table in CIMT.tables)
    return answer, landed


def rows_of(landed: Path, table: str = "trade") -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(landed / f"{table}.parquet"))
        return [dict(zip(found.columns, row, strict=True)) for row in found.order("ALL").fetchall()]


# What a zip holds


def test_imports_land_as_published(tmp_path: Path) -> None:
    answer, landed = parsed(tmp_path, imports_zip(CARS, HORSES, OILS))
    assert answer.rows == {"trade": 3, "product": 3, "country": 2, "state": 1, "province": 2, "unit_of_measure": 1}
    assert (answer.part, answer.is_complete, answer.data_from, answer.data_through) == ("imports-2026", True, date(2026, 1, 1), date(2026, 2, 1))
    names = [field.name for field in TRADE.fields]
    assert [tuple(row[name] for name in names) for row in rows_of(landed)] == [
        ("202601", "0101210000", None, "NA", "NF", None, 5000, 0, "N/A"),
        ("202601", "8703231010", None, "US", "ON", "MI", 1234567, 45, "NMB"),
        ("202602", "2709002000", None, "NG", "QC", None, 98765432109, None, None),
    ]


def test_total_exports_have_no_province(tmp_path: Path) -> None:
    answer, landed = parsed(tmp_path, cimt_zip("ODPFN017_202601N.csv", TOTAL, "202601,87032310,US,MI,7,1,NMB"))
    assert answer.part == "total_exports-2026"
    (row,) = rows_of(landed)
    assert (row["HS10"], row["HS8"], row["Province"], row["State/État"], row["Value/Valeur"]) == (None, "87032310", None, "MI", 7)


def test_domestic_exports_of_an_old_year_are_known_in_any_folder_and_with_any_suffix(tmp_path: Path) -> None:
    payload = cimt_zip("odpfn016_200212C.CSV", DOMESTIC, "200212,87032310,US,NL,MI,7,1,NMB", folder="CIMT-CICM_Dom_Exp_2002/data/")
    answer, landed = parsed(tmp_path, payload)
    assert (answer.part, answer.data_through) == ("domestic_exports-2002", date(2002, 12, 1))
    assert [row["HS8"] for row in rows_of(landed)] == ["87032310"]


def test_a_zero_that_a_spreadsheet_took_is_put_back(tmp_path: Path) -> None:
    _, landed = parsed(tmp_path, imports_zip(HORSES.replace("0101210000", "101210000")))
    assert [row["HS10"] for row in rows_of(landed)] == ["0101210000"]


def test_a_column_that_nobody_knows_yet_stays(tmp_path: Path) -> None:
    _, landed = parsed(tmp_path, cimt_zip("ODPFN014_202601N.csv", IMPORTS + ",Mode", CARS + ",Road"))
    assert [row["Mode"] for row in rows_of(landed)] == ["Road"]


def test_the_same_product_in_two_units_is_two_rows(tmp_path: Path) -> None:
    answer, _ = parsed(tmp_path, imports_zip(CARS, CARS.replace("NMB", "KGM")))
    assert answer.rows["trade"] == 2


def test_code_lists_keep_every_window_and_both_names(tmp_path: Path) -> None:
    _, landed = parsed(tmp_path, imports_zip(CARS))
    assert [(row["code"], row["valid_from"], row["valid_through"], row["unit"], row["name_fr"]) for row in rows_of(landed, "product")] == [
        ("87", "198801", "999912", None, "Véhicules"),
        ("8703231010", "201201", "201612", "NMB", "Voitures"),
        ("8703231010", "201701", "999912", "NMB", "Voitures particulières"),
    ]
    assert [(row["code"], row["name_en"], row["tag"], row["cut_for"]) for row in rows_of(landed, "country")] == [
        ("NA 516", "Namibia", "ODPFN023_6", "202607"),
        ("US 840", "United States", "ODPFN023_6", "202607"),
    ]


def test_a_zip_without_the_list_of_countries_lands_an_empty_one(tmp_path: Path) -> None:
    answer, landed = parsed(tmp_path, imports_zip(CARS, lists={name: lines for name, lines in LISTS.items() if name[5] != "6"}))
    assert answer.rows["country"] == 0
    assert rows_of(landed, "country") == []
    with duckdb.connect() as connection:
        empty = connection.read_parquet(str(landed / "country.parquet"))
        assert set(map(str, empty.types)) == {"VARCHAR"}


# What is refused


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><title>Page not found</title>", r"is a web page \('Page not found'\)"),
        (imports_zip(CARS)[:-40], "is a truncated or damaged zip"),
        (imports_zip(CARS)[:300] + imports_zip(CARS)[340:], "is a truncated or damaged zip"),
        (IMPORTS.encode(), "is a truncated or damaged zip"),
        (packed({"ODPFN022_202601N.csv": "x", "ODPF_5_HS2Desc.TXT": "x"}), "has no member like .*ODPFN01.*it has .*ODPFN022_202601N.csv"),
        (packed({"ODPFN014_202601N.csv": IMPORTS}), "has no member like .*ODPF_"),
        (packed({"ODPFN014_202601N.csv": IMPORTS, "ODPFN016_202601N.csv": DOMESTIC}), r"holds \['ODPFN014_202601N.csv', 'ODPFN016_202601N.csv'\]"),
        (imports_zip(CARS).replace(b"202601N", b"202602N"), "truncated or damaged|ends with"),
        (cimt_zip("ODPFN014_202602N.csv", IMPORTS, CARS), "ODPFN014_202602N.csv should go to 202602, and ends with 202601"),
        (cimt_zip("ODPFN014_202601N.csv", IMPORTS, CARS, "202512" + CARS[6:]), r"months that are not of 2026: \['202512'\]"),
        (cimt_zip("ODPFN014_202601N.csv", IMPORTS, CARS, CARS[6:]), r"months that are not of 2026: \['None'\]"),
        (cimt_zip("ODPFN014_202601N.csv", IMPORTS), "has no row for 'trade', only a header"),
        (cimt_zip("ODPFN014_202601N.csv", ""), "has no column YearMonth/AnnéeMois and no Country/Pays"),
        (cimt_zip("ODPFN014_202601N.csv", IMPORTS.replace("Value/Valeur", "Value"), CARS), "has no column Value/Valeur; its header is .*'Value'"),
        (cimt_zip("ODPFN014_202601N.csv", DOMESTIC, CARS), "has no column HS10; its header is .*'HS8'"),
        (cimt_zip("ODPFN016_202601N.csv", TOTAL, "202601,87032310,US,MI,7,1,NMB"), "ODPFN016_202601N.csv has no column Province"),
        (cimt_zip("ODPFN017_202601N.csv", DOMESTIC, "202601,87032310,US,ON,MI,7,1,NMB"), "has a column Province, which total_exports have not"),
        (cimt_zip("ODPFN014_202601N.csv", IMPORTS, CARS, CARS + ",1"), "line 3 of ODPFN014_202601N.csv has 9 cells where the header has 8"),
        (cimt_zip("ODPFN014_202601N.csv", IMPORTS, CARS, '"' + HORSES), "a quote that does not close"),
        (imports_zip(CARS, HORSES.replace(",5000,", ",5.5,")), r"Value/Valeur.*5\.5"),
        (imports_zip(CARS, HORSES.replace(",5000,", ",x,")), "'Value/Valeur' should hold an integer, and 1 rows do not: .*'x'"),
        (imports_zip(CARS, HORSES.replace(",5000,", ",,")), r"a value, and 1 are like \[\('202601', '0101210000', 'NA', None\)\]"),
        (imports_zip(CARS, HORSES.replace(",NA,", ",,")), r"a country and a value, and 1 are like \[\('202601', '0101210000', None, 5000\)\]"),
        (imports_zip(CARS, HORSES.replace("0101210000", "010121")), "a product of 10 digits.*'010121'"),
        (imports_zip(CARS, HORSES.replace("0101210000", "01012100001")), "a product of 10 digits.*'01012100001'"),
        (imports_zip(CARS, CARS), r"table 'trade' has 1 keys .* more than once: .*HS10='8703231010'.*\(2 times\)"),
        (
            packed({"ODPFN014_202601N.csv": f"{IMPORTS}\r\n{CARS}\r\n".encode("latin-1"), "ODPF_5_HS2Desc.TXT": b""}),
            "the header of ODPFN014_202601N.csv is not UTF-8: YearMonth/AnnéeMois",
        ),
        (packed({"ODPFN014_202601N.csv": f"{IMPORTS}\n{CARS}", "ODPF_6_CtyDesc.TXT": b"\x81"}), "ODPF_6_CtyDesc.TXT is not cp1252: .*0x81"),
        (
            packed({"ODPFN014_202601N.csv": f"{IMPORTS}\n{CARS}", "ODPF_6_CtyDesc.TXT": "NA 516 Namibia"}),
            r"columns that are not where they were: \[\('6', 'NA 516 Namibia    '\)\]",
        ),
    ],
)
def test_a_bad_payload_is_refused_with_what_is_wrong(tmp_path: Path, payload: bytes, reason: str) -> None:
    with pytest.raises(ContractError, match=f"statcan/cimt: .*{reason}") as caught:
        parsed(tmp_path, payload)
    assert "\n" not in str(caught.value)
    assert caught.value.remedy


def test_a_list_in_another_encoding_is_noticed_by_its_widths(tmp_path: Path) -> None:
    lines = listed("ODPF_6_CtyDesc.TXT", LISTS["ODPF_6_CtyDesc.TXT"]).decode("cp1252").encode()
    with pytest.raises(ContractError, match=r"columns that are not where they were: \[\('6', 'US 840"):
        parsed(tmp_path, packed({"ODPFN014_202601N.csv": f"{IMPORTS}\n{CARS}", "ODPF_6_CtyDesc.TXT": lines}))


# What the recordings say of real files


def test_the_recorded_lines_of_code_lists_land_with_their_windows(tmp_path: Path) -> None:
    """14 lines of seven lists (counted with `wc -l`), told apart by their tags."""
    lines = recording("cimt/ODPF_lookup_sample_lines.cp1252.txt").read_bytes().splitlines(keepends=True)
    members: dict[str, bytes] = defaultdict(bytes)
    for line in lines:
        number = line.split(b"ODPFN023_")[1][:1].decode()
        members[f"ODPF_{number}_Desc.TXT"] += line
    answer, landed = parsed(tmp_path, packed(members | {"ODPFN016_202601N.csv": f"{DOMESTIC}\r\n202601,87032310,US,ON,MI,7,1,NMB\r\n"}))
    assert {name: rows for name, rows in answer.rows.items() if name != "trade"} == {
        "product": 6,
        "country": 2,
        "state": 2,
        "province": 2,
        "unit_of_measure": 2,
    }
    found = [(row["code"], row["valid_from"], row["valid_through"], row["unit"]) for row in rows_of(landed, "product")]
    assert found == [
        ("01", "198801", "999912", None),
        ("010110", "200201", "201112", "NMB"),
        ("01011000", "200201", "201112", "NMB"),
        ("010111", "198801", "200112", "NMB"),
        ("01011100", "198801", "200112", "NMB"),
        ("02", "198801", "202112", None),
    ]
    assert {row["name_fr"] for row in rows_of(landed, "product")} > {
        "Animaux vivants",
        "Chevaux, ânes, mulets et bardots vivants, reproducteurs de race pure",
    }
    windows = [(row["code"], row["valid_from"], row["valid_through"], row["name_fr"]) for row in rows_of(landed, "province")]
    assert windows == [("10 NF", "196601", "200111", "Terre-Neuve"), ("10 NF", "200112", "200210", "Terre-Neuve et le Labrador")]
    assert [(row["code"], row["name_fr"]) for row in rows_of(landed, "country")] == [("AD 156", "Andorre"), ("AE 328", "Émirats arabes unis")]
    assert [row["code"] for row in rows_of(landed, "state")] == ["AK", "AL"]
    assert [(row["code"], row["valid_through"]) for row in rows_of(landed, "unit_of_measure")] == [("CCI", "199612"), ("CCI", "999912")]
    assert {row["cut_for"] for table in ("product", "country", "state", "province", "unit_of_measure") for row in rows_of(landed, table)} == {
        "202606"
    }


def test_the_recorded_columns_of_domestic_exports_are_those_that_land(tmp_path: Path) -> None:
    oracle = json.loads(recording("cimt/dom_exp_2025_oracle.json").read_text())
    (member,) = (name for name, facts in oracle.items() if isinstance(facts, dict) and "columns" in facts)
    facts = oracle[member]
    provinces = facts["origin_rows"]
    rows = [f"{month},87032310,US,{list(provinces)[place]},MI,{place},1,NMB" for place, month in enumerate(facts["periods"])]
    answer, landed = parsed(tmp_path, cimt_zip(member, ",".join(facts["columns"]), *rows))
    assert (answer.part, answer.data_from, answer.data_through) == ("domestic_exports-2025", date(2025, 1, 1), date(2025, 12, 1))
    assert set(rows_of(landed)[0]) - {"HS10"} == set(facts["columns"])
    assert set(oracle["lookup_files"]) == {f"ODPF_{name}Desc.TXT" for name in ("2_HS8", "4_HS6X", "5_HS2", "6_Cty", "7_State", "8_Prov", "9_UOM")}
    published = {row["month"]: int(row["published_rows"]) for row in seed() if row["part"] == answer.part}
    assert published == {"": facts["rows"]} | {f"{month[:4]}-{month[4:]}": rows for month, rows in facts["periods"].items()}
    assert sum(rows for month, rows in published.items() if month) == facts["rows"]


def test_the_recorded_zips_of_imports_are_the_parts_that_are_expected(tmp_path: Path) -> None:
    """39 zips (counted with `wc -l`, less the header)."""
    oracle = list(csv.DictReader(recording("cimt/imports_hs10_zip_oracle.csv").open(newline="")))
    assert len(oracle) == 39
    assert CIMT.partition
    parts = [part for part in CIMT.partition.expected(date(2026, 9, 6)) if part.startswith("imports-")]
    assert parts == [f"imports-{row['year']}" for row in oracle]
    for row in oracle:
        assert row["zip_url"] == registry.provider_of(CIMT).base_url + zip_path(f"imports-{row['year']}")
    for row in (oracle[0], oracle[30], oracle[31], oracle[-1]):
        folder = tmp_path / row["year"]
        folder.mkdir()
        year, month = row["year"], row["member"][13:15]
        answer, _ = parsed(folder, cimt_zip(row["member"], IMPORTS, f"{year}{month}{CARS[6:]}"))
        assert (answer.part, answer.data_through) == (f"imports-{year}", date(int(year), int(month), 1))
    published = {row["part"]: (row["published_rows"], row["payload_bytes"], row["through"]) for row in seed() if row["part"].startswith("imports-")}
    assert published == {f"imports-{row['year']}": (row["csv_rows"], row["zip_bytes"], f"{row['year']}-{row['member'][13:15]}") for row in oracle}


def seed() -> list[dict[str, str]]:
    with SEED.open(newline="") as stream:
        return list(csv.DictReader(stream))


# Which parts are asked for


@pytest.mark.parametrize(
    ("day", "years"),
    [
        (date(2026, 1, 9), [2025]),
        (date(2026, 2, 5), [2023, 2024, 2025]),
        (date(2026, 3, 1), [2023, 2024, 2025, 2026]),
        (date(2026, 4, 2), [2025, 2026]),
        (date(2026, 7, 7), [2026]),
        (date(2026, 8, 4), [2025, 2026]),
        (date(2026, 10, 6), [2026]),
        (date(2026, 12, 8), [2025, 2026]),
    ],
)
def test_live_are_the_years_that_a_release_may_revise(day: date, years: list[int]) -> None:
    assert list(CIMT.live_parts(day)) == [f"{flow.name}-{year}" for year in years for flow in FLOWS]


def test_a_year_is_expected_from_march_and_each_flow_since_its_first_zip() -> None:
    assert CIMT.partition
    february, march = CIMT.partition.expected(date(2026, 2, 28)), CIMT.partition.expected(date(2026, 3, 1))
    assert march[-3:] == ("imports-2026", "total_exports-2026", "domestic_exports-2026")
    assert february == march[:-3]
    assert march[0] == "imports-1988"
    assert [part for part in march if "exports" in part][:2] == ["total_exports-2002", "domestic_exports-2002"]


# What comes of asking


def zip_path(part: str) -> str:
    name, _, year = part.rpartition("-")
    return f"{ZIPS}/CIMT-CICM_{({'imports': 'Imp', 'total_exports': 'Tot_Exp', 'domestic_exports': 'Dom_Exp'})[name]}_{year}.zip"


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """The agency on the morning of the release of February 2026; back-offs are not waited for."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-04-02T13:00:00Z")
    with serve() as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_STATCAN", running.base_url)
        release(running, "imports-2026", imports_zip(CARS, HORSES, OILS), "Thu, 02 Apr 2026 12:30:00 GMT")
        yield running


def release(agency: Loopback, part: str, payload: bytes, last_modified: str) -> None:
    agency.files[zip_path(part)] = File(payload, last_modified=last_modified, content_type="application/zip")


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


def fetch(landing: Landing, part: str = "imports-2026") -> Attempt:
    return intake.fetch(landing, CIMT, part)


def failure(landing: Landing, kind: type[SourceError], part: str = "imports-2026") -> str:
    with pytest.raises(kind) as caught:
        fetch(landing, part)
    last = list(landing.attempts(CIMT.id))[-1]
    assert (last.outcome, last.part) == ("failed", part)
    assert not [vintage for vintage in landing.vintages(CIMT.id) if vintage.part == part]
    return str(caught.value)


def test_a_release_lands_as_the_day_it_was_modified_on(agency: Loopback, landing: Landing) -> None:
    attempt = fetch(landing)
    assert (attempt.outcome, attempt.vintage, attempt.rows) == ("landed", "2026-04-02", 3)
    (vintage,) = landing.vintages(CIMT.id)
    assert (vintage.part, vintage.is_complete, vintage.data_through) == ("imports-2026", True, date(2026, 2, 1))
    assert vintage.source_url == agency.base_url + zip_path("imports-2026")
    assert len(rows_of(landing.folder(CIMT.id, "2026-04-02", "imports-2026"))) == 3


def test_not_modified_costs_one_request(agency: Loopback, landing: Landing) -> None:
    fetch(landing)
    agency.requests.clear()
    assert fetch(landing).outcome == "unchanged"
    assert [request.headers["If-Modified-Since"] for request in agency.requests] == ["Thu, 02 Apr 2026 12:30:00 GMT"]


def test_the_year_issued_anew_is_a_new_vintage_of_its_part_only(agency: Loopback, landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    release(agency, "imports-2025", imports_zip("202512" + CARS[6:]), "Thu, 02 Apr 2026 12:30:00 GMT")
    fetch(landing)
    fetch(landing, "imports-2025")
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-05-05T13:00:00Z")
    release(agency, "imports-2026", imports_zip(CARS, HORSES, OILS, "202603" + CARS[6:]), "Tue, 05 May 2026 12:30:00 GMT")
    assert fetch(landing).outcome == "landed"
    assert fetch(landing, "imports-2025").outcome == "unchanged"
    assert [(vintage.part, vintage.vintage, vintage.rows) for vintage in landing.vintages(CIMT.id)] == [
        ("imports-2025", "2026-04-02", 1),
        ("imports-2026", "2026-04-02", 3),
        ("imports-2026", "2026-05-05", 4),
    ]


@pytest.mark.parametrize(
    "answer", [Refuse(404, "<html>Page not found</html>", {"Content-Type": "text/html"}), Refuse(200, "<html>", {"Content-Type": "text/html"})]
)
def test_a_year_without_its_first_release_is_not_yet(agency: Loopback, landing: Landing, monkeypatch: pytest.MonkeyPatch, answer: Refuse) -> None:
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-03-03T14:00:00Z")
    agency.faults.append(answer)
    attempt = fetch(landing)
    assert attempt.outcome == "not_yet"
    assert "2026 is not out: its first month is released in March" in attempt.reason
    assert len(agency.requests) == 1


@pytest.mark.parametrize(("now", "part"), [("2026-07-07T14:00:00Z", "domestic_exports-2026"), ("2026-03-03T14:00:00Z", "total_exports-1991")])
def test_a_year_that_should_be_out_and_is_missing_is_an_error(
    agency: Loopback, landing: Landing, monkeypatch: pytest.MonkeyPatch, now: str, part: str
) -> None:
    monkeypatch.setenv("WAREHOUSE_NOW", now)
    said = failure(landing, PermanentError, part)
    assert f"{zip_path(part)} answered 404" in said
    assert len(agency.requests) == 1


def test_a_part_of_another_name_is_not_asked_for(agency: Loopback, landing: Landing) -> None:
    said = failure(landing, PermanentError, "imports-latest")
    assert "there is no part 'imports-latest'. The newest parts are imports-2026, total_exports-2026, domestic_exports-2026" in said
    assert not agency.requests


def test_the_lock_before_a_release_is_not_yet(agency: Loopback, landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-04-02T12:00:00Z")
    agency.faults.append(Refuse(409, "locked"))
    assert fetch(landing).outcome == "not_yet"
    assert len(agency.requests) == 1


def test_outages_cuts_and_slowness_are_survived_and_nothing_is_lost(agency: Loopback, landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.http.READ_SECONDS", 0.1)
    agency.faults.extend([Refuse(503), Refuse(429, headers={"Retry-After": "1"}), Cut(200), Slow(0.3)])
    assert (fetch(landing).rows, len(agency.requests)) == (3, 5)


def test_a_body_that_is_always_cut_is_no_shorter_year(agency: Loopback, landing: Landing) -> None:
    agency.offers_ranges = False
    agency.faults.extend([Cut(300)] * ATTEMPTS)
    assert "cut the connection before the end" in failure(landing, TransientError)
    assert len(agency.requests) == ATTEMPTS


def test_refusals_are_not_repeated(agency: Loopback, landing: Landing) -> None:
    agency.faults.append(Refuse(403, "Forbidden"))
    assert "answered 403" in failure(landing, PermanentError)
    assert len(agency.requests) == 1


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (imports_zip("202512" + CARS[6:]), "the payload is of imports-2025, and imports-2026 was asked for"),
        (cimt_zip("ODPFN016_202602N.csv", DOMESTIC, "202602,87032310,US,ON,MI,7,1,NMB"), "the payload is of domestic_exports-2026"),
        (cimt_zip("ODPFN014_202601N.csv", IMPORTS.replace("Country/Pays", "Country"), CARS), "has no column Country/Pays"),
        (imports_zip(CARS)[:-100], "truncated or damaged zip"),
    ],
)
def test_another_content_than_was_asked_for_is_an_error_and_not_repeated(agency: Loopback, landing: Landing, payload: bytes, reason: str) -> None:
    release(agency, "imports-2026", payload, "Thu, 02 Apr 2026 12:30:00 GMT")
    assert reason in failure(landing, ContractError)
    assert len(agency.requests) == 1


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ((CARS, OILS), r"2 rows where 3 are held already"),
        ((CARS, HORSES, HORSES.replace("NF", "ON")), r"lacks 1 periods of 'YearMonth/AnnéeMois' that are held already: \['202602'\]"),
        ((CARS, HORSES, OILS.replace("98765432109", "98765432")), r"the sum of 'Value/Valeur' in 202602 was 9.876543211e\+10 and is 98,765,432"),
    ],
)
def test_a_worse_vintage_than_the_one_before_does_not_land(agency: Loopback, landing: Landing, rows: tuple[str, ...], reason: str) -> None:
    fetch(landing)
    release(agency, "imports-2026", imports_zip(*rows), "Tue, 07 Apr 2026 12:30:00 GMT")
    with pytest.raises(ContractError, match=reason):
        fetch(landing)
    assert [vintage.vintage for vintage in landing.vintages(CIMT.id)] == ["2026-04-02"]


def test_a_refresh_asks_for_each_live_part_and_one_that_fails_does_not_stop_the_others(agency: Loopback, landing: Landing) -> None:
    for year in ("2025", "2026"):
        release(
            agency,
            f"total_exports-{year}",
            cimt_zip(f"ODPFN017_{year}01N.csv", TOTAL, f"{year}01,87032310,US,MI,7,1,NMB"),
            "Thu, 02 Apr 2026 12:30:00 GMT",
        )
        release(
            agency,
            f"domestic_exports-{year}",
            cimt_zip(f"ODPFN016_{year}01N.csv", DOMESTIC, f"{year}01,87032310,US,ON,MI,7,1,NMB"),
            "Thu, 02 Apr 2026 12:30:00 GMT",
        )
    with pytest.raises(PermanentError, match=r"Imp_2025\.zip answered 404"):
        intake.refresh(landing, CIMT)
    assert {vintage.part for vintage in landing.vintages(CIMT.id)} == set(CIMT.live_parts(date(2026, 4, 2))) - {"imports-2025"}
    assert len(agency.requests) == 6
