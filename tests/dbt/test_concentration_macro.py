"""The macro `partner_concentration` against the metrics' own functions, on made-up groups of every kind in one table, and what it refuses."""

from __future__ import annotations

import json
import math
import random
import shutil
from dataclasses import dataclass
from typing import Any

import duckdb
import pytest

from orchestration.metrics.concentration import ROUNDING, effective_partners, hhi, hhi_bounds
from orchestration.metrics.errors import Undefined
from orchestration.metrics.interval import Bounded
from orchestration.settings import DBT_PROJECT
from tests.dbt.project import Project

Row = dict[str, Any]
CODES = ("A", "AB", "ABC", "B", "CA", "CN", "Côte d’Ivoire", "DE", "JP", "MX", "NA", "United Kingdom", "United States", "US", "Z", "É")
MODELS = ("complete", "truncated", "largest")
SHARES = ("partner_hhi_low", "partner_hhi_high", "rest_share", "effective_partners_low", "effective_partners_high", "top_share")
MACRO = "{{{{ partner_concentration({relation}, by=['exporter', 'product']{options}) }}}}"


@dataclass(frozen=True)
class Group:
    """The partners of an exporter's product with their values, None where one is missing, and what all partners add up to."""

    exporter: str
    product: str
    listed: dict[str, float | None]
    total: float | None

    @property
    def key(self) -> tuple[str, str]:
        return self.exporter, self.product

    @property
    def known(self) -> list[float]:
        return [value for value in self.listed.values() if value is not None]

    @property
    def rest(self) -> float:
        assert self.total is not None
        rest = self.total - math.fsum(self.known)
        return 0.0 if abs(rest) <= ROUNDING * self.total else rest

    @property
    def may_be_the_largest(self) -> bool:
        """Whether the list does not belie that it is of the largest, as one does that ends with a zero and leaves a rest."""
        return self.total is not None and not (self.rest > 0 and 0 in self.known and None not in self.listed.values())


WORKED = (
    Group("WORKED", "complete", {"US": 75, "CN": 10, "JP": 8, "MX": 4, "DE": 3}, 100),
    Group("WORKED", "cobalt", {"NO": 26, "CA": 16, "JP": 14, "FI": 14}, 100),
)


def made_up_groups(seed: int, number: int) -> list[Group]:
    """Groups of one to sixteen partners: whole and broken values, few or many alike, on every scale; with zeros, gaps, and rests down to rounding."""
    chance = random.Random(seed)
    groups = []
    for place in range(number):
        scale = 10.0 ** chance.randint(-3, 12)
        codes = chance.sample(CODES, chance.randint(1, len(CODES)))
        values = chance.choice(
            (
                [scale * chance.randint(1, 3) for _ in codes],
                [scale * chance.lognormvariate(0, 3) for _ in codes],
                [float(chance.randint(1, 10**9)) for _ in codes],
            )
        )
        share_of_zeros, share_of_gaps = chance.choice(((0, 0), (0, 0), (0.3, 0), (0, 0.3), (0.3, 0.3), (1, 0), (0, 1)))
        listed = {
            code: None if chance.random() < share_of_gaps else 0.0 if chance.random() < share_of_zeros else value
            for code, value in zip(codes, values, strict=True)
        }
        whole = math.fsum(value or 0 for value in listed.values())
        rest = chance.choice((0, 1e-12, -1e-12, 1e-6, 0.01, 0.7, 30))
        total = chance.choice((whole * (1 + rest), whole * (1 + rest), whole + scale, None))
        groups.append(Group(f"X{place % 7}", f"{place:06}", listed, total))
    return groups


@dataclass(frozen=True)
class Refusal:
    """Rows of exporter CA and product 010101 as (partner, value, total), and what the error says of them."""

    name: str
    rows: str
    said: str
    options: str = ", total='total'"
    columns: str = "*"


