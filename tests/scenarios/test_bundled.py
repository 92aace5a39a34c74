"""The scenarios that come with the package, and the modules through which existing code reaches them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from inspect import signature
from itertools import chain
from pathlib import Path
from statistics import median
from types import ModuleType

import pytest
import yaml

from tests.waiting import HANG
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.script import ScriptedCall, Step, ToolStep
from tool_sandbox.common.tool_discovery import ToolBackend, get_all_tools
from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.scenarios import (
    bundled_suite,
    insufficient_information_scenarios,
    multiple_tool_call_scenarios,
    multiple_user_turn_scenarios,
    named_scenarios,
    single_tool_call_scenarios,
)
from tool_sandbox.scenarios.base_scenarios import named_base_scenarios
from tool_sandbox.scenarios.groups import KINDS_OF_THEIR_OWN, is_default
from tool_sandbox.scenarios.library import DATA, bundled
from tool_sandbox.scenarios.presentations import base_name
from tool_sandbox.scenarios.selection import select

MODULES = {
    "single_tool_call": single_tool_call_scenarios,
    "multiple_tool_call": multiple_tool_call_scenarios,
    "multiple_user_turn": multiple_user_turn_scenarios,
    "insufficient_information": insufficient_information_scenarios,
}
KIND = {
    "single_tool_call": {"SINGLE_TOOL_CALL", "SINGLE_USER_TURN"},
    "multiple_tool_call": {"MULTIPLE_TOOL_CALL", "SINGLE_USER_TURN"},
    "multiple_user_turn": {"MULTIPLE_USER_TURN"},
    "insufficient_information": {"INSUFFICIENT_INFORMATION"},
}


@pytest.fixture(scope="module")
def everything() -> dict[str, Scenario]:
    return named_scenarios(ToolBackend.DEFAULT)


def named(kind: str) -> dict[str, Scenario]:
    found: dict[str, Scenario] = getattr(MODULES[kind], f"named_{kind}_scenarios")(ToolBackend.DEFAULT)
    return found


def test_there_are_scenarios_of_every_category(everything: dict[str, Scenario]) -> None:
    plain = [scenario for scenario in everything.values() if "NO_DISTRACTION_TOOLS" in scenario.categories]
    assert len(plain) >= 24
    assert len(everything) == 8 * len(plain)
    found = set(chain.from_iterable(scenario.categories for scenario in everything.values()))
    assert found == set(ScenarioCategories) - {ScenarioCategories.ARG_NAME_SCRAMBLED}


def test_kinds_of_their_own_and_the_ninth_presentation_are_there_by_name_and_outside_the_default(
    everything: dict[str, Scenario],
) -> None:
    suite = bundled_suite(ToolBackend.DEFAULT)
    outside = [entry.name for entry in bundled().entries if not is_default(entry)]
    assert outside
    assert {base_name(name) for name in suite.outside} == set(outside)
    assert not set(outside) & set(everything)
    assert len(suite) == 9 * len(bundled().entries)
    assert len(everything) == 8 * (len(bundled().entries) - len(outside))


@pytest.mark.parametrize("tag", sorted(KINDS_OF_THEIR_OWN))
def test_a_kind_of_its_own_is_chosen_by_its_tag_in_eight_presentations(tag: str) -> None:
    tagged = [entry.name for entry in bundled().entries if tag in entry.tags]
    if not tagged:
        pytest.skip("no bundled scenario has this tag")
    suite = bundled_suite(ToolBackend.DEFAULT)
    assert len(select(suite, tags=[tag])) == 8 * len(tagged)
    assert len(select(suite, tags=[tag], presentations=["all"])) == 9 * len(tagged)
    assert set(select(suite, tagged)) == set(tagged)


def test_half_of_the_entries_of_the_default_suite_fit_in_18_lines() -> None:
    apart = {"worlds", *KINDS_OF_THEIR_OWN}
    files = [file for file in DATA.glob("*.yaml") if file.stem not in apart and ".proofs" not in file.name]
    entries = [entry for file in files for entry in file.read_text("utf-8").split("\n- name: ")[1:]]
    lines = [[line for line in entry.splitlines() if line.strip() and line.strip()[0] != "#"] for entry in entries]
    assert median(map(len, lines)) <= 18


def test_plain_scenarios_come_first_module_after_module(everything: dict[str, Scenario]) -> None:
    plain = list(chain.from_iterable(named(kind) for kind in MODULES))
    assert list(everything)[: len(plain)] == plain


@pytest.mark.parametrize("kind", MODULES)
def test_a_module_gives_the_scenarios_of_its_kind(kind: str) -> None:
    for scenario in named(kind).values():
        assert KIND[kind] <= set(map(str, scenario.categories))
        assert not {"NO_DISTRACTION_TOOLS", "THREE_DISTRACTION_TOOLS"} & set(map(str, scenario.categories))


@pytest.mark.parametrize(("kind", "module"), MODULES.items())
def test_extensions_build_the_same_scenarios(kind: str, module: ModuleType) -> None:
    bases = named_base_scenarios(ToolBackend.DEFAULT)
    built = {}
    for extension in module.get_extensions(bases):
        built.update(extension.get_extended_scenario())
    expected = named(kind)
    assert list(built) == list(expected)
    for name, scenario in built.items():
        assert scenario.categories == expected[name].categories
        assert scenario.script == expected[name].script
        assert scenario.starting_context.tool_allow_list == expected[name].starting_context.tool_allow_list
        assert scenario.starting_context.to_dict(False) == expected[name].starting_context.to_dict(False)
    assert [len(base.starting_context.log()) for base in bases.values()] == [14] * 9


def test_extensions_of_a_base_scenario_that_was_changed_are_reckoned_from_its_time() -> None:
    bases = named_base_scenarios(ToolBackend.DEFAULT)
    base = bases["base"]
    base.starting_context.replace_rows("CONTACT", [{"person_id": "x", "name": "Ada"}])
    extensions = {each.name: each for each in multiple_tool_call_scenarios.get_extensions(bases)}
    (scenario,) = extensions["remind_me_tomorrow_afternoon"].get_extended_scenario().values()
    assert [row["name"] for row in scenario.starting_context.rows("CONTACT")] == ["Ada"]
    assert base.clock is not None
    assert scenario.clock == base.clock
    constraint = scenario.evaluation.milestone_matcher.milestones[0].snapshot_constraints[0]
    assert constraint.target_rows is not None
    assert 0 < constraint.target_rows[0]["reminder_timestamp"] - base.clock.instant < 3 * 86400


def test_scenarios_are_built_afresh_each_time() -> None:
    first, second = named("single_tool_call"), named("single_tool_call")
    name = next(iter(first))
    before = second[name].starting_context.rows("CONTACT")
    first[name].starting_context.add_rows("CONTACT", [{"person_id": "x", "name": "Ada"}])
    assert first[name].starting_context.rows("CONTACT") != before
    assert second[name].starting_context.rows("CONTACT") == before


def test_everyone_of_them_can_be_solved_and_says_where_it_stands(everything: dict[str, Scenario]) -> None:
    for scenario in everything.values():
        assert scenario.script is not None
        assert scenario.source is not None
        assert ".yaml:" in scenario.source
        assert scenario.clock is not None


def test_every_minefield_gives_its_reason() -> None:
    from tool_sandbox.scenarios.library import bundled

    silent = [node.id for entry in bundled().entries for node in entry.minefields if not node.because]
    assert silent == []


def test_loading_takes_no_heavy_library() -> None:
    program = (
        "import sys; from tool_sandbox.scenarios import named_scenarios;"
        "from tool_sandbox.common.tool_discovery import ToolBackend;"
        "named_scenarios(ToolBackend.DEFAULT);"
        "print(*[m for m in ('polars', 'litellm', 'scipy', 'nltk') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=HANG)
    assert done.stdout.strip() == ""


def test_no_bundled_answer_is_paid_for_its_wording() -> None:
    checks = [check for entry in bundled().entries for node in entry.milestones for check in node.checks]
    assert [check.said for check in checks if check.said and not (check.facts or check.using)] == []
    assert [check for check in checks if "likeness" in check.match.values()] == []


EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("file", sorted([*DATA.glob("*.yaml"), *EXAMPLES.rglob("*.yaml")]), ids=lambda file: file.name)
def test_no_bundled_file_needs_libyaml(file: Path) -> None:
    """PyYAML's own loader is stricter: it takes no bare '?' in front of a comma or a bracket."""
    assert list(yaml.parse(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader))


