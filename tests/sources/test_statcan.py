"""Statistics Canada: what is declared, single series of the Web Data Service, and the three kinds of payload."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sources import registry
from sources.errors import ContractError, NotYet, PermanentError, SourceError, TransientError, UnknownDataset
from sources.http import Http
from sources.providers import statcan
from sources.spec import Parsed, Vintage
from sources.statcan_wds import Cube, cube_metadata, points_by_coordinate, points_by_vector
from tests.sources.agency import HEADER, TABLE, Agency, Refuse, series_item, serve, table_csv, table_zip

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings" / "statcan"
BY_COORDINATE, BY_VECTOR = "getDataFromCubePidCoordAndLatestNPeriods", "getDataFromVectorsAndLatestNPeriods"


@pytest.fixture
def agency() -> Iterator[Agency]:
    with serve() as running:
        yield running


@pytest.fixture
def http(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> Http:
    monkeypatch.setenv("WAREHOUSE_UPSTREAM_STATCAN", agency.base_url)
    return Http(statcan.PROVIDER, f"statcan/{TABLE}")


def parsed(payload: Path, folder: Path, product_id: str = TABLE) -> tuple[Parsed, dict[str, list[dict[str, Any]]]]:
    """What the parser says, and the tables that it wrote."""
    dataset = registry.dataset(f"statcan/{product_id}")
    answer = dataset.parse(dataset, payload, folder)
    tables = {}
    for table in dataset.tables:
        landed = duckdb.read_parquet(str(folder / f"{table.name}.parquet"), hive_partitioning=False)
        tables[table.name] = [dict(zip(landed.columns, row, strict=True)) for row in landed.fetchall()]
    return answer, tables


def written(folder: Path, content: str | bytes, name: str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# What is declared


def test_a_table_is_known_by_its_product_id_and_nothing_else() -> None:
    any_table = registry.dataset("statcan/18100004")
    assert any_table.source_url == "https://www150.statcan.gc.ca/t1/tbl1/en/tv.action?pid=1810000401"
    assert "Table 18-10-0004" in any_table.licence.attribution
    for name in ("1810000401", "18-10-0004", "prices"):
        with pytest.raises(UnknownDataset):
            registry.dataset(f"statcan/{name}")


def test_the_docstring_says_what_a_source_must_say() -> None:
    for heading in ("Domain:", "Data sets:", "Cadence:", "Licence:", "API documentation:", "Caveats:"):
        assert f"\n{heading}" in (statcan.__doc__ or "")


# The Web Data Service


def test_answers_are_joined_on_the_coordinate_not_on_the_position(http: Http, agency: Agency) -> None:
    agency.answers[BY_COORDINATE] = [series_item("1.2.1.2.1", 87008897, 80.0), series_item("1.2.1.2.2", 87008898, 60.0)]
    found = points_by_coordinate(http, [(TABLE, "1.2.1.2.2"), (TABLE, "1.2.1.2.1.0.0.0.0.0")], 1)
    assert {key: [point.value for point in points] for key, points in found.items()} == {
        (TABLE, "1.2.1.2.2"): [60.0],
        (TABLE, "1.2.1.2.1.0.0.0.0.0"): [80.0],
    }
    assert [asked["coordinate"] for asked in agency.requests[0].payload] == ["1.2.1.2.2.0.0.0.0.0", "1.2.1.2.1.0.0.0.0.0"]


def test_answers_are_joined_on_the_vector_not_on_the_position(http: Http, agency: Agency) -> None:
    agency.answers[BY_VECTOR] = [series_item("1.2.1.2.1", 87008897, 80.0), series_item("1.2.1.2.2", 87008898, 60.0)]
    found = points_by_vector(http, ["v87008898", "V87008897"], 1)
    assert {vector: points[0].value for vector, points in found.items()} == {"v87008898": 60.0, "V87008897": 80.0}
    assert [asked["vectorId"] for asked in agency.requests[0].payload] == [87008898, 87008897]


def test_no_call_asks_for_more_than_300_series(http: Http, agency: Agency) -> None:
    agency.answers[BY_VECTOR] = lambda asked: [series_item(f"1.{one['vectorId']}", one["vectorId"], 1.0) for one in reversed(asked)]
    assert len(points_by_vector(http, [f"v{number}" for number in range(1, 702)], 1)) == 701
    assert [len(request.payload) for request in agency.requests] == [300, 300, 101]


def test_a_phantom_is_an_error_that_names_the_coordinate(http: Http, agency: Agency) -> None:
    agency.answers[BY_COORDINATE] = [series_item("1.2.1.2.1", 87008897, 80.0), series_item("1.2.1.2.77", 0)]
    with pytest.raises(PermanentError, match=r"table 12100011 has no series at coordinate 1\.2\.1\.2\.77"):
        points_by_coordinate(http, [(TABLE, "1.2.1.2.1"), (TABLE, "1.2.1.2.77")], 1)


def test_a_census_table_has_no_vectors_and_is_no_phantom(http: Http, agency: Agency) -> None:
    agency.answers[BY_COORDINATE] = [series_item("1.2", 0, 5.0, product_id=98100001)]
    assert points_by_coordinate(http, [("98100001", "1.2")], 1)["98100001", "1.2"][0].value == 5.0


def test_a_series_that_is_left_out_is_an_error(http: Http, agency: Agency) -> None:
    agency.answers[BY_VECTOR] = [series_item("1.2.1.2.1", 87008897, 80.0)]
    with pytest.raises(ContractError, match=r"left out 1 of 2 series, among them .'v87008898'."):
        points_by_vector(http, ["v87008897", "v87008898"], 1)


@pytest.mark.parametrize(
    ("carried", "error", "reason"),
    [
        ("The request could not be read", PermanentError, "The request could not be read"),
        ({"responseStatusCode": 4, "vectorId": 42}, PermanentError, r"invalid vector \{'vectorId': 42\}"),
        ({"responseStatusCode": 2, "productId": 1, "coordinate": "9.9"}, PermanentError, "invalid combination of cube and series .*'9.9'"),
        ({"responseStatusCode": 3}, TransientError, "the request failed"),
        ({"responseStatusCode": 6}, NotYet, "the cube is being published"),
        ({"responseStatusCode": 99}, PermanentError, "code 99"),
        (None, PermanentError, "None"),
    ],
)
def test_a_failed_item_says_why(http: Http, agency: Agency, carried: object, error: type[SourceError], reason: str) -> None:
    agency.answers[BY_VECTOR] = [series_item("1.1", 1, 1.0), {"status": "FAILED", "object": carried}]
    with pytest.raises(error, match=reason):
        points_by_vector(http, ["v1", "v42"], 1)


def test_406_gives_the_agency_s_own_words(http: Http, agency: Agency) -> None:
    agency.faults.append(Refuse(406, '{"message": "vector id or latest N is negative or zero"}'))
    with pytest.raises(PermanentError, match=r"answered 406 .*: vector id or latest N is negative or zero\. "):
        points_by_vector(http, ["v0"], 0)


def test_blank_values_keep_their_reason(http: Http, agency: Agency) -> None:
    agency.answers[BY_VECTOR] = [
        series_item("1.1", 1, None, statusCode=1),
        series_item("1.2", 2, "", securityLevelCode=1),  # type: ignore[arg-type]
        series_item("1.3", 3, None, statusCode=8, symbolCode=3),
        series_item("1.4", 4, 7, statusCode=7, symbolCode=1),
    ]
    found = points_by_vector(http, ["v1", "v2", "v3", "v4"], 1)
    assert [(points[0].value, points[0].status, points[0].symbol) for points in found.values()] == [
        (None, "..", None),
        (None, "x", None),
        (None, "F", "r"),
        (7.0, "E", "p"),
    ]


@pytest.mark.parametrize(
    ("frequency", "start", "end", "ref_date"),
    [
        (6, "2026-07-01", "", "2026-07"),
        (9, "2026-04-01", "", "2026-04"),
        (12, "2025-01-01", "", "2025"),
        (12, "2023-04-01", "2024-03-31", "2023/2024"),
        (1, "2026-07-15", "", "2026-07-15"),
    ],
)
def test_periods_are_written_as_in_the_tables(http: Http, agency: Agency, frequency: int, start: str, end: str, ref_date: str) -> None:
    agency.answers[BY_VECTOR] = [series_item("1.1", 1, 1.0, frequencyCode=frequency, refPer=start, refPer2=end)]
    assert points_by_vector(http, ["v1"], 1)["v1"][0].ref_date == ref_date


def test_an_answer_of_another_shape_is_a_contract_error(http: Http, agency: Agency) -> None:
    agency.answers[BY_VECTOR] = [{"status": "SUCCESS", "object": {"responseStatusCode": 0, "productId": 1}}]
    with pytest.raises(ContractError, match=r"another shape than documented .KeyError: 'coordinate'"):
        points_by_vector(http, ["v1"], 1)


def test_cube_metadata(http: Http, agency: Agency) -> None:
    agency.publish_cube("2026-07", "2026-09-03")
    assert cube_metadata(http, TABLE) == Cube(TABLE, "A made-up table", date(2026, 9, 3), date(2026, 7, 1), 6)
    assert agency.requests[0].payload == [{"productId": 12100011}]


@pytest.mark.parametrize("name", ["33100036.getCubeMetadata.json", "18100204.getCubeMetadata.json", "wds/getCubeMetadata_12100174.TRIMMED.json"])
def test_recorded_cubes_are_understood(http: Http, agency: Agency, name: str) -> None:
    recording = json.loads((recordings() / name).read_text())
    agency.answers["getCubeMetadata"] = recording if isinstance(recording, list) else [{"status": "SUCCESS", "object": recording}]
    cube = cube_metadata(http, "12100011")
    assert cube.product_id in name
    assert cube.period_of(cube.end) <= cube.end < cube.released


@pytest.mark.parametrize(
    ("frequency", "first"),
    [(6, date(2026, 8, 1)), (9, date(2026, 7, 1)), (11, date(2026, 7, 1)), (12, date(2026, 1, 1)), (1, date(2026, 8, 15)), (18, date(2026, 8, 15))],
)
def test_the_period_of_a_day_depends_on_the_frequency(frequency: int, first: date) -> None:
    assert Cube(TABLE, "", date(2026, 9, 3), date(2026, 8, 15), frequency).period_of(date(2026, 8, 15)) == first


# The payloads


@pytest.mark.parametrize("kind", ["zip", "csv"])
def test_zip_and_csv_give_the_same_table(tmp_path: Path, kind: str) -> None:
    payload = written(tmp_path, table_zip("2026-07") if kind == "zip" else table_csv("2026-07"), f"{TABLE}-eng.{kind}")
    answer, tables = parsed(payload, tmp_path)
    assert (answer.data_from, answer.data_through, answer.is_complete) == (date(2026, 1, 1), date(2026, 7, 1), True)
    assert len(tables["observations"]) == 14
    assert {row["VECTOR"] for row in tables["series"]} == {"v87008897", "v87008898"}


def test_an_answer_of_the_service_lands_as_a_partial_vintage_of_the_table(tmp_path: Path) -> None:
    items = [
        series_item("1.2.1.2.1", 87008897, 80.0, 81.0, releaseTime="2026-09-03T08:30"),
        series_item("1.2.1.2.2", 87008898, 60.0, None, statusCode=1, releaseTime="2026-10-06T08:30"),
        series_item("1.1", 1, 5.0, product_id=18100004, releaseTime="2026-11-17T08:30"),
    ]
    answer, tables = parsed(written(tmp_path, json.dumps(items), "answer.json"), tmp_path)
    assert answer == Parsed(
        {"observations": 4, "series": 2, "metadata": 0}, date(2026, 1, 1), date(2026, 2, 1), is_complete=False, released=Vintage(date(2026, 10, 6))
    )
    common = {"SYMBOL": None, "TERMINATED": None, "DECIMALS": "1"}
    assert tables["observations"] == [
        {"REF_DATE": "2026-01", "COORDINATE": "1.2.1.2.1", "VALUE": 80.0, "STATUS": None} | common,
        {"REF_DATE": "2026-02", "COORDINATE": "1.2.1.2.1", "VALUE": 81.0, "STATUS": None} | common,
        {"REF_DATE": "2026-01", "COORDINATE": "1.2.1.2.2", "VALUE": 60.0, "STATUS": ".."} | common,
        {"REF_DATE": "2026-02", "COORDINATE": "1.2.1.2.2", "VALUE": None, "STATUS": ".."} | common,
    ]
    assert [(row["COORDINATE"], row["VECTOR"], row["SCALAR_ID"], row["GEO"]) for row in tables["series"]] == [
        ("1.2.1.2.1", "v87008897", "6", None),
        ("1.2.1.2.2", "v87008898", "6", None),
    ]


def test_an_answer_and_the_table_have_the_same_columns(tmp_path: Path) -> None:
    """The labels too, though an answer leaves them empty: so that both can be read and joined as one."""
    (tmp_path / "table").mkdir()
    (tmp_path / "answer").mkdir()
    _, table = parsed(written(tmp_path, table_zip("2026-07"), "table.zip"), tmp_path / "table")
    _, answer = parsed(written(tmp_path, json.dumps([series_item("1.2.1.2.1", 87008897, 80.0)]), "answer.json"), tmp_path / "answer")
    assert table["observations"][0].keys() == answer["observations"][0].keys()
    assert answer["series"][0].keys() == table["series"][0].keys()
    known = {"COORDINATE", "VECTOR", "SCALAR_ID"}
    assert [{name: row[name] for name in known} for row in answer["series"]] == [
        {name: row[name] for name in known} for row in table["series"] if row["COORDINATE"] == "1.2.1.2.1"
    ]


def test_of_two_figures_for_a_cell_the_later_release_holds(tmp_path: Path) -> None:
    early = series_item("1.1", 1, 5.0, releaseTime="2026-08-04T08:30")
    late = series_item("1.1", 1, 6.0, releaseTime="2026-09-03T08:30")
    for order in ([early, late], [late, early]):
        _, tables = parsed(written(tmp_path, json.dumps(order), "answer.json"), tmp_path)
        assert [row["VALUE"] for row in tables["observations"]] == [6.0]
    both = [series_item("1.1", 1, 5.0), series_item("1.1", 1, 6.0)]
    with pytest.raises(ContractError, match=r"stands twice, as 5.0 and 6.0"):
        parsed(written(tmp_path, json.dumps(both), "answer.json"), tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (json.dumps([series_item("1.1", 1, 5.0, product_id=18100004)]), "has no point of product 12100011"),
        (json.dumps([series_item("1.1", 1, 5.0)])[:-20], "is no complete JSON"),
        ('{"status": "SUCCESS", "object": {"responseStatusCode": 0}}', "another shape than documented"),
    ],
)
def test_a_bad_answer_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    with pytest.raises(ContractError, match=f"statcan/12100011: .*{reason}"):
        parsed(written(tmp_path, content, "answer.json"), tmp_path)


@pytest.mark.parametrize(
    ("name", "product_id", "rows", "through", "released"),
    [
        ("wds/cpi-lfs-vectors.json", "18100004", 15, date(2026, 6, 1), "2026-07-20"),
        ("wds/cpi-lfs-vectors.json", "14100287", 3, date(2026, 7, 1), "2026-08-07"),
        ("wds/getDataFromCubePidCoordAndLatestNPeriods_12100174.excerpt.json", "12100174", 68, date(2026, 7, 1), "2026-09-03"),
        ("wds/statcan_gdp.json", "36100104", 120, date(2026, 1, 1), "2026-05-29"),
        ("wds/statcan_retail.json", "20100008", 120, date(2022, 12, 1), "2023-02-21"),
    ],
)
def test_recorded_answers_land(tmp_path: Path, name: str, product_id: str, rows: int, through: date, released: str) -> None:
    answer, _ = parsed(recordings() / name, tmp_path, product_id)
    assert (answer.rows["observations"], answer.data_through, answer.released) == (rows, through, Vintage.parse(released))


# The aggregates

AGGREGATES_HEADER = "YearMonth/AnnéeMois,Through,Flow,Breakdown,HS,Country/Pays,Value/Valeur,Description"
AGGREGATES_ROW = "202401,,Export,country,,US,47636497478,"


def aggregates(folder: Path, *lines: str) -> Parsed:
    dataset = registry.dataset("statcan/cimt_aggregates")
    return dataset.parse(dataset, written(folder, "\n".join(lines) + "\n", "aggregates.csv"), folder)


def test_aggregates_land_as_text_with_whole_dollars(tmp_path: Path) -> None:
    product = '202401,202604,Import,product,8703231010,,99,"Cars, new"'
    answer = aggregates(tmp_path, AGGREGATES_HEADER, AGGREGATES_ROW, product)
    assert answer == Parsed({"observations": 2}, date(2024, 1, 1), date(2026, 4, 1), is_complete=False)
    rows = duckdb.read_parquet(str(tmp_path / "observations.parquet"))
    assert rows.fetchall() == [
        ("202401", None, "Export", "country", None, "US", 47636497478, None),
        ("202401", "202604", "Import", "product", "8703231010", None, 99, "Cars, new"),
    ]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ((AGGREGATES_HEADER.replace("Flow", "Flux"), AGGREGATES_ROW), "the header should be YearMonth/AnnéeMois,Through,Flow,.* and is .*,Flux,"),
        ((HEADER, AGGREGATES_ROW), "line 2 of aggregates.csv has 8 cells where the header has 18"),
        ((AGGREGATES_HEADER, AGGREGATES_ROW.replace("202401", "202413")), r"column 'YearMonth/AnnéeMois' has \['202413'\]"),
        ((AGGREGATES_HEADER, AGGREGATES_ROW.replace("Export", "Exports")), r"column 'Flow' has \['Exports'\]"),
        ((AGGREGATES_HEADER, AGGREGATES_ROW.replace("47636497478", "")), r"column 'Value/Valeur' has \[None\]"),
        ((AGGREGATES_HEADER, AGGREGATES_ROW.replace("47636497478", "47.6")), r"column 'Value/Valeur' has \['47.6'\]"),
        ((AGGREGATES_HEADER, AGGREGATES_ROW, "202402,,Export"), "line 3 of aggregates.csv has 3 cells where the header has 8"),
    ],
)
def test_bad_aggregates_are_refused_with_the_offending_values(tmp_path: Path, lines: tuple[str, ...], reason: str) -> None:
    with pytest.raises(ContractError, match=f"statcan/cimt_aggregates: .*{reason}"):
        aggregates(tmp_path, *lines)


def recordings() -> Path:
    if not RECORDINGS.is_dir():
        pytest.skip("the recorded answers are not beside this repository")
    return RECORDINGS
