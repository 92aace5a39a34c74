"""What this machine has, and what a run would miss."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from importlib.util import find_spec

from tool_sandbox.errors import ToolSandboxError, how_to_install
from tool_sandbox.llm.probes.finding import Finding, note, ok, problem
from tool_sandbox.registry.packs import Pack, packs

EXTRAS: Mapping[str, tuple[str, ...]] = {
    "local": ("xllamacpp", "huggingface_hub"),
    "redis": ("redis",),
    "otel": ("opentelemetry.sdk",),
    "ray": ("ray",),
    "mcp": ("mcp",),
    "vertex": ("google.auth", "requests"),
}
"""Optional parts and the modules they need."""


def examine(environment: Mapping[str, str] | None = None) -> Iterator[Finding]:
    """Everything that decides whether a run can work here. Calls nobody and imports no model library.

    Args:
        environment: Where keys are looked for; by default the process's variables. Only names are told.
    """
    yield ok(f"Python {platform.python_version()} on {platform.system()}")
    yield from _packages()
    yield from _scenarios()
    yield _folder()
    variables = os.environ if environment is None else environment
    yield from _own_variables(variables)
    yield from _keys(variables)
    yield from _addresses(variables)
    for extra, modules in EXTRAS.items():
        missing = [module for module in modules if not _installed(module)]
        yield note(f"extra {extra!r} not installed", how_to_install(extra)) if missing else ok(f"extra {extra!r}")


def _own_variables(environment: Mapping[str, str]) -> Iterator[Finding]:
    from tool_sandbox.cli.config import check_environment

    try:
        check_environment(environment)
    except ToolSandboxError as error:
        yield problem(str(error))


def _packages() -> Iterator[Finding]:
    for name in ("litellm", "polars"):
        try:
            yield ok(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            yield problem(f"{name} is not installed", "python3 dev.py demo")


def _scenarios() -> Iterator[Finding]:
    yield _loaded()
    try:
        found = packs()
    except ToolSandboxError as error:
        yield problem(str(error))
        return
    for pack in found.values():
        if pack.scenarios is not None:
            yield _loaded(pack)


def _loaded(pack: Pack | None = None) -> Finding:
    from tool_sandbox.registry.sources import all_scenarios

    sources, which = ([pack.name], f" of the pack {pack}") if pack else ([], "")
    try:
        return ok(f"{len(all_scenarios(sources))} scenarios{which} load")
    except ToolSandboxError as error:
        return problem(f"the scenarios{which} do not load: {error}")


def _folder() -> Finding:
    try:
        with tempfile.TemporaryFile(dir="."):
            return ok("runs can be written here")
    except OSError as error:
        return note(f"runs cannot be written here ({error.strerror}); choose a directory with -o")


def _keys(environment: Mapping[str, str]) -> Iterator[Finding]:
    from tool_sandbox.llm.providers import PROVIDERS

    found = {
        name: provider.name for provider in PROVIDERS for name in provider.keys if environment.get(name)
    }  # one variable may serve several providers
    if not found:
        yield note("no provider's key is set; without one there are oracle, nop, saboteur, human and local")
    for name, provider in found.items():
        yield ok(f"{name} is set ({provider})")


def _addresses(environment: Mapping[str, str]) -> Iterator[Finding]:
    """The servers that variables name for ``direct:`` models."""
    from tool_sandbox.llm.transports.address import DirectName, Endpoint, is_direct

    try:
        if base := environment.get("DIRECT_API_BASE"):
            yield ok(f"direct: models are asked at {Endpoint.parse(base).shown}")
        for name in ("TOOL_SANDBOX_AGENT", "TOOL_SANDBOX_USER"):
            if is_direct(model := environment.get(name, "")):
                yield ok(f"{name} asks for {DirectName.parse(model).model!r} without LiteLLM")
    except ToolSandboxError as error:
        yield problem(str(error))


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package around it is missing
        return False
