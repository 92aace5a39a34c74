from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.simulated_user.leaving import MOST_FAILURES, left_open

NOW = Surroundings(now=datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    "heard",
    [
        ["What is Ilya's phone number?"],
        ["Sure! Who should I text, and what should I say?"],
        ["I can help with that. Please tell me which contact you mean."],
        ["Who is it for?", "And what should I write?"],
        [],
    ],
)
def test_leaving_when_nothing_but_questions_was_heard_is_early(heard: list[str]) -> None:
    assert left_open(heard, replies=len(heard) - 1, wanted=0, surroundings=NOW)


@pytest.mark.parametrize(
    "heard",
    [
        ["Done! Is there anything else I can help you with?"],
        ["I've sent the message to Ilya. Would you like me to call him, too?"],
        ["Wi-Fi is off."],
        ["I'm sorry, I can't look that up without a network. Could you tell me the number?"],
        ["Boise is sunny today, 14 °C. Anything else?"],
        ["Who is it for?", "I could not find anybody of that name."],
        ["It is 9:00. Shall I set an alarm?"],
        ["Is there anything else?"],
        ["Which one?"] * MOST_FAILURES,
    ],
)
def test_leaving_after_an_answer_or_many_failures_is_not_early(heard: list[str]) -> None:
    assert left_open(heard, replies=len(heard) - 1, wanted=0, surroundings=NOW) == ""


def test_a_question_that_the_solution_waits_for_must_not_be_left_open() -> None:
    heard = ["I found Dana Osei and Dana Whitlock. Which of them do you mean?"]
    assert left_open(heard, replies=0, wanted=1, surroundings=NOW) == "Which of them do you mean?"
    assert left_open(heard, replies=1, wanted=1, surroundings=NOW) == ""


def test_a_report_with_a_question_behind_it_may_be_left_open() -> None:
    heard = ["I sent the text to Dana Osei. Shall I delete the old one?"]
    assert left_open(heard, replies=0, wanted=1, surroundings=NOW) == ""
