"""The scenarios of a finished run, under the rules and at the time it was played with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.compatibility import use_original_rules
from tool_sandbox.errors import ScenarioError, UsageError
from tool_sandbox.registry.sources import all_scenarios
from tool_sandbox.runs.provenance import clock_of_run
from tool_sandbox.runs.store import RUN, RunStore
from tool_sandbox.world_seed import CANONICAL

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario


@contextmanager
def scenarios_of_run(
    store: RunStore,
    scenarios_from: Sequence[str] = (),
    tools_from: Sequence[str] = (),
    known: Mapping[str, Scenario] | None = None,
) -> Iterator[Mapping[str, Scenario]]:
    """The scenarios of a run, under the rules and at the time it was played with.

    Args:
        store: Its directory.
        scenarios_from: Where they are, in place of what the run recorded.
        tools_from: Where their tools are, in place of that.
        known: The scenarios, where they are at hand.

    Raises:
        UsageError: They cannot be loaded.
    """
    record = store.read_run() if (store.directory / RUN).exists() else {}
    recorded = record.get("settings")
    settings = recorded if isinstance(recorded, dict) else {}
    with clock_of_run(record, store.directory.name), use_original_rules(settings.get("compat") == "original"):
        yield _scenarios(settings, scenarios_from, tools_from) if known is None else known


def found_scenarios(store: RunStore) -> Mapping[str, Scenario]:
    """The scenarios of a run, for what can do without them; none where they are not to be found or do not load."""
    try:
        with scenarios_of_run(store) as known:
            return known
    except Exception:  # noqa: BLE001 -- scenarios of users are their own code, which may raise anything
        return {}


def _scenarios(
    settings: Mapping[str, Any], scenarios_from: Sequence[str], tools_from: Sequence[str]
) -> Mapping[str, Scenario]:
    recorded = _names(settings, "scenarios_from")
    tools, backend = tools_from or _names(settings, "tools_from"), str(settings.get("backend") or "DEFAULT")
    try:
        beside = bool(settings.get("with_bundled"))
        seed = settings.get("world_seed") or CANONICAL
        return all_scenarios(scenarios_from or recorded, tools, backend, with_bundled=beside, world_seed=seed)
    except ScenarioError as error:
        if scenarios_from:
            raise
        message = f"{error} The run was played with {', '.join(recorded)}; say where that is with --scenarios-from."
        raise UsageError(message) from error


def _names(settings: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = settings.get(key) or ()
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        flag = f"--{key.replace('_', '-')}"
        message = f"{RUN} says that {key} is {value!r}; expected a list of texts. Say where they are with {flag}."
        raise UsageError(message)
    return tuple(value)
