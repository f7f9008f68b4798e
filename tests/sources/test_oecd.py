"""The OECD: which measures are asked for and how often, every answer that is not data, and the matrices as they land. Figures here are made up."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from sources import intake, registry
from sources.errors import ContractError, PermanentError, SourceError, TransientError
from sources.http import ATTEMPTS
from sources.landing import Attempt, Landing
from sources.providers import oecd
from sources.spec import Dataset, Parsed, Vintage
from tests.payloads.recordings import RECORDINGS
from tests.sources.loopback import Cut, Fault, File, Loopback, Refuse, Slow, serve

TIVA, ICIO = registry.dataset("oecd/tiva"), registry.dataset("oecd/icio")
PART = "EXGR_DVA"
HEADER = "DATAFLOW,MEASURE,REF_AREA,ACTIVITY,COUNTERPART_AREA,UNIT_MEASURE,FREQ,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT,DECIMALS"
PATH = (
    "/sti-public/rest/data/OECD.STI.PIE,DSD_TIVA_MAINLV@DF_MAINLV,1.1/"
    "EXGR_DVA.CAN+CHN+MEX+USA..CAN+CHN+MEX+USA+BRA+DEU+FRA+GBR+IND+ITA+JPN+KOR+NLD+W+WXD..A"
)


def written(folder: Path, content: str | bytes, name: str = "made-up.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def parsed(dataset: Dataset, payload: Path, folder: Path) -> tuple[Parsed, duckdb.DuckDBPyRelation]:
    target = folder / "parsed"
    target.mkdir()
    answer = dataset.parse(dataset, payload, target)
    assert [path.name for path in target.iterdir()] == [f"{dataset.tables[0].name}.parquet"]
    return answer, duckdb.read_parquet(str(target / f"{dataset.tables[0].name}.parquet"))


def test_the_docstring_says_what_a_source_must_say() -> None:
    for heading in ("Domain:", "Data sets:", "Cadence:", "Licence:", "API documentation:", "Caveats:"):
        assert f"\n{heading}" in (oecd.__doc__ or "")


# Trade in value added


def observation(area: str = "CAN", partner: str = "USA", year: int = 2022, value: str = "12.5", **changes: str) -> str:
    cells = {"flow": oecd.DATAFLOW, "measure": PART, "area": area, "activity": "_T", "partner": partner, "unit": "USD", "freq": "A"}
    cells |= {"year": str(year), "value": value, "status": "A", "mult": "6", "decimals": "1"}
    return ",".join((cells | changes).values())


def tiva_csv(*lines: str, header: str = HEADER) -> str:
    """Four economies with themselves, the world, the rest of it and one partner, over two years, unless other lines are named."""
    partners = {"CAN": "1.5", "USA": "2.5", "MEX": "3.5", "CHN": "4.5", "W": "100.25", "WXD": "0.125"}
    every = [
        observation(area, partner, year, "0" if area == partner else value)
        for area in oecd.AREAS
        for partner, value in partners.items()
        for year in (2021, 2022)
    ]
    return "\n".join([header, *(lines or every)]) + "\n"


def test_a_refresh_stays_far_below_the_requests_of_an_hour() -> None:
    """One request a measure, a minute apart."""
    assert len(TIVA.live_parts(date(2026, 11, 22))) == len(oecd.MEASURES) == 9
    assert oecd.PROVIDER.min_seconds_between_requests == 60


def test_a_measure_lands_as_published(tmp_path: Path) -> None:
    answer, landed = parsed(TIVA, written(tmp_path, tiva_csv()), tmp_path)
    assert (answer.part, answer.rows, answer.data_from, answer.data_through) == (PART, {"observations": 48}, date(2021, 1, 1), date(2022, 1, 1))
    canada = landed.filter("REF_AREA = 'CAN' AND TIME_PERIOD = '2022'").project("COUNTERPART_AREA, OBS_VALUE, UNIT_MULT, DECIMALS").fetchall()
    assert sorted(canada) == [
        ("CAN", 0.0, 6, "1"),
        ("CHN", 4.5, 6, "1"),
        ("MEX", 3.5, 6, "1"),
        ("USA", 2.5, 6, "1"),
        ("W", 100.25, 6, "1"),
        ("WXD", 0.125, 6, "1"),
    ]


def test_columns_are_found_by_name_and_labels_beside_them_are_kept(tmp_path: Path) -> None:
    header = "\ufeffUNIT_MULT,OBS_VALUE,TIME_PERIOD,FREQ,UNIT_MEASURE,COUNTERPART_AREA,Counterpart area,ACTIVITY,REF_AREA,MEASURE,DATAFLOW"
    line = f'6,1.5,2022,A,USD,USA,"United States",_T,CAN,{PART},{oecd.DATAFLOW}'
    answer, landed = parsed(TIVA, written(tmp_path, tiva_csv(line, header=header)), tmp_path)
    assert answer.part == PART
    assert landed.project('OBS_VALUE, "Counterpart area", OBS_STATUS').fetchall() == [(1.5, "United States", None)]


def test_a_missing_figure_is_missing_and_no_zero(tmp_path: Path) -> None:
    _, landed = parsed(TIVA, written(tmp_path, tiva_csv(observation(value=""), observation("USA", "USA", value="0"))), tmp_path)
    assert landed.order("REF_AREA").project("OBS_VALUE").fetchall() == [(None,), (0.0,)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (tiva_csv(header=HEADER.replace("OBS_VALUE", "VALUE")), "no column 'OBS_VALUE'; it has 'DATAFLOW'"),
        (tiva_csv(observation(flow="OECD.STI.PIE:DSD_TIVA_MAINLV@DF_MAINLV(1.2)")), r"is of \['.*\(1\.2\)'\], where .*\(1\.1\) is expected"),
        (tiva_csv(observation(flow="OECD.STI.PIE:DSD_TIVA_MAINSH@DF_MAINSH(1.1)")), "DF_MAINSH.*Editions are not spliced"),
        (tiva_csv(observation(), observation(measure="EXGR_FVA")), r"has 2 measures: \['EXGR_DVA', 'EXGR_FVA'\]"),
        (tiva_csv(observation(value="n/a")), r"'OBS_VALUE' should hold a number, and 1 rows do not: \['n/a'\]"),
        (tiva_csv(observation(mult="six")), r"'UNIT_MULT' should hold an integer, and 1 rows do not: \['six'\]"),
        (tiva_csv()[:-30], "line 49 of made-up.csv has . cells where the header has 12"),
        (tiva_csv().encode().replace(b",A,6", b",\xe9,6"), "is not UTF-8 on line 2"),
        ("no table at all", "no column 'DATAFLOW'"),
    ],
    ids=["renamed", "edition", "flow", "measures", "word", "scale", "truncated", "latin-1", "words"],
)
def test_a_bad_file_is_refused_with_what_is_wrong(tmp_path: Path, content: str | bytes, reason: str) -> None:
    with pytest.raises(ContractError, match=reason) as failure:
        parsed(TIVA, written(tmp_path, content), tmp_path)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is empty"),
        ("<!DOCTYPE html><html><title>Data Explorer</title></html>", "web page"),
        (HEADER + "\n", "only a header"),
        (tiva_csv(observation(), observation()), "1 keys .* more than once: MEASURE='EXGR_DVA', REF_AREA='CAN'"),
    ],
    ids=["nothing", "web page", "header", "twice"],
)
def test_what_no_data_set_may_be_is_refused_on_import(tmp_path: Path, content: str, reason: str) -> None:
    with pytest.raises(ContractError, match=reason):
        intake.land_file(Landing(tmp_path / "data"), TIVA, written(tmp_path, content))


# The service


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """The service with one measure; nobody waits for a turn or after an error."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setattr("sources.http._await_turn", lambda provider: None)
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-11-05T06:30:00Z")
    with serve() as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_OECD", running.base_url)
        running.files[PATH] = File(tiva_csv().encode())
        yield running


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "data")


