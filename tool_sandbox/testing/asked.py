"""What tests ask to be played: by options of the command line, or by a mark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextvars import Context, copy_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from tool_sandbox.common.scenario import Scenario
from tool_sandbox.errors import SettingsError
from tool_sandbox.registry.keywords import asked_for
from tool_sandbox.registry.sources import load_scenarios, selected
from tool_sandbox.testing.options import located

if TYPE_CHECKING:
    from tool_sandbox.registry.objects import Objects
    from tool_sandbox.registry.settings import RunSettings

NOT_HERE = {
    "fail_under": "--tool-sandbox-min-score, or an assertion of a test",
    "min_coverage": "an assertion of a test",
    "fail_on_regression": "tool_sandbox run",
    "against": "tool_sandbox run",
    "junit": "pytest's --junit-xml",
    "summary": "what pytest writes",
    "failed": "pytest's --lf",
}
"""Settings of a run for which pytest has something of its own."""
_FILES = (".yaml", ".yml", ".json", ".py")


@frozen(kw_only=True)
class Asked:
    """A run that tests ask for."""

    settings: RunSettings
    objects: Objects
    """What the settings cannot hold, the scenarios among them."""
    context: Context
    """The context in which the tools of the scenarios are known."""

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        """What can be played, by name."""
        assert self.objects.scenarios is not None  # both ways to make one load them
        return self.objects.scenarios

    def only(self, names: Sequence[str]) -> Asked:
        """The same for some of the scenarios, in their own order."""
        scenarios = {name: scenario for name, scenario in self.scenarios.items() if name in names}
        settings = evolve(self.settings, scenarios=tuple(scenarios), presentations=(), tags=(), exclude=(), limit=None)
        return evolve(self, settings=settings, objects=evolve(self.objects, scenarios=scenarios))


def asked_by_mark(given: Mapping[str, Any], defaults: Mapping[str, Any], folders: Sequence[Path]) -> Asked:
    """What ``@pytest.mark.tool_sandbox(…)`` asks for.

    Args:
        given: The arguments of the mark.
        defaults: Settings of a run that hold unless the mark says otherwise.
        folders: Where its paths are looked for: beside the test, then elsewhere.

    Raises:
        UsageError: Something in it has no meaning.
    """
    mine = dict(given)
    defaults = {**defaults, "ambient": frozenset(defaults["ambient"]) - mine.keys()}
    scenarios, tools = mine.pop("scenarios", None), _listed(mine.pop("tools_from", None))
    if scenarios is None:
        return _asked({**defaults, **mine}, tools, folders)
    listed = [scenarios] if isinstance(scenarios, str | Scenario) else list(scenarios)
    if isinstance(scenarios, Mapping) or any(isinstance(each, Scenario) for each in listed):
        return _asked({**defaults, **mine, "scenarios": scenarios}, tools, folders)
    found = {str(each): located(str(each), folders) for each in listed}
    files = [path for text, path in found.items() if text != path or text.lower().endswith(_FILES)]
    names = [text for text, path in found.items() if path not in files]
    beside = {} if "scenarios_from" in mine and not files else {"scenarios_from": files}
    return _asked({**defaults, **mine, "scenarios": names, **beside}, tools, folders)


def asked_on_command_line(sources: Sequence[str], defaults: Mapping[str, Any]) -> dict[str, Asked]:
    """What ``--tool-sandbox`` asks for, by source.

    Args:
        sources: Files and folders with scenarios.
        defaults: The settings of the run.

    Raises:
        UsageError: A source cannot be loaded, or two of them have a scenario of one name.
    """
    found: dict[str, Asked] = {}
    for source in sources:
        asked = _asked({**defaults, "scenarios_from": [source]}, None, ())
        for other, known in found.items():
            for name in known.scenarios.keys() & asked.scenarios.keys():
                message = f"{name!r} stands in {source!r} and in {other!r}; give it another name in one of them."
                raise SettingsError(message)
        found[source] = asked
    return found


def together(every: Mapping[str, Asked]) -> Asked:
    """One run of all that was asked for on the command line."""
    first = next(iter(every.values()))
    scenarios = {name: scenario for asked in every.values() for name, scenario in asked.scenarios.items()}
    settings = evolve(first.settings, scenarios_from=tuple(every))
    return evolve(first, settings=settings, objects=evolve(first.objects, scenarios=scenarios))


def _asked(values: Mapping[str, Any], tools: Sequence[Any] | None, folders: Sequence[Path]) -> Asked:
    words = dict(values)
    for role in ("agent", "user"):
        if isinstance(words.get(role), str):
            words[role] = located(words[role], folders)
    ambient = frozenset(words.pop("ambient"))
    _check_settings(words.keys() - ambient)
    _check_agent(words.get("agent"))
    if tools is not None:
        words["tools_from"] = [located(each, folders) for each in tools if isinstance(each, str)]
        words["tools"] = [each for each in tools if not isinstance(each, str)]
    if _leaves_open_which(words.get("scenarios", ())):
        words.setdefault("presentations", ("plain",))  # one test for each scenario
    settings, objects = asked_for(**words)
    settings = evolve(settings, ambient=ambient)
    context = copy_context()
    if objects.scenarios is None:
        scenarios = context.run(load_scenarios, settings, objects.tools)
    else:
        scenarios = selected(objects.scenarios, settings)
    return Asked(settings=settings, objects=evolve(objects, scenarios=scenarios), context=context)


def _leaves_open_which(names: Any) -> bool:
    """Whether no scenarios are named, or by a pattern, which fits all of their presentations."""
    listed = [names] if isinstance(names, str) else names
    return not listed or any(isinstance(each, str) and set("*?[") & set(each) for each in listed)


def _check_settings(names: Iterable[str]) -> None:
    for name in names:
        if name in NOT_HERE:
            message = f"{name} has no effect in pytest; leave it out and use {NOT_HERE[name]}."
            raise SettingsError(message)


def _check_agent(agent: Any) -> None:
    if agent is None:
        message = (
            "no agent was named: give one with --tool-sandbox-agent (beside --tool-sandbox also --agent), as "
            "tool_sandbox_agent in pytest's ini file, or as agent= in the mark."
        )
        raise SettingsError(message)
    if isinstance(agent, list):
        message = f"the agent is {agent!r}; tests are of one agent: name one of them with --tool-sandbox-agent."
        raise SettingsError(message)


def _listed(value: Any) -> list[Any] | None:
    if value is None:
        return None
    return list(value) if isinstance(value, list | tuple) else [value]
