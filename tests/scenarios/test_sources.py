from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

import tool_sandbox.scenarios
from tests.scenarios import writing
from tool_sandbox.errors import ScenarioError
from tool_sandbox.scenarios import load_from

MODULE = """
from tool_sandbox.common.evaluation import Milestone, SnapshotConstraint, snapshot_similarity
from tool_sandbox.common.execution_context import DatabaseNamespace, RoleType, ScenarioCategories
from tool_sandbox.common.scenario import Scenario, ScenarioExtension
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.scenarios.base_scenarios import named_base_scenarios
from tool_sandbox.scenarios.user_simulator_few_shot_examples import USER_INSTRUCTION


def get_extensions(base_scenarios: dict[str, Scenario]) -> list[ScenarioExtension]:
    return [
        ScenarioExtension(
            name="wifi_please",
            base_scenario=base_scenarios["base_wifi_off"],
            messages=[
                {"sender": RoleType.SYSTEM, "recipient": RoleType.USER, "content": USER_INSTRUCTION + "Want Wi-Fi."},
                {"sender": RoleType.USER, "recipient": RoleType.AGENT, "content": "wifi please"},
            ],
            tool_allow_list=["set_wifi_status"],
            milestones=[
                Milestone([SnapshotConstraint(DatabaseNamespace.SETTING, snapshot_similarity, None, [{"wifi": True}])])
            ],
            categories=[ScenarioCategories.STATE_DEPENDENCY],
        )
    ]
"""
NAMED = """

def named_wifi_scenarios(preferred_tool_backend: ToolBackend) -> dict[str, Scenario]:
    scenarios = {}
    for extension in get_extensions(named_base_scenarios(preferred_tool_backend)):
        extension.categories.append(ScenarioCategories.SINGLE_TOOL_CALL)
        scenarios.update(extension.get_extended_scenario())
    return scenarios
"""


@pytest.fixture(autouse=True)
def our_own_modules() -> Iterator[None]:
    """Whatever is loaded, our own scenarios stay what they are."""
    names = [name for name in sys.modules if name.startswith("tool_sandbox")]
    before = {name: sys.modules[name] for name in names}
    path = list(sys.meta_path)
    yield
    assert {name: sys.modules[name] for name in names} == before
    assert sys.meta_path == path
    assert sys.modules["tool_sandbox"].scenarios is tool_sandbox.scenarios


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dedent(text), encoding="utf-8")
    return file


def test_a_yaml_file_is_loaded_in_all_presentations(tmp_path: Path) -> None:
    found = load_from(write(tmp_path / "mine.yaml", writing.COMPLETE))
    assert len(found) == 8
    assert "call_a_taxi_all_tools" in found


def test_a_folder_of_yaml_files_shares_its_worlds(tmp_path: Path) -> None:
    write(tmp_path / "worlds.yaml", "worlds: {night: {like: base, now: '2026-03-02 23:00'}}")
    write(tmp_path / "deep" / "one.yml", writing.entry("[{said: Done, match: likeness}]", world="night"))
    found = load_from(tmp_path)
    assert len(found) == 8
    clock = found["example"].clock
    assert clock is not None
    assert clock.instant == 1772470800 + 14 * 3600


@pytest.mark.parametrize("text", [MODULE, MODULE + NAMED])
def test_a_python_file_is_loaded_in_all_presentations(tmp_path: Path, text: str) -> None:
    found = load_from(str(write(tmp_path / "wifi.py", text)))
    assert len(found) == 8
    assert "STATE_DEPENDENCY" in found["wifi_please_3_distraction_tools"].categories
    assert found["wifi_please"].starting_context.rows("SETTING")[0]["wifi"] is False
    assert found["wifi_please"].source == str(tmp_path / "wifi.py")


def test_a_module_is_loaded_by_its_dotted_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "my_suite" / "__init__.py", "")
    write(tmp_path / "my_suite" / "wifi.py", MODULE + NAMED)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "wifi_please_all_tools" in load_from("my_suite.wifi")
    for name in ("my_suite", "my_suite.wifi"):
        sys.modules.pop(name)


