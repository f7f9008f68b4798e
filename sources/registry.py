"""All providers: the one list that assets, checks, schedules, command line and dictionary are generated from."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import sources.providers
from sources.errors import UnknownDataset
from sources.spec import Dataset, Provider


@cache
def providers() -> dict[str, Provider]:
    """Every module of `sources.providers` declares one PROVIDER."""
    found = {}
    for module in pkgutil.iter_modules(sources.providers.__path__):
        provider: Provider = importlib.import_module(f"sources.providers.{module.name}").PROVIDER
        found[provider.name] = provider
    return found


def datasets() -> list[Dataset]:
    """Every declared data set, in the order of provider and name."""
    return sorted((dataset for provider in providers().values() for dataset in provider.datasets), key=lambda dataset: dataset.id)


def dataset(name: str) -> Dataset:
    """The data set called `provider/name`, declared or known to its provider; raises UnknownDataset."""
    provider_name, _, short_name = name.partition("/")
    provider = providers().get(provider_name)
    if provider is None:
        raise UnknownDataset(name, f"no provider is called {provider_name!r}", f"The providers are: {', '.join(providers())}")
    for declared in provider.datasets:
        if declared.name == short_name:
            return declared
    resolved = provider.resolve(short_name)
    if resolved is None:
        raise UnknownDataset(name, f"{provider.title} has no data set called {short_name!r}", "`warehouse datasets` lists them")
    return resolved


def provider_of(dataset: Dataset) -> Provider:
    return providers()[dataset.provider]