REFUSED = (
    Refusal("negative", "('US', 60, 100), ('MX', -2.5, 100)", "exporter, product = CA, 010101 has the value -2.5"),
    Refusal("negative_unseen", "('US', 60, 100), ('MX', -2.5, 100)", "CA, 010101 has the value -2.5", columns="exporter, n_missing"),
    Refusal("negative_of_a_complete_list", "('US', 60, 100), ('MX', -2.5, 100)", "CA, 010101 has the value -2.5", options=""),
    Refusal("not_a_number", "('US', 60, 100), ('MX', 'nan'::double, 100)", "CA, 010101 has values that add up to nan"),
    Refusal("above_their_total", "('US', 60, 100), ('MX', 50, 100)", "CA, 010101 has values above their total, by 10.0"),
    Refusal("negative_total", "('US', 0, -5)", "CA, 010101 has values above their total, by 5.0"),
    Refusal("two_totals", "('US', 60, 100), ('MX', 5, 110)", "CA, 010101 has more than one total, or none that is finite: 110.0"),
    Refusal("endless_total", "('US', 60, 'inf'::double)", "CA, 010101 has more than one total, or none that is finite: inf"),
    Refusal(
        "not_the_largest",
        "('US', 60, 100), ('MX', 0, 100)",
        "CA, 010101 has a listed partner of zero and a rest of 40.0",
        ", total='total', listed_are_largest=true",
    ),
)


@pytest.fixture(scope="module")
def groups() -> list[Group]:
    return [*WORKED, *made_up_groups(20261125, 1500)]


