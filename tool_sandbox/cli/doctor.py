"""What this machine has, and what a run would miss."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from importlib.util import find_spec

from attrs import frozen

from tool_sandbox.errors import ToolSandboxError
from tool_sandbox.registry.packs import Pack, packs

EXTRAS: Mapping[str, tuple[str, ...]] = {
    "local": ("xllamacpp", "huggingface_hub"),
    "redis": ("redis",),
    "ray": ("ray",),
    "otel": ("opentelemetry.sdk",),
    "mcp": ("mcp",),
}
"""Optional parts and the modules they need."""

_OK, _NOTE, _BAD = "ok", "-", "problem"


@frozen
class Finding:
    """One thing that was looked at."""

    state: str
    what: str

    @property
    def is_problem(self) -> bool:
        """Whether a run cannot do without it."""
        return self.state == _BAD

    def __str__(self) -> str:
        return f"{self.state:<8} {self.what}"


def examine(environment: Mapping[str, str] | None = None) -> Iterator[Finding]:
    """Everything that decides whether a run can work here. Calls nobody and imports no model library.

    Args:
        environment: Where keys are looked for; by default the process's variables. Only names are told.
    """
    yield Finding(_OK, f"Python {platform.python_version()} on {platform.system()}")
    yield from _packages()
    yield from _scenarios()
    yield _folder()
    variables = os.environ if environment is None else environment
    yield from _own_variables(variables)
    yield from _keys(variables)
    yield from _addresses(variables)
    for extra, modules in EXTRAS.items():
        missing = [module for module in modules if not _installed(module)]
        hint = f"extra {extra!r} not installed: pip install 'tool_sandbox[{extra}]'"
        yield Finding(_NOTE if missing else _OK, hint if missing else f"extra {extra!r}")


def _own_variables(environment: Mapping[str, str]) -> Iterator[Finding]:
    from tool_sandbox.cli.config import check_environment

    try:
        check_environment(environment)
    except ToolSandboxError as error:
        yield Finding(_BAD, str(error))


def _packages() -> Iterator[Finding]:
    for name in ("litellm", "polars"):
        try:
            yield Finding(_OK, f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            yield Finding(_BAD, f"{name} is not installed: pip install tool_sandbox")


def _scenarios() -> Iterator[Finding]:
    yield _loaded()
    try:
        found = packs()
    except ToolSandboxError as error:
        yield Finding(_BAD, str(error))
        return
    for pack in found.values():
        if pack.scenarios is not None:
            yield _loaded(pack)


def _loaded(pack: Pack | None = None) -> Finding:
    from tool_sandbox.registry.sources import all_scenarios

    sources, which = ([pack.name], f" of the pack {pack}") if pack else ([], "")
    try:
        return Finding(_OK, f"{len(all_scenarios(sources))} scenarios{which} load")
    except ToolSandboxError as error:
        return Finding(_BAD, f"the scenarios{which} do not load: {error}")


def _folder() -> Finding:
    try:
        with tempfile.TemporaryFile(dir="."):
            return Finding(_OK, "runs can be written here")
    except OSError as error:
        return Finding(_NOTE, f"runs cannot be written here ({error.strerror}); choose a directory with -o")


def _keys(environment: Mapping[str, str]) -> Iterator[Finding]:
    from tool_sandbox.llm.providers import PROVIDERS

    found = {
        name: provider.name for provider in PROVIDERS for name in provider.keys if environment.get(name)
    }  # one variable may serve several providers
    if not found:
        yield Finding(_NOTE, "no provider's key is set; without one there are oracle, nop, saboteur, human and local")
    for name, provider in found.items():
        yield Finding(_OK, f"{name} is set ({provider})")


def _addresses(environment: Mapping[str, str]) -> Iterator[Finding]:
    """The servers that variables name for ``direct:`` models."""
    from tool_sandbox.llm.transports.address import DirectName, Endpoint, is_direct

    try:
        if base := environment.get("DIRECT_API_BASE"):
            yield Finding(_OK, f"direct: models are asked at {Endpoint.parse(base).shown}")
        for name in ("TOOL_SANDBOX_AGENT", "TOOL_SANDBOX_USER"):
            if is_direct(model := environment.get(name, "")):
                yield Finding(_OK, f"{name} asks for {DirectName.parse(model).model!r} without LiteLLM")
    except ToolSandboxError as error:
        yield Finding(_BAD, str(error))


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package around it is missing
        return False
