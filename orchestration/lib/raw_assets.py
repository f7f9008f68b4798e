"""Data set -> raw asset: one asset, its checks, freshness and pool for every entry of the registry."""

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
LANDED = "payload_meets_contract"
RECENT = "data_are_recent"


class RawConfig(dg.Config):
    """What to do for a raw asset besides landing its bundled vintages."""

    ask_agency: bool = False


def raw_key(dataset: Dataset) -> dg.AssetKey:
    return dg.AssetKey([GROUP, dataset.provider, dataset.name])


def raw_asset(dataset: Dataset) -> dg.AssetsDefinition:
    """The asset that lands this data set. Its data version is the content that has landed, so that asking in vain changes nothing downstream."""
    provider = registry.provider_of(dataset)

    @dg.asset(
        key=raw_key(dataset),
        group_name=GROUP,
        description="\n\n".join(filter(None, [dataset.title, dataset.caveats])),
        kinds={"parquet"},
        pool=f"api_{dataset.provider}",
        metadata={
            "agency": provider.title,
            "source": dg.MetadataValue.url(dataset.source_url),
            "licence": dataset.licence.name,
            "attribution": dataset.licence.attribution,
            "cadence": dataset.cadence.name,
        },
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
                attempts.append(intake.fetch(landing, dataset))
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


def content_version(vintages: list[LandedVintage]) -> str:
    """A hash of what has landed: it changes with the content and with nothing else."""
    return hashlib.sha256(repr([(vintage.vintage, vintage.fingerprint) for vintage in vintages]).encode()).hexdigest()[:16]


def _metadata(vintages: list[LandedVintage], attempts: list[Attempt]) -> dict[str, dg.MetadataValue | str | int]:
    if not vintages:
        return {"vintages": 0}
    newest = vintages[-1]
    return {
        "dagster/row_count": newest.rows,
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
