"""Offering the tools of modules beside ours for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from tool_sandbox.common.tool_discovery import extra_tool_modules, set_extra_tool_modules


@contextmanager
def use_extra_tool_modules(*modules: ModuleType) -> Iterator[None]:
    before = extra_tool_modules()
    set_extra_tool_modules(modules)
    try:
        yield
    finally:
        set_extra_tool_modules(before)