def fetch(landing: Landing, part: str = PART) -> Attempt:
    return intake.fetch(landing, TIVA, part)


def test_a_measure_is_one_request_that_says_who_asks(service: Loopback, landing: Landing) -> None:
    attempt = fetch(landing)
    assert (attempt.outcome, attempt.part, attempt.vintage, attempt.rows) == ("landed", PART, "2026-11-05", 48)
    (request,) = service.requests
    assert (request.path, request.query) == (f"{PATH}?format=csvfile", {"format": "csvfile"})
    assert request.headers["User-Agent"].startswith("trade-leverage-warehouse/")


def test_nothing_new_costs_one_request_with_or_without_validators(service: Loopback, landing: Landing) -> None:
    fetch(landing)
    assert fetch(landing).reason == "the content is landed already"
    service.files[PATH] = File(tiva_csv().replace(",1.5,", ",1.6,").encode(), etag='"revised"', last_modified="Thu, 15 Jan 2026 09:00:00 GMT")
    fetch(landing)
    assert fetch(landing).reason == "the agency says: not modified"
    assert len(service.requests) == 4


def test_the_day_of_the_revision_dates_it_where_the_service_says_so(service: Loopback, landing: Landing) -> None:
    service.files[PATH] = File(tiva_csv().encode(), last_modified="Wed, 14 Jan 2026 23:30:00 GMT")
    assert fetch(landing).vintage == "2026-01-15"


