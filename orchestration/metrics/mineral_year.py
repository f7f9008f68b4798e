"""The rows of `metrics.policy_metric` on minerals: what is held of each in a year, and what nobody publishes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from orchestration.metrics.interval import Bounded
from orchestration.metrics.minerals import (
    canada_mine_share,
    canada_share_of_us_imports,
    processed_export_share,
    processed_export_share_change,
    processing_ratio,
    substitution_headroom,
    supply_risk,
    us_net_import_reliance,
    value_uplift,
    world_mine_hhi,
)
from orchestration.metrics.policy_metric import CANADA, Measured, PolicyMetric, known, measure, unknown

SUMMARIES = "usgs/mineral_commodity_summaries"
SALIENT = "usgs/critical_minerals_salient"
IMPORT_SOURCES = "usgs/import_sources"


@dataclass(frozen=True)
class Reliance:
    """US net import reliance as a data set publishes it, 0 to 1."""

    share: Bounded
    dataset: str
    vintage_date: date


@dataclass(frozen=True)
class Use:
    """What the United States use of a mineral and make of it, in one unit."""

    consumption: Bounded
    production: Bounded
    vintage_date: date


@dataclass(frozen=True)
class Imports:
    """Shares of the listed countries in US imports over a span of years."""

    listed: Mapping[str, float]
    years: tuple[int, int]
    vintage_date: date


@dataclass(frozen=True)
class Mining:
    """Shares of countries, and of what is published as others, in mining; what Canada mines and what all others do, where Canada is listed."""

    countries: Sequence[Bounded]
    others: Sequence[Bounded]
    canada: tuple[Bounded, Bounded] | None
    vintage_date: date


@dataclass(frozen=True, kw_only=True)
class MineralYear:
    """What is held of a mineral in a year, from the latest edition that has it; None where it is not published."""

    mineral: str
    year: int
    reliance: Reliance | None
    use: Use | None
    imports: Imports | None
    mining: Mining | None


@dataclass(frozen=True, kw_only=True)
class Processing:
    """What Canada mines and refines of a mineral in a year, in metric tons of the metal, of one data set and edition."""

    dataset: str
    mineral: str
    year: int
    refined: Bounded
    mined: Bounded
    vintage_date: date


@dataclass(frozen=True, kw_only=True)
class ExportStages:
    """Canada's exports of minerals by stage of processing in a period, of one data set, partner and release."""

    dataset: str
    trade_type: str
    partner: str
    scope: str
    period_start_date: date
    period_end_date: date
    window_type: str
    basis: str
    seasonal_adjustment: str
    by_stage: Mapping[str, float]
    vintage_date: date


@dataclass(frozen=True, kw_only=True)
class WorldTrade:
    """World trade of a mineral at a stage in a year, in US dollars."""

    dataset: str
    mineral: str
    stage: str
    year: int
    world_exports: float
    canada_exports: float
    us_imports: float
    vintage_date: date


@dataclass(frozen=True, kw_only=True)
class UnitValue:
    """Value of a metric ton of a mineral that Canada exports, at a stage and as ore, in Canadian dollars of one year."""

    mineral: str
    stage: str
    trade_type: str
    year: int
    value_per_t: float
    ore_value_per_t: float
    vintage_date: date


def mineral_metrics(found: MineralYear, as_of: date) -> Iterator[PolicyMetric]:
    """What is held of the mineral in the year; a metric of which nothing is published has no row here."""
    reliance, use, imports, mining = found.reliance, found.use, found.imports, found.mining
    year = found.year, found.year
    if reliance:
        yield known(
            us_net_import_reliance, _measured(found.mineral, reliance.dataset, "published", year, reliance.vintage_date), as_of, reliance.share
        )
    if use:
        on = _measured(found.mineral, SALIENT, "computed", year, use.vintage_date)
        yield measure(us_net_import_reliance, on, as_of, use.consumption, use.production)
    if imports:
        on = _measured(found.mineral, IMPORT_SOURCES, "published", imports.years, imports.vintage_date)
        yield measure(canada_share_of_us_imports, on, as_of, imports.listed)
    if mining:
        on = _measured(found.mineral, SUMMARIES, "sum_of_rows", year, mining.vintage_date)
        yield measure(world_mine_hhi, on, as_of, mining.countries, mining.others)
        if mining.canada:
            yield measure(canada_mine_share, on, as_of, *mining.canada)
        if reliance:
            first, last = sorted((mining.vintage_date, reliance.vintage_date))
            both = replace(on, vintage_date_min=first, vintage_date_max=last)
            yield measure(supply_risk, both, as_of, world_mine_hhi(mining.countries, mining.others), reliance.share)


