from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import writing
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend, get_all_tools
from tool_sandbox.scenarios.presentations import augmented, base_name, plain_names, presentation_of, presentations

SUFFIXES = {
    "": (2, ["NO_DISTRACTION_TOOLS"], []),
    "_3_distraction_tools": (5, ["THREE_DISTRACTION_TOOLS"], []),
    "_10_distraction_tools": (12, ["TEN_DISTRACTION_TOOLS"], []),
    "_all_tools": (34, ["ALL_TOOLS_AVAILABLE"], []),
    "_3_distraction_tools_tool_description_scrambled": (
        5,
        ["THREE_DISTRACTION_TOOLS", "TOOL_DESCRIPTION_SCRAMBLED"],
        ["TOOL_DESCRIPTION_SCRAMBLED"],
    ),
    "_3_distraction_tools_arg_type_scrambled": (
        5,
        ["THREE_DISTRACTION_TOOLS", "ARG_TYPE_SCRAMBLED"],
        ["ARG_TYPE_SCRAMBLED"],
    ),
    "_3_distraction_tools_arg_description_scrambled": (
        5,
        ["THREE_DISTRACTION_TOOLS", "ARG_DESCRIPTION_SCRAMBLED"],
        ["ARG_DESCRIPTION_SCRAMBLED"],
    ),
    "_3_distraction_tools_tool_name_scrambled": (
        5,
        ["THREE_DISTRACTION_TOOLS", "TOOL_NAME_SCRAMBLED"],
        ["TOOL_NAME_SCRAMBLED"],
    ),
}


@pytest.fixture
def plain(tmp_path: Path) -> dict[str, Scenario]:
    return writing.scenarios(tmp_path, writing.COMPLETE + writing.COMPLETE.replace("call_a_taxi", "again"))


def test_every_scenario_comes_in_eight_presentations(plain: dict[str, Scenario]) -> None:
    found = augmented(plain, ToolBackend.DEFAULT)
    assert list(found) == [
        "call_a_taxi",
        "again",
        *(f"{name}{suffix}" for name in ("call_a_taxi", "again") for suffix in list(SUFFIXES)[1:]),
    ]
    for suffix, (tools, categories, scrambled) in SUFFIXES.items():
        variant = found[f"again{suffix}"]
        assert variant.name == f"again{suffix}"
        assert variant.categories == ["SINGLE_TOOL_CALL", "SINGLE_USER_TURN", *categories]
        assert len(variant.starting_context.tool_allow_list or ()) == tools
        assert variant.starting_context.tool_augmentation_list == scrambled


def test_a_ninth_presentation_hides_the_names_of_arguments(plain: dict[str, Scenario]) -> None:
    every = presentations(plain, ToolBackend.DEFAULT)
    assert set(every) - set(augmented(plain, ToolBackend.DEFAULT)) == {
        f"{name}_3_distraction_tools_arg_name_scrambled" for name in plain
    }
    variant = every["again_3_distraction_tools_arg_name_scrambled"]
    assert variant.starting_context.tool_augmentation_list == ["ARG_NAME_SCRAMBLED"]
    assert variant.categories[-2:] == ["THREE_DISTRACTION_TOOLS", "ARG_NAME_SCRAMBLED"]
    assert base_name(str(variant.name)) == "again"


def test_distraction_tools_are_the_most_confusing_ones(plain: dict[str, Scenario]) -> None:
    allowed = augmented(plain, ToolBackend.DEFAULT)["again_3_distraction_tools"].starting_context.tool_allow_list
    assert allowed is not None
    assert allowed[:2] == ["end_conversation", "send_message_with_phone_number"]
    assert "search_messages" in allowed


def test_the_scenarios_given_stay_as_they_were(plain: dict[str, Scenario]) -> None:
    augmented(plain, ToolBackend.DEFAULT)
    assert plain["again"].categories == ["SINGLE_TOOL_CALL", "SINGLE_USER_TURN"]
    assert plain["again"].starting_context.tool_allow_list == ["end_conversation", "send_message_with_phone_number"]


def test_variants_share_no_lists(plain: dict[str, Scenario]) -> None:
    found = augmented(plain, ToolBackend.DEFAULT)
    found["again"].categories.clear()
    found["again"].starting_context.tool_augmentation_list.append("TOOL_NAME_SCRAMBLED")
    assert found["again_all_tools"].categories
    assert found["again_all_tools"].starting_context.tool_augmentation_list == []


def test_a_tool_that_does_not_exist_cannot_be_ranked(plain: dict[str, Scenario]) -> None:
    plain["again"].starting_context.tool_allow_list = ["fly"]
    with pytest.raises(KeyError, match="fly"):
        augmented(plain, ToolBackend.DEFAULT)


def test_denied_tools_stay_out_of_every_presentation(tmp_path: Path) -> None:
    text = writing.COMPLETE.replace("  milestones:", "  without: [search_messages]\n  milestones:", 1)
    for variant in augmented(writing.scenarios(tmp_path, text), ToolBackend.DEFAULT).values():
        assert "search_messages" not in variant.starting_context.get_available_tools(scrambling_allowed=False)


def test_all_tools_means_every_tool(plain: dict[str, Scenario]) -> None:
    allowed = augmented(plain, ToolBackend.DEFAULT)["again_all_tools"].starting_context.tool_allow_list
    assert set(allowed or ()) == set(get_all_tools(ToolBackend.DEFAULT))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_name_of_a_presentation_says_which_scenario_it_presents_and_how(suffix: str) -> None:
    assert base_name(f"some_scenario{suffix}") == "some_scenario"
    assert presentation_of(f"some_scenario{suffix}").suffix == suffix
    assert presentation_of(f"some_scenario{suffix}").name == (suffix.lstrip("_") or "plain")


def test_a_name_that_is_nothing_but_a_suffix_is_the_name_of_a_plain_scenario() -> None:
    assert base_name("_all_tools") == "_all_tools"


def test_plain_are_the_names_that_present_no_other_one_in_another_way() -> None:
    assert plain_names(["a", "a_all_tools", "use_all_tools", "b_3_distraction_tools"]) == {
        "a",
        "use_all_tools",
        "b_3_distraction_tools",
    }
