from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orchestration.metrics.catalogue import METRICS
from orchestration.metrics.concentration import ROUNDING
from orchestration.metrics.content import canadian_vendor_share, sole_source_share, supplier_hhi
from orchestration.metrics.errors import Undefined
from orchestration.metrics.procurement_year import BASES, ProcurementYear, Restriction, procurement_metrics, restriction_metrics
from orchestration.metrics.spending import Spending

AS_OF = date(2026, 11, 26)
AMOUNTS = st.lists(st.tuples(st.floats(0, 1e9), st.sampled_from([True, False, None])), min_size=1, max_size=30)


def spending(contracts: list[tuple[float, bool | None]]) -> Spending:
    sums = {known: [value for value, given in contracts if given is known] for known in (True, False, None)}
    return Spending(
        having=sum(sums[True]),
        lacking=sum(sums[False]),
        unknown=sum(sums[None]),
        n_having=len(sums[True]),
        n_lacking=len(sums[False]),
        n_unknown=len(sums[None]),
    )


def year(*, is_whole: bool = True, is_over: bool = True) -> ProcurementYear:
    some = Spending(having=60.0, lacking=25.0, unknown=15.0, n_having=6, n_lacking=3, n_unknown=1)
    return ProcurementYear(
        dataset="open_canada/contracts",
        jurisdiction="federal",
        first_day=date(2025, 4, 1),
        is_whole=is_whole,
        is_over=is_over,
        how_to_fill="warehouse refresh open_canada/contracts",
        vintage_date=date(2026, 9, 24),
        by_canadian_address=some,
        by_us_address=some,
        by_canadian_control=some,
        by_sole_source=some,
        by_content=Spending(having=0.0, lacking=0.0, unknown=100.0, n_having=0, n_lacking=0, n_unknown=10),
        suppliers=[50.0, 30.0],
        unnamed=20.0,
        reach={"ca_buy_canadian_strategic": some},
    )


@given(contracts=AMOUNTS, truth=st.lists(st.booleans(), min_size=30, max_size=30))
def test_the_bounds_hold_whatever_the_unknown_turn_out_to_be(contracts, truth):
    assume(sum(value for value, _ in contracts) > 0)
    revealed = [(value, truth[place] if known is None else known) for place, (value, known) in enumerate(contracts)]
    bounds, share = spending(contracts).share(), spending(revealed).share()
    assert bounds.low <= share.low + 1e-9
    assert share.high <= bounds.high + 1e-9
    assert share.value is not None


@given(contracts=AMOUNTS, factor=st.sampled_from([1e-3, 1e3]))
def test_shares_do_not_depend_on_the_unit(contracts, factor):
    assume(sum(value for value, _ in contracts) > 1)
    one, other = spending(contracts).share(), spending([(value * factor, known) for value, known in contracts]).share()
    assert (one.low, one.high) == (pytest.approx(other.low), pytest.approx(other.high))


def test_what_is_not_published_is_in_no_part_of_the_sole_source_share():
    some = Spending(having=20.0, lacking=60.0, unknown=1e9, n_having=1, n_lacking=2, n_unknown=7)
    assert sole_source_share(some).value == 0.25
    assert sole_source_share(some).n_missing == 7


@pytest.mark.parametrize("metric", [canadian_vendor_share, sole_source_share])
def test_nothing_bought_has_no_share(metric):
    with pytest.raises(Undefined):
        metric(spending([(0.0, True)]))


def test_a_negative_value_is_no_spending():
    with pytest.raises(ValueError, match="lacking is -5"):
        Spending(having=1.0, lacking=-5.0, unknown=0.0, n_having=1, n_lacking=1, n_unknown=0)


@given(st.lists(st.floats(1, 1e9), min_size=1, max_size=20), st.floats(0, 1e9))
def test_a_named_supplier_tightens_the_index(suppliers, unnamed):
    """To the rounding below which a rest is none, which moves a share by as much and its square by twice that."""
    vague, clear = supplier_hhi(suppliers, unnamed), supplier_hhi([*suppliers, unnamed])
    assert vague.low <= clear.low + 3 * ROUNDING
    assert clear.high <= vague.high + 3 * ROUNDING


def test_a_year_has_a_row_for_each_metric_with_its_basis():
    rows = {(row.metric, row.subject): row for row in procurement_metrics(year(), AS_OF)}
    assert {metric for metric, _ in rows} == set(BASES) - {"restriction_coverage"}
    share = rows["canadian_vendor_share", "federal"]
    assert (share.value_low, share.value_high, share.value, share.basis, share.n_missing) == (0.6, 0.75, None, "vendor_address", 1)
    assert (share.window_type, share.period_start_date, share.period_end_date) == ("fiscal_year", date(2025, 4, 1), date(2026, 3, 31))
    content = rows["canadian_content_share", "federal"]
    assert (content.value_low, content.value_high, content.basis) == (0.0, 1.0, "content")
    assert rows["policy_reach_share", "federal, ca_buy_canadian_strategic"].value_low == 0.6


def test_every_metric_of_a_sample_is_unknown_and_says_how_to_fill_it():
    rows = list(procurement_metrics(year(is_whole=False), AS_OF))
    assert rows
    assert all(row.value_low is row.value_high is row.value is None for row in rows)
    assert {row.reason for row in rows} == {"only a sample of these contracts is held; `warehouse refresh open_canada/contracts` brings all"}


def test_a_year_that_runs_has_no_share_yet():
    rows = list(procurement_metrics(year(is_over=False), AS_OF))
    assert {(row.value_low, row.reason) for row in rows} == {(None, "the fiscal year is not over; its quarters are in marts.procurement_content")}


def test_a_restriction_without_gdp_is_unknown_from_its_first_day():
    (row,) = restriction_metrics([Restriction("on_procurement_restriction", "ON", date(2025, 3, 4))], ["ON", "QC"], AS_OF)
    assert (row.metric, row.period_start_date, row.value_low, row.reason) == (
        "restriction_coverage", date(2025, 3, 4), None, "no GDP is held of ON, QC",
    )  # fmt: skip


def test_every_metric_of_contracts_says_what_it_goes_by():
    assert set(BASES) <= set(METRICS)
