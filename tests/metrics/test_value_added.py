from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pymrio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.metrics.errors import Undefined
from orchestration.metrics.value_added import (
    InputOutputTable,
    border_crossings,
    cumulative_tariff,
    domestic_value_added_share,
    domestic_value_added_share_without_returns,
    leontief_inverse,
    production_length,
    shares_of_origin,
    value_added_by_origin,
    vax_ratio,
)

GOLDEN = json.loads((Path(__file__).parent / "golden" / "golden_icio_toy.json").read_text())
REGIONS = ("CAN", "USA", "ROW")
EXACT = pytest.approx


def toy() -> InputOutputTable:
    economies, industries = zip(*(label.split("_") for label in GOLDEN["labels"]), strict=True)
    return InputOutputTable(
        2022, economies, industries, np.array(GOLDEN["Z"]), np.array(GOLDEN["F"]), REGIONS, np.array(GOLDEN["x"]), np.array(GOLDEN["va"])
    )


def by_sector(values: np.ndarray) -> dict[str, float]:
    return dict(zip(GOLDEN["labels"], values, strict=True))


def random_table(seed: int, economies: int, industries: int) -> InputOutputTable:
    """A table of random inputs, of which every sector adds at least a tenth itself."""
    draw = np.random.default_rng(seed)
    n = economies * industries
    shares = draw.random((n, n)) * (draw.random((n, n)) < 0.7)
    shares *= 0.9 * draw.random(n) / np.maximum(shares.sum(axis=0), 1e-9)
    final = draw.random((n, economies)) * 100 + 1
    output = np.linalg.solve(np.eye(n) - shares, final.sum(axis=1))
    intermediate = shares * output
    names = tuple(f"E{place // industries}" for place in range(n))
    return InputOutputTable(
        2022,
        names,
        tuple(f"I{place % industries}" for place in range(n)),
        intermediate,
        final,
        tuple(dict.fromkeys(names)),
        output,
        output - intermediate.sum(axis=0),
    )


TABLES = st.builds(random_table, st.integers(0, 10_000), st.integers(2, 4), st.integers(1, 4))


@pytest.mark.parametrize(
    ("name", "compute"),
    [
        ("border_crossings_per_unit_output", border_crossings),
        ("production_length_vLL", production_length),
        ("can_us_border_crossings", lambda table: border_crossings(table, ("CAN", "USA"))),
        ("cum_tariff_25pct_on_every_can_us_intermediate_crossing", lambda table: cumulative_tariff(table, 0.25, ("CAN", "USA"))),
    ],
)
def test_each_vector_is_the_golden_one(name, compute):
    assert by_sector(compute(toy())) == pytest.approx(GOLDEN[name], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "compute"),
    [
        ("DVA_share_global_L", domestic_value_added_share),
        ("DVA_share_local_L", domestic_value_added_share_without_returns),
        ("VAX_ratio", vax_ratio),
    ],
)
def test_each_share_is_the_golden_one(name, compute):
    assert {region: compute(toy(), region).value for region in REGIONS} == pytest.approx(GOLDEN[name], rel=1e-9)


def test_exports_and_their_origin_are_the_golden_ones():
    assert toy().gross_exports == pytest.approx(GOLDEN["gross_exports"], rel=1e-12)
    found = shares_of_origin(toy())
    for sector, shares in GOLDEN["EXGR_VA_by_origin_region_share"].items():
        assert found[sector] == pytest.approx(shares, rel=1e-9)


@settings(deadline=None, max_examples=30)
@given(TABLES)
def test_border_crossings_are_what_the_price_of_crossing_does_to_cost(table):
    """The derivative of v (I − A_d − t A_m)⁻¹ by t at 1, as a central difference."""
    economy = np.array(table.economies)
    domestic = np.where(economy[:, None] == economy[None, :], table.coefficients, 0.0)
    abroad = table.coefficients - domestic
    step = 1e-6
    at = [table.value_added_coefficients @ np.linalg.inv(np.eye(len(economy)) - domestic - (1 + t) * abroad) for t in (step, -step)]
    assert border_crossings(table) == pytest.approx((at[0] - at[1]) / (2 * step), rel=1e-5, abs=1e-7)


