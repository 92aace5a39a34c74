"""Loading a user's own scenarios: YAML, JSON, Python modules, and folders and packages of either."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from inspect import isfunction
from pathlib import Path
from types import ModuleType
from typing import Any

from tool_sandbox.clock import Clock
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.errors import ScenarioError
from tool_sandbox.folder_imports import UsersPackage, shown_name
from tool_sandbox.plugins import load_file, load_named, reported
from tool_sandbox.scenarios.base_scenarios import named_base_scenarios
from tool_sandbox.scenarios.language.worlds import World
from tool_sandbox.scenarios.library import from_files, is_scenario_file, scenario_files
from tool_sandbox.scenarios.module_time import loading_clock, standing_still
from tool_sandbox.scenarios.presentations import in_every_presentation
from tool_sandbox.world_seed import CANONICAL

_MAKER = re.compile(r"named_(?!base_)\w+_scenarios")
_OUR_PACKAGE = "tool_sandbox.scenarios"
_EXPECTED = (
    "expected a YAML or JSON file, a Python file, a folder of either, the dotted name of a module or package, or the "
    "name of an installed pack"
)


def load(source: str | Path, backend: ToolBackend | None = None, world_seed: int = CANONICAL) -> dict[str, Scenario]:
    """What ``tool_sandbox.scenarios.load_from`` promises, and the presentations outside the default."""
    backend = backend or ToolBackend.DEFAULT
    path = Path(source)
    if is_scenario_file(path) and not path.is_dir():
        return in_every_presentation(from_files([path], backend, world_seed).scenarios(), backend)
    if path.is_dir():
        return _from_folder(path, backend, world_seed)
    if path.suffix == ".py":
        _refuse_seed(source, world_seed)
        return _guarded(source, lambda: _from_module(load_file(path, "scenarios", ScenarioError), backend))
    if not str(source).replace(".", "").isidentifier():
        message = f"There is nothing at {str(source)!r}; {_EXPECTED}."
        raise ScenarioError(message)
    clock = loading_clock()
    module = _named_module(str(source), clock)
    if files := _files_of_package(module):
        return in_every_presentation(from_files(files, backend, world_seed).scenarios(), backend)
    _refuse_seed(source, world_seed)
    return _guarded(source, lambda: _from_module(module, backend), clock)


def worlds(source: str | Path, world_seed: int = CANONICAL) -> Mapping[str, World]:
    """The worlds in the scenario files at a source, with the bundled ones before them; Python code has none.

    With a ``world_seed`` they are those of the fresh suite, each also with the dates that are written.

    Raises:
        ScenarioError: A file cannot be read, or something in it is not written as it should be.
    """
    path = Path(source)
    if path.is_dir():
        return from_files(scenario_files(path), seed=world_seed).worlds
    if is_scenario_file(path):
        return from_files([path], seed=world_seed).worlds
    is_name = path.suffix != ".py" and str(source).replace(".", "").isidentifier()
    files = _files_of_package(_named_module(str(source), loading_clock())) if is_name else []
    return from_files(files, seed=world_seed).worlds


def _named_module(name: str, clock: Clock) -> ModuleType:
    with standing_still(clock):
        return load_named(name, "scenarios", ScenarioError)


def _files_of_package(module: ModuleType) -> list[Path]:
    """The scenario files of a package; none where its own code makes scenarios."""
    if any(_users_own(module, name) for name in vars(module) if _makes_scenarios(name)):
        return []
    return [file for folder in getattr(module, "__path__", ()) for file in scenario_files(Path(folder))]


def _makes_scenarios(name: str) -> bool:
    return name in ("named_scenarios", "get_extensions") or _MAKER.fullmatch(name) is not None


def _from_folder(folder: Path, backend: ToolBackend, world_seed: int) -> dict[str, Scenario]:
    modules = sorted(folder.glob("*.py"))
    files = scenario_files(folder)
    if not modules and not files:
        message = f"The folder {str(folder)!r} holds no scenarios; {_EXPECTED}."
        raise ScenarioError(message)
    found = in_every_presentation(from_files(files, backend, world_seed).scenarios(), backend) if files else {}
    if modules:
        _refuse_seed(folder, world_seed)
        loaded = _guarded(folder, lambda: _from_package(folder, backend))
        _refuse_duplicates(found, loaded, folder)
        found |= loaded
    return found


def _from_package(folder: Path, backend: ToolBackend) -> dict[str, Scenario]:
    with UsersPackage(folder, takes_place_of=_OUR_PACKAGE) as package:
        root = package.root()
        if root is not None and _users_own(root, "named_scenarios"):
            return dict(root.named_scenarios(backend))
        found: dict[str, Scenario] = {}
        for module in package.modules():
            # A module may import what another one gives, so only what it defines itself counts.
            more = _plain_scenarios(module, backend, _defined_there)
            _refuse_duplicates(found, more, folder)
            found |= more
    return in_every_presentation(found, backend)


def _from_module(module: ModuleType, backend: ToolBackend) -> dict[str, Scenario]:
    if _users_own(module, "named_scenarios"):
        return dict(module.named_scenarios(backend))
    found = _plain_scenarios(module, backend, _users_own)
    if not found:
        message = (
            f"The module {shown_name(module.__name__)!r} defines no scenarios; expected a function "
            "named_scenarios(backend), named_<kind>_scenarios(backend) or get_extensions(base_scenarios)."
        )
        raise ScenarioError(message)
    return in_every_presentation(found, backend)


def _plain_scenarios(
    module: ModuleType, backend: ToolBackend, counts: Callable[[ModuleType, str], bool]
) -> dict[str, Scenario]:
    """What a module's ``named_<kind>_scenarios`` give, or else its extensions."""
    makers = [name for name in vars(module) if _MAKER.fullmatch(name) and counts(module, name)]
    found: dict[str, Scenario] = {}
    for name in makers:
        found.update(getattr(module, name)(backend))
    if not makers and counts(module, "get_extensions"):
        for extension in module.get_extensions(named_base_scenarios(backend)):
            found.update(extension.get_extended_scenario())
    return found


