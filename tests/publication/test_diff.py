"""What is said to have changed between two releases is what changed, and the cause is the right one."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.publication.dictionary import ColumnDescription, TableDescription, write_dictionary
from orchestration.publication.diff import Change, Comparison, UnknownTableError, compared
from orchestration.publication.release import UnknownReleaseError, find_release, go_live
from orchestration.publication.tables import public_tables

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def described(name, key, *columns, unit="CAD", description="A column."):
    schema, _, table = name.partition(".")
    return TableDescription(schema, table, "A table.", "row", tuple(key.split()), tuple(ColumnDescription(c, description, unit) for c in columns))


FIGURE = described("marts.figure", "series period_start_date", "series", "period_start_date", "value", "vintage_date")


@pytest.fixture
def diff() -> Iterator[Callable[..., Comparison]]:
    """Compare two databases, each given as its SQL and the descriptions of its tables."""
    with ExitStack() as opened:
        yield lambda older, newer: opened.enter_context(compared_in_memory(older, newer))


@contextmanager
def compared_in_memory(*contents) -> Iterator[Comparison]:
    with duckdb.connect() as connection:
        sides = []
        for catalog, (sql, *tables) in zip(("before", "after"), contents, strict=True):
            connection.execute(f"ATTACH ':memory:' AS {catalog}; USE {catalog}; CREATE SCHEMA marts; CREATE SCHEMA metrics; CREATE SCHEMA meta")
            connection.execute(sql)
            write_dictionary(connection, tables, [])
            sides.append({table.full_name: table for table in public_tables(connection)})
        yield Comparison(connection, *sides)


def figures(*rows: str) -> str:
    """The table FIGURE: series, month of 2026, value, month of the vintage."""
    values = ", ".join(
        f"({series}, DATE '2026-{month}-01', {value}, DATE '2026-{vintage}-05')" for series, month, value, vintage in map(str.split, rows)
    )
    return f"CREATE TABLE marts.figure AS FROM (VALUES {values}) AS row(series, period_start_date, value, vintage_date)"


def causes(comparison, table="marts.figure"):
    return {change.cause: change.rows for change in comparison.changes() if change.table == table}


def lines(comparison, table="marts.figure", limit=None):
    return [tuple(line.values()) for line in comparison.listing(table, limit).rows]


# Causes


def test_each_kind_of_change_is_told_from_the_others(release, warehouse):
    """Two releases as they are published, with one change of each kind."""
    warehouse.execute("""
        INSERT INTO marts.fct_trade VALUES
            ('made_up/trade', 'MX', '2026-01-01', 1e9, '2026-04-02'), ('made_up/trade', 'DE', '2026-01-01', NULL, '2026-04-02')""")
    older = release(1)
    warehouse.execute("""
        UPDATE marts.fct_trade SET value = 40.5e9, vintage_date = '2026-05-05' WHERE partner_code = 'US' AND period_start_date = '2026-02-01';
        UPDATE marts.fct_trade SET vintage_date = '2026-05-05' WHERE partner_code = 'US' AND period_start_date = '2026-01-01';
        UPDATE marts.fct_trade SET value = 3e6 WHERE partner_code = 'CN' AND period_start_date = '2026-01-01';
        UPDATE marts.fct_trade SET value = 2e9, vintage_date = '2026-05-05' WHERE partner_code = 'DE';
        DELETE FROM marts.fct_trade WHERE partner_code = 'MX';
        INSERT INTO marts.fct_trade VALUES
            ('made_up/trade', 'US', '2026-03-01', 42e9, '2026-05-05'),
            ('made_up/trade', 'JP', '2026-03-01', 2e9, '2026-05-05'),
            ('made_up/trade', 'JP', '2026-02-01', 1e9, '2026-05-05')""")
    newer = release(2)
    with compared(older.database, newer.database) as comparison:
        assert comparison.changes() == [
            Change("marts.fct_trade", "definition", 1, JANUARY, JANUARY, "value"),
            Change("marts.fct_trade", "revision", 2, JANUARY, FEBRUARY, "value, vintage_date"),
            Change("marts.fct_trade", "withdrawn", 1, JANUARY, JANUARY, ""),
            Change("marts.fct_trade", "new period", 2, MARCH, MARCH, ""),
            Change("marts.fct_trade", "new series", 1, FEBRUARY, FEBRUARY, ""),
            Change("marts.fct_trade", "repeated", 1, JANUARY, JANUARY, "vintage_date"),
        ]
        assert comparison.listing("marts.fct_trade").columns == (
            "dataset", "partner_code", "period_start_date", "cause", "column", "before", "after", "difference",
        )  # fmt: skip
        assert [line[1:] for line in lines(comparison, "marts.fct_trade")] == [
            ("CN", JANUARY, "definition", "value", "3000000000.0", "3000000.0", -2_997_000_000.0),
            ("DE", JANUARY, "revision", "value", None, "2000000000.0", None),
            ("DE", JANUARY, "revision", "vintage_date", "2026-04-02", "2026-05-05", None),
            ("US", FEBRUARY, "revision", "value", "40000000000.0", "40500000000.0", 500_000_000.0),
            ("US", FEBRUARY, "revision", "vintage_date", "2026-04-02", "2026-05-05", None),
            ("MX", JANUARY, "withdrawn", "value", "1000000000.0", None, None),
            ("MX", JANUARY, "withdrawn", "vintage_date", "2026-04-02", None, None),
            ("JP", MARCH, "new period", "value", None, "2000000000.0", None),
            ("JP", MARCH, "new period", "vintage_date", None, "2026-05-05", None),
            ("US", MARCH, "new period", "value", None, "42000000000.0", None),
            ("US", MARCH, "new period", "vintage_date", None, "2026-05-05", None),
            ("JP", FEBRUARY, "new series", "value", None, "1000000000.0", None),
            ("JP", FEBRUARY, "new series", "vintage_date", None, "2026-05-05", None),
            ("US", JANUARY, "repeated", "vintage_date", "2026-04-02", "2026-05-05", None),
        ]


def test_two_releases_of_the_same_content_do_not_differ(release, warehouse):
    older, newer = release(1), release(2)
    with compared(older.database, newer.database) as comparison:
        assert comparison.changes() == []
    with compared(newer.database, newer.database) as comparison:
        assert comparison.changes() == []


def test_a_month_missing_in_the_middle_is_a_new_period(diff):
    comparison = diff((figures("'US' 01 1.0 04", "'US' 03 1.0 04"), FIGURE), (figures("'US' 01 1.0 04", "'US' 02 1.0 04", "'US' 03 1.0 04"), FIGURE))
    assert causes(comparison) == {"new period": 1}


def test_a_new_data_set_is_new_series_to_its_last_month(diff):
    """What is later than all that the older release has of a data set is a new period; of a new data set it has nothing."""
    table = described("marts.trade", "dataset partner_code period_start_date", "dataset", "partner_code", "period_start_date", "vintage_date")
    rows = [("x", "US", JANUARY), ("x", "JP", FEBRUARY), ("x", "CN", JANUARY), ("y", "US", JANUARY), ("y", "US", FEBRUARY)]

    def trade(rows):
        values = ", ".join(f"('{dataset}', '{partner}', DATE '{period}', DATE '2026-05-05')" for dataset, partner, period in rows)
        return f"CREATE TABLE marts.trade AS FROM (VALUES {values}) AS row(dataset, partner_code, period_start_date, vintage_date)"

    comparison = diff((trade(rows[:1]), table), (trade(rows), table))
    assert {line[:4] for line in lines(comparison, "marts.trade")} == {
        ("x", "JP", FEBRUARY, "new period"),
        ("x", "CN", JANUARY, "new series"),
        ("y", "US", JANUARY, "new series"),
        ("y", "US", FEBRUARY, "new series"),
    }


def test_a_table_whose_key_is_its_period_has_one_series(diff):
    calendar = described("marts.calendar", "period_start_date", "period_start_date", "note")
    sql = "CREATE TABLE marts.calendar AS SELECT unnest([{}]::DATE[]) AS period_start_date, NULL::VARCHAR AS note"
    comparison = diff((sql.format("'2026-01-01', '2026-02-01'"), calendar), (sql.format("'2026-01-01', '2026-02-01', '2026-03-01'"), calendar))
    assert lines(comparison, "marts.calendar") == [(MARCH, "new period", None, None, None, None)]
    comparison = diff((sql.format(""), calendar), (sql.format("'2026-01-01'"), calendar))
    assert causes(comparison, "marts.calendar") == {"new series": 1}


def test_a_new_version_and_the_end_of_an_old_one_are_a_revision(diff):
    table = described("marts.figure_vintage", "country year known_from", "country", "year", "known_from", "units", "known_to", "vintage_date")
    sql = "CREATE TABLE marts.figure_vintage AS FROM (VALUES {}) AS row(country, year, known_from, units, known_to, vintage_date)"
    older = sql.format("('CA', 2024, DATE '2025-03-31', 10, NULL::DATE, DATE '2025-03-31'), ('MX', 2024, '2025-03-31', 7, NULL, '2025-03-31')")
    newer = sql.format("""
        ('CA', 2024, DATE '2025-03-31', 10, DATE '2026-03-31', DATE '2025-03-31'), ('MX', 2024, '2025-03-31', 7, NULL, '2026-03-31'),
        ('CA', 2024, '2026-03-31', 11, NULL, '2026-03-31'), ('CA', 2025, '2026-03-31', 12, NULL, '2026-03-31')""")
    comparison = diff((older, table), (newer, table))
    assert comparison.changes() == [
        Change("marts.figure_vintage", "revision", 2, 2024, 2024, "known_to"),
        Change("marts.figure_vintage", "new period", 1, 2025, 2025, ""),
        Change("marts.figure_vintage", "repeated", 1, 2024, 2024, "vintage_date"),
    ]


@pytest.mark.parametrize(("files", "cause"), [("'x'", "definition"), ("'x', 'y'", "undated")])
def test_without_vintages_only_equal_files_make_a_change_one_of_definition(diff, files, cause):
    check = described("meta.check_result", "check_name", "check_name", "failures")
    file = described("meta.source_file", "sha256", "sha256")
    sql = "CREATE TABLE meta.check_result AS SELECT 'c' AS check_name, {} AS failures; CREATE TABLE meta.source_file AS SELECT unnest([{}]) AS sha256"
    comparison = diff((sql.format(0, "'x'"), check, file), (sql.format(5, files), check, file))
    assert lines(comparison, "meta.check_result") == [("c", cause, "failures", "0", "5", 5.0)]


def test_what_a_data_set_declares_is_a_definition_whatever_the_files(release, warehouse):
    older = release(1)
    warehouse.execute(
        "UPDATE meta.dataset SET licence = 'Another' WHERE dataset = 'made_up/trade'; DELETE FROM meta.source_file WHERE vintage_date = '2026-04-02'"
    )
    newer = release(2)
    with compared(older.database, newer.database) as comparison:
        assert causes(comparison, "meta.dataset") == {"definition": 1}
        assert causes(comparison, "meta.source_file") == {"withdrawn": 1}


# Values


def test_null_is_a_value_and_equals_itself(diff):
    older = figures("'A' 01 NULL 04", "'B' 01 NULL 04", "'C' 01 1.0::DOUBLE 04")
    newer = figures("'A' 01 NULL 04", "'B' 01 2.0::DOUBLE 04", "'C' 01 NULL 04")
    comparison = diff((older.replace("NULL", "NULL::DOUBLE"), FIGURE), (newer.replace("NULL", "NULL::DOUBLE"), FIGURE))
    assert lines(comparison) == [
        ("B", JANUARY, "definition", "value", None, "2.0", None),
        ("C", JANUARY, "definition", "value", "1.0", None, None),
    ]


def test_a_key_without_a_part_is_a_key(diff):
    older = figures("NULL 01 1 04", "'A' 01 1 04", "NULL 02 1 04")
    newer = figures("NULL 01 2 05", "'A' 01 1 04", "NULL 02 1 04", "NULL 03 1 05")
    assert lines(diff((older, FIGURE), (newer, FIGURE))) == [
        (None, JANUARY, "revision", "value", "1", "2", 1.0),
        (None, JANUARY, "revision", "vintage_date", "2026-04-05", "2026-05-05", None),
        (None, MARCH, "new period", "value", None, "1", None),
        (None, MARCH, "new period", "vintage_date", None, "2026-05-05", None),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("0.1::DOUBLE+0.2::DOUBLE", "0.3::DOUBLE"),
        ("1.1102230246251565e-16", "0.0::DOUBLE"),
        ("-0.0::DOUBLE", "0.0::DOUBLE"),
        ("'NaN'::DOUBLE", "'NaN'::DOUBLE"),
        ("3::INTEGER", "3.0::DOUBLE"),
    ],
)
def test_numbers_that_are_equal_but_for_the_order_of_adding_do_not_differ(diff, before, after):
    comparison = diff((figures(f"'A' 01 {before} 04"), FIGURE), (figures(f"'A' 01 {after} 04"), FIGURE))
    assert [change for change in comparison.changes() if change.rows] == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("0.7461882964767::DOUBLE", "0.7461882964768::DOUBLE"),
        ("25000000000000.0::DOUBLE", "25000000000001.0::DOUBLE"),
        ("9007199254740993", "9007199254740992"),
        ("0.0::DOUBLE", "'NaN'::DOUBLE"),
        ("1.0::DOUBLE", "'inf'::DOUBLE"),
        ("'inf'::DOUBLE", "'-inf'::DOUBLE"),
    ],
)
def test_numbers_that_differ_are_listed_as_they_are(diff, before, after):
    comparison = diff((figures(f"'A' 01 {before} 04"), FIGURE), (figures(f"'A' 01 {after} 04"), FIGURE))
    (line,) = lines(comparison)
    (texts,) = duckdb.execute(f"SELECT ({before})::VARCHAR, ({after})::VARCHAR").fetchall()
    assert line[2:6] == ("definition", "value", *texts)


# Definitions


def test_a_table_of_one_release_only(diff):
    both = (figures("'US' 01 1 04"), FIGURE)
    neither = ("SELECT 1",)
    added, removed = diff(neither, both), diff(both, neither)
    assert added.changes() == [
        Change("marts.figure", "definition", 0, None, None, "table"),
        Change("marts.figure", "new series", 1, JANUARY, JANUARY, ""),
    ]
    assert lines(added)[0] == (None, None, "definition", "table", None, "A table. One row per row.", None)
    assert lines(removed) == [
        (None, None, "definition", "table", "A table. One row per row.", None, None),
        ("US", JANUARY, "withdrawn", "value", "1", None, None),
        ("US", JANUARY, "withdrawn", "vintage_date", "2026-04-05", None, None),
    ]


def test_an_unit_a_description_and_a_code_list_that_changed(diff):
    sql = figures("'US' 01 1 04")
    columns = [dataclasses.replace(column, unit="USD", classification="ISO 3166") if column.name == "value" else column for column in FIGURE.columns]
    columns[0] = dataclasses.replace(columns[0], description="Another column.")
    comparison = diff((sql, FIGURE), (sql, dataclasses.replace(FIGURE, columns=tuple(columns), description="Another table.")))
    assert comparison.changes() == [
        Change("marts.figure", "definition", 0, None, None, "description, description of series, unit of value, code list of value")
    ]
    assert [line[3:6] for line in lines(comparison)] == [
        ("description", "A table.", "Another table."),
        ("description of series", "A column.", "Another column."),
        ("unit of value", "CAD", "USD"),
        ("code list of value", "", "ISO 3166"),
    ]


def test_columns_that_came_and_went_do_not_make_every_row_differ(diff):
    older = figures("'US' 01 1 04", "'CN' 01 1 04")
    newer = figures("'US' 01 1 04", "'CN' 01 2 05") + ", (SELECT 'x' AS status)"
    with_status = described("marts.figure", "series period_start_date", *(column.name for column in FIGURE.columns), "status")
    without_value = described("marts.figure", "series period_start_date", "series", "period_start_date", "vintage_date", "status")
    comparison = diff((older, FIGURE), (newer, with_status))
    assert comparison.changes() == [
        Change("marts.figure", "definition", 0, None, None, "column status"),
        Change("marts.figure", "revision", 1, JANUARY, JANUARY, "value, vintage_date"),
    ]
    assert lines(comparison)[0] == (None, None, "definition", "column status", None, "VARCHAR", None)
    comparison = diff((newer, with_status), (f"{newer}; ALTER TABLE marts.figure DROP value", without_value))
    assert lines(comparison) == [(None, None, "definition", "column value", "INTEGER", None, None)]


@pytest.mark.parametrize(("before", "after", "n_rows"), [("1", "1.0::DOUBLE", 0), ("1", "2.5::DOUBLE", 1), ("'1'", "1", 0), ("'n/a'", "1", 1)])
def test_a_column_of_another_type_is_compared_as_number_or_text(diff, before, after, n_rows):
    comparison = diff((figures(f"'US' 01 {before} 04"), FIGURE), (figures(f"'US' 01 {after} 04"), FIGURE))
    (change,) = comparison.changes()
    assert (change.cause, change.rows, "type of value" in change.what) == ("definition", n_rows, True)


def test_a_finer_key_pairs_no_rows_but_whole_ones(diff):
    """By the key that both have, a row of the older release has two in the newer one."""
    narrow = described("marts.figure", "series", "series", "value", "vintage_date")
    wide = described("marts.figure", "series part", "series", "part", "value", "vintage_date")
    sql = "CREATE TABLE marts.figure AS FROM (VALUES {}) AS row(series, {}value, vintage_date)"
    older = sql.format("('A', 1, DATE '2026-04-05'), ('B', 1, '2026-04-05')", "")
    newer = sql.format("('A', 'x', 1, DATE '2026-04-05'), ('A', 'y', 2, '2026-04-05'), ('B', 'x', 1, '2026-04-05')", "part, ")
    comparison = diff((older, narrow), (newer, wide))
    assert comparison.changes() == [
        Change("marts.figure", "definition", 0, None, None, "key, column part"),
        Change("marts.figure", "new row", 1, None, None, ""),
    ]
    assert lines(comparison) == [
        (None, None, None, "definition", "key", "series", "part, series", None),
        (None, None, None, "definition", "column part", None, "VARCHAR", None),
        ("A", 2, date(2026, 4, 5), "new row", None, None, None, None),
    ]


def test_a_key_that_became_shorter_pairs_rows_where_it_identifies_them(diff):
    wide = described("marts.figure", "series part", "series", "part", "value", "vintage_date")
    narrow = dataclasses.replace(wide, primary_key=("series",))
    sql = "CREATE TABLE marts.figure AS FROM (VALUES ('A', 'x', {}, DATE '2026-04-05')) AS row(series, part, value, vintage_date)"
    comparison = diff((sql.format(1), wide), (sql.format(2), narrow))
    assert lines(comparison) == [
        (None, "definition", "key", "part, series", "series", None),
        ("A", "definition", "value", "1", "2", 1.0),
    ]


# What is not compared


def test_when_a_thing_was_made_is_no_change(diff):
    metric = described("metrics.policy_metric", "metric", "metric", "value", "vintage_date_max", "as_of")
    file = described("meta.source_file", "sha256", "sha256", "fetched_at", "landed_at")
    sql = """
        CREATE TABLE metrics.policy_metric AS SELECT 'us_share' AS metric, {} AS value, DATE '2026-09-03' AS vintage_date_max, DATE '{}' AS as_of;
        CREATE TABLE meta.source_file AS SELECT 'x' AS sha256, TIMESTAMPTZ '{} 12:00Z' AS fetched_at, TIMESTAMPTZ '{} 12:00Z' AS landed_at"""
    comparison = diff((sql.format(1, *["2026-10-01"] * 3), metric, file), (sql.format(1, *["2026-11-01"] * 3), metric, file))
    assert comparison.changes() == []
    said = "\n".join(comparison.not_compared())
    assert "metrics.policy_metric.as_of, meta.source_file.fetched_at, meta.source_file.landed_at: when a thing was made" in said
    assert said.count("meta.release") == said.count("meta.column_dictionary") == 1
    assert "source_file" not in "\n".join(comparison.not_compared("metrics.policy_metric"))


VERDICT = described("metrics.claim_verdict", "claim_id event_date as_known_on", "claim_id", "event_date", "as_known_on", "verdict", "sha256")
FILE = described("meta.source_file", "dataset vintage_date", "dataset", "vintage_date", "sha256")


def verdicts(released: list[str], today: str, verdict: str = "true") -> tuple[str, TableDescription, TableDescription]:
    """The claim said on 8 October 2025, judged on each release's day and on that of the build."""
    days = ", ".join(f"DATE '{day}'" for day in sorted({*released, today}))
    files = ", ".join(f"('x', DATE '{day}', 'sha of {day}')" for day in released)
    sql = f"""
        CREATE TABLE meta.source_file AS FROM (VALUES {files}, ('daily', DATE '{today}', 'other')) AS row(dataset, vintage_date, sha256);
        CREATE TABLE metrics.claim_verdict AS
        SELECT 'three_quarters' AS claim_id, DATE '2025-10-08' AS event_date, unnest([{days}]) AS as_known_on, '{verdict}' AS verdict,
            'sha of {released[0]}' AS sha256
        UNION ALL SELECT 'three_quarters', day, day, 'false', 'sha of {released[0]}' FROM (SELECT unnest([{days}]) AS day)"""
    return sql, VERDICT, FILE


