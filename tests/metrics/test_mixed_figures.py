"""No metric that takes figures computes anything of figures that differ in kind, whichever of them are the odd ones."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest

from orchestration.metrics.catalogue import METRICS
from orchestration.metrics.errors import MixedRatio
from orchestration.metrics.exports import Exports
from orchestration.metrics.interval import Bounded
from orchestration.metrics.months import plus_months
from orchestration.metrics.quantity import Quantity, Total, total_over

JULY_2025, JULY_2026 = date(2025, 7, 1), date(2026, 7, 1)


def figure(value: float, period: date = JULY_2026) -> Quantity:
    return Quantity(
        value=value, unit="CAD", dataset="x/y", basis="customs", seasonal_adjustment="unadjusted", period=period, vintage=date(2026, 9, 3)
    )


def _twelve_months(month: Quantity) -> Total:
    first = replace(month, period=date(month.period.year, 1, 1))
    return total_over([replace(first, period=plus_months(first.period, index)) for index in range(12)])


def _by_product(metric: Callable[..., Bounded]) -> Callable[..., Bounded]:
    """The metric on two products, given as (us, world) of the one before, of the other before, and of both after."""
    return lambda *figures: metric(
        {"a": Exports(*figures[0:2]), "b": Exports(*figures[2:4])}, {"a": Exports(*figures[4:6]), "b": Exports(*figures[6:8])}
    )


def _two_way(metric: Callable[..., Bounded]) -> Callable[..., Bounded]:
    return lambda *figures: metric({"8703": figures[0:2], "8708": figures[2:4]}, digits=4)


CHANGE = [figure(6, JULY_2025), figure(10, JULY_2025), figure(7), figure(10)]
PRODUCTS = [*(figure(value, JULY_2025) for value in (6, 10, 3, 10)), *(figure(value) for value in (5, 10, 4, 12))]

# Windows may span releases: what is of one release there is each month's pair of figures.
PATHS = ("non_us_exports_path", "non_us_exports_ahead", "non_us_exports_years_ahead", "non_us_exports_required_growth")
WINDOWS = {*PATHS, "export_market_rank"}

# Sound figures for each metric, and the metric on as many figures.
SAMPLES: dict[str, tuple[list[Quantity], Callable[..., Bounded]]] = {
    "us_share": ([figure(6), figure(10)], lambda us, world: METRICS["us_share"]([us], [world])),
    "partner_hhi": (
        [figure(6), figure(3), figure(10)],
        lambda us, mexico, world: METRICS["partner_hhi"]([[us], [mexico]], [world]),
    ),
    "share_change_from_us": (CHANGE, METRICS["share_change_from_us"]),
    "share_change_from_rest": (CHANGE, METRICS["share_change_from_rest"]),
    **{
        name: (PRODUCTS, _by_product(METRICS[name]))
        for name in ("share_change_within", "share_change_mix", "matched_redirection_rate", "non_us_gain_over_us_loss")
    },
    **{
        name: (
            [figure(5, JULY_2025), figure(6)],
            lambda base, observed, metric=METRICS[name]: metric(_twelve_months(base), _twelve_months(observed)),
        )
        for name in PATHS
    },
    **{
        name: ([figure(6), figure(10), figure(3), figure(1)], _two_way(METRICS[name]))
        for name in ("intra_industry_trade", "intra_industry_trade_adjusted", "intra_industry_trade_aquino")
    },
    "single_market_share": (
        [figure(9), figure(10), figure(1), figure(10)],
        lambda *figures: METRICS["single_market_share"]({"a": Exports(*figures[:2]), "b": Exports(*figures[2:])}),
    ),
    "export_market_rank": (
        [figure(6), figure(10)],
        lambda canada, mexico: METRICS["export_market_rank"](_twelve_months(canada), [_twelve_months(mexico)]),
    ),
    "restriction_coverage": (
        [figure(6), figure(10)],
        lambda ontario, quebec: METRICS["restriction_coverage"]({"ON": ontario, "QC": quebec}, {"ON"}),
    ),
    "revealed_comparative_advantage": ([figure(1), figure(10), figure(5), figure(100)], METRICS["revealed_comparative_advantage"]),
    "trade_complementarity": (
        [figure(6), figure(10), figure(3), figure(1)],
        lambda *figures: METRICS["trade_complementarity"](dict(zip("ab", figures[:2], strict=True)), dict(zip("ab", figures[2:], strict=True))),
    ),
}
OTHER = {
    "dataset": "x/z",
    "basis": "balance_of_payments",
    "seasonal_adjustment": "seasonally_adjusted",
    "unit": "USD",
    "trade_type": "re_export",
    "price_basis": "real",
    "vintage": date(2026, 8, 4),
}


def test_every_metric_that_takes_figures_is_tried():
    takes_figures = {name for name, metric in METRICS.items() if {"Quantity", "Exports", "Total"} & _words(metric)}
    assert takes_figures == set(SAMPLES)


def _words(metric: Callable[..., Bounded]) -> set[str]:
    annotations = " ".join(str(parameter.annotation) for parameter in inspect.signature(metric).parameters.values())
    return set("".join(letter if letter.isalnum() else " " for letter in annotations).split())


@pytest.mark.parametrize("metric", SAMPLES)
def test_sound_figures_have_a_value(metric):
    figures, compute = SAMPLES[metric]
    assert compute(*figures).n_units > 0


@pytest.mark.parametrize(
    ("metric", "dimension"),
    [(metric, dimension) for metric in SAMPLES for dimension in OTHER if not (dimension == "vintage" and metric in WINDOWS)],
)
def test_figures_of_two_kinds_are_refused_and_both_sides_named(metric, dimension):
    figures, compute = SAMPLES[metric]
    for count in range(1, len(figures)):
        for odd in combinations(range(len(figures)), count):
            mixed = [replace(one, **{dimension: OTHER[dimension]}) if index in odd else one for index, one in enumerate(figures)]
            with pytest.raises(MixedRatio) as refused:
                compute(*mixed)
            assert set(refused.value.differences[dimension]) == {OTHER[dimension], getattr(figures[0], dimension)}
            assert str(OTHER[dimension]) in str(refused.value)
            assert str(getattr(figures[0], dimension)) in str(refused.value)
