"""The tables that Statistics Canada's provider declares: fetched, imported from recordings, bundled. Figures of the loopback server are made up."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from sources import contract, intake, registry
from sources.errors import ContractError
from sources.landing import Landing
from sources.providers import statcan
from sources.spec import Dataset, Gap, Magnitude, Parsed, Shrunk, Vintage
from tests.payloads.recordings import RECORDINGS, recording
from tests.sources.agency import Agency, serve

FIGURES = RECORDINGS.parent / "figures"
TABLES = [dataset.name for dataset in statcan.TABLE_DATASETS]
TRADE = {"12100011", "12100163", "12100174", "12100175", "12100182"}


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


def dataset_of(name: str) -> Dataset:
    return registry.dataset(f"statcan/{name}")


def table_zip(dataset: Dataset, months: int, scale: float = 1.0) -> bytes:
    """A full table with the dimensions that the data set declares, two series by month of 2026, in thousands."""
    dimensions = [field.name for field in dataset.tables[1].fields if field.name not in {field.name for field in statcan.SERIES.fields}]
    header = ["REF_DATE", "GEO", "DGUID", *dimensions, "UOM", "UOM_ID", "SCALAR_FACTOR", "SCALAR_ID", "VECTOR", "COORDINATE", "VALUE", "STATUS"]
    rows = [[*header, "SYMBOL", "TERMINATED", "DECIMALS"]]
    for month, member in product(range(1, months + 1), (1, 2)):
        labels = [f"{name}, member 1" for name in dimensions[:-1]] + [f"{name}, member {member}" for name in dimensions[-1:]]
        coordinate = ".".join(["1"] * len(dimensions) + [str(member)])
        rows.append([f"2026-{month:02}", "Canada", "2021A000011124", *labels, "Dollars", "81", "thousands ", "3", f"v{member}", coordinate])
        rows[-1] += [f"{(1000 * member + month) * scale:.1f}", "", "", "", "1"]
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(f"{dataset.name}.csv", "\ufeff" + text.getvalue())
        target.writestr(f"{dataset.name}_MetaData.csv", f'"Cube Title","Product Id"\r\n"A made-up table","{dataset.name}"\r\n')
    return archive.getvalue()


def landed(landing: Landing, dataset: Dataset, vintage: str, table: str) -> list[dict[str, Any]]:
    rows = duckdb.read_parquet(str(landing.folder(dataset.id, vintage) / f"{table}.parquet"), hive_partitioning=False)
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.order("ALL").fetchall()]


# What is declared


def test_the_tables_of_the_mission_are_declared() -> None:
    monthly = {*TRADE, "16100047", "20100085", "36100434"}
    annual = {"12100100", "12100173", "16100022", "36100478"}
    assert set(TABLES) == monthly | annual
    for name in TABLES:
        dataset = dataset_of(name)
        assert dataset.cadence.name == ("monthly" if name in monthly else "annual")
        assert dataset.cadence.timezone == "America/Toronto"
        assert dataset.caveats
        assert f"Table {name[:2]}-{name[2:4]}-{name[4:]}, {dataset.title}" in dataset.licence.attribution


def test_trade_is_looked_for_every_business_day_and_what_is_yearly_once_a_week() -> None:
    assert len({dataset_of(name).cadence for name in (*TRADE, "cimt")}) == 1
    assert {dataset_of(name).cadence.cron for name in TABLES} == {"45 8,11 * * 1-5", "45 11 * * 5"}


@pytest.mark.parametrize("name", [*TABLES, "18100004"])
def test_each_table_has_its_gates_with_their_reasons(name: str) -> None:
    gates = dataset_of(name).gates
    assert [type(gate) for gate in gates] == [Shrunk, Gap, Magnitude]
    assert all(gate.reason for gate in gates)


@pytest.mark.parametrize(
    ("name", "trap"),
    [
        ("12100175", "there is no C20"),
        ("12100175", "re-exports are published for Canada only"),
        ("12100174", "Agreements overlap"),
        ("20100085", "Seasonally adjusted series exist and hold no figure"),
        ("36100478", "double every sum"),
        ("12100100", "The scalar factor is the row's own"),
        ("12100173", "Annual"),
        ("12100163", "there is no C20"),
    ],
)
def test_the_caveats_name_the_trap(name: str, trap: str) -> None:
    assert trap in dataset_of(name).caveats


# Fetched


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> Iterator[Agency]:
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-10-06T16:00:00Z")
    with serve() as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_STATCAN", running.base_url)
        yield running


def publish(agency: Agency, dataset: Dataset, archive: bytes, *, through: str, released: str) -> None:
    agency.publish(archive, through, released, product_id=dataset.name)


@pytest.mark.parametrize("name", TABLES)
def test_each_table_is_asked_for_at_its_own_address_and_lands_with_its_labels(agency: Agency, landing: Landing, name: str) -> None:
    dataset = dataset_of(name)
    publish(agency, dataset, table_zip(dataset, 8), through="2026-08", released="2026-10-06")
    attempt = intake.fetch(landing, dataset)
    assert (attempt.outcome, attempt.vintage, attempt.rows) == ("landed", "2026-10-06", 16)
    assert [(request.method, request.path) for request in agency.requests] == [
        ("GET", f"/n1/tbl/csv/{name}-eng.zip"),
        ("POST", "/t1/wds/rest/getCubeMetadata"),
    ]
    assert agency.requests[1].payload == [{"productId": int(name)}]
    series = landed(landing, dataset, "2026-10-06", "series")
    assert {row["SCALAR_FACTOR"] for row in series} == {"thousands"}
    assert all(value is not None for row in series for value in row.values())


def test_a_table_in_another_scale_is_refused(agency: Agency, landing: Landing) -> None:
    dataset = dataset_of("12100175")
    publish(agency, dataset, table_zip(dataset, 7), through="2026-07", released="2026-09-03")
    intake.fetch(landing, dataset)
    publish(agency, dataset, table_zip(dataset, 8, scale=0.001), through="2026-08", released="2026-10-06")
    with pytest.raises(ContractError, match=r"the sum of 'VALUE' in 2026-0\d was .* another scale by a thousand"):
        intake.fetch(landing, dataset)
    assert [vintage.vintage for vintage in landing.vintages(dataset.id)] == ["2026-09-03"]


def test_revisions_and_a_further_month_pass_the_gates(agency: Agency, landing: Landing) -> None:
    dataset = dataset_of("36100434")
    for months, scale, released in ((6, 1.0, "2026-08-28"), (7, 1.03, "2026-10-01")):
        publish(agency, dataset, table_zip(dataset, months, scale), through=f"2026-0{months}", released=released)
        assert intake.fetch(landing, dataset).outcome == "landed"
    assert [vintage.data_through for vintage in landing.vintages(dataset.id)] == [date(2026, 6, 1), date(2026, 7, 1)]


# Recordings. Rows were counted with `unzip -p | wc -l` (less the header), `grep -c '^"'` (less the header), and the points of answers with
# `grep -o '"refPer"' | wc -l`, of one product of several with `jq`.


@pytest.mark.parametrize(
    ("name", "product_id", "rows", "series", "is_complete"),
    [
        ("33100036-eng.zip", "33100036", 90_086, 27, True),
        ("18100204-eng.zip", "18100204", 11_804, 26, True),
        ("2010008501_databaseLoadingData.excerpt.csv", "20100085", 117, 4, False),
        ("wds/cpi-lfs-vectors.json", "18100004", 15, 1, False),
        ("wds/cpi-lfs-vectors.json", "14100287", 3, 1, False),
        ("wds/getDataFromCubePidCoordAndLatestNPeriods_12100174.excerpt.json", "12100174", 68, 2, False),
        ("wds/statcan_cpi.json", "18100004", 120, 1, False),
        ("wds/statcan_gdp.json", "36100104", 120, 1, False),
        ("wds/statcan_ippi.json", "18100266", 120, 1, False),
        ("wds/statcan_retail.json", "20100008", 120, 1, False),
        ("wds/statcan_unemployment.json", "14100287", 120, 1, False),
    ],
)
def test_a_recording_is_imported_whole(landing: Landing, name: str, product_id: str, rows: int, series: int, is_complete: bool) -> None:
    dataset = dataset_of(product_id)
    attempt = intake.land_file(landing, dataset, recording(f"statcan/{name}"))
    (vintage,) = landing.vintages(dataset.id)
    assert (attempt.outcome, attempt.rows, vintage.is_complete) == ("landed", rows, is_complete)
    assert len(landed(landing, dataset, vintage.vintage, "series")) == series


@pytest.mark.parametrize("name", ["wds/getCubeMetadata_12100174.TRIMMED.json", "wds/getChangedCubeList.excerpt.json"])
def test_an_answer_without_figures_is_refused_as_such(landing: Landing, name: str) -> None:
    with pytest.raises(ContractError, match="statcan/12100174: an answer of the Web Data Service has another shape than documented"):
        intake.land_file(landing, dataset_of("12100174"), recording(f"statcan/{name}"))


# The csv that is selected on a table's page

SELECTED = (
    '"REF_DATE","GEO","DGUID","Vehicle type","Fuel type","Origin of manufacture","Sales","Seasonal adjustment","UOM","UOM_ID","SCALAR_FACTOR",'
    '"SCALAR_ID","VECTOR","COORDINATE","VALUE","STATUS","SYMBOL","TERMINATED","DECIMALS"\n'
    '"2025-03","Canada","2021A000011124","Trucks","All fuel types","Total, overseas","Units","Unadjusted","Units","300","units","0","v2",'
    '"1.3.1.3.1.1","33000","","","","0"\n'
    '"2025-03","Canada","2021A000011124","Trucks","All fuel types","Total, overseas","Units","Seasonally adjusted","Units","300","units","0","v3",'
    '"1.3.1.3.1.2","","..","","","0"\n'
)


def selected(folder: Path, text: str = SELECTED, product_id: str = "20100085") -> Path:
    path = folder / f"{product_id}01_databaseLoadingData.csv"
    path.write_text(text)
    return path


def test_a_selection_adds_cells_and_withdraws_none(landing: Landing, tmp_path: Path) -> None:
    intake.land_file(landing, dataset_of("20100085"), selected(tmp_path, SELECTED + "\n\n"), Vintage(date(2025, 5, 15)))
    (vintage,) = landing.vintages("statcan/20100085")
    assert (vintage.is_complete, vintage.rows, vintage.data_through) == (False, 2, date(2025, 3, 1))


def test_adjusted_sales_land_as_the_blanks_that_they_are(landing: Landing, tmp_path: Path) -> None:
    intake.land_file(landing, dataset_of("20100085"), selected(tmp_path), Vintage(date(2025, 5, 15)))
    rows = landed(landing, dataset_of("20100085"), "2025-05-15", "observations")
    assert [(row["COORDINATE"], row["VALUE"], row["STATUS"]) for row in rows] == [("1.3.1.3.1.1", 33000.0, None), ("1.3.1.3.1.2", None, "..")]


def test_a_selection_of_another_table_is_refused(landing: Landing, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"is the table of product 16100047, not of 20100085\. Import it as statcan/16100047"):
        intake.land_file(landing, dataset_of("20100085"), selected(tmp_path, product_id="16100047"))


# Layouts of ours

GROUPS_HEADER = "period,trade,product_group,napcs_members,partner,vector,value,unit"
GROUPS_ROW = "2026-05,Export,autos_parts,81+84,non-US,,721.921,CAD millions"
FIGURES_HEADER = "table,vector,series,industry,seasonal_adjustment,period,value,unit,symbol,grade"
FIGURES_ROW = "16-10-0109-01,v4331088,Capacity utilization rate,Manufacturing,,2025-Q4,77.7,percent,,A"


def excerpt(folder: Path, name: str, content: str | bytes) -> Parsed:
    path = folder / "excerpt.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    dataset = dataset_of(name)
    contract.sniff(dataset, path)
    parsed = dataset.parse(dataset, path, folder)
    contract.check(dataset, folder, parsed)
    return parsed


def test_a_quarter_starts_with_its_first_month(tmp_path: Path) -> None:
    month = FIGURES_ROW.replace("2025-Q4", "2026-01").replace("16-10-0109-01,v4331088", "16-10-0047-01,")
    parsed = excerpt(tmp_path, "industry_figures", f"{FIGURES_HEADER}\n{FIGURES_ROW}\n{month}\n")
    assert parsed == Parsed({"observations": 2}, date(2025, 10, 1), date(2026, 1, 1), is_complete=False)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("12100182_groups", "", "is empty"),
        ("12100182_groups", "<html><title>We are sorry</title>", "is a web page .'We are sorry'."),
        ("12100182_groups", f"{GROUPS_HEADER}\n", "no row for 'observations', only a header"),
        ("12100182_groups", f"{GROUPS_HEADER}\n{GROUPS_ROW[:30]}", "has 4 cells where the header has 8"),
        (
            "12100182_groups",
            f"{GROUPS_HEADER.replace('partner', 'country')}\n{GROUPS_ROW}\n",
            "the header should be period,trade,.* and is .*,country,",
        ),
        ("12100182_groups", f"{GROUPS_HEADER}\n{GROUPS_ROW}\n{GROUPS_ROW}\n", "1 keys .* more than once"),
        ("12100182_groups", f"{GROUPS_HEADER}\n{GROUPS_ROW.replace('2026-05', '2026-13')}\n", r"column 'period' has \['2026-13'\]"),
        ("12100182_groups", f"{GROUPS_HEADER}\n{GROUPS_ROW.replace('721.921', '..')}\n", r"column 'value' has \['..'\]"),
        ("12100182_groups", f"{GROUPS_HEADER}\n{GROUPS_ROW.replace('millions', 'thousands')}\n", r"column 'unit' has \['CAD thousands'\]"),
        ("industry_figures", f"{FIGURES_HEADER}\n{FIGURES_ROW[:-1]}Z\n", r"column 'grade' has \['Z'\]"),
        ("industry_figures", f"{FIGURES_HEADER}\n{FIGURES_ROW}\n".replace("rate", "taux d’utilisation é").encode("cp1252"), "is not UTF-8"),
    ],
)
def test_a_bad_excerpt_is_refused_with_the_offending_texts(tmp_path: Path, name: str, content: str | bytes, reason: str) -> None:
    with pytest.raises(ContractError, match=f"statcan/{name}: .*{reason}"):
        excerpt(tmp_path, name, content)


# Bundled

BUNDLED: Mapping[str, Mapping[str, int]] = {
    "12100174": {"2026-03-12": 36, "2026-08-04": 24, "2026-09-03": 8},
    "12100182": {"2026-07-07": 400},
    "12100182_groups": {"2026-05-05": 15, "2026-06-09~": 224, "2026-07-07": 112, "2026-08-04": 36, "2026-09-03": 429},
    "20100085": {"2025-05-15~": 287},
    "industry_figures": {"2016-01-20": 45, "2017-11-16": 45, "2025-09-15": 2, "2026-01-15": 1, "2026-03-13~": 52, "2026-10-02~": 91},
}


def bundled(name: str) -> str:
    """The bundled files of a data set as a relation of texts, with the vintage of each row."""
    return (
        "(SELECT *, regexp_extract(filename, '([^/]*)[.]csv$', 1) AS vintage "
        f"FROM read_csv('{intake.REFERENCE}/statcan/{name}/*.csv', all_varchar = true, quote = '\"', filename = true, union_by_name = true))"
    )


@pytest.mark.parametrize("name", BUNDLED)
def test_the_bundled_vintages_land_by_their_release_dates(landing: Landing, name: str) -> None:
    intake.land_bundled(landing, dataset_of(name))
    vintages = {vintage.vintage + "~" * vintage.is_estimated: vintage.rows for vintage in landing.vintages(f"statcan/{name}")}
    assert vintages == BUNDLED[name]
    assert not any(vintage.is_complete for vintage in landing.vintages(f"statcan/{name}"))
    assert (intake.REFERENCE / "statcan" / name / "SOURCE.md").is_file()


@pytest.mark.parametrize(("month", "share_pct"), [("2025-05", "68.9405"), ("2026-05", "68.9751")])
def test_us_share_of_the_hundred_products_is_the_known_one(month: str, share_pct: str) -> None:
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT split_part(COORDINATE, '.', 4), sum(VALUE::BIGINT)::BIGINT FROM {bundled('12100182')} WHERE REF_DATE = ? GROUP BY ALL", [month]
        ).fetchall()
    to_all, to_us = (Decimal(value) for _, value in sorted(rows))
    assert round(100 * to_us / to_all, 4) == Decimal(share_pct)


def test_gold_in_domestic_exports_is_not_above_gold_in_total_exports() -> None:
    """The member numbers of the table and of the groups are one numbering."""
    with duckdb.connect() as connection:
        rows = connection.execute(f"""
            SELECT g.product_group, g.partner, sum(DISTINCT g.value::DECIMAL(12, 3) * 1000) AS total, sum(d.VALUE::DECIMAL(12, 3)) AS domestic
            FROM {bundled("12100182_groups")} AS g
            JOIN {bundled("12100182")} AS d
                ON g.period = d.REF_DATE AND list_contains(string_split(g.napcs_members, '+'), split_part(d.COORDINATE, '.', 2))
                AND split_part(d.COORDINATE, '.', 4) = CASE g.partner WHEN 'All countries' THEN '1' WHEN 'United States' THEN '2' END
            WHERE g.vintage = '2026-07-07' AND g.period = '2026-05'
            GROUP BY ALL ORDER BY ALL
        """).fetchall()
    assert [(group, partner) for group, partner, _, _ in rows] == [
        ("autos_parts", "United States"),
        ("gold_silver_platinum", "All countries"),
        ("gold_silver_platinum", "United States"),
    ]
    for _, _, total, domestic in rows:
        assert Decimal("0.95") * total < domestic < total


def test_only_figures_from_the_press_are_of_grade_c() -> None:
    with duckdb.connect() as connection:
        grades = connection.execute(f"SELECT grade, vintage, count(*) FROM {bundled('industry_figures')} GROUP BY ALL").fetchall()
    assert {vintage for grade, vintage, _ in grades if grade == "C"} == {"2025-09-15", "2026-01-15"}
    assert Counter({grade: rows for grade, _, rows in grades}).keys() == {"A", "C"}


@pytest.fixture(scope="module")
def figures() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tidy figures as views of texts, an empty cell empty."""
    if not FIGURES.is_dir():
        pytest.skip("the tidy figures that the vintages were cut from are not here")
    with duckdb.connect() as connection:
        for path in FIGURES.glob("*.csv"):
            connection.execute(f"CREATE VIEW {path.stem} AS SELECT COLUMNS(*).coalesce('') FROM read_csv('{path}', all_varchar = true, quote = '\"')")
        yield connection


