"""Finding tools in modules, ranking them by likeness and giving them opaque names."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from types import FunctionType, ModuleType
from typing import Any

Tool = Callable[..., Any]


class ToolBackend(StrEnum):
    """Which implementation of a tool is meant when several modules offer one of the same name."""

    DEFAULT = "DEFAULT"


_extra_tool_modules: ContextVar[tuple[ModuleType, ...]] = ContextVar("tool_sandbox_extra_tool_modules", default=())


def extra_tool_modules() -> tuple[ModuleType, ...]:
    """The users' own modules whose tools are offered beside ours."""
    return _extra_tool_modules.get()


def set_extra_tool_modules(modules: Iterable[ModuleType]) -> None:
    """Offer the tools of ``modules`` beside ours from here on; contexts that exist already keep what they found."""
    _extra_tool_modules.set(tuple(modules))


@contextmanager
def use_extra_tool_modules(*modules: ModuleType) -> Iterator[None]:
    """Offer the tools of ``modules`` beside ours inside the block."""
    token = _extra_tool_modules.set(modules)
    try:
        yield
    finally:
        _extra_tool_modules.reset(token)


def get_all_tools(preferred_tool_backend: ToolBackend) -> dict[str, Tool]:
    """Every tool we ship, then those of ``extra_tool_modules()``, by name.

    Raises:
        KeyError: Two different tools share a name and a backend.
    """
    import tool_sandbox.tools

    found = list(_named_functions(tool_sandbox.tools))
    for module in extra_tool_modules():
        found.extend(_named_functions(module))
    return _preferred(_extract_tools(found), preferred_tool_backend)


def find_tools_by_module(module: ModuleType, preferred_tool_backend: ToolBackend) -> dict[str, Tool]:
    """The tools that are members of ``module`` or of the modules below it, by name.

    Imported tools count. Tools of lower modules come first; within a module the order is alphabetical.

    Raises:
        KeyError: Two different tools share a name and a backend.
    """
    return _preferred(_extract_tools(_named_functions(module)), preferred_tool_backend)


def rank_tools_by_similarity(
    target_tool_names: list[str] | None,
    module: ModuleType,
    preferred_tool_backend: ToolBackend,
) -> list[str]:
    """The names of all other tools of ``module``, those that are easiest to confuse with the targets first.

    Tools defined in the same modules as the targets come before the rest; in both groups the name closest to any
    target is first. Without targets the order is that of discovery.

    Raises:
        KeyError: A target is no tool of ``module``.
    """
    tools = find_tools_by_module(module, preferred_tool_backend)
    if not target_tool_names:
        return list(tools)
    unknown = sorted({name for name in target_tool_names if name not in tools})
    if unknown:
        message = f"{unknown} are no tools of {module.__name__!r}; its tools are {sorted(tools)}."
        raise KeyError(message)
    home_modules = {tools[name].__module__ for name in target_tool_names}
    targets = set(target_tool_names)
    others = [name for name in tools if name not in targets]
    likeness = {name: _likeness(name, target_tool_names) for name in others}
    return sorted(others, key=lambda name: (tools[name].__module__ not in home_modules, -likeness[name]))


def get_scrambled_tool_names(tools: Iterable[Tool]) -> dict[str, str]:
    """Opaque names by real name: the defining module and a number, such as ``contact_0``."""
    numbers: Counter[str] = Counter()
    names: dict[str, str] = {}
    for tool in sorted(tools, key=lambda tool: f"{tool.__module__}.{tool.__name__}"):
        last_component = tool.__module__.rpartition(".")[2]
        names[tool.__name__] = f"{last_component}_{numbers[last_component]}"
        numbers[last_component] += 1
    return names


def _named_functions(module: ModuleType, seen: frozenset[str] = frozenset()) -> Iterator[tuple[str, Tool]]:
    """Functions of the modules below ``module``, then its own, each group by attribute name."""
    members = sorted(vars(module).items())
    prefix = f"{module.__name__}."
    seen |= {module.__name__}
    for _, member in members:
        if isinstance(member, ModuleType) and member.__name__.startswith(prefix) and member.__name__ not in seen:
            yield from _named_functions(member, seen)
    for name, member in members:
        if isinstance(member, FunctionType):
            yield name, member


def _extract_tools(named_functions: Iterable[tuple[str, Tool]]) -> dict[str, dict[ToolBackend, Tool]]:
    """The tools among the functions, by name and backend, in order of first appearance."""
    tools: dict[str, dict[ToolBackend, Tool]] = {}
    for name, function in named_functions:
        if not getattr(function, "is_tool", False):
            continue
        backend: ToolBackend = getattr(function, "backend", ToolBackend.DEFAULT)
        known = tools.setdefault(name, {}).setdefault(backend, function)
        if known is not function:
            message = (
                f"Two tools have the same name {name!r} and backend {str(backend)!r}: one in "
                f"{_home(known)!r}, one in {_home(function)!r}. Rename one of them."
            )
            raise KeyError(message)
    return tools


def _preferred(tools: dict[str, dict[ToolBackend, Tool]], preferred_tool_backend: ToolBackend) -> dict[str, Tool]:
    order = list(dict.fromkeys([preferred_tool_backend, ToolBackend.DEFAULT, *ToolBackend]))
    return {
        name: next(by_backend[backend] for backend in [*order, *by_backend] if backend in by_backend)
        for name, by_backend in tools.items()
    }


def _home(function: Tool) -> str:
    module = inspect.getmodule(function)
    return module.__name__ if module else function.__module__


def _likeness(name: str, targets: list[str]) -> float:
    from rapidfuzz import fuzz, utils

    return max(fuzz.WRatio(name, target, processor=utils.default_process) for target in targets)
