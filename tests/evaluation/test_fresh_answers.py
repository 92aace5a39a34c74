"""Answers in words that no author of a scenario thought of are right or wrong by what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.evaluation.answering import worth

ANSWERS: dict[str, dict[str, list[str]]] = yaml.safe_load(
    Path(__file__).with_name("fresh_answers.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("entry", ANSWERS)
def test_fresh_answers_are_judged_by_what_they_say(entry: str) -> None:
    answers = ANSWERS[entry]
    assert [text for text in answers.get("right", []) if worth(entry, text) < 1] == []
    assert [text for text in answers.get("wrong", []) if worth(entry, text) > 0] == []
