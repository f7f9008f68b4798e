"""The metrics of exports product by product: where the US share moved, what went elsewhere, two-way trade, and what fits what others buy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from orchestration.metrics.complementarity import trade_complementarity
from orchestration.metrics.decomposition import share_change_mix, share_change_within
from orchestration.metrics.dependence import single_market_share
from orchestration.metrics.exports import Exports
from orchestration.metrics.intra_industry import intra_industry_trade, intra_industry_trade_adjusted, intra_industry_trade_aquino
from orchestration.metrics.months import last_day
from orchestration.metrics.policy_metric import CANADA, Measured, PolicyMetric, measure
from orchestration.metrics.quantity import Quantity
from orchestration.metrics.redirection import matched_redirection_rate, non_us_gain_over_us_loss

ByProduct = Mapping[str, Exports]


@dataclass(frozen=True)
class ProductChange:
    """The exports of every product of a scope in a month, and in the same month of the year before, out of one release."""

    product_scope: str
    before: ByProduct
    after: ByProduct


@dataclass(frozen=True)
class TwoWayTrade:
    """A reporter's exports and imports by product, at one number of digits, over a period that ends on `period_end_date`."""

    subject: str
    digits: int
    window_type: str
    period_end_date: date
    flows: Mapping[str, tuple[Quantity, Quantity]]
    product_scope: str = "all"


@dataclass(frozen=True)
class Fit:
    """What Canada exports and what another country imports, by product, in one year."""

    importer: str
    exports: Mapping[str, Quantity]
    imports: Mapping[str, Quantity]


def change_metrics(change: ProductChange, as_of: date) -> Iterator[PolicyMetric]:
    """Where the change of the US share came from, and how much of what the United States took less of went elsewhere."""
    some = next(iter(change.after.values())).world
    compared_with = next(iter(change.before.values())).period
    on = _measured(some, CANADA, "month", last_day(some.period), change.product_scope, compared_with)
    for metric in (share_change_within, share_change_mix, matched_redirection_rate, non_us_gain_over_us_loss):
        yield measure(metric, on, as_of, change.before, change.after)


def single_market_metrics(changes: Iterable[ProductChange], as_of: date) -> Iterator[PolicyMetric]:
    """How much of exports hangs on one buyer, in every month of the changes: as it stands where a change ends, else where one starts."""
    months: dict[tuple[str, str, str, date], ByProduct] = {}
    for change in changes:
        for products in (change.before, change.after):
            some = next(iter(products.values())).world
            key = some.dataset, some.trade_type, change.product_scope, some.period
            if products is change.after or key not in months:
                months[key] = products
    for (_, _, scope, period), products in months.items():
        some = next(iter(products.values())).world
        on = _measured(some, CANADA, "month", last_day(period), scope)
        yield measure(single_market_share, on, as_of, products)


def two_way_metrics(trade: TwoWayTrade, as_of: date) -> Iterator[PolicyMetric]:
    """How much of trade goes both ways within products, at the number of digits that the subject names."""
    some, _ = next(iter(trade.flows.values()))
    on = _measured(some, f"{trade.subject}, {trade.digits} digits", trade.window_type, trade.period_end_date, trade.product_scope)
    for metric in (intra_industry_trade, intra_industry_trade_adjusted, intra_industry_trade_aquino):
        yield measure(metric, on, as_of, trade.flows, digits=trade.digits)


def fit_metrics(fit: Fit, as_of: date) -> Iterator[PolicyMetric]:
    """How well Canada's exports match what the importer buys."""
    some = next(iter(fit.exports.values()))
    on = _measured(some, f"{CANADA} and {fit.importer}", "year", date(some.period.year, 12, 31))
    yield measure(trade_complementarity, on, as_of, fit.exports, fit.imports)


def _measured(
    some: Quantity,
    subject: str,
    window_type: str,
    period_end_date: date,
    product_scope: str = "all",
    compared_with: date | None = None,
) -> Measured:
    return Measured(
        subject=subject,
        window_type=window_type,
        period_start_date=some.period,
        period_end_date=period_end_date,
        dataset=some.dataset,
        trade_type=some.trade_type,
        product_scope=product_scope,
        basis=some.basis,
        seasonal_adjustment=some.seasonal_adjustment,
        price_basis=some.price_basis,
        vintage_date_min=some.vintage,
        vintage_date_max=some.vintage,
        compared_with=compared_with,
    )