def test_no_records_are_not_yet(service: Loopback, landing: Landing) -> None:
    service.faults.append(Refuse(404, "NoRecordsFound", {"Content-Type": "text/plain"}))
    attempt = fetch(landing)
    assert attempt.outcome == "not_yet"
    assert "the OECD has no such figures yet" in attempt.reason
    assert len(service.requests) == 1


def test_a_bad_morning_is_survived(service: Loopback, landing: Landing) -> None:
    service.faults.extend([Refuse(500), Refuse(429, headers={"Retry-After": "60"}), Cut(100), Slow(0.1)])
    assert fetch(landing).outcome == "landed"
    assert len(service.requests) == 4


@pytest.mark.parametrize(
    ("faults", "error", "reason", "asked"),
    [
        (
            [Refuse(403)],
            PermanentError,
            "403 .Forbidden.: it shuts out some callers.*data-explorer.oecd.org and use `warehouse import oecd/tiva FILE`",
            1,
        ),
        ([Refuse(404)], PermanentError, "answered 404", 1),
        ([Refuse(400, "Semantic Error")], PermanentError, "answered 400 .*Semantic Error", 1),
        ([Refuse(500)] * ATTEMPTS, TransientError, "answered 500", ATTEMPTS),
        ([Refuse(429, headers={"Retry-After": "3600"})], TransientError, "answered 429", 1),
        ([Refuse(200, "<html>Sorry</html>", {"Content-Type": "text/html"})], ContractError, "web page", 1),
        ([Refuse(200, tiva_csv(header=HEADER.replace("MEASURE,REF", "INDICATOR,REF")))], ContractError, "no column 'MEASURE'", 1),
        ([Refuse(200, tiva_csv(observation(measure="EXGR")))], ContractError, "the payload is of EXGR, and EXGR_DVA was asked for", 1),
    ],
    ids=["403", "404", "400", "500", "429 for an hour", "web page", "renamed", "another measure"],
)
def test_what_is_asked_again_and_what_is_not(
    service: Loopback, landing: Landing, faults: list[Fault], error: type[SourceError], reason: str, asked: int
) -> None:
    service.faults.extend(faults)
    with pytest.raises(error, match=reason):
        fetch(landing)
    assert len(service.requests) == asked
    assert landing.vintages(TIVA.id) == []


def test_a_body_that_breaks_off_without_an_announced_length_lands_nothing(service: Loopback, landing: Landing) -> None:
    service.announces_length = False
    service.faults.append(Cut(1_000))
    with pytest.raises(ContractError, match="cells where the header has 12"):
        fetch(landing)
    assert landing.vintages(TIVA.id) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (tiva_csv(*tiva_csv().splitlines()[1:-2]), "46 rows where 48 are held already"),
        (tiva_csv(*[line.replace(",2021,", ",2023,") for line in tiva_csv().splitlines()[1:]]), r"lacks 1 periods of 'TIME_PERIOD'.*\['2021'\]"),
        (tiva_csv(*[line.replace(",100.25,", ",100250,") for line in tiva_csv().splitlines()[1:]]), "the sum of 'OBS_VALUE' in 202. was 4"),
    ],
    ids=["rows", "year", "scale"],
)
def test_a_measure_that_lost_rows_or_years_or_changed_its_scale_is_stopped(service: Loopback, landing: Landing, content: str, reason: str) -> None:
    fetch(landing)
    service.files[PATH] = File(content.encode())
    with pytest.raises(ContractError, match=reason):
        fetch(landing)
    assert len(landing.vintages(TIVA.id)) == 1


# Input-output tables

Matrix = dict[str, dict[str, float]]


def matrix(countries: Sequence[str] = ("CAN", "USA"), industries: Sequence[str] = ("C24A", "C24B")) -> Matrix:
    """A balanced table: rows by label, each with its columns."""
    labels = [f"{country}_{industry}" for country in countries for industry in industries]
    columns = [*labels, *(f"{country}_{kind}" for country in countries for kind in ("HFCE", "INVNT"))]
    rows: Matrix = {row: {column: float(place + 1) * (row != "CAN_C24B") for place, column in enumerate(columns)} for row in labels}
    rows |= {"TLS": dict.fromkeys(columns, 0.5), "VA": {column: 20.25 if column in labels else 0.0 for column in columns}}
    rows["OUT"] = {column: sum(cells[column] for cells in rows.values()) for column in columns}
    for row in rows.values():
        row["OUT"] = sum(row.values())
    return rows


