"""Telling scenarios from the variants of them that loading a file makes by itself."""

from __future__ import annotations

from collections.abc import Mapping

from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.scenarios.conversion.losses import Losses
from tool_sandbox.scenarios.presentations import AUGMENTATIONS, augmented

_SUFFIXES = tuple(augmentation.suffix for augmentation in AUGMENTATIONS if augmentation.suffix)


def plain_ones(
    scenarios: Mapping[str, Scenario], backend: ToolBackend, losses: Mapping[str, Losses]
) -> dict[str, Scenario]:
    """The scenarios that have to be written.

    Args:
        scenarios: All, by name.
        backend: Which implementation of a tool wins.
        losses: Where to note that a variant will offer other tools than it did.
    """
    plain = {name: scenario for name, scenario in scenarios.items() if _base_of(name, scenarios) is None}
    for name, scenario in scenarios.items():
        base = _base_of(name, scenarios)
        if base is not None and not _is_made_by_loading(name, scenario, base, scenarios[base], backend):
            losses[name].add(
                "tools", f"loading the file makes this variant of {base!r} anew, with other tools than it has here"
            )
    return plain


def _base_of(name: str, scenarios: Mapping[str, Scenario]) -> str | None:
    bases = [name.removesuffix(suffix) for suffix in _SUFFIXES if name.endswith(suffix)]
    return next((base for base in bases if base in scenarios), None)


def _is_made_by_loading(name: str, scenario: Scenario, base_name: str, base: Scenario, backend: ToolBackend) -> bool:
    try:
        made = augmented({base_name: base}, backend)[name]
    except KeyError:  # it allows a tool that does not exist
        return False
    return _offer(scenario) == _offer(made)


def _offer(scenario: Scenario) -> tuple[set[str], list[str]]:
    """The tools, in any order, and how they are presented."""
    context = scenario.starting_context
    return set(context.tool_allow_list or ()), [str(each) for each in context.tool_augmentation_list]