@pytest.fixture(scope="module")
def project(groups: list[Group], tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of the macro, a model for each way to call it on the groups, and one for each refusal."""
    folder = tmp_path_factory.mktemp("concentration")
    shutil.copytree(DBT_PROJECT / "macros", folder / "macros")
    (folder / "models").mkdir()
    rows = [(*group.key, code, value, group.total, group.may_be_the_largest) for group in groups for code, value in group.listed.items()]
    random.Random(1).shuffle(rows)
    with duckdb.connect() as connection:
        connection.execute("create table figures (exporter text, product text, partner_code text, value double, total double, is_top boolean)")
        connection.executemany("insert into figures values (?, ?, ?, ?, ?, ?)", rows)
        connection.table("figures").write_parquet(str(folder / "figures.parquet"))
    figures = f"'{folder / 'figures.parquet'}'"
    models = {
        "complete": MACRO.format(relation=f'"{figures}"', options=""),
        "truncated": MACRO.format(relation=f'"{figures}"', options=", total='total'"),
        "largest": MACRO.format(relation=f'"(from {figures} where is_top)"', options=", total='total', listed_are_largest=true"),
    }
    for refusal in REFUSED:
        relation = f"(select 'CA' as exporter, '010101' as product, * from (values {refusal.rows}) as t (partner_code, value, total))"
        models[refusal.name] = f"select {refusal.columns} from ({MACRO.format(relation=json.dumps(relation), options=refusal.options)})"
    for name, query in models.items():
        (folder / "models" / f"{name}.sql").write_text(query)
    description = {"name": "concentration", "version": "1.0", "profile": "trade_leverage", "models": {"+materialized": "table"}}
    (folder / "dbt_project.yml").write_text(json.dumps(description))
    return Project(folder / "data", folder)


@pytest.fixture(scope="module")
def statuses(project: Project) -> dict[str, str]:
    return project.dbt("run")


@pytest.fixture(scope="module")
def found(project: Project, statuses: dict[str, str]) -> dict[str, dict[tuple[str, str], Row]]:
    """Each model's rows by their group."""
    answers = {}
    with project.connect() as connection:
        for name in MODELS:
            assert statuses[name] == "success OK"
            rows = connection.table(name)
            by_group = {(row[0], row[1]): dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()}
            assert len(by_group) == len(rows)
            answers[name] = by_group
    return answers


def expected(group: Group, model: str) -> Row:
    """What the metrics make of a group; a missing figure of a list without a total, or no total, leaves its shares unknown."""
    largest = max(group.known, default=0)
    row: Row = {
        "n_partners": sum(value > 0 for value in group.known),
        "n_zeros": group.known.count(0),
        "n_missing": len(group.listed) - len(group.known),
        "top_partner": min(code for code, value in group.listed.items() if value == largest) if largest > 0 else None,
    }
    if model == "complete":
        total, rest = (math.fsum(group.known) if row["n_missing"] == 0 else None), 0.0
    else:
        total, rest = group.total, group.rest if group.total is not None else 0.0
    row["total_value"] = total
    try:
        if total is None:
            raise Undefined("the total is unknown")
        if model == "complete":
            index = Bounded.exact(hhi(group.known), len(group.listed))
        else:
            index = hhi_bounds(list(group.listed.values()), total, listed_are_largest=model == "largest")
    except Undefined:
        return row | dict.fromkeys(SHARES)
    number = effective_partners(index)
    most = number.high if math.isfinite(number.high) else None
    whole = math.fsum([*group.known, rest])
    shares = (index.low, index.high, rest / whole, number.low, most, largest / whole if largest > 0 else None)
    return row | dict(zip(SHARES, shares, strict=True))


def agree(found: Row, expected: Row) -> bool:
    """Whether two rows have the same codes, counts and gaps, and figures to 1e-12."""
    return all(found[name] == (pytest.approx(value, rel=1e-12, abs=1e-12) if isinstance(value, float) else value) for name, value in expected.items())


def test_the_groups_are_of_every_kind(groups: list[Group]) -> None:
    """Enough of each that agreement says something."""
    kinds = {
        "complete": lambda group: None not in group.listed.values(),
        "a gap": lambda group: group.known and None in group.listed.values(),
        "no figure": lambda group: not group.known,
        "zeros only": lambda group: group.known and set(group.known) == {0},
        "tied at the top": lambda group: group.known and max(group.known) > 0 and group.known.count(max(group.known)) > 1,
        "a rest": lambda group: group.total is not None and group.rest > 0,
        "a rest of many partners": lambda group: group.total is not None and group.rest > 2 * min(group.known, default=math.inf) > 0,
        "a rest that is rounding": lambda group: group.total not in (None, math.fsum(group.known)) and group.rest == 0,
        "no total": lambda group: group.total is None,
        "a total of zero": lambda group: group.total == 0,
    }
    assert [kind for kind, is_of in kinds.items() if sum(map(bool, map(is_of, groups))) < 40] == []


@pytest.mark.parametrize("model", MODELS)
def test_the_macro_agrees_with_the_metrics(groups: list[Group], found: dict[str, dict[tuple[str, str], Row]], model: str) -> None:
    asked = [group for group in groups if model != "largest" or group.may_be_the_largest]
    assert found[model].keys() == {group.key for group in asked}
    assert [(group, found[model][group.key]) for group in asked if not agree(found[model][group.key], expected(group, model))] == []


def test_no_index_leaves_its_range(found: dict[str, dict[tuple[str, str], Row]]) -> None:
    rows = [row for model in found.values() for row in model.values() if row["partner_hhi_low"] is not None]
    assert [row for row in rows if not 0 <= row["partner_hhi_low"] <= row["partner_hhi_high"] <= 1 or not 0 <= row["rest_share"] <= 1] == []


@pytest.mark.parametrize(
    ("model", "product", "column", "figure"),
    [
        ("complete", "complete", "partner_hhi_low", 0.5814),
        ("complete", "complete", "partner_hhi_high", 0.5814),
        ("complete", "complete", "effective_partners_low", 1.71999),
        ("complete", "complete", "top_partner", "US"),
        ("complete", "complete", "top_share", 0.75),
        ("truncated", "cobalt", "partner_hhi_low", 0.1324),
        ("truncated", "cobalt", "rest_share", 0.3),
        ("truncated", "cobalt", "partner_hhi_high", 0.2224),
        ("truncated", "cobalt", "effective_partners_low", 4.49640),
        ("truncated", "cobalt", "effective_partners_high", 7.55287),
        ("truncated", "cobalt", "top_share", 0.26),
        ("largest", "cobalt", "partner_hhi_high", 0.1720),
    ],
)
def test_worked_examples(found: dict[str, dict[tuple[str, str], Row]], model: str, product: str, column: str, figure: float | str) -> None:
    """75, 10, 8, 4 and 3 percent; and 26, 16, 14 and 14 with 30 for others, who are one, many, or two of 14 and one of 2."""
    value = found[model]["WORKED", product][column]
    assert value == figure if isinstance(figure, str) else round(value, 5) == figure


@pytest.mark.parametrize("refusal", REFUSED, ids=lambda refusal: refusal.name)
def test_what_has_no_concentration_is_refused_by_name(statuses: dict[str, str], refusal: Refusal) -> None:
    assert statuses[refusal.name].startswith("error")
    assert refusal.said in statuses[refusal.name]
