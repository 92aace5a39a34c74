"""Finding tools in modules, ranking them by likeness and giving them opaque names."""

from __future__ import annotations

import functools
import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from enum import StrEnum
from itertools import chain
from pathlib import Path
from types import FunctionType, MethodType, ModuleType
from typing import Any

from tool_sandbox.folder_imports import shown_name

Tool = Callable[..., Any]


class ToolBackend(StrEnum):
    """Which implementation of a tool is meant when several modules offer one of the same name."""

    DEFAULT = "DEFAULT"


_PACKAGE = Path(__file__).parents[1]
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]")
_LONGEST_HOME = 56
"""Leaves room for a number within the 64 characters that providers allow a name."""
_called_as: ContextVar[tuple[Tool | None, str]] = ContextVar("tool_sandbox_called_as", default=(None, ""))
_extra_tool_modules: ContextVar[tuple[ModuleType, ...]] = ContextVar("tool_sandbox_extra_tool_modules", default=())


def extra_tool_modules() -> tuple[ModuleType, ...]:
    """The users' own modules whose tools are offered beside ours."""
    return _extra_tool_modules.get()


def set_extra_tool_modules(modules: Iterable[ModuleType]) -> None:
    """Offer the tools of ``modules`` beside ours from here on; contexts that exist already keep what they found."""
    _extra_tool_modules.set(tuple(modules))


def get_all_tools(preferred_tool_backend: ToolBackend) -> dict[str, Tool]:
    """Every tool we ship, then those of ``extra_tool_modules()``, by name.

    Raises:
        KeyError: Two different tools share a name and a backend.
    """
    found = chain(shipped_tools(), *map(named_tools, extra_tool_modules()))
    return _preferred(_extract_tools(found), preferred_tool_backend)


def shipped_tools() -> Iterator[tuple[str, Tool]]:
    """Every tool we ship, with its name."""
    import tool_sandbox.tools

    return named_tools(tool_sandbox.tools)


def find_tools_by_module(module: ModuleType, preferred_tool_backend: ToolBackend) -> dict[str, Tool]:
    """The tools that are members of ``module`` or of the modules below it, by name.

    Imported tools count. Tools of lower modules come first; within a module the order is alphabetical.

    Raises:
        KeyError: Two different tools share a name and a backend.
    """
    return _preferred(_extract_tools(named_tools(module)), preferred_tool_backend)


def rank_tools_by_similarity(
    target_tool_names: list[str] | None,
    module: ModuleType,
    preferred_tool_backend: ToolBackend,
) -> list[str]:
    """The names of all other tools of ``module``, those that are easiest to confuse with the targets first.

    Tools defined in the same modules as the targets come before the rest; in both groups the name closest to any
    target is first. Without targets the order is that of discovery.

    Raises:
        KeyError: A target is not a tool of ``module``.
    """
    tools = find_tools_by_module(module, preferred_tool_backend)
    return ranked_by_similarity(target_tool_names or [], tools, module)


def ranked_by_similarity(target_tool_names: Sequence[str], tools: Mapping[str, Tool], module: ModuleType) -> list[str]:
    """``rank_tools_by_similarity`` among tools of ``module`` that are found already, in the order of discovery."""
    if not target_tool_names:
        return list(tools)
    unknown = sorted({name for name in target_tool_names if name not in tools})
    if unknown:
        message = f"{unknown} are not tools of {module.__name__!r}; its tools are {sorted(tools)}."
        raise KeyError(message)
    home_modules = {tools[name].__module__ for name in target_tool_names}
    others = [name for name in tools if name not in target_tool_names]
    likeness = {name: _likeness(name, target_tool_names) for name in others}
    return sorted(others, key=lambda name: (tools[name].__module__ not in home_modules, -likeness[name]))


def get_scrambled_tool_names(tools: Iterable[Tool]) -> dict[str, str]:
    """Opaque names by real name: the defining module and a number, such as ``contact_0``."""
    numbers: Counter[str] = Counter()
    names: dict[str, str] = {}
    for tool in sorted(tools, key=lambda tool: f"{tool.__module__}.{tool.__name__}"):
        home = _NO_NAME.sub("_", domain_of(tool))[:_LONGEST_HOME]
        names[tool.__name__] = f"{home}_{numbers[home]}"
        numbers[home] += 1
    return names


def named_tools(module: ModuleType) -> Iterator[tuple[str, Tool]]:
    """Every tool of the modules below ``module``, then its own, each group by attribute name.

    A tool is found under the name it was registered with, or else under the attribute's.
    """
    return ((getattr(tool, "registered_name", None) or name, tool) for name, tool in _members(module) if is_tool(tool))