def test_a_module_that_gives_everything_itself_is_taken_at_its_word(tmp_path: Path) -> None:
    text = """
    from tool_sandbox.common.scenario import Scenario
    def named_scenarios(backend):
        return {"only": Scenario()}
    """
    assert list(load_from(write(tmp_path / "whole.py", text))) == ["only"]


def test_what_a_module_only_imports_from_us_is_not_taken_for_its_own(tmp_path: Path) -> None:
    text = "from tool_sandbox.scenarios import named_scenarios\n" + MODULE + NAMED
    assert len(load_from(write(tmp_path / "wifi.py", text))) == 8


def test_a_package_may_pass_on_what_its_modules_define(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "passing_on" / "__init__.py", "from passing_on.wifi import named_wifi_scenarios")
    write(tmp_path / "passing_on" / "wifi.py", MODULE + NAMED)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert len(load_from("passing_on")) == 8
    for name in ("passing_on", "passing_on.wifi"):
        sys.modules.pop(name)


def test_hidden_folders_are_left_out(tmp_path: Path) -> None:
    write(tmp_path / "mine.yaml", writing.COMPLETE)
    write(tmp_path / ".github" / "workflow.yml", "on: push")
    assert len(load_from(tmp_path)) == 8


@pytest.fixture
def original_layout(tmp_path: Path) -> Path:
    """A folder written to be ``tool_sandbox.scenarios`` itself, with some modules of its own and some left to us."""
    folder = tmp_path / "scenarios"
    write(
        folder / "__init__.py",
        """
        from tool_sandbox.common.scenario import Scenario
        from tool_sandbox.common.tool_discovery import ToolBackend
        from tool_sandbox.scenarios.single_tool_call_scenarios import named_single_tool_call_scenarios
        from . import helper


        def named_scenarios(preferred_tool_backend: ToolBackend) -> dict[str, Scenario]:
            from tool_sandbox.scenarios.late import LATE

            return {**named_single_tool_call_scenarios(preferred_tool_backend), **LATE, **helper.MORE}
        """,
    )
    module = MODULE + NAMED.replace("named_wifi_scenarios", "named_single_tool_call_scenarios")
    write(folder / "single_tool_call_scenarios.py", module)
    write(
        folder / "base_scenarios.py",
        """
        from tool_sandbox.common.scenario import Scenario
        from tool_sandbox.scenarios.user_simulator_few_shot_examples import named_user_simulator_few_shot_examples

        EXAMPLES = named_user_simulator_few_shot_examples()


        def named_base_scenarios(preferred_tool_backend):
            scenario = Scenario()
            scenario.starting_context.tool_allow_list = ["end_conversation"]
            scenario.starting_context.replace_rows("CONTACT", [{"person_id": "theirs", "name": "Theirs"}])
            return {"base_wifi_off": scenario}
        """,
    )
    write(
        folder / "late.py",
        """
        import tool_sandbox.scenarios.base_scenarios
        import tool_sandbox.scenarios.base_scenarios as theirs
        from tool_sandbox.scenarios import base_scenarios, user_simulator_few_shot_examples
        from tool_sandbox import scenarios

        assert theirs is base_scenarios is tool_sandbox.scenarios.base_scenarios is scenarios.base_scenarios
        assert user_simulator_few_shot_examples.USER_INSTRUCTION
        LATE = {"late": base_scenarios.named_base_scenarios(None)["base_wifi_off"]}
        """,
    )
    write(
        folder / "helper.py",
        """
        from .late import LATE
        from tool_sandbox.scenarios.base_scenarios import named_base_scenarios

        MORE = {"more": named_base_scenarios(None)["base_wifi_off"]}
        """,
    )
    return folder


def test_a_folder_laid_out_like_the_original_sees_its_own_modules(original_layout: Path) -> None:
    found = load_from(original_layout)
    assert list(found) == ["wifi_please", "late", "more"]
    for scenario in found.values():
        assert [row["name"] for row in scenario.starting_context.rows("CONTACT")] == ["Theirs"]


