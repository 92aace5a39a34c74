"""What other last answers are worth after everything else was done."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import writing
from tool_sandbox.runs.answers import TriedAnswer, last_words, tried

MEASURED = """
- name: measured
  user: {knows: You want kilometers., says: 5 miles in kilometers?}
  milestones:
    - {id: converted, called: {unit_conversion: {amount: 5}}}
    - id: told
      said: That is {kilometers} kilometers.
      using: {from: converted, take: {kilometers: ""}}
      within: 1%
  solution:
    - unit_conversion: {amount: 5, from_unit: mile, to_unit: kilometer}
    - say: That is 8.05 kilometers.
"""


@pytest.mark.parametrize(
    ("text", "worth", "score", "reasons"),
    [
        ("Sent!", 1, 1, ()),
        ("I did not send it.", 0, 0.5, ("says that the text was not sent",)),
        ("Hello.", 0, 0.5, ("does not say that the text was sent or something was asked",)),
    ],
)
def test_an_answer_is_worth_its_last_milestone(
    tmp_path: Path, text: str, worth: float, score: float, reasons: tuple[str, ...]
) -> None:
    answer = tried(writing.scenario(tmp_path), text)
    assert (answer.text, answer.worth, answer.score) == (text, worth, score)
    assert answer.reasons[: len(reasons)] == reasons
    assert bool(answer.reasons) is bool(reasons)


def test_a_computed_value_is_named_where_it_is_wrong(tmp_path: Path) -> None:
    scenario = writing.scenario(tmp_path, MEASURED)
    assert tried(scenario, "About 8.05 km") == TriedAnswer("About 8.05 km", 1, 1)
    assert tried(scenario, "About 8.1 km").worth == 1
    wrong = tried(scenario, "About 9 km")
    assert (wrong.worth, wrong.score) == (0, 0.5)
    assert any("9 km" in reason for reason in wrong.reasons)


def test_where_nothing_is_told_or_wordings_are_compared_the_score_is_what_an_answer_is_worth(tmp_path: Path) -> None:
    silent = writing.scenario(tmp_path, writing.entry("[{state: {setting: {wifi: true}}}]"))
    assert last_words(silent) is None
    assert (tried(silent, "Whatever").worth, tried(silent, "Whatever").reasons) == (1, ())
    alike = writing.scenario(tmp_path, writing.entry("[{said: It is done}]", more="  scoring: original\n"))
    assert last_words(alike) is None
    assert 0 < tried(alike, "Is it done?").worth < 1
