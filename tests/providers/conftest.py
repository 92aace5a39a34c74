"""Leaves out what a provider's format cannot express, and providers that need a package that is not installed."""

from __future__ import annotations

import importlib.util

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect faults that the provider of a test cannot show."""
    impossible = [item for item in items if _lacks(item)]
    if impossible:
        config.hook.pytest_deselected(items=impossible)
        items[:] = [item for item in items if item not in impossible]


def _lacks(item: pytest.Item) -> bool:
    given = getattr(item, "callspec", None)
    provider, fault = (given.params.get("client"), given.params.get("fault")) if given else (None, None)
    if provider is not None and provider.needs and not _installed(provider.needs):
        return True
    return fault is not None and fault.shape in getattr(provider, "lacks", ())


def _installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:  # nor is the package around it
        return False
