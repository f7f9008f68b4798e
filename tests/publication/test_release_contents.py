"""What is in a release, and that it says the same everywhere."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import duckdb
import pytest

from orchestration.metrics.catalogue import METRICS
from orchestration.publication.database import storage_number
from orchestration.publication.datapackage import field_type


@pytest.fixture
def folder(finished_release):
    return finished_release


@pytest.fixture
def database(folder):
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture
def descriptor(folder):
    return json.loads((folder / "datapackage.json").read_text())


def test_the_files_of_a_release(folder):
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == [
        "SHA256SUMS",
        "datapackage.json",
        "dictionary.csv",
        "dictionary.html",
        "parquet/marts/fct_trade.parquet",
        "parquet/meta/column_dictionary.parquet",
        "parquet/meta/dataset.parquet",
        "parquet/meta/release.parquet",
        "parquet/meta/source_column.parquet",
        "parquet/meta/source_file.parquet",
        "parquet/meta/table_dictionary.parquet",
        "parquet/metrics/policy_metric.parquet",
        "release.json",
        "report.html",
        "warehouse.duckdb",
    ]


def test_the_database_holds_public_tables_and_no_view(database):
    assert database.execute("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchone() == (0,)
    assert {schema for (schema,) in database.execute("SELECT DISTINCT schema_name FROM duckdb_tables()").fetchall()} == {"marts", "metrics", "meta"}
    assert database.execute("SELECT sum(value) FROM marts.fct_trade").fetchone() == (87.5e9,)


def test_the_database_is_of_the_format_that_older_clients_open(folder, tmp_path):
    """Version 64 is the format of DuckDB 0.10 to 1.1 and readable ever since; the default of DuckDB 2 is refused by 1.4."""
    assert storage_number(folder / "warehouse.duckdb") == 64
    with duckdb.connect(str(tmp_path / "newer.duckdb")) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS x")
    assert storage_number(tmp_path / "newer.duckdb") > 64


def test_tables_and_columns_carry_comments_with_units(database):
    assert database.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'fct_trade'").fetchone() == (
        "Monthly trade by partner; Canada's exports. One row per data set × partner × month.",
    )
    comments = dict(database.execute("SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'fct_trade'").fetchall())
    assert comments["value"] == "Value of the goods. Unit: CAD."
    assert comments["partner_code"] == "The other country."
    assert database.execute("SELECT count(*) FROM duckdb_columns() WHERE NOT internal AND comment IS NULL").fetchone() == (0,)


def test_the_release_and_the_dictionary_are_relations(database):
    assert database.execute("SELECT release_id, as_of, state, headline FROM meta.release").fetchall() == [
        ("20261122T170501Z-00000001", None, "state 1", "Headline 1: 92 % of exports went to the US")
    ]
    assert database.execute(
        "SELECT column_name, position, data_type, unit FROM meta.column_dictionary WHERE table_name = 'fct_trade'"
    ).fetchall() == [
        ("dataset", 1, "VARCHAR", "none"),
        ("partner_code", 2, "VARCHAR", "none"),
        ("period_start_date", 3, "DATE", "none"),
        ("value", 4, "DOUBLE", "CAD"),
        ("vintage_date", 5, "DATE", "none"),
    ]
    assert database.execute("SELECT primary_key FROM meta.table_dictionary WHERE table_name = 'column_dictionary'").fetchone() == (
        ["schema_name", "table_name", "column_name"],
    )


def test_a_parquet_file_says_what_it_is_and_is_in_the_order_of_its_key(folder):
    path = str(folder / "parquet/marts/fct_trade.parquet")
    labels = dict(duckdb.execute("SELECT decode(key), decode(value) FROM parquet_kv_metadata(?)", [path]).fetchall())
    assert labels["release_id"] == folder.name
    assert labels["as_of"] == ""
    assert json.loads(labels["vintages"]) == {"made_up/trade": "2026-04-02"}
    assert json.loads(labels["units"])["value"] == "CAD"
    assert duckdb.execute("SELECT DISTINCT compression FROM parquet_metadata(?)", [path]).fetchall() == [("ZSTD",)]
    keys = duckdb.execute("SELECT partner_code, period_start_date FROM read_parquet(?)", [path]).fetchall()
    assert keys == sorted(keys)


def test_equal_content_makes_equal_files(release):
    """Two releases of one state differ in their names and nothing else."""
    first, second = release(1).folder, release(2).folder
    for name in ("dictionary.csv", "report.html"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    same_size = {path.relative_to(first): path.stat().st_size for path in first.rglob("*.parquet")}
    assert same_size == {path.relative_to(second): path.stat().st_size for path in second.rglob("*.parquet")}


def test_the_data_package_is_of_the_standards_form(descriptor):
    assert descriptor["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert all("path" in licence and re.fullmatch(r"[-a-zA-Z0-9._]+", licence["name"]) for licence in descriptor["licenses"])
    assert all({"title", "path"} <= source.keys() for source in descriptor["sources"])
    names = [resource["name"] for resource in descriptor["resources"]]
    assert len(set(names)) == len(names)
    for resource in descriptor["resources"]:
        assert re.fullmatch(r"[-a-z0-9._/]+", resource["name"])
        assert re.fullmatch(r"sha256:[0-9a-f]{64}", resource["hash"])
        assert not resource["path"].startswith(("/", "."))
        if resource.get("type") == "table":
            fields = [field["name"] for field in resource["schema"]["fields"]]
            assert len(set(fields)) == len(fields)
            assert resource["schema"]["primaryKey"]
            assert set(resource["schema"]["primaryKey"]) <= set(fields)
            assert all({"name", "type", "description", "unit"} <= field.keys() and field["type"] != "any" for field in resource["schema"]["fields"])


def test_the_data_package_agrees_with_the_files(descriptor, folder, database):
    described = {resource["path"] for resource in descriptor["resources"]}
    assert described == {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in (".parquet", ".duckdb")}
    for resource in descriptor["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
        if "rows" in resource:
            assert database.execute(f"SELECT count(*) FROM {resource['name']}").fetchone() == (resource["rows"],)


def test_the_data_package_credits_what_is_in_it_and_only_that(descriptor):
    assert descriptor["sources"] == [
        {
            "title": "made_up/trade: Made-up <trade>",
            "path": "https://example.org/trade",
            "version": "2026-04-02",
            "attribution": "Source: the Made-up Agency.",
        }
    ]
    assert descriptor["licenses"] == [{"name": "Open-Licence-Test", "path": "https://example.org/licence", "title": "Open Licence – Test"}]
    assert descriptor["version"] == "20261122T170501Z-00000001"


@pytest.mark.parametrize(
    ("data_type", "expected"),
    [("BIGINT", "integer"), ("DECIMAL(18,2)", "number"), ("VARCHAR[]", "array"), ("TIMESTAMP WITH TIME ZONE", "datetime"), ("GEOMETRY", "any")],
)
def test_types_of_the_table_schema(data_type, expected):
    assert field_type(data_type) == expected


class Page(HTMLParser):
    """What the dictionary page links to, and what can be linked to on it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if "id" in found:
            self.anchors.append(found["id"])
        if tag == "a":
            self.links.append(found["href"])
        elif "src" in found or "href" in found:
            self.loads.append(tag)


