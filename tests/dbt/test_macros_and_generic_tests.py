"""The project's own macros and generic tests, in a small dbt project of their own: bad rows are found, good ones are not."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import Any

import pytest

from orchestration.settings import DBT_PROJECT
from tests.dbt.project import Project

VERSION = "select * from (values {rows}) as t (cell, known_from, known_to)"
DAY = {n: f"date '2026-0{n}-01'" for n in range(1, 7)}


@dataclass(frozen=True)
class Case:
    """A generic test on a relation, and how many offending rows it must find."""

    name: str
    rows: str
    test: dict[str, Any]
    offenders: int


def versions(*spans: tuple[str, int, int | None]) -> str:
    rows = ", ".join(f"('{cell}', {DAY[start]}, {DAY[end] if end else 'cast(null as date)'})" for cell, start, end in spans)
    return VERSION.format(rows=rows)


UNIQUE = {"unique_combination": {"arguments": {"columns": ["a", "b"]}}}
TRUE = {"expression_is_true": {"arguments": {"expression": "a < b"}}}
NO_OVERLAP = {"versions_do_not_overlap": {"arguments": {"columns": ["cell"]}}}
RANGE = {"accepted_range": {"arguments": {"column_name": "a", "min": 0, "max": 1}}}
SAME = {"same_within": {"arguments": {"column": "b", "within": ["a"]}}}
CASES = (
    Case("unique_when_one_part_differs", "select 1 as a, 1 as b union all select 1, 2", UNIQUE, 0),
    Case("not_unique", "select 1 as a, 1 as b union all select 1, 1 union all select 2, 1", UNIQUE, 1),
    Case("not_unique_with_nulls", "select 1 as a, null::int as b union all select 1, null", UNIQUE, 1),
    Case("true_everywhere", "select 1 as a, 2 as b", TRUE, 0),
    Case("false_somewhere", "select 1 as a, 2 as b union all select 2, 2", TRUE, 1),
    Case("unknown_is_not_true", "select 1 as a, null::int as b", TRUE, 1),
    Case("in_range_at_its_ends", "select 0 as a union all select 1 union all select null", RANGE, 0),
    Case("out_of_range_on_both_sides", "select -0.1 as a union all select 1.1", RANGE, 2),
    Case("one_value_within_each", "select 1 as a, 1 as b union all select 1, 1 union all select 2, 3", SAME, 0),
    Case("two_values_within_one", "select 1 as a, 1 as b union all select 1, 2", SAME, 1),
    Case("versions_that_follow", versions(("x", 1, 2), ("x", 2, 4), ("x", 5, None), ("y", 1, None)), NO_OVERLAP, 0),
    Case("two_versions_of_one_day", versions(("x", 1, 1), ("x", 1, 3), ("x", 3, None)), NO_OVERLAP, 0),
    Case("versions_that_overlap", versions(("x", 1, 3), ("x", 2, None)), NO_OVERLAP, 1),
    Case("two_open_versions", versions(("x", 1, None), ("x", 3, None)), NO_OVERLAP, 1),
    Case("a_version_that_ends_before_it_starts", versions(("x", 3, 2)), NO_OVERLAP, 1),
)

# What a macro makes of a literal -> what it must be.
EXPRESSIONS = {
    "{{ statcan_period_start(\"'2026'\") }} = date '2026-01-01'",
    "{{ statcan_period_start(\"'2026-07'\") }} = date '2026-07-01'",
    "{{ statcan_period_start(\"'2026-07-15'\") }} = date '2026-07-15'",
    "{{ statcan_period_start(\"'2023/2024'\") }} = date '2023-01-01'",
    "{{ statcan_value('48895.5::double', \"'6'\") }} = 48895500000",
    "{{ statcan_value('0.1::double', \"'3'\") }} = 100",
    "{{ statcan_value('1234567890.1::double', \"'0'\") }} = 1234567890.1::double",
    "{{ statcan_value('null::double', \"'6'\") }} is null",
}
TIMELINE = versions(("first", 1, 3), ("second", 3, 5), ("third", 5, None))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with the real macros and generic tests, and a model for each case."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copytree(DBT_PROJECT / "macros", folder / "macros")
    shutil.copytree(DBT_PROJECT / "tests" / "generic", folder / "tests" / "generic")
    (folder / "models").mkdir()
    project = {"name": "small", "version": "1.0", "profile": "trade_leverage", "vars": {"as_of": "none"}, "models": {"+materialized": "table"}}
    (folder / "dbt_project.yml").write_text(json.dumps({**project, "flags": {"require_generic_test_arguments_property": True}}))
    described = []
    for case in CASES:
        (folder / "models" / f"{case.name}.sql").write_text(case.rows)
        ((kind, arguments),) = case.test.items()
        described.append({"name": case.name, "data_tests": [{kind: {"name": f"test_{case.name}", **arguments}}]})
    expressions = " union all ".join(f"select {number} as n, {expression} as holds" for number, expression in enumerate(sorted(EXPRESSIONS)))
    (folder / "models" / "expressions.sql").write_text(expressions)
    (folder / "models" / "known.sql").write_text(
        "select cell from (" + TIMELINE + ") where {{ as_of() }} union all select 'released' where {{ released_by_as_of(\"date '2026-04-01'\") }}"
    )
    (folder / "models" / "_models.yml").write_text(json.dumps({"models": described}))
    return Project(folder / "data", folder)


@pytest.fixture(scope="module")
def statuses(small: Project) -> dict[str, str]:
    return small.dbt("build")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_generic_test_finds_the_bad_rows(statuses: dict[str, str], case: Case) -> None:
    status = statuses[f"test_{case.name}"]
    expected = f"fail Got {case.offenders} result{'s' if case.offenders > 1 else ''}, configured to fail if != 0" if case.offenders else "pass"
    assert status == expected


def test_macros_of_the_agency_read_its_periods_and_scale_its_values(small: Project, statuses: dict[str, str]) -> None:
    with small.connect() as connection:
        wrong = connection.execute("select n from expressions where holds is not true").fetchall()
    assert [sorted(EXPRESSIONS)[n] for (n,) in wrong] == []


@pytest.mark.parametrize(
    ("as_of", "known"),
    [
        ("2026-02-28", {"first"}),
        ("2026-03-01", {"second"}),
        ("none", {"third", "released"}),
    ],
)
def test_as_of_is_the_end_of_its_day(small: Project, statuses: dict[str, str], as_of: str, known: set[str]) -> None:
    """A figure is known from the day of its release on, and until the day before the next."""
    assert small.dbt("run", "--select", "known", as_of=as_of) == {"known": "success OK"}
    with small.connect() as connection:
        assert {cell for (cell,) in connection.execute("select cell from known").fetchall()} == known
