"""Packs change nothing until somebody names one, and then bring everything that they need."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest

from tool_sandbox.cli.app import exit_code
from tool_sandbox.common.tool_discovery import ToolBackend, get_all_tools
from tool_sandbox.errors import ScenarioError, UsageError
from tool_sandbox.registry.packs import packs
from tool_sandbox.registry.sources import all_scenarios

TOOLS = '''
from tool_sandbox.common.tool import register_as_tool

@register_as_tool()
def water_plant(name: str) -> str:
    """Water a plant.

    Args:
        name: Which one.
    """
    return f"{name} is wet"
'''
SCENARIOS = """
worlds:
  greenhouse: {like: base}
scenarios:
  - name: water_the_fern
    world: greenhouse
    user: {knows: The fern is dry., says: Water the fern}
    milestones: [{called: {water_plant: {name: fern}}}]
    solution: [water_plant: {name: fern}, say: The fern is wet.]
"""
_NUMBERS = itertools.count()


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package of a name that nothing has imported yet, with a scenario file and tools."""
    name = f"greenhouse_of_test_{next(_NUMBERS)}"
    (tmp_path / name / "scenarios").mkdir(parents=True)
    (tmp_path / name / "tools.py").write_text(TOOLS)
    (tmp_path / name / "scenarios" / "plants.yaml").write_text(SCENARIOS)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def install(folder: Path, package: str, **modules: str) -> None:
    """Write what an installer leaves of a package whose pack is called plants."""
    metadata = folder / f"{package}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    groups = (f"[tool_sandbox.{part}]\nplants = {module}\n" for part, module in modules.items())
    (metadata / "entry_points.txt").write_text("".join(groups))


@pytest.fixture
def plants(tmp_path: Path, module: str) -> str:
    install(tmp_path, "greenhouse", scenarios=f"{module}.scenarios", tools=f"{module}.tools")
    return "plants"


def test_what_is_installed_and_not_named_changes_nothing(plants: str) -> None:
    assert plants in packs()
    assert "water_the_fern" not in all_scenarios()
    assert "water_plant" not in get_all_tools(ToolBackend.DEFAULT)


def test_a_pack_brings_its_scenarios_worlds_and_tools(plants: str) -> None:
    found = all_scenarios([plants])
    assert {"water_the_fern", "water_the_fern_all_tools"} <= set(found)
    assert found["water_the_fern"].world == "greenhouse"
    assert "water_plant" in get_all_tools(ToolBackend.DEFAULT)


def test_the_tools_of_a_pack_can_be_had_without_its_scenarios(plants: str) -> None:
    assert "switch_wifi_off" in all_scenarios((), [plants])
    assert "water_plant" in get_all_tools(ToolBackend.DEFAULT)


def test_a_folder_of_the_same_name_goes_before_a_pack(
    plants: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "here" / plants
    mine.mkdir(parents=True)
    (mine / "mine.yaml").write_text("[{name: idle, user: {knows: Nothing., says: Hello}, tools: [get_wifi_status]}]")
    monkeypatch.chdir(mine.parent)
    assert "idle" in all_scenarios([plants])


def test_a_mistyped_pack_gets_the_nearest_name(plants: str) -> None:
    with pytest.raises(ScenarioError, match=r"no module 'plnats'.*Did you mean the pack 'plants'\?"):
        all_scenarios(["plnats"])


def test_a_pack_of_tools_alone_has_no_scenarios(tmp_path: Path, module: str) -> None:
    install(tmp_path, "greenhouse", tools=f"{module}.tools")
    with pytest.raises(UsageError, match=r"the pack plants \(greenhouse 1\.0\) has no scenarios"):
        all_scenarios(["plants"])


def test_two_packages_cannot_offer_one_pack(tmp_path: Path, module: str, plants: str) -> None:
    install(tmp_path, "orangery", scenarios=f"{module}.scenarios")
    with pytest.raises(UsageError, match=r"greenhouse 1\.0 and orangery 1\.0|orangery 1\.0 and greenhouse 1\.0"):
        all_scenarios([plants])


def test_a_package_with_scenario_files_needs_no_pack(module: str) -> None:
    assert "water_the_fern" in all_scenarios([f"{module}.scenarios"], [f"{module}.tools"])


def test_packs_are_listed_and_their_worlds_shown(plants: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["list", "-s", "switch_wifi_off", "--json"]) == 0
    (pack,) = (pack for pack in json.loads(capsys.readouterr().out)["packs"] if pack["name"] == plants)
    assert pack["package"] == "greenhouse 1.0"
    assert exit_code(["worlds", "greenhouse", "--scenarios-from", plants]) == 0
    assert "greenhouse" in capsys.readouterr().out


def test_the_doctor_says_which_packs_load(
    tmp_path: Path, module: str, plants: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    exit_code(["doctor"])
    assert re.search(r"ok +\d+ scenarios of the pack plants \(greenhouse 1\.0\) load", capsys.readouterr().out)
    (tmp_path / module / "scenarios" / "plants.yaml").write_text("[{name: broken}]")
    assert exit_code(["doctor"]) == 2
    assert "problem  the scenarios of the pack plants (greenhouse 1.0) do not load" in capsys.readouterr().out
