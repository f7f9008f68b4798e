"""CEPII's BACI: a zip of years to one table, the calendar that finds a new version, and NA in two meanings. All figures are made up."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from sources import intake, registry
from sources.errors import ContractError, PermanentError, SourceError, TransientError
from sources.http import ATTEMPTS
from sources.landing import Attempt, Landing
from sources.providers.cepii import LIVE, VERSIONS
from sources.spec import Parsed
from tests.sources.loopback import Cut, Fault, File, Loopback, Refuse, Slow, serve

DATASET = registry.dataset("cepii/baci")
PATH = "/DATA_DOWNLOAD/baci/data/BACI_HS22_V202601.zip"
RELEASED = "Thu, 29 Jan 2026 23:30:00 GMT"
HEADER = "t,i,j,k,v,q\n"
MEMBERS = {
    "BACI_HS22_Y2023_V202601.csv": f"{HEADER}2023,124,842,010121,12.345,0.5\n2023,842,124,870323,1.001,0.002\n",
    "BACI_HS22_Y2024_V202601.csv": f"{HEADER}2024,124,842,010121,          12.3,              NA\n",
    "country_codes_V202601.csv": "country_code,country_name,country_iso2,country_iso3\n124,Canada,CA,CAN\n516,Namibia,NA,NAM\n842,USA,US,USA\n",
    "product_codes_HS22_V202601.csv": 'code,description\n010121,"Horses: live, pure-bred breeding animals"\n870323,Vehicles\n',
    "Readme.txt": "Release Date : 2026 01 29\n",
}


def archive(**changes: str | bytes | None) -> bytes:
    """The zip; changes name a member by its beginning and year, None leaves it out."""
    members: dict[str, str | bytes] = dict(MEMBERS)
    for start, content in changes.items():
        (name,) = [name for name in members if start in name]
        if content is None:
            del members[name]
        else:
            members[name] = content
    return packed(members)


def packed(members: dict[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members.items():
            zipped.writestr(zipfile.ZipInfo(name, (2026, 1, 28, 0, 0, 0)), content)
    return target.getvalue()


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """CEPII's server after the release of January 2026; nobody waits after an error."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-02-02T08:00:00Z")
    with serve() as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_CEPII", running.base_url)
        running.files[PATH] = File(archive(), last_modified=RELEASED)
        yield running


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "data")


def fetch(landing: Landing, part: str = "HS22") -> Attempt:
    return intake.fetch(landing, DATASET, part)


def parsed(content: bytes, folder: Path) -> Parsed:
    payload, target = folder / "BACI_HS22_V202601.zip", folder / "parsed"
    payload.write_bytes(content)
    target.mkdir()
    return DATASET.parse(DATASET, payload, target)


def table(landing: Landing, name: str) -> duckdb.DuckDBPyRelation:
    (vintage,) = landing.vintages(DATASET.id)
    return duckdb.read_parquet(str(landing.folder(DATASET.id, vintage.vintage, vintage.part) / f"{name}.parquet"), hive_partitioning=False)


# Asking


def test_the_version_of_this_january_lands_as_of_the_day_it_came_out_in_paris(agency: Loopback, landing: Landing) -> None:
    attempt = fetch(landing)
    assert (attempt.outcome, attempt.vintage, attempt.part, attempt.rows) == ("landed", "2026-01-30", "HS22", 3)
    assert [request.path for request in agency.requests] == [PATH]
    (vintage,) = landing.vintages(DATASET.id)
    assert (vintage.is_complete, vintage.data_from, vintage.data_through) == (True, date(2023, 1, 1), date(2024, 1, 1))


def test_years_become_one_table_in_which_only_a_quantity_may_be_not_available(agency: Loopback, landing: Landing) -> None:
    fetch(landing)
    assert table(landing, "trade").order("t, i").fetchall() == [
        ("2023", "124", "842", "010121", 12.345, 0.5),
        ("2023", "842", "124", "870323", 1.001, 0.002),
        ("2024", "124", "842", "010121", 12.3, None),
    ]