def assert_same(figures: duckdb.DuckDBPyConnection, name: str, published: str, columns: str) -> None:
    """Each figure is bundled, and each bundled cell is a figure."""
    held = f"SELECT {columns} FROM (SELECT COLUMNS(*).coalesce('') FROM {bundled(name)})"
    assert figures.execute(f"({published}) EXCEPT ALL ({held})").fetchall() == []
    assert figures.execute(f"({held}) EXCEPT ALL ({published})").fetchall() == []
    assert figures.execute(f"SELECT count(*) FROM ({published})").fetchall() == [(sum(BUNDLED[name].values()),)]


def test_the_imports_under_ceta_are_the_figures(figures: duckdb.DuckDBPyConnection) -> None:
    published = """
        SELECT release_date_of_point, ref_month, regexp_replace(coordinate, '([.]0)+$', ''), vector, value FROM statcan_ceta_imports_12100174
    """
    assert_same(figures, "12100174", published, "vintage, REF_DATE, COORDINATE, VECTOR, VALUE")


def test_vehicle_sales_are_the_figures_that_were_read_and_not_those_that_were_derived(figures: duckdb.DuckDBPyConnection) -> None:
    published = """
        SELECT '2025-05-15~', ref_month, vehicle_type, fuel_type, origin_of_manufacture, seasonal_adjustment, vector, units
        FROM new_motor_vehicle_sales WHERE note = ''
    """
    columns = 'vintage, REF_DATE, "Vehicle type", "Fuel type", "Origin of manufacture", "Seasonal adjustment", VECTOR, VALUE'
    assert_same(figures, "20100085", published, columns)