def test_verdicts_of_the_day_of_the_build_are_no_change(diff):
    comparison = diff(verdicts(["2026-08-04", "2026-09-03"], "2026-10-01"), verdicts(["2026-08-04", "2026-09-03"], "2026-10-02"))
    assert causes(comparison, "metrics.claim_verdict") == {}


def test_verdicts_of_a_new_release_are_new_also_when_built_on_its_day(diff):
    older = verdicts(["2026-08-04", "2026-09-03"], "2026-09-03")
    for today in ("2026-10-06", "2026-10-09"):
        comparison = diff(older, verdicts(["2026-08-04", "2026-09-03", "2026-10-06"], today))
        assert [change for change in comparison.changes() if change.table == VERDICT.schema + "." + VERDICT.name] == [
            Change("metrics.claim_verdict", "new period", 2, date(2026, 10, 6), date(2026, 10, 6), "")
        ]


def test_a_verdict_that_turned_on_the_same_files_is_a_change_of_definition(diff):
    comparison = diff(verdicts(["2026-09-03"], "2026-09-04"), verdicts(["2026-09-03"], "2026-09-05", "depends"))
    assert [line[:6] for line in lines(comparison, "metrics.claim_verdict")] == [
        ("three_quarters", date(2025, 10, 8), date(2026, 9, 3), "definition", "verdict", "true")
    ]


