from __future__ import annotations

import pytest

from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.vocabulary import ScenarioCategories as Category
from tool_sandbox.errors import ScenarioError
from tool_sandbox.scenarios.selection import by_category, select

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
