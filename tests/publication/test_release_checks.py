"""Each check of a release fails when it should, and says what is wrong."""

from __future__ import annotations

import shutil
from datetime import date

import duckdb
import pytest

from orchestration.publication.checks import CHECKS, check_release
from orchestration.publication.checksums import write_checksums
from orchestration.publication.release import ReleaseError


@pytest.fixture
def published(finished_release, data_dir):
    """A copy of a release, to tamper with."""
    return shutil.copytree(finished_release, data_dir / "publish" / finished_release.name)


@pytest.fixture
def problems(data_dir):
    """What is wrong with a release that was tampered with; its checksums are made to match unless told otherwise."""

    def run(folder, with_new_checksums=True):
        if with_new_checksums:
            write_checksums(folder)
        with pytest.raises(ReleaseError) as raised:
            check_release(folder, data_dir)
        return list(raised.value.problems)

    return run


def tamper(folder, statement):
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(statement)


def test_a_good_release_passes_again(published, data_dir):
    check_release(published, data_dir)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("CREATE VIEW marts.hidden AS FROM marts.fct_trade", "marts.hidden is a view; a release holds tables only"),
        (
            "DELETE FROM marts.fct_trade WHERE partner_code = 'CN'",
            "marts.fct_trade has 2 rows in the database and 4 in parquet/marts/fct_trade.parquet",
        ),
        ("DROP TABLE metrics.policy_metric", "metrics.policy_metric is in release.json but not in the database"),
        ("CREATE TABLE marts.stray AS SELECT 1 AS x", "marts.stray is not in release.json"),
        ("UPDATE meta.table_dictionary SET grain = '' WHERE table_name = 'fct_trade'", "marts.fct_trade has no grain"),
        ("UPDATE meta.table_dictionary SET primary_key = [] WHERE table_name = 'fct_trade'", "marts.fct_trade has no primary key"),
        ("DELETE FROM meta.column_dictionary WHERE column_name = 'value'", "marts.fct_trade.value has no description"),
        ("UPDATE meta.column_dictionary SET unit = '' WHERE column_name = 'partner_code'", "marts.fct_trade.partner_code has no unit"),
        (
            "UPDATE meta.column_dictionary SET unit = 'furlong' WHERE column_name = 'partner_code'",
            "marts.fct_trade.partner_code has the unknown unit 'furlong'",
        ),
        ("INSERT INTO meta.table_dictionary VALUES ('marts', 'ghost', 'x', 'x', ['x'])", "marts.ghost is described but not there"),
        (
            "INSERT INTO meta.column_dictionary VALUES ('marts', 'fct_trade', 'ghost', 9, NULL, 'CAD', 'x', '')",
            "marts.fct_trade.ghost is described but not there",
        ),
        (
            "ALTER TABLE marts.fct_trade ALTER value TYPE FLOAT",
            "marts.fct_trade.value is FLOAT in the release and DOUBLE in the warehouse",
        ),
        (
            "UPDATE marts.fct_trade SET partner_code = 'US'",
            (
                "marts.fct_trade has several rows of one key (dataset, partner_code, period_start_date): "
                "made_up/trade, US, 2026-01-01; made_up/trade, US, 2026-02-01"
            ),
        ),
        (
            "UPDATE marts.fct_trade SET partner_code = NULL WHERE period_start_date = '2026-01-01' AND value > 4e9",
            "marts.fct_trade has 1 rows without partner_code, which is part of the key",
        ),
        (
            "UPDATE meta.table_dictionary SET primary_key = ['parnter'] WHERE table_name = 'fct_trade'",
            "marts.fct_trade has no column parnter, which its key names",
        ),
        (
            "UPDATE meta.dataset SET licence = ''",
            "made_up/trade has landed files but is not in meta.dataset with a licence and an attribution",
        ),
        ("COMMENT ON TABLE marts.fct_trade IS 'from /home/anne/warehouse'", "a comment names '/home/anne/warehouse', a folder of this machine"),
        ("UPDATE meta.release SET headline = 'C:\\Users\\anne'", "meta.release.headline names 'C:\\\\Users\\\\anne', a folder of this machine"),
    ],
)
def test_a_fault_in_the_database_is_named(published, problems, statement, problem):
    tamper(published, statement)
    assert problem in problems(published)