# The listing


def test_a_listing_stops_at_its_limit_and_counts_the_rest(diff):
    older = figures(*(f"'A' {month:02} 1 04" for month in range(1, 10)))
    newer = figures(*(f"'A' {month:02} 2 05" for month in range(1, 10)))
    comparison = diff((older, FIGURE), (newer, dataclasses.replace(FIGURE, grain="another row")))
    whole = comparison.listing("marts.figure")
    assert (len(whole.rows), whole.total) == (19, 19)
    for limit in (1, 2, 7, 19, 20):
        listing = comparison.listing("marts.figure", limit)
        assert (listing.rows, listing.total) == (whole.rows[:limit], 19)


def test_a_table_that_is_not_there_or_not_compared_is_an_error(diff):
    comparison = diff((figures("'A' 01 1 04"), FIGURE), (figures("'A' 01 1 04"), FIGURE))
    with pytest.raises(UnknownTableError, match=r"neither release has a table 'marts.figures'; there are: marts.figure, meta.dataset"):
        comparison.listing("marts.figures")
    with pytest.raises(UnknownTableError, match=r"meta.release is not compared: it names the release itself"):
        comparison.listing("meta.release")


KEYS = st.tuples(st.sampled_from(["US", "CN", None]), st.integers(1, 4))
VALUES = st.tuples(st.sampled_from([None, 0.0, -1.5, 0.1, 3e12, float("inf")]), st.sampled_from([None, "", "x'\"y", "null"]), st.integers(4, 6))
CONTENTS = st.dictionaries(KEYS, VALUES, max_size=8)
SMALL = described("marts.small", "partner_code period_start_date", "partner_code", "period_start_date", "value", "note", "vintage_date")
SMALL_COLUMNS = "partner_code VARCHAR, period_start_date DATE, value DOUBLE, note VARCHAR, vintage_date DATE"