@settings(deadline=None, max_examples=30)
@given(TABLES)
def test_value_added_by_origin_makes_up_exports_and_shares_are_shares(table):
    assert value_added_by_origin(table).sum(axis=0) == pytest.approx(table.gross_exports, rel=1e-9, abs=1e-9)
    assert table.value_added_coefficients @ table.leontief == pytest.approx(np.ones(len(table.output)), rel=1e-9)
    for economy in table.demand:
        share = domestic_value_added_share(table, economy).low
        assert 0 <= domestic_value_added_share_without_returns(table, economy).low <= share + 1e-12 <= 1 + 1e-9
        assert 0 <= vax_ratio(table, economy).low <= 1 + 1e-9


@settings(deadline=None, max_examples=15)
@given(TABLES, st.floats(0.001, 1000))
def test_nothing_depends_on_the_unit(table, factor):
    scaled = replace(
        table,
        intermediate=table.intermediate * factor,
        final_demand=table.final_demand * factor,
        output=table.output * factor,
        value_added=table.value_added * factor,
    )
    assert border_crossings(scaled) == pytest.approx(border_crossings(table), rel=1e-9)
    assert vax_ratio(scaled, "E0").low == pytest.approx(vax_ratio(table, "E0").low, rel=1e-9)


@settings(deadline=None, max_examples=15)
@given(TABLES)
def test_the_inverse_and_footprints_are_those_of_pymrio(table):
    sectors = pd.MultiIndex.from_arrays([table.economies, table.industries], names=["region", "sector"])
    intermediate = pd.DataFrame(table.intermediate, index=sectors, columns=sectors)
    final = pd.DataFrame(
        table.final_demand, index=sectors, columns=pd.MultiIndex.from_product([table.demand, ["final"]], names=["region", "category"])
    )
    theirs = pymrio.IOSystem(Z=intermediate, Y=final)
    theirs.added = pymrio.Extension("added", F=pd.DataFrame([table.value_added], index=["value added"], columns=sectors))
    theirs.calc_all()
    assert leontief_inverse(table) == pytest.approx(theirs.L.to_numpy(), rel=1e-8, abs=1e-10)
    footprint = table.value_added_coefficients @ table.leontief @ table.final_demand
    assert footprint == pytest.approx(theirs.added.D_cba_reg.to_numpy()[0], rel=1e-8)


def test_a_sector_without_output_changes_nothing():
    whole = toy()
    empty = InputOutputTable(
        2022,
        (*whole.economies, "CAN"),
        (*whole.industries, "none"),
        np.pad(whole.intermediate, ((0, 1), (0, 1))),
        np.pad(whole.final_demand, ((0, 1), (0, 0))),
        REGIONS,
        np.append(whole.output, 0.0),
        np.append(whole.value_added, 0.0),
    )
    assert border_crossings(empty)[:-1] == pytest.approx(border_crossings(whole), rel=1e-12)
    assert domestic_value_added_share(empty, "CAN").low == pytest.approx(domestic_value_added_share(whole, "CAN").low, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"output": np.array([61.0, 304, 280, 2516, 231, 4118])}, "does not sell what it makes in 1 sectors: CAN_auto, 60, 61"),
        (
            {"value_added": np.array([2.0, 205, 126, 1996, 134, 3116])},
            "another value added than what is left of its output in 1 sectors: ROW_oth, 3116, 3117",
        ),
        ({"output": np.array([-60.0, 304, 280, 2516, 231, 4118])}, "no finite, positive output in 1 sectors: CAN_auto"),
        ({"final_demand": np.ones((6, 2))}, r"final_demand is \(6, 2\), not \(6, 3\)"),
        ({"demand": ("CAN", "USA", "MEX")}, "no final demand of ROW"),
    ],
)
def test_a_table_that_does_not_add_up_is_refused_with_its_sector(change, words):
    with pytest.raises(ValueError, match=words):
        replace(toy(), **change)


def test_an_economy_that_is_not_there_is_named():
    with pytest.raises(KeyError, match="MEX is no economy of the table: CAN, ROW, USA"):
        domestic_value_added_share(toy(), "MEX")


def test_a_closed_economy_has_no_share():
    alone = InputOutputTable(2022, ("CAN",), ("all",), np.array([[4.0]]), np.array([[6.0]]), ("CAN",), np.array([10.0]), np.array([6.0]))
    with pytest.raises(Undefined, match="CAN exports nothing in 2022"):
        vax_ratio(alone, "CAN")
