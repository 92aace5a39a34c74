"""Right answers in any words score 1, and wrong ones 0, for what the shipped entries ask for."""

from __future__ import annotations

import pytest

from tests.evaluation.facts import (
    more_wordings,
    wordings_of_answers,
    wordings_of_deeds,
    wordings_of_texts,
    wordings_of_turns,
)
from tests.evaluation.facts.wording import Wordings

TABLE = (*wordings_of_deeds.TABLE, *wordings_of_answers.TABLE, *wordings_of_texts.TABLE, *wordings_of_turns.TABLE)


def cases(kind: str) -> list[object]:
    more = {"right": more_wordings.RIGHT, "wrong": more_wordings.WRONG}.get(kind, {})
    found = [(entry, answer) for entry in TABLE for answer in (*getattr(entry, kind), *more.get(entry.name, ()))]
    return [pytest.param(entry, answer, id=f"{entry.name}: {answer[:60]!r}") for entry, answer in found]


@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: entry.name)
def test_the_good_sentence_scores_one(entry: Wordings) -> None:
    assert entry.verdict(entry.said).similarity == 1, entry.verdict(entry.said)


@pytest.mark.parametrize(("entry", "answer"), cases("right"))
def test_a_right_answer_in_other_words_scores_one(entry: Wordings, answer: str) -> None:
    assert entry.verdict(answer).similarity == 1, entry.verdict(answer)


@pytest.mark.parametrize(("entry", "answer"), cases("wrong"))
def test_a_wrong_answer_scores_nothing(entry: Wordings, answer: str) -> None:
    assert entry.verdict(answer).similarity == 0, entry.verdict(answer)


@pytest.mark.parametrize(("entry", "answer"), cases("half"))
def test_half_an_answer_scores_a_part(entry: Wordings, answer: str) -> None:
    verdict = entry.verdict(answer)
    assert verdict.similarity < 1, verdict


def test_every_further_answer_belongs_to_an_entry() -> None:
    assert {*more_wordings.RIGHT, *more_wordings.WRONG} <= {entry.name for entry in TABLE}