def rows_of(contents):
    return {(partner, date(2026, month, 1), value, note, date(2026, vintage, 5)) for (partner, month), (value, note, vintage) in contents.items()}


@pytest.fixture(scope="module")
def small() -> Iterator[Comparison]:
    """Two empty tables, to be filled again and again."""
    content = (f"CREATE TABLE marts.small ({SMALL_COLUMNS})", SMALL)
    with compared_in_memory(content, content) as comparison:
        yield comparison


def fill(comparison, catalog, contents):
    comparison.connection.execute(f"DELETE FROM {catalog}.marts.small")
    for row in rows_of(contents):
        comparison.connection.execute(f"INSERT INTO {catalog}.marts.small VALUES (?, ?, ?, ?, ?)", row)


@settings(max_examples=40, deadline=None)
@given(older=CONTENTS, newer=CONTENTS)
def test_the_older_release_with_its_changes_is_the_newer_one(small, older, newer):
    fill(small, "before", older)
    fill(small, "after", newer)
    listed = small.listing("marts.small").rows
    counted = causes(small, "marts.small")
    table = {row[:2]: dict(zip(("value", "note", "vintage_date"), row[2:], strict=True)) for row in rows_of(older)}
    touched: dict[str, set] = {}
    for line in listed:
        key = (line["partner_code"], line["period_start_date"])
        touched.setdefault(line["cause"], set()).add(key)
        if line["cause"] == "withdrawn":
            table.pop(key, None)
            continue
        row = table.setdefault(key, {"value": None, "note": None, "vintage_date": None})
        read = {"value": float, "note": str, "vintage_date": date.fromisoformat}[line["column"]]
        assert row[line["column"]] == (None if line["before"] is None else read(line["before"]))
        row[line["column"]] = None if line["after"] is None else read(line["after"])
    assert {(*key, *row.values()) for key, row in table.items()} == rows_of(newer)
    assert {cause: len(keys) for cause, keys in touched.items()} == counted