def test_everything_that_is_wrong_is_said_at_once(published, problems):
    tamper(published, "CREATE VIEW marts.hidden AS FROM marts.fct_trade; UPDATE meta.table_dictionary SET description = ''")
    found = problems(published)
    assert "marts.hidden is a view; a release holds tables only" in found
    assert len([problem for problem in found if problem.endswith("has no description")]) == 8


@pytest.mark.parametrize(
    ("column", "value"),
    [("vintage_date", "2026-06-01"), ("known_from", "2026-06-01"), ("known_to", "2026-09-03"), ("vintage_date_max", "2027-01-01")],
)
def test_a_release_as_of_a_day_knows_nothing_later(release, warehouse, column, value):
    release(1, as_of=date(2026, 5, 31))
    warehouse.execute(f"ALTER TABLE marts.fct_trade RENAME vintage_date TO {column}")
    warehouse.execute(f"UPDATE meta.column_dictionary SET column_name = '{column}' WHERE (table_name, column_name) = ('fct_trade', 'vintage_date')")
    warehouse.execute(f"UPDATE marts.fct_trade SET {column} = DATE '{value}' WHERE partner_code = 'US'")
    with pytest.raises(ReleaseError) as raised:
        release(2, as_of=date(2026, 5, 31))
    assert raised.value.problems == (f"marts.fct_trade has 2 rows with a {column} after 2026-05-31",)
    release(3)


def test_a_parquet_file_is_missing(published, problems):
    (published / "parquet/marts/fct_trade.parquet").unlink()
    assert problems(published) == ["marts.fct_trade has no file parquet/marts/fct_trade.parquet"]


def test_checksums_see_a_changed_a_missing_and_a_stray_file(published, problems):
    (published / "report.html").write_text("another")
    (published / "dictionary.csv").unlink()
    (published / "notes.txt").write_text("stray")
    assert sorted(problems(published, with_new_checksums=False)) == [
        "dictionary.csv is in SHA256SUMS but not in the release",
        "notes.txt is not in SHA256SUMS",
        "report.html does not match its checksum",
    ]


def test_a_database_that_older_clients_cannot_open(published, problems):
    (published / "warehouse.duckdb").unlink()
    tamper(published, "CREATE TABLE t AS SELECT 1 AS x")
    (problem,) = problems(published)
    assert problem.startswith("warehouse.duckdb has the storage version 999, not 64 (v1.0.0)")


def test_what_is_no_database_at_all(published, problems):
    (published / "warehouse.duckdb").write_bytes(b"<html>")
    assert problems(published)[0].startswith("warehouse.duckdb has the storage version None")


@pytest.mark.parametrize("leak", ["/home/anne/data", "see file:///srv/x", 'src="/tmp/a.png"', "C:\\Users\\anne", "{data_dir}/raw/blobs"])
def test_a_text_that_names_a_folder_of_this_machine(published, problems, data_dir, leak):
    (published / "report.html").write_text(leak.format(data_dir=data_dir.resolve()))
    (problem,) = problems(published)
    assert problem.startswith("report.html names ")


@pytest.mark.parametrize(
    "innocent",
    [
        "https://example.org/home/data/tmp/x.zip",
        "parquet/var/x",
        "<br/></var>",
        "and/or/home/",
        "1/2",
        "https://example.org:8000/opt/x",
        "./tmp/x",
        "A: x",
    ],
)
def test_addresses_and_relative_paths_are_no_leak(published, data_dir, innocent):
    (published / "report.html").write_text(innocent)
    write_checksums(published)
    check_release(published, data_dir)


def test_every_check_says_in_a_sentence_what_it_promises():
    assert all((check.__doc__ or "").strip().endswith(".") for check in CHECKS)
