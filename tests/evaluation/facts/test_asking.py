"""Answers that ask back, and answers that decline."""

from __future__ import annotations

import pytest

from tests.evaluation.facts.wording import BASE, TWO_DANAS
from tool_sandbox.evaluation.facts.asking import Asked, Cannot
from tool_sandbox.evaluation.facts.reading import reading_of

ASKED = {
    "which Dana": (
        "Which Dana do you mean?", "Two Danas are in your contacts. Which one should I text?",
        "Dana Osei or Dana Whitlock?",
        "Please tell me which Dana you mean.", "Do you mean Dana Osei?",
        "I need to know which Dana you want to text.", "Please tell me:\n- which Dana you mean",
    ),
    "who": ("Who should I text?", "To whom?", "Who is it for?", "Whom shall I write?", "Please name the recipient.",
        "Which contact?"),
    "who was": ("Who was there?", "Which friends were at the dinner?"),
    "number": ("What is her number?", "Please tell me the number", "Number?", "I need a phone number.",
        "I'd have to know the number.", "Could you share the number?"),
    "when": ("When?", "What time should I remind you?", "Please give me a date and a time.", "At what time?",
        "I need two things:\n1. What to remind you of\n2. The date and time"),
}  # fmt: skip
NOT_ASKED = {
    "which Dana": (
        "I texted Dana.", "Dana has been told.", "Which number?", "Anything else?",
    ),
    "who": ("I know who it is.", "What should I write?", "Let me know if you need more.", "Done."),
    "who was": ("How much was it?", "Was it expensive?"),
    "number": ("Her number is +12065550139.", "I saved the number. Anything else?", "Who?"),
    "when": ("Tomorrow.", "Which contact?"),
}  # fmt: skip
CANNOT = {
    "look up": (
        "I can't look up Priya.", "I am unable to find her number.", "I have no way to search contacts.",
        "Searching isn't possible.",
        "I do not have access to your contacts.", "I couldn't find it.", "There is no tool to look it up.",
        "Searching contacts is out of the question for me.", "I don't know, sorry.", "No idea.",
        "I have no data to look up.", "Not possible, I'm afraid.",
    ),
    "send e-mails": ("I cannot send e-mails.", "Sending emails isn't something I can do.",
        "I'm not able to send an e-mail.", "E-mails are off the table, I can't send any."),
    "what day": ("I have no way of telling which day tomorrow is.", "I'm in the dark about which day it is."),
    "take back": ("A text that has gone out can't be taken back.",),
    "timers": ("No timers for Wi-Fi, sorry.",),
    "clock": ("There's no clock I could look at.",),
    "date": ("I'm incapable of finding out the date.",),
    "low battery mode": ("Low battery mode prevents it.", "I can't switch low battery mode off."),
}  # fmt: skip
CAN = {
    "look up": (
        "I looked it up.",
        "I found her number.",
        "Should I look it up?",
        "I can search for it.",
        "I don't know you.",
    ),
    "send e-mails": ("I sent the e-mail.", "I can send text messages."),
    "low battery mode": ("Low battery mode is off.",),
    "what day": ("Tomorrow, on which day you asked to be reminded, I will.",),
    "reminders": ("No reminder about the rent exists.", "No problem, your reminders are set."),
}


def cases(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(phrase, text) for phrase, texts in table.items() for text in texts]


@pytest.mark.parametrize(("phrase", "text"), cases(ASKED))
def test_a_question_or_request_for_it_is_found(phrase: str, text: str) -> None:
    assert Asked((phrase,)).found_in(reading_of(text, TWO_DANAS))


@pytest.mark.parametrize(("phrase", "text"), cases(NOT_ASKED))
def test_statements_and_other_questions_are_not(phrase: str, text: str) -> None:
    assert not Asked((phrase,)).found_in(reading_of(text, TWO_DANAS))


@pytest.mark.parametrize(("phrase", "text"), cases(CANNOT))
def test_an_inability_is_found_in_any_words(phrase: str, text: str) -> None:
    assert Cannot((phrase,)).found_in(reading_of(text, BASE))


@pytest.mark.parametrize(("phrase", "text"), cases(CAN))
def test_what_was_done_or_can_be_done_is_no_inability(phrase: str, text: str) -> None:
    assert not Cannot((phrase,)).found_in(reading_of(text, BASE))


@pytest.mark.parametrize("text", ["I looked it up.", "Done.", "All set!"])
def test_a_claim_contradicts_an_inability(text: str) -> None:
    assert (
        Cannot(("look up", "search")).contradicted_by(reading_of(text, BASE))
        == "claims to have done what is impossible"
    )


def test_done_contradicts_a_question_that_was_not_asked() -> None:
    assert Asked(("who",)).contradicted_by(reading_of("Done.", BASE)) == "says that it is done instead of asking"
    assert Asked(("who",)).contradicted_by(reading_of("Done. Who should hear it next?", BASE)) is None
