"""Imports go downwards only and in no circle, and one module imports litellm."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import tool_sandbox
from tests import imports

ROOT = Path(tool_sandbox.__file__).parent
LAYERS = (
    (
        "installation",
        "errors",
        "blame",
        "zones",
        "clock",
        "world_seed",
        "interrupts",
        "redaction",
        "nearest",
        "access",
        "threads",
        "open_files",
        "batches",
        "garbage",
        "folder_imports",
        "plugins",
    ),
    ("common",),
    ("llm",),
    ("evaluation", "roles", "tools"),
    ("scenarios",),
    ("registry",),
    ("runs",),
    ("analysis",),
    ("viewer", "remote"),
    ("api", "gym"),
    ("cli", "__main__"),
    ("testing",),
    ("pytest_plugin",),
)
LAYER_OF = {name: number for number, names in enumerate(LAYERS) for name in names}

# Old import paths that only pass on what now lives higher up.
FACADES = {f"tool_sandbox.common.{name}" for name in ("evaluation", "utils", "validators")}
# They need a higher layer only once they are used: a scenario is scored, the shipped tools are looked for.
LATE_ONLY = {"tool_sandbox.common.scenario", "tool_sandbox.common.tool_discovery"}
CIRCLES = {
    ("tool_sandbox.common.tool_discovery", "tool_sandbox.tools"): (
        "The shipped tools are looked for when a world is asked what it offers, and they read and write that world."
    ),
}
"""Imports that close a circle of modules, with the reason for each; without them there is none."""
LITELLM_MODULE = "tool_sandbox.llm.transports.through_litellm.transport"


def upward(found: list[imports.Import]) -> list[str]:
    """The imports of a higher layer that no exception allows, in words."""
    wrong = []
    for entry in found:
        importer = imports.layer_of(entry.importer, LAYER_OF, "tool_sandbox")
        imported = imports.layer_of(entry.imported, LAYER_OF, "tool_sandbox")
        if importer is None or imported is None or imported <= importer or entry.importer in FACADES:
            continue
        if not (entry.late and entry.importer in LATE_ONLY):
            wrong.append(str(entry))
    return wrong


def litellm_elsewhere(found: list[imports.Import]) -> list[str]:
    """The imports of litellm outside of the one module that may, or that would make importing us slow."""
    return [
        str(entry) for entry in imports.tops(found, "litellm") if entry.importer != LITELLM_MODULE or not entry.late
    ]


@pytest.fixture(scope="module")
def found() -> list[imports.Import]:
    return imports.read(ROOT)


def test_every_module_has_a_layer() -> None:
    parts = {name.split(".")[1] for name in imports.modules(ROOT) if "." in name}
    assert parts <= set(LAYER_OF)


def test_imports_go_downwards_only(found: list[imports.Import]) -> None:
    assert upward(found) == []


def test_modules_import_each_other_in_no_circle_but_those_that_are_drawn() -> None:
    everything = imports.read(ROOT, typing=True)
    others = [each for each in everything if not any(_is_drawn(each, *drawn) for drawn in CIRCLES)]
    assert imports.circle(others, imports.modules(ROOT)) == []


def test_nothing_that_the_front_door_leads_to_takes_names_from_it() -> None:
    """Not even for type checkers, nor its version: that would close a circle, whose parts ``circle`` leaves out."""
    outside = {"tool_sandbox", "tool_sandbox.pytest_plugin"}
    taken = [each for each in imports.read(ROOT, typing=True) if each.importer not in outside]
    known = imports.modules(ROOT)
    assert [str(each) for each in taken if each.imported.count(".") == 1 and _of_front_door(each, known)] == []


def _of_front_door(entry: imports.Import, known: Mapping[str, Path]) -> bool:
    return entry.imported.startswith("tool_sandbox.") and entry.imported not in known


@pytest.mark.parametrize("drawn", CIRCLES)
def test_a_circle_that_is_drawn_is_there(drawn: tuple[str, str]) -> None:
    everything = imports.read(ROOT, typing=True)
    others = [each for each in everything if not any(_is_drawn(each, *one) for one in CIRCLES if one != drawn)]
    assert imports.circle(others, imports.modules(ROOT)) != []


def _is_drawn(entry: imports.Import, importer: str, imported: str) -> bool:
    return entry.importer == importer and entry in imports.tops([entry], imported)


def test_litellm_is_imported_by_one_module_and_only_when_called(found: list[imports.Import]) -> None:
    assert litellm_elsewhere(found) == []


@pytest.mark.parametrize(
    "package", ["ray", "redis", "opentelemetry", "xllamacpp", "huggingface_hub", "mcp", "mcp_types"]
)
def test_optional_packages_are_imported_only_when_called(found: list[imports.Import], package: str) -> None:
    assert [str(entry) for entry in imports.tops(found, package) if not entry.late] == []


# The reader itself must see what it is there to forbid.


def write(root: Path, **sources: str) -> list[imports.Import]:
    package = root / "tool_sandbox"
    for name, source in {"__init__": "", **sources}.items():
        path = package.joinpath(*name.split("__dot__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return imports.read(package)


def test_sees_an_upward_import_inside_a_function(tmp_path: Path) -> None:
    found = write(tmp_path, llm__dot__chat="def f():\n    from tool_sandbox.roles import base_role\n")
    assert upward(found) == ["tool_sandbox.llm.chat:2 imports tool_sandbox.roles.base_role"]


def test_sees_a_relative_upward_import(tmp_path: Path) -> None:
    found = write(tmp_path, llm__dot__chat="from ..runs import store\n")
    assert upward(found) == ["tool_sandbox.llm.chat:1 imports tool_sandbox.runs.store"]


def test_allows_a_late_module_to_look_up_only_late(tmp_path: Path) -> None:
    source = "import tool_sandbox.tools.contact\ndef f():\n    import tool_sandbox.tools\n"
    found = write(tmp_path, common__dot__tool_discovery=source)
    assert upward(found) == ["tool_sandbox.common.tool_discovery:1 imports tool_sandbox.tools.contact"]


def test_leaves_out_imports_for_type_checkers(tmp_path: Path) -> None:
    source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from tool_sandbox.cli import main\n"
    assert upward(write(tmp_path, errors=source)) == []


def test_sees_a_circle(tmp_path: Path) -> None:
    sources = {"clock": "from tool_sandbox import errors\n", "errors": "from tool_sandbox.clock import now\n"}
    found = write(tmp_path, **sources)
    assert imports.circle(found, imports.modules(tmp_path / "tool_sandbox"))


def test_sees_a_circle_through_a_package(tmp_path: Path) -> None:
    sources = {
        "llm__dot____init__": "from tool_sandbox.llm.chat import Chat\n",
        "llm__dot__chat": "from tool_sandbox.roles.base import Base\n",
        "roles__dot__base": "import tool_sandbox.llm.config\n",
        "llm__dot__config": "",
    }
    found = write(tmp_path, **sources)
    assert imports.circle(found, imports.modules(tmp_path / "tool_sandbox"))


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    import tool_sandbox.clock\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from tool_sandbox import clock\n",
    ],
)
def test_sees_a_circle_through_a_late_import_and_through_one_for_type_checkers(tmp_path: Path, source: str) -> None:
    write(tmp_path, clock="from tool_sandbox import errors\n", errors=source)
    package = tmp_path / "tool_sandbox"
    assert imports.circle(imports.read(package, typing=True), imports.modules(package)) != []


def test_sees_litellm_in_another_module_or_too_early(tmp_path: Path) -> None:
    allowed = LITELLM_MODULE.removeprefix("tool_sandbox.").replace(".", "__dot__")
    sources = {
        allowed: "import litellm\ndef f():\n    import litellm.utils\n",
        "llm__dot__router": "def f():\n    from litellm import Router\n",
    }
    assert litellm_elsewhere(write(tmp_path, **sources)) == [
        "tool_sandbox.llm.router:2 imports litellm.Router",
        f"{LITELLM_MODULE}:1 imports litellm",
    ]