def test_what_changed_among_many_rows_is_counted_to_the_row(diff):
    sql = """
        CREATE TABLE marts.figure AS
        SELECT (i % 500)::VARCHAR AS series, (DATE '2017-01-01' + to_months((i // 500)::INTEGER))::DATE AS period_start_date,
            (i + {0} * (i % 10 = 0)::INTEGER)::DOUBLE AS value, DATE '2026-04-05' + {0} * (i % 10 = 0)::INTEGER AS vintage_date
        FROM range({1}) AS r(i)"""
    comparison = diff((sql.format(0, 50_000), FIGURE), (sql.format(1, 50_500), FIGURE))
    assert causes(comparison) == {"revision": 5_000, "new period": 500}
    assert comparison.listing("marts.figure", 50).total == 11_000


# Names of releases


def test_a_release_is_found_by_its_id_the_beginning_of_it_and_its_links(release, data_dir):
    first, second, then = release(1), release(2), release(3, as_of=date(2026, 5, 31))
    assert find_release(data_dir, first.release_id) == find_release(data_dir, "20261122T170501") == first
    assert find_release(data_dir, "current") == second
    assert find_release(data_dir, "as-of-2026-05-31") == then


def test_a_name_that_is_none_or_several_lists_those_that_there_are(release, data_dir):
    first, second, then = release(1), release(2), release(3, as_of=date(2026, 5, 31))
    (data_dir / "publish" / ".20261122T170509Z-killed").mkdir()
    problems = {name: f"no release is called {name!r}" for name in ("20271122", "", "../data", "as-of-2020-01-01", ".20261122T170509Z-killed")}
    for name, problem in {**problems, "20261122": "3 releases are called '20261122'"}.items():
        with pytest.raises(UnknownReleaseError) as error:
            find_release(data_dir, name)
        assert str(error.value).splitlines() == [
            f"{problem}; there are:",
            f"  as-of-2026-05-31 ({then.release_id})",
            f"  current ({second.release_id})",
            *(f"  {made.release_id}" for made in (first, second, then)),
        ]


def test_the_previous_release_is_the_newest_before_the_current_one(release, data_dir):
    with pytest.raises(UnknownReleaseError, match="there is no release yet; run `warehouse build`"):
        find_release(data_dir, "previous")
    first = release(11)
    release(12, as_of=date(2026, 5, 31))
    with pytest.raises(UnknownReleaseError, match="there is no release before the current one; there are:"):
        find_release(data_dir, "previous")
    second, third = release(13), release(14)
    assert find_release(data_dir, "previous") == second
    go_live(second.folder, "current")
    assert find_release(data_dir, "previous") == first
    go_live(third.folder, "current")
    second.database.unlink()
    assert find_release(data_dir, "previous") == first


def test_of_two_releases_of_one_second_the_previous_is_the_one_that_is_not_current(release, data_dir, tmp_path):
    first, second = release(1), release(2)
    renamed = second.folder.with_name(first.release_id.replace("00000001", "00000000"))
    facts = dataclasses.replace(second, release_id=renamed.name, created_at=first.created_at)
    second.folder.rename(renamed)
    facts.write(renamed)
    go_live(renamed, "current")
    os.utime(first.folder, (0, 0))
    assert find_release(data_dir, "current").release_id == renamed.name
    assert find_release(data_dir, "previous") == first