def icio_csv(rows: Matrix, first: str = "V1", newline: str = "\n") -> str:
    columns = list(next(iter(rows.values())))
    lines = [",".join([first, *columns]), *(",".join([label, *(f"{row[column]:g}" for column in columns)]) for label, row in rows.items())]
    return newline.join(lines) + newline


def icio_zip(folder: Path, name: str = "ICIO2025_2016-2017_SML.zip", **tables: str) -> Path:
    """A zip with a table for each `y2016=…`, and the file that explains it."""
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ReadMe_ICIO.txt", "made up")
        for year, content in tables.items():
            archive.writestr(f"{year.removeprefix('y')}_SML.csv", content)
    return path


def cells_of(landed: duckdb.DuckDBPyRelation) -> dict[str, Matrix]:
    found: dict[str, Matrix] = {}
    for year, row, column, value in landed.project('year, "row", "column", value').fetchall():
        found.setdefault(year, {}).setdefault(row, {})[column] = value
    return found


def test_a_zip_lands_cell_by_cell_with_its_zeros(tmp_path: Path) -> None:
    answer, landed = parsed(ICIO, icio_zip(tmp_path, y2016=icio_csv(matrix()), y2017=icio_csv(matrix())), tmp_path)
    assert (answer.part, answer.rows) == ("2025-2016-2017", {"cells": 2 * 7 * 9})
    assert (answer.data_from, answer.data_through, answer.is_complete) == (date(2016, 1, 1), date(2017, 1, 1), True)
    assert cells_of(landed) == {"2016": matrix(), "2017": matrix()}
    assert len(landed.filter("value = 0")) > 0


def test_the_worked_example_lands_with_its_accounts(tmp_path: Path) -> None:
    """Three regions and two sectors, renamed to two industries of the edition."""
    path = RECORDINGS.parent / "golden" / "golden_icio_toy.json"
    if not RECORDINGS.is_dir():
        pytest.skip(f"there are no worked examples at {path.parent}")
    toy = json.loads(path.read_text())
    labels = [label.replace("_auto", "_C24A").replace("_oth", "_C24B") for label in toy["labels"]]
    rows: Matrix = {
        label: dict(zip([*labels, "CAN_HFCE", "USA_HFCE", "ROW_HFCE", "OUT"], [*z, *f, x], strict=True))
        for label, z, f, x in zip(labels, toy["Z"], toy["F"], toy["x"], strict=True)
    }
    for account, figures in {"TLS": [0.0] * 6, "VA": toy["va"], "OUT": toy["x"]}.items():
        rows[account] = dict(zip([*labels, "CAN_HFCE", "USA_HFCE", "ROW_HFCE", "OUT"], [*figures, 0.0, 0.0, 0.0, sum(figures)], strict=True))
    _, landed = parsed(ICIO, icio_zip(tmp_path, y2022=icio_csv(rows)), tmp_path)
    assert cells_of(landed) == {"2022": rows}
    abroad = landed.filter(
        "split_part(\"row\", '_', 1) <> split_part(\"column\", '_', 1) AND \"row\" LIKE '%\\_%' ESCAPE '\\' AND \"column\" <> 'OUT'"
    )
    exports = dict(abroad.aggregate('"row", sum(value)', '"row"').fetchall())
    assert [exports[label] for label in labels] == toy["gross_exports"]


@pytest.mark.parametrize(("first", "newline"), [("", "\n"), ("V1", "\r\n"), ("\ufeffV1", "\n"), ('"V1"', "\n")])
def test_the_corner_and_the_ends_of_lines_may_be_written_in_other_ways(tmp_path: Path, first: str, newline: str) -> None:
    content = icio_csv(matrix(), first, newline)
    quoted = content.replace("CAN_C24A", '"CAN_C24A"') if first.startswith('"') else content
    _, landed = parsed(ICIO, icio_zip(tmp_path, y2016=quoted), tmp_path)
    assert cells_of(landed) == {"2016": matrix()}


def test_the_edition_is_known_by_its_industries(tmp_path: Path) -> None:
    answer, _ = parsed(ICIO, icio_zip(tmp_path, y2016=icio_csv(matrix(industries=("A01_02", "C24")))), tmp_path)
    assert answer.part == "2023-2016"


def test_negative_inventories_are_figures_like_any(tmp_path: Path) -> None:
    rows = matrix()
    rows["USA_C24A"]["USA_INVNT"] = -7.5
    _, landed = parsed(ICIO, icio_zip(tmp_path, y2016=icio_csv(rows)), tmp_path)
    assert landed.filter("value < 0").project('"row", "column", value').fetchall() == [("USA_C24A", "USA_INVNT", -7.5)]