def unpublished_metrics(listed: Sequence[str], years: Sequence[MineralYear], as_of: date) -> Iterator[PolicyMetric]:
    """Critical minerals of which reliance, or mining, is held of no year: unknown in the newest year that anything is held of."""
    newest = max((found.year for found in years), default=as_of.year - 1)
    relied, mined = {found.mineral for found in years if found.reliance}, {found.mineral for found in years if found.mining}
    for metric, dataset, basis, held in (
        (us_net_import_reliance, SALIENT, "published", relied),
        (world_mine_hhi, SUMMARIES, "sum_of_rows", mined),
    ):
        for mineral in listed:
            if mineral not in held:
                on = _measured(mineral, dataset, basis, (newest, newest), None)
                yield unknown(metric, on, as_of, f"no such figure of {mineral} is held; `warehouse refresh {dataset}` brings what is published")


def processing_metrics(found: Processing, as_of: date) -> Iterator[PolicyMetric]:
    """How much of what it mines Canada refines."""
    on = _measured(found.mineral, found.dataset, "weight_of_metal", (found.year, found.year), found.vintage_date)
    yield measure(processing_ratio, on, as_of, found.refined, found.mined)


def stage_metrics(all_stages: Sequence[ExportStages], as_of: date) -> Iterator[PolicyMetric]:
    """How much of mineral exports is processed, and how much more than in the same month of the year before, out of one release."""
    held = {(_kind(stages), stages.period_start_date, stages.window_type): stages for stages in all_stages}
    for (kind, start, window_type), stages in held.items():
        yield measure(processed_export_share, _of_stages(stages), as_of, stages.by_stage)
        before = held.get((kind, start.replace(year=start.year - 1), window_type))
        if before and before.vintage_date == stages.vintage_date:
            on = _of_stages(stages, compared_with=before.period_start_date)
            yield measure(processed_export_share_change, on, as_of, before.by_stage, stages.by_stage)


def _kind(stages: ExportStages) -> tuple[str, ...]:
    return stages.dataset, stages.trade_type, stages.partner, stages.scope, stages.basis, stages.seasonal_adjustment


def _of_stages(stages: ExportStages, compared_with: date | None = None) -> Measured:
    return Measured(
        subject=f"{CANADA} to {stages.partner}",
        window_type=stages.window_type,
        period_start_date=stages.period_start_date,
        period_end_date=stages.period_end_date,
        dataset=stages.dataset,
        basis=stages.basis,
        seasonal_adjustment=stages.seasonal_adjustment,
        vintage_date_min=stages.vintage_date,
        vintage_date_max=stages.vintage_date,
        trade_type=stages.trade_type,
        product_scope=stages.scope,
        compared_with=compared_with,
    )


def headroom_metrics(trade: WorldTrade, as_of: date) -> Iterator[PolicyMetric]:
    """Whether there is enough of a mineral elsewhere."""
    on = _measured(f"{trade.mineral}, {trade.stage}", trade.dataset, "customs", (trade.year, trade.year), trade.vintage_date)
    yield measure(substitution_headroom, on, as_of, trade.world_exports, trade.canada_exports, trade.us_imports)


def uplift_metrics(unit: UnitValue, as_of: date) -> Iterator[PolicyMetric]:
    """What a later stage is worth over ore."""
    on = _measured(f"{unit.mineral}, {unit.stage}", "statcan/cimt", "customs", (unit.year, unit.year), unit.vintage_date, unit.trade_type)
    yield measure(value_uplift, on, as_of, unit.value_per_t, unit.ore_value_per_t)


def _measured(subject: str, dataset: str, basis: str, years: tuple[int, int], vintage_date: date | None, trade_type: str = "total") -> Measured:
    first, last = years
    return Measured(
        subject=subject,
        window_type="year" if first == last else "range",
        period_start_date=date(first, 1, 1),
        period_end_date=date(last, 12, 31),
        dataset=dataset,
        basis=basis,
        seasonal_adjustment="unadjusted",
        vintage_date_min=vintage_date,
        vintage_date_max=vintage_date,
        trade_type=trade_type,
    )