HARMLESS = {
    "search_reminder",
    "get_cellular_service_status",
    "get_location_service_status",
    "get_low_battery_mode_status",
    "get_wifi_status",
}
"""Look-ups in what belongs to the user: nobody is harmed by one too many."""


def test_every_tool_is_needed_often_with_each_of_its_arguments_and_may_be_the_wrong_choice() -> None:
    tools = {name: tool for name, tool in get_all_tools(ToolBackend.DEFAULT).items() if name != "end_conversation"}
    needed: Counter[str] = Counter()
    used: dict[str, set[str]] = defaultdict(set)
    mined: set[str] = set()
    library = bundled()
    compiler = library.compiler()
    for entry in library.entries:
        script = compiler.scenario(entry).script
        assert script is not None
        solution, *others = [_calls(steps) for steps in (script.steps, *script.also)]
        needed.update({call.name for call in solution} if is_default(entry) else ())
        for call in chain(solution, *others):
            used[call.name].update(call.arguments)
        mined |= tools.keys() & set(re.findall(r"\w+", repr(entry.minefields)))
    assert {name: needed[name] for name in tools if needed[name] < 6} == {}
    assert {(name, each) for name, tool in tools.items() for each in signature(tool).parameters} == {
        (name, each) for name in tools for each in used[name]
    }
    assert tools.keys() - mined == HARMLESS


def _calls(steps: Iterable[Step]) -> list[ScriptedCall]:
    return [call for step in steps if isinstance(step, ToolStep) for call in step.calls]
