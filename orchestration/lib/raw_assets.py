"""Data set -> raw asset: one asset, its checks, freshness and pool for every entry of the registry.

A data set that an agency offers in parts has a second asset, partitioned, that fetches the parts which somebody chooses: that is how its past is
filled in from the UI. What it lands makes the first one due.
"""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from orchestration.lib.warehouse import Warehouse
from sources import intake, registry
from sources.clock import now
from sources.errors import SourceError
from sources.landing import Attempt, LandedVintage
from sources.spec import Dataset

GROUP = "raw"
PARTS = "parts"
LANDED = "payload_meets_contract"
RECENT = "data_are_recent"


class RawConfig(dg.Config):
    """What to do for a raw asset besides landing its bundled vintages."""

    ask_agency: bool = False


def raw_key(dataset: Dataset) -> dg.AssetKey:
    return dg.AssetKey([GROUP, dataset.provider, dataset.name])


def parts_key(dataset: Dataset) -> dg.AssetKey:
    return dg.AssetKey([PARTS, dataset.provider, dataset.name])


def has_parts_to_fetch(dataset: Dataset) -> bool:
    return bool(dataset.fetch and dataset.partition and dataset.partition.expected(now().date()))


def raw_asset(dataset: Dataset) -> dg.AssetsDefinition:
    """The asset that lands this data set. Its data version is the content that has landed, so that asking in vain changes nothing downstream."""
    has_parts = has_parts_to_fetch(dataset)

    @dg.asset(
        key=raw_key(dataset),
        group_name=GROUP,
        description="\n\n".join(filter(None, [dataset.title, dataset.caveats])),
        kinds={"parquet"},
        pool=f"api_{dataset.provider}",
        metadata=_terms(dataset),
        deps=[parts_key(dataset)] if has_parts else [],
        automation_condition=dg.AutomationCondition.any_deps_updated() if has_parts else None,
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(days=dataset.cadence.stale_after_days)),
        check_specs=[
            dg.AssetCheckSpec(LANDED, asset=raw_key(dataset), blocking=True, description="The last payload was what the data set's contract says."),
            dg.AssetCheckSpec(RECENT, asset=raw_key(dataset), description="The newest period is no older than the cadence explains."),
        ],
    )
    def land(context: dg.AssetExecutionContext, config: RawConfig, warehouse: Warehouse) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        landing = warehouse.landing
        try:
            attempts = intake.land_bundled(landing, dataset)
            if config.ask_agency and dataset.fetch:
                attempts += intake.refresh(landing, dataset)
        except SourceError as error:
            yield dg.AssetCheckResult(check_name=LANDED, passed=False, metadata={"reason": str(error)})
            raise dg.Failure(str(error), allow_retries=False) from error
        for attempt in attempts:
            context.log.info(f"{attempt.outcome} {attempt.vintage or ''} {attempt.reason}")
        vintages = landing.vintages(dataset.id)
        yield dg.MaterializeResult(data_version=dg.DataVersion(content_version(vintages)), metadata=_metadata(vintages, attempts))
        yield dg.AssetCheckResult(check_name=LANDED, passed=True)
        yield _recency(dataset, vintages)

    return land


def parts_asset(dataset: Dataset) -> dg.AssetsDefinition:
    """The asset whose partitions are the parts that the agency offers; a part that is there already costs one conditional request."""
    partition = dataset.partition
    assert partition

    @dg.asset(
        key=parts_key(dataset),
        group_name=PARTS,
        description=f"The parts of {dataset.id}, by {partition.by}, fetched one by one. {dataset.title}.",
        kinds={"parquet"},
        pool=f"api_{dataset.provider}",
        metadata=_terms(dataset),
        partitions_def=dg.StaticPartitionsDefinition(list(partition.expected(now().date()))),
    )
    def fetch_part(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
        try:
            attempt = intake.fetch(warehouse.landing, dataset, context.partition_key)
        except SourceError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        context.log.info(f"{attempt.outcome} {attempt.vintage or ''} {attempt.reason}")
        if attempt.outcome in ("not_yet", "not_configured"):
            raise dg.Failure(attempt.reason, allow_retries=False)
        return dg.MaterializeResult(metadata={"outcome": attempt.outcome, "dagster/row_count": attempt.rows or 0})

    return fetch_part


def _terms(dataset: Dataset) -> dict[str, dg.MetadataValue | str]:
    return {
        "agency": registry.provider_of(dataset).title,
        "source": dg.MetadataValue.url(dataset.source_url),
        "licence": dataset.licence.name,
        "attribution": dataset.licence.attribution,
        "cadence": dataset.cadence.name,
    }


def content_version(vintages: list[LandedVintage]) -> str:
    """A hash of what has landed: it changes with the content and with nothing else."""
    return hashlib.sha256(repr([(vintage.part, vintage.vintage, vintage.fingerprint) for vintage in vintages]).encode()).hexdigest()[:16]


def _metadata(vintages: list[LandedVintage], attempts: list[Attempt]) -> dict[str, dg.MetadataValue | str | int]:
    if not vintages:
        return {"vintages": 0}
    newest = vintages[-1]
    return {
        "dagster/row_count": sum({vintage.part: vintage.rows for vintage in vintages}.values()),
        "vintages": len(vintages),
        "vintage": newest.vintage,
        "data_through": str(newest.data_through),
        "sha256": newest.sha256,
        "outcome": ", ".join(attempt.outcome for attempt in attempts) or "nothing new",
    }


def _recency(dataset: Dataset, vintages: list[LandedVintage]) -> dg.AssetCheckResult:
    ends = [vintage.data_through for vintage in vintages if vintage.data_through]
    if not ends:
        return dg.AssetCheckResult(check_name=RECENT, passed=True, metadata={"reason": "nothing has landed"})
    age = (now().date() - max(ends)).days
    return dg.AssetCheckResult(
        check_name=RECENT,
        passed=age <= dataset.cadence.data_lag_days,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"data_through": str(max(ends)), "age_days": age, "allowed_days": dataset.cadence.data_lag_days},
    )