def changed(row: str, column: str, value: float) -> str:
    rows = matrix()
    rows[row][column] = value
    return icio_csv(rows)


WHOLE = icio_csv(matrix())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (WHOLE[: WHOLE.index("\nOUT")] + "\n", r"the table of 2016 is not square: it lacks \['OUT'\]"),
        (WHOLE[: WHOLE.index("USA_C24B,1")], r"lacks \['OUT', 'TLS', 'VA'\], no column is \[\] and no row \['USA_C24B'\]"),
        (WHOLE[:-20], "2016_SML.csv cannot be read: .*the row OUT has . cells, and the header 10"),
        (WHOLE.replace(",USA_HFCE", ",USA_GIFTS"), r"no row \['USA_GIFTS'\]"),
        (WHOLE.replace("\nUSA_C24B", "\nUSA_C24X"), r"no column is \['USA_C24X'\] and no row \['USA_C24B'\]"),
        (WHOLE.replace("TLS,0.5", "TLS,n/a"), "2016_SML.csv cannot be read: .*n/a"),
        (WHOLE.replace("USA_C24A,USA_C24B", "USA_C24A,USA_C24A"), r"names columns twice: \['USA_C24A'\]"),
        (WHOLE.replace("_C24A", "_C25").replace("_C24B", "_C26"), "an edition that is not known"),
        (changed("USA_C24A", "CAN_C24A", 90.0), "1 columns of 2016 do not add up: the inputs of CAN_C24A are 112.8, and its output is 23.8"),
        ("<html>Sorry</html>", "should name country and industry"),
        (WHOLE.replace("CAN_C24A", "C'N_C24A"), r"""should name country and industry, and has \["C'N_C24A"\]"""),
        ("", "should name country and industry"),
    ],
    ids=[
        "no output",
        "cut at a line",
        "cut in a line",
        "unknown use",
        "renamed row",
        "word",
        "twice",
        "edition",
        "sum",
        "web page",
        "quote",
        "empty",
    ],
)
def test_a_bad_table_is_refused_with_what_is_wrong(tmp_path: Path, content: str, reason: str) -> None:
    with pytest.raises(ContractError, match=reason) as failure:
        parsed(ICIO, icio_zip(tmp_path, y2016=content), tmp_path)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("tables", "reason"),
    [
        ({"y2016": WHOLE, "y2018": WHOLE}, r"goes from 2016 to 2018 and lacks \['2017'\]"),
        ({"y2016": WHOLE, "y2017": icio_csv(matrix(industries=("C23", "C24")))}, r"mixes the editions \['2023', '2025'\]"),
        ({}, r"has no table like 2016_SML\.csv; it has \['ReadMe_ICIO\.txt'\]\. Use the regular tables"),
    ],
    ids=["gap", "editions", "none"],
)
def test_a_bad_zip_is_refused_with_what_is_wrong(tmp_path: Path, tables: dict[str, str], reason: str) -> None:
    with pytest.raises(ContractError, match=reason):
        parsed(ICIO, icio_zip(tmp_path, **tables), tmp_path)


def test_a_table_without_its_zip_does_not_say_its_year(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"a table alone does not say its year\. Import the zip"):
        parsed(ICIO, written(tmp_path, WHOLE, "2016_SML.csv"), tmp_path)


def test_a_truncated_zip_is_refused(tmp_path: Path) -> None:
    path = icio_zip(tmp_path, y2016=WHOLE)
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(ContractError, match="truncated or damaged zip"):
        intake.land_file(Landing(tmp_path / "data"), ICIO, path)


def test_a_table_that_has_a_row_of_zeros_twice_is_refused(tmp_path: Path) -> None:
    line = WHOLE.splitlines()[2]
    content = WHOLE.replace(line, f"{line}\n{line}")
    with pytest.raises(ContractError, match=r"9 keys \('year', 'row', 'column'\) more than once"):
        intake.land_file(Landing(tmp_path / "data"), ICIO, icio_zip(tmp_path, y2016=content))


def test_it_is_brought_in_by_hand(tmp_path: Path) -> None:
    landing = Landing(tmp_path / "data")
    with pytest.raises(PermanentError, match="warehouse import oecd/icio FILE"):
        intake.fetch(landing, ICIO, "2025-2016-2022")
    attempt: Any = intake.land_file(landing, ICIO, icio_zip(tmp_path, y2022=WHOLE), Vintage.parse("2026-01-15"))
    assert (attempt.outcome, attempt.part, attempt.vintage, attempt.rows) == ("landed", "2025-2022", "2026-01-15", 63)