def test_the_dictionary_page_stands_alone_and_its_links_lead_somewhere(folder):
    page = Page((folder / "dictionary.html").read_text())
    assert page.loads == []
    assert len(set(page.anchors)) == len(page.anchors)
    inner = [link[1:] for link in page.links if link.startswith("#")]
    assert set(inner) <= set(page.anchors)
    files = [link for link in page.links if not link.startswith(("#", "https://"))]
    assert files
    assert all((folder / name).is_file() for name in files)


def test_the_dictionary_page_has_every_table_column_metric_and_data_set(folder, database):
    text = (folder / "dictionary.html").read_text()
    page = Page(text)
    for schema, table in database.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
        assert f"{schema}.{table}" in page.anchors
    for (column,) in database.execute("SELECT column_name FROM meta.column_dictionary").fetchall():
        assert f'<td class="name">{column}<' in text
    assert {f"metric-{metric}" for metric in METRICS} <= set(page.anchors)
    assert {"dataset-made_up/trade", "dataset-made_up/not_landed"} <= set(page.anchors)
    assert "2, the latest of 2026-04-02" in text
    assert "none yet" in text
    assert "Source: the Made-up Agency." in text


def test_the_dictionary_page_escapes_what_it_shows(folder):
    text = (folder / "dictionary.html").read_text()
    assert "Made-up &lt;trade&gt;" in text
    assert "Made-up <trade>" not in text


def test_the_dictionary_list_has_a_line_per_column(folder, database):
    with (folder / "dictionary.csv").open() as stream:
        lines = list(csv.DictReader(stream))
    assert len(lines) == database.execute("SELECT count(*) FROM meta.column_dictionary").fetchone()[0]
    value = next(line for line in lines if (line["table_name"], line["column_name"]) == ("fct_trade", "value"))
    assert (value["unit"], value["data_type"], value["is_key"]) == ("CAD", "DOUBLE", "false")
    assert [line["column_name"] for line in lines if line["table_name"] == "fct_trade" and line["is_key"] == "true"] == [
        "dataset",
        "partner_code",
        "period_start_date",
    ]


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="this machine has no sha256sum")
def test_the_checksums_are_in_the_format_of_sha256sum(folder):
    done = subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len((folder / "SHA256SUMS").read_text().splitlines()) == len([path for path in folder.rglob("*") if path.is_file()]) - 1