def _defined_there(module: ModuleType, name: str) -> bool:
    function = getattr(module, name, None)
    return isfunction(function) and function.__module__ == module.__name__


def _users_own(module: ModuleType, name: str) -> bool:
    """Whether it is a function that is not just imported from us."""
    function = getattr(module, name, None)
    return callable(function) and not str(getattr(function, "__module__", "")).startswith("tool_sandbox.")


def _guarded(
    source: str | Path, load_it: Callable[[], dict[str, Scenario]], clock: Clock | None = None
) -> dict[str, Scenario]:
    """Run a user's code; whatever goes wrong in it is reported as theirs, with the file and the line."""
    clock = clock or loading_clock()
    with reported(f"Loading scenarios from {str(source)!r}", ScenarioError), standing_still(clock):
        found = load_it()
    _check_kinds(source, found)
    for scenario in found.values():
        scenario.loaded_at = clock
        scenario.clock = scenario.clock or clock
    return found


def _check_kinds(source: str | Path, found: Mapping[str, Any]) -> None:
    for name, scenario in found.items():
        if not isinstance(scenario, Scenario):
            message = f"{name!r} from {str(source)!r} is a {type(scenario).__name__}; expected a Scenario."
            raise ScenarioError(message)
        scenario.name = scenario.name or name
        scenario.source = scenario.source or str(source)


def _refuse_seed(source: str | Path, world_seed: int) -> None:
    if world_seed != CANONICAL:
        message = (
            f"--world-seed {world_seed} rewrites scenarios in YAML or JSON; {str(source)!r} has some in Python, which "
            "stay as they are. Leave it out, or write them as YAML with 'tool_sandbox convert'."
        )
        raise ScenarioError(message)


def _refuse_duplicates(found: Mapping[str, Any], more: Mapping[str, Any], source: Path) -> None:
    twice = sorted(set(found) & set(more))
    if twice:
        message = f"{twice[0]!r} stands twice in {str(source)!r}; every scenario needs a name of its own."
        raise ScenarioError(message)