def test_a_folder_without_a_sum_of_its_own_is_summed_up(original_layout: Path) -> None:
    (original_layout / "__init__.py").unlink()
    found = load_from(original_layout)
    assert len(found) == 8
    assert found["wifi_please"].starting_context.rows("CONTACT")[0]["name"] == "Theirs"


def test_a_folder_may_pass_on_its_sum_from_a_module(original_layout: Path) -> None:
    (original_layout / "__init__.py").rename(original_layout / "total.py")
    write(original_layout / "__init__.py", "from tool_sandbox.scenarios.total import named_scenarios")
    assert list(load_from(original_layout)) == ["wifi_please", "late", "more"]


def test_two_such_folders_do_not_disturb_each_other(original_layout: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "scenarios"
    write(other / "wifi_scenarios.py", MODULE + NAMED)
    first, second, again = load_from(original_layout), load_from(other), load_from(original_layout)
    assert list(first) == list(again)
    assert second["wifi_please"].starting_context.rows("CONTACT")[0]["name"] == "Noor Haddad"


def test_what_is_loaded_goes_on_importing_its_own_modules_later(original_layout: Path) -> None:
    write(
        original_layout / "__init__.py",
        """
        from tool_sandbox.common.scenario import Scenario


        def later():
            from tool_sandbox.scenarios.late import LATE
            from tool_sandbox.scenarios.base_scenarios import EXAMPLES

            return LATE, EXAMPLES


        class Mine(Scenario):
            def later(self):
                return later()


        def named_scenarios(backend):
            later()
            return {"mine": Mine()}
        """,
    )
    mine = load_from(original_layout)["mine"]
    late, examples = mine.later()  # type: ignore[attr-defined]
    assert "late" in late
    assert examples


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("missing.py", "There is no file"),
        ("missing_module", "There is no module 'missing_module'"),
        ("missing/folder", "There is nothing at"),
        ("empty", "holds no scenarios"),
        ("nothing.py", "defines no scenarios"),
        ("broken.py", r"Loading scenarios from '.*broken\.py' failed in .*broken\.py, line 2: ZeroDivisionError"),
        ("wrong.py", "is a int; expected a Scenario"),
        ("twice", "stands twice in"),
        ("missing.yaml", "cannot be read"),
    ],
)
def test_what_cannot_be_loaded_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, problem: str
) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "nothing.py", "x = 1")
    write(tmp_path / "broken.py", "x = 1\ny = x / 0")
    write(tmp_path / "wrong.py", "def named_scenarios(backend): return {'a': 1}")
    write(tmp_path / "twice" / "a.py", MODULE)
    write(tmp_path / "twice" / "b.py", MODULE)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError, match=problem):
        load_from(source)


@pytest.mark.parametrize("name", ["mine.YML", "mine.Yaml", "mine.json", "mine.JSON"])
@pytest.mark.parametrize("in_a_folder", [False, True])
def test_the_case_of_a_suffix_does_not_matter(tmp_path: Path, name: str, in_a_folder: bool) -> None:
    text = writing.entry("[{said: Done, match: likeness}]")
    if name.lower().endswith("json"):
        text = json.dumps(yaml.safe_load(text))
    file = write(tmp_path / name, text)
    assert "example" in load_from(tmp_path if in_a_folder else file)


def test_of_the_json_in_a_folder_only_scenarios_are_read(tmp_path: Path) -> None:
    write(tmp_path / "mine.yaml", writing.entry("[{said: Done, match: likeness}]"))
    write(
        tmp_path / "more.json",
        json.dumps(yaml.safe_load(writing.entry("[{said: Done, match: likeness}]").replace("example", "other"))),
    )
    write(tmp_path / "package.json", '{"name": "something else"}')
    write(tmp_path / "conversation.json", '[{"sender": "USER"}]')
    assert {"example", "other"} <= set(load_from(tmp_path))


def test_torn_json_in_a_folder_is_named_with_its_line(tmp_path: Path) -> None:
    write(tmp_path / "mine.json", '[\n{"name": "torn"')
    with pytest.raises(ScenarioError, match=r"mine\.json:2: this is not JSON"):
        load_from(tmp_path)
