from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.vocabulary import ScenarioCategories as Category
from tool_sandbox.errors import ScenarioError
from tool_sandbox.scenarios.selection import by_category, select
from tool_sandbox.scenarios.suite import Suite

SCENARIOS = {
    "text_boss": Scenario(name="text_boss", categories=[Category.SINGLE_TOOL_CALL], tags=("smoke",)),
    "text_friend": Scenario(name="text_friend", categories=[Category.SINGLE_TOOL_CALL, Category.COREFERENCE]),
    "find_parcel": Scenario(name="find_parcel", categories=[Category.COREFERENCE], tags=("smoke", "slow")),
}


@pytest.mark.parametrize(
    ("names", "tags", "categories", "expected"),
    [
        (None, (), (), ["text_boss", "text_friend", "find_parcel"]),
        ([], (), (), []),
        (["find_parcel", "text_boss"], (), (), ["text_boss", "find_parcel"]),
        (["text_*"], (), (), ["text_boss", "text_friend"]),
        (["*"], ("smoke",), (), ["text_boss", "find_parcel"]),
        (None, ("smoke and not SLOW",), (), ["text_boss"]),
        (None, ("slow", "coreference"), (), ["text_friend", "find_parcel"]),
        (None, (), ("COREFERENCE", "single_tool_call"), ["text_friend"]),
        (["*_[bf]*"], (), (), ["text_boss", "text_friend"]),
    ],
)
def test_scenarios_that_fit_every_condition_in_load_order(
    names: list[str] | None, tags: tuple[str, ...], categories: tuple[str, ...], expected: list[str]
) -> None:
    assert list(select(SCENARIOS, names, tags, categories)) == expected


@pytest.mark.parametrize(
    ("names", "tags", "categories", "problem"),
    [
        (["text_bos"], (), (), "there is no scenario 'text_bos'; did you mean 'text_boss'"),
        (["zzz"], (), (), r"there is no scenario 'zzz' \(3 scenarios are loaded"),
        (["text_boss", "call_*"], (), (), r"no scenario fits the pattern 'call_\*'"),
        (None, ("smok",), (), "no scenario has the tag 'smok'; did you mean 'smoke'"),
        (None, (), ("corefrence",), "there is no category 'corefrence'; did you mean 'coreference'"),
    ],
)
def test_what_fits_nothing_is_refused_with_the_nearest_names(
    names: list[str] | None, tags: tuple[str, ...], categories: tuple[str, ...], problem: str
) -> None:
    with pytest.raises(ScenarioError, match=problem):
        select(SCENARIOS, names, tags, categories)


def test_scenarios_are_listed_by_category() -> None:
    assert by_category(SCENARIOS) == {
        "SINGLE_TOOL_CALL": ["text_boss", "text_friend"],
        "COREFERENCE": ["text_friend", "find_parcel"],
    }


SHOWN = {
    name: Scenario(name=name)
    for base in ("switch", "text_boss")
    for name in (base, f"{base}_10_distraction_tools", f"{base}_3_distraction_tools_arg_type_scrambled")
}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"presentations": ["plain"]}, ["switch", "text_boss"]),
        ({"names": ["switch"]}, ["switch"]),
        (
            {"names": ["switch"], "presentations": ["all"]},
            ["switch", "switch_10_distraction_tools", "switch_3_distraction_tools_arg_type_scrambled"],
        ),
        (
            {"names": ["switch"], "presentations": ["PLAIN", "*_scrambled"]},
            ["switch", "switch_3_distraction_tools_arg_type_scrambled"],
        ),
        ({"names": ["switch_*"], "presentations": ["plain"]}, []),
        ({"exclude": ["switch*", "text_boss_10*"]}, ["text_boss", "text_boss_3_distraction_tools_arg_type_scrambled"]),
        ({"exclude": ["switch"], "presentations": ["10_distraction_tools"]}, ["text_boss_10_distraction_tools"]),
        ({"exclude": ["switch"], "limit": 1}, ["switch_10_distraction_tools"]),
        ({"among": {"switch", "gone"}}, ["switch"]),
    ],
)
def test_presentations_exceptions_and_a_limit_narrow_the_choice(choice: dict[str, Any], expected: list[str]) -> None:
    assert list(select(SHOWN, **choice)) == expected


@pytest.mark.parametrize(
    ("choice", "problem"),
    [
        ({"presentations": ["plane"]}, "there is no presentation 'plane'; did you mean 'plain'"),
        ({"exclude": ["swich"]}, "there is no scenario 'swich'; did you mean 'switch'"),
    ],
)
def test_a_presentation_or_exception_that_fits_nothing_is_refused(choice: dict[str, Any], problem: str) -> None:
    with pytest.raises(ScenarioError, match=problem):
        select(SHOWN, **choice)


def test_only_what_a_limit_leaves_is_made() -> None:
    suite = Suite({name: partial(Scenario, name=name) for name in SHOWN})

    assert list(select(suite, limit=2)) == suite.made == list(SHOWN)[:2]


NINTH = "_3_distraction_tools_arg_name_scrambled"


def suite_with_a_kind_of_its_own() -> Suite:
    names = ("text_boss", "text_twice")
    tags = {"text_twice": ("long",)}
    every = {f"{name}{ending}": tags.get(name, ()) for name in names for ending in ("", "_all_tools", NINTH)}
    makers = {name: partial(Scenario, name=name, tags=labels) for name, labels in every.items()}
    return Suite(makers, lambda: [name for name in every if name.startswith("text_twice")])


@pytest.mark.parametrize(
    ("names", "tags", "presentations", "expected"),
    [
        (None, (), (), ["text_boss", "text_boss_all_tools"]),
        (None, (), ("all",), ["text_boss", "text_boss_all_tools", f"text_boss{NINTH}"]),
        (None, (), ("plain",), ["text_boss"]),
        (None, ("long",), (), ["text_twice", "text_twice_all_tools"]),
        (None, ("long",), ("*arg_name*",), [f"text_twice{NINTH}"]),
        (["text_*"], (), (), ["text_boss", "text_boss_all_tools", "text_twice", "text_twice_all_tools"]),
        (["*arg_name_scrambled"], (), (), [f"text_boss{NINTH}", f"text_twice{NINTH}"]),
        (["text_twice"], (), (), ["text_twice"]),
        ([f"text_twice{NINTH}"], (), (), [f"text_twice{NINTH}"]),
        (["text_twice"], (), ("all",), ["text_twice", "text_twice_all_tools", f"text_twice{NINTH}"]),
    ],
)
def test_what_is_outside_the_default_is_asked_for_by_name_tag_or_presentation(
    names: list[str] | None, tags: tuple[str, ...], presentations: tuple[str, ...], expected: list[str]
) -> None:
    assert list(select(suite_with_a_kind_of_its_own(), names, tags, presentations=presentations)) == expected


def test_of_names_to_choose_among_none_is_outside() -> None:
    suite = suite_with_a_kind_of_its_own()
    assert list(select(suite, among=["text_twice", f"text_boss{NINTH}"])) == [f"text_boss{NINTH}", "text_twice"]


def test_suites_put_together_keep_what_is_outside_the_default_of_each() -> None:
    suite = Suite({}) | suite_with_a_kind_of_its_own()
    assert list(select(suite)) == ["text_boss", "text_boss_all_tools"]
