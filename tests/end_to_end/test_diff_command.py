"""`warehouse diff`: what changed between two releases of the built warehouse, checked against what its vintages tell."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from orchestration.publication.diff import Change
from tests.end_to_end.command import Warehouse

SINCE_MAY = ("diff", "as-of-2026-05-31", "current")

# Out of the current release alone: what its vintages say was not known, or known otherwise, at the end of May.
_HISTORY = """
    WITH cell AS (
        SELECT * EXCLUDE ("value", status, value_decimals, vintage_date, vintage, first_vintage, known_from, known_to, is_withdrawn),
            min(known_from) <= DATE '2026-05-31' AS was_held
        FROM marts.fct_trade_vintage GROUP BY ALL
    ),
    placed AS (
        SELECT *, coalesce(period_start_date > max(period_start_date) FILTER (was_held) OVER (PARTITION BY dataset), false) AS is_later,
            bool_or(was_held) OVER (PARTITION BY dataset, reporter, flow, trade_type, product_classification, product_code, province_code,
                basis, seasonal_adjustment, valuation, currency, partner_code, period_grain) AS is_known_series
        FROM cell
    )
    SELECT count(*) FILTER (NOT was_held AND (is_known_series OR is_later)) AS "new period",
        count(*) FILTER (NOT was_held AND NOT is_known_series AND NOT is_later) AS "new series",
        (FROM marts.fct_trade_vintage SELECT count(*) WHERE known_from <= DATE '2026-05-31' AND known_to > DATE '2026-05-31') AS revision,
        (FROM marts.fct_trade_vintage SELECT count(*)
         WHERE known_from <= DATE '2026-05-31' AND known_to IS NULL AND vintage_date > DATE '2026-05-31') AS repeated
    FROM placed"""


def summary(warehouse: Warehouse, *arguments: str) -> list[dict[str, str]]:
    answer = warehouse.here(*arguments, "--format", "csv")
    assert answer.code == 0, answer.err
    return list(csv.DictReader(io.StringIO(answer.out)))


def listed(warehouse: Warehouse, table: str, *options: str) -> list[dict[str, Any]]:
    answer = warehouse.here(*SINCE_MAY, "--table", table, "--format", "json", *options)
    assert answer.code == 0, answer.err
    rows: list[dict[str, Any]] = json.loads(answer.out)
    return rows


def test_the_counts_are_those_of_the_vintages(as_of_may: Warehouse) -> None:
    rows = {row["cause"]: row for row in summary(as_of_may, *SINCE_MAY) if row["table"] == "marts.fct_trade"}
    with as_of_may.connect() as connection:
        answer = connection.execute(_HISTORY)
        expected = dict(zip([column[0] for column in answer.description or []], answer.fetchall()[0], strict=True))
    assert all(expected.values())
    assert {cause: int(row["rows"]) for cause, row in rows.items()} == expected
    assert rows["new period"]["period_to"] == "2026-08-31"
    assert "value" in rows["revision"]["what"].split(", ")
    assert rows["repeated"]["what"] == "vintage_date, vintage"


def test_a_revision_is_listed_with_the_published_figures(as_of_may: Warehouse) -> None:
    """Exports to the United States in March 2026: 45,495.8 million on 5 May 2026, 45,516.7 million on 3 September 2026."""
    march = {
        "partner_code": "US",
        "flow": "export",
        "basis": "customs",
        "seasonal_adjustment": "seasonally_adjusted",
        "period_start_date": "2026-03-01",
    }
    rows = [
        row for row in listed(as_of_may, "marts.fct_trade", "--limit", "0") if march.items() <= row.items() and row["dataset"] == "statcan/12100011"
    ]
    assert {row["column"]: (row["cause"], row["before"], row["after"], row["difference"]) for row in rows} == {
        "value": ("revision", "45495800000.0", "45516700000.0", 20_900_000.0),
        "vintage_date": ("revision", "2026-05-05", "2026-09-03", None),
        "vintage": ("revision", "2026-05-05", "2026-09-03", None),
    }


def test_verdicts_are_new_on_each_release_day_and_on_no_other(as_of_may: Warehouse) -> None:
    rows = listed(as_of_may, "metrics.claim_verdict", "--limit", "0")
    with as_of_may.connect() as connection:
        days = connection.execute(
            "SELECT DISTINCT vintage_date FROM meta.source_file WHERE dataset = 'statcan/12100011' AND vintage_date > DATE '2026-05-31'"
        ).fetchall()
    assert {row["cause"] for row in rows} == {"new period"}
    assert {row["as_known_on"] for row in rows} == {str(day) for (day,) in days}
    assert {row["event_date"] for row in rows} == {"2025-10-08", *(str(day) for (day,) in days)}


def test_the_same_code_changes_no_definition(as_of_may: Warehouse) -> None:
    assert [row for row in summary(as_of_may, *SINCE_MAY) if row["cause"] == "definition"] == []


def test_a_release_does_not_differ_from_itself(built: Warehouse) -> None:
    answer = built.here("diff", "current", "current", "--format", "csv")
    assert (answer.code, answer.out) == (0, ",".join(Change.__annotations__) + "\n")
    assert "Nothing differs." in answer.error_lines


def test_a_release_of_the_same_figures_differs_in_nothing(copied: Warehouse) -> None:
    """Made on another day, so that only the days of making differ; without names it is held against the one before."""
    before = copied.release()
    assert copied.here("publish", WAREHOUSE_NOW="2026-11-29T17:00:00Z").code == 0
    answer = copied.here("diff")
    assert answer.code == 0
    assert answer.error_lines[0].startswith(f"From {before.release_id}: 66.57%")
    assert answer.error_lines[1].startswith(f"To {copied.release().release_id}: 66.57%")
    assert "Nothing differs." in answer.error_lines
    assert len(answer.out.splitlines()) == 1


def test_a_long_list_says_how_much_more_there_is(as_of_may: Warehouse) -> None:
    everything = len(listed(as_of_may, "marts.us_share_vintage", "--limit", "0"))
    answer = as_of_may.here(*SINCE_MAY, "--table", "marts.us_share_vintage", "--limit", "7")
    assert len(answer.out.splitlines()) == 1 + 7
    assert f"{everything - 7:,} more lines: --limit 0 lists all." in answer.error_lines
    assert len(listed(as_of_may, "marts.us_share_vintage")) == 50


def test_columns_that_are_alike_in_every_line_are_told_once(as_of_may: Warehouse) -> None:
    answer = as_of_may.here(*SINCE_MAY, "--table", "marts.fct_trade", "--limit", "3")
    header = answer.out.splitlines()[0].split()
    assert "reporter" not in header
    assert header[-5:] == ["cause", "column", "before", "after", "difference"]
    assert any(line.startswith("In every line:") and "reporter CA" in line for line in answer.error_lines)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("diff", "as-of-2020-01-01"), "Error no release is called 'as-of-2020-01-01'; there are:"),
        (("diff", "previous"), "Error there is no release before the current one; there are:"),
        (("diff", "current", "current", "--table", "fct_trade"), "neither release has a table 'fct_trade'; there are: marts.comparative_advantage"),
    ],
)
def test_what_is_not_there_is_an_error_that_lists_what_is(built: Warehouse, arguments: tuple[str, ...], said: str) -> None:
    answer = built.here(*arguments)
    assert answer.code == 1
    assert said in answer.err
    assert built.release().release_id in answer.err