def is_tool(member: Any) -> bool:
    """Whether a member of a module was registered as a tool: a function, a bound method, an object to be called."""
    try:
        return callable(member) and not isinstance(member, type) and getattr(member, "is_tool", False) is True
    except Exception:  # noqa: BLE001 -- a proxy of another library may raise anything when it is asked too early
        return False


def domain_of(tool: Tool) -> str:
    """What a tool is about: the name of the module that defines it."""
    return shown_name(tool.__module__).rpartition(".")[2]


def place_of(tool: Tool) -> str:
    """File and line of a tool, those of ours from the package's folder on; its module where there is no such place."""
    code = getattr(inspect.unwrap(registered_tool(tool)), "__code__", None)
    if code is None:
        return shown_name(tool.__module__)
    file = Path(code.co_filename)
    shown = file.relative_to(_PACKAGE.parent) if file.is_relative_to(_PACKAGE) else file
    return f"{shown}:{code.co_firstlineno}"


def is_shipped(tool: Tool) -> bool:
    """Whether a tool is one of ours, under the name we gave it."""
    return tool.__module__.startswith("tool_sandbox.") and not hasattr(tool, "other_name_for")


def registered_tool(tool: Tool) -> Tool:
    """The function that ``register_as_tool`` made, beneath decorators and bound methods."""
    while True:
        beneath = getattr(tool, "__wrapped__", None)
        if isinstance(tool, MethodType):
            tool = tool.__func__
        elif beneath is not None and getattr(beneath, "is_tool", False) is True:
            tool = beneath
        else:
            return tool


def called_as(tool: Tool) -> str | None:
    """Under which other name the registered function is being called here."""
    called, name = _called_as.get()
    return name if called is tool else None


def _members(module: ModuleType, seen: frozenset[str] = frozenset()) -> Iterator[tuple[str, Any]]:
    """Members of the modules below ``module``, then its own, each group by attribute name."""
    members = sorted(vars(module).items())
    prefix = f"{module.__name__}."
    seen |= {module.__name__}
    for _, member in members:
        if isinstance(member, ModuleType) and member.__name__.startswith(prefix) and member.__name__ not in seen:
            yield from _members(member, seen)
    for name, member in members:
        if not isinstance(member, ModuleType):
            yield name, member


def _under_its_name(name: str, tool: Tool) -> Tool:
    """The tool as a function with the name under which it was found, which is what a trace shows, too."""
    if isinstance(tool, FunctionType) and tool.__name__ == name:
        return tool
    registered = registered_tool(tool)

    def named(*args: Any, **kwargs: Any) -> Any:
        token = _called_as.set((registered, name))
        try:
            return tool(*args, **kwargs)
        finally:
            _called_as.reset(token)

    functools.update_wrapper(named, tool)
    named.__name__ = named.__qualname__ = name
    named.__signature__ = inspect.signature(tool)  # type: ignore[attr-defined]
    named.other_name_for = registered  # type: ignore[attr-defined]
    return named


def _extract_tools(named_functions: Iterable[tuple[str, Tool]]) -> dict[str, dict[ToolBackend, Tool]]:
    """The tools among the functions, by name and backend, in order of first appearance."""
    tools: dict[str, dict[ToolBackend, Tool]] = {}
    for name, function in named_functions:
        if not is_tool(function):
            continue
        backend: ToolBackend = getattr(function, "backend", ToolBackend.DEFAULT)
        known = tools.setdefault(name, {}).setdefault(backend, function)
        if known != function:
            message = (
                f"Two tools have the same name {name!r} and backend {str(backend)!r}: one in "
                f"{_home(known)!r}, one in {_home(function)!r}. Rename one of them."
            )
            raise KeyError(message)
    return {
        name: {backend: _under_its_name(name, tool) for backend, tool in by_backend.items()}
        for name, by_backend in tools.items()
    }


def _preferred(tools: dict[str, dict[ToolBackend, Tool]], wanted: ToolBackend) -> dict[str, Tool]:
    """The tool of this backend, of the default one where it has none, of any where that has none either."""
    return {
        name: next(
            by_backend[backend] for backend in (wanted, ToolBackend.DEFAULT, *by_backend) if backend in by_backend
        )
        for name, by_backend in tools.items()
    }


def _home(function: Tool) -> str:
    module = inspect.getmodule(function)
    return module.__name__ if module else function.__module__


def _likeness(name: str, targets: Sequence[str]) -> float:
    return max(_likeness_of_two(name, target) for target in targets)


@functools.lru_cache(maxsize=1 << 13)
def _likeness_of_two(name: str, target: str) -> float:
    from rapidfuzz import fuzz, utils

    return fuzz.WRatio(name, target, processor=utils.default_process)