def test_namibia_is_a_country(agency: Loopback, landing: Landing) -> None:
    fetch(landing)
    assert table(landing, "country_codes").filter("country_iso2 = 'NA'").fetchall() == [("516", "Namibia", "NA", "NAM")]
    assert table(landing, "product_codes").filter("code = '010121'").fetchall() == [("010121", "Horses: live, pure-bred breeding animals")]


def test_nothing_is_left_beside_the_tables(agency: Loopback, landing: Landing) -> None:
    fetch(landing)
    names = {path.name for path in landing.folder(DATASET.id, "2026-01-30", "HS22").iterdir()}
    assert names == {"trade.parquet", "country_codes.parquet", "product_codes.parquet", "vintage.json"}


def test_a_version_that_is_landed_costs_one_conditional_request(agency: Loopback, landing: Landing) -> None:
    fetch(landing)
    assert fetch(landing).outcome == "unchanged"
    assert [request.headers["If-Modified-Since"] for request in agency.requests] == [None, RELEASED]


def test_before_the_release_of_a_new_year_it_is_not_yet(agency: Loopback, landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_NOW", "2027-01-11T08:00:00Z")
    attempt = fetch(landing)
    assert attempt.outcome == "not_yet"
    assert attempt.reason.endswith("the version of this January is not out")
    assert [request.path for request in agency.requests] == [PATH.replace("202601", "202701")]


def test_the_newest_harmonized_system_is_asked_for_and_the_one_before_is_offered() -> None:
    assert DATASET.partition
    assert DATASET.partition.live(date(2026, 2, 2)) == LIVE == ("HS22",)
    assert DATASET.partition.expected(date(2026, 2, 2)) == VERSIONS == ("HS17", "HS22")


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        (Refuse(403, "Forbidden"), PermanentError, "answered 403"),
        (Refuse(200, "<html><title>Oops</title>", {"Content-Type": "text/html"}), ContractError, "a web page instead of data"),
        (Refuse(200, "PK\x03\x04 cut"), ContractError, "truncated or damaged zip"),
    ],
)
def test_an_answer_that_is_no_data_is_not_asked_for_again(
    agency: Loopback, landing: Landing, fault: Fault, error: type[SourceError], reason: str
) -> None:
    agency.faults.append(fault)
    with pytest.raises(error, match=reason):
        fetch(landing)
    assert len(agency.requests) == 1
    assert landing.vintages() == []


def test_a_cut_or_slow_download_is_asked_for_again(agency: Loopback, landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.http.READ_SECONDS", 0.3)
    agency.faults.extend([Refuse(503), Slow(0.6), Cut(300), Slow(0.1)])
    assert fetch(landing).rows == 3
    assert len(agency.requests) == 4


def test_an_outage_ends_after_some_attempts(agency: Loopback, landing: Landing) -> None:
    agency.faults.extend([Refuse(500)] * ATTEMPTS)
    with pytest.raises(TransientError, match="answered 500"):
        fetch(landing)
    assert len(agency.requests) == ATTEMPTS


def test_the_zip_of_another_harmonized_system_is_refused(agency: Loopback, landing: Landing) -> None:
    agency.files[PATH.replace("HS22", "HS17")] = agency.files[PATH]
    with pytest.raises(ContractError, match="the payload is of HS22, and HS17 was asked for"):
        fetch(landing, "HS17")


# Against the version before


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (archive(Y2023=None), "66.7% fewer|lacks .* periods of 't'"),
        (archive(Y2024=f"{HEADER}2024,124,842,010121,12300,NA\n"), "the sum of 'v' in 2024 was 12.3 and is 12,300"),
    ],
    ids=["a year less", "dollars for thousands"],
)
def test_years_are_not_lost_and_thousands_stay_thousands(agency: Loopback, landing: Landing, content: bytes, reason: str) -> None:
    fetch(landing)
    agency.files[PATH] = File(content, last_modified="Mon, 02 Feb 2026 06:00:00 GMT")
    with pytest.raises(ContractError, match=reason):
        fetch(landing)
    assert len(landing.vintages(DATASET.id)) == 1