def test_domestic_exports_of_a_hundred_products_are_the_figures(figures: duckdb.DuckDBPyConnection) -> None:
    published = """
        SELECT vintage_date, ref_month, flow, product_label || ' [' || product_group[7:] || ']',
            if(partner = 'United States', '2', '1'), value_cad_millions::DECIMAL(12, 3)
        FROM statcan_exports_by_napcs_partner WHERE product_group LIKE 'napcs_%'
    """
    columns = """
        vintage, REF_DATE, "Trade", "North American Product Classification System (NAPCS)", split_part(COORDINATE, '.', 4),
        (VALUE::DECIMAL(15, 3) / 1000)::DECIMAL(12, 3)
    """
    assert_same(figures, "12100182", published, columns)


def test_groups_of_products_are_the_figures(figures: duckdb.DuckDBPyConnection) -> None:
    published = """
        SELECT if(vintage_date = '2026-06', '2026-06-09~', vintage_date), ref_month, partner, vector, value_cad_millions,
            CASE product_group WHEN 'autos_parts' THEN '81+84' ELSE replace(regexp_extract(product_group, '_napcs(.*)', 1), '_', '+') END
        FROM statcan_exports_by_napcs_partner WHERE product_group NOT LIKE 'napcs_%'
    """
    assert_same(figures, "12100182_groups", published, "vintage, period, partner, vector, value, napcs_members")


def test_figures_on_manufacturing_are_the_figures(figures: duckdb.DuckDBPyConnection) -> None:
    published = """
        SELECT release_date, '16-10-0047-01', '', industry, ref_month, value_cad_millions::DECIMAL(12, 1), if(length(flag) > 1, '', flag),
            if(flag LIKE '%secondary%', 'C', 'A')
        FROM manufacturing_sales_daily_tables
        UNION ALL
        SELECT if(vector = 'v4331088', '2026-03-13~', '2026-10-02~'), regexp_extract(source, '[0-9-]{13}'), vector, 'Manufacturing', ref_period,
            value::DECIMAL(12, 1), '', 'A'
        FROM macro_industry
    """
    assert_same(figures, "industry_figures", published, 'vintage, "table", vector, industry, period, value::DECIMAL(12, 1), symbol, grade')
