"""Leaves out what a provider's format cannot express."""

from __future__ import annotations

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
    return fault is not None and fault.shape in getattr(provider, "lacks", ())