# Payloads


def test_a_file_by_hand_knows_its_part_from_its_members(landing: Landing, tmp_path: Path) -> None:
    payload = tmp_path / "download (1).zip"
    payload.write_bytes(packed({f"BACI/{name.replace('HS22', 'HS92').replace('202601', '202401b')}": text for name, text in MEMBERS.items()}))
    attempt = intake.land_file(landing, DATASET, payload)
    assert (attempt.part, attempt.vintage, landing.vintages(DATASET.id)[0].label) == ("HS92", "2026-01-28", "2026-01-28~")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (archive(Y2024=f"{HEADER}2024,124,842,10121,12.3,NA\n"), r"six digits of a product.*'10121', 12\.3, None.*drop the zeros"),
        (archive(Y2024=f"{HEADER}2024,124,842,01012A,12.3,NA\n"), "six digits of a product"),
        (archive(Y2024=f"{HEADER}2023,124,842,010121,12.3,NA\n"), "Y2024_V202601.csv should have rows of 2024"),
        (archive(Y2024=f"{HEADER}2024,,842,010121,12.3,NA\n"), "should have rows of 2024, exporter, importer"),
        (archive(Y2024=f"{HEADER}2024,124,842,010121,,NA\n"), "and a value"),
        (archive(Y2024=f"{HEADER}2024,124,842,010121,NA,NA\n"), r"column 'v' should hold a number, and 1 rows do not: \['NA'\]"),
        (archive(Y2024=f"{HEADER}2024,124,842,010121,12.3,n/a\n"), r"column 'q' should hold a number, and 1 rows do not: \['n/a'\]"),
        (archive(Y2024=f"{HEADER}2024,124,842,010121,12.3\n"), "has 5 cells where the header has 6"),
        (archive(Y2024="t,i,j,hs6,v,q\n2024,124,842,010121,12.3,NA\n"), "no column 'k'"),
        (archive(Y2024=""), "has no header"),
        (archive(country_codes="country_code,country_name,country_iso2,country_iso3\n384,Côte d'Ivoire,CI,CIV\n".encode("latin-1")), "is not UTF-8"),
        (archive(country_codes="code,name\n124,Canada\n"), "no column 'country_code'"),
        (archive(country_codes=None), r"has no member like country_codes"),
        (archive(product_codes=None), r"has no member like product_codes"),
        (archive(Y2023=None, Y2024=None), r"should have the years of one version, and has those of \[\]"),
        (packed(MEMBERS | {"BACI_HS17_Y2022_V202601.csv": HEADER}), r"those of \[\('HS17', 'V202601'\), \('HS22', 'V202601'\)\]"),
        (packed(MEMBERS | {"BACI_HS22_Y2022_V202501.csv": HEADER}), r"those of \[\('HS22', 'V202501'\), \('HS22', 'V202601'\)\]"),
        (b"t,i,j,k,v,q\n", "truncated or damaged zip"),
    ],
)
def test_what_is_no_version_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(ContractError, match=reason):
        parsed(content, tmp_path)


def test_a_flow_that_is_there_twice_is_refused(landing: Landing, tmp_path: Path) -> None:
    payload = tmp_path / "baci.zip"
    payload.write_bytes(archive(Y2024=f"{HEADER}2024,124,842,010121,12.3,NA\n2024,124,842,010121,12.4,NA\n"))
    with pytest.raises(ContractError, match="more than once: t='2024', i='124', j='842', k='010121'"):
        intake.land_file(landing, DATASET, payload)
