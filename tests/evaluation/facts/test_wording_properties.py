"""What is said around an answer, and how it is typed, changes no verdict; what it is about does."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evaluation.facts import wordings_of_answers, wordings_of_deeds
from tests.evaluation.facts.wording import BASE, Wordings
from tool_sandbox.evaluation.facts.deeds import Deed
from tool_sandbox.evaluation.facts.people import PersonNamed
from tool_sandbox.evaluation.facts.reading import reading_of
from tool_sandbox.evaluation.facts.states.states import State
from tool_sandbox.evaluation.facts.verdict import Facts

TABLE = (*wordings_of_deeds.TABLE, *wordings_of_answers.TABLE)
RIGHT = [(entry, answer) for entry in TABLE for answer in entry.right]
WRONG = [(entry, answer) for entry in TABLE for answer in entry.wrong]
EXTRAS_BEFORE = (
    "",
    "Sure! ",
    "Okay, here you go: ",
    "No problem. ",
    "Of course!\n\n",
    "Thanks for waiting. ",
    "Hi Noor! ",
    "Alright — ",
)
EXTRAS_AFTER = (
    "",
    " Is there anything else I can help you with?",
    "\n\nLet me know if you need anything else!",
    " Have a great day 🙂",
    " If you want something changed, just say so.",
    " Would you like me to do anything else?",
    "\nFeel free to ask if anything is unclear.",
)
SUBJECTS = {"wi-fi": ("Wi-Fi", "wifi", "Your wireless", "WLAN"),
            "cellular": ("Cellular", "mobile data", "The cell service"),
            "location": ("GPS", "Location services", "location service")}  # fmt: skip
STATES = {
    True: (
        "is on",
        "is now enabled",
        "has been turned on",
        "is still running",
        "isn't off",
        "is no longer off",
        "remains active",
    ),
    False: (
        "is off",
        "is now disabled",
        "has been switched off",
        "is not on",
        "isn't on anymore",
        "is no longer on",
        "was cut",
    ),
}
SENT = ("sent it", "texted her", "let her know", "told her", "messaged her", "passed it on")
NOT_SENT = (
    "I couldn't ",
    "I did not ",
    "I wasn't able to ",
    "I failed to ",
    "I'm unable to ",
    "I will ",
    "Shall I ",
    "I can ",
)
SEND = ("send it", "text her", "let her know", "tell her", "message her", "pass it on")


def around(before: str, answer: str, after: str) -> str:
    """An answer with words before and after it, which begin a line of their own where it has no full stop."""
    return f"{before}{answer}{after if answer[-1] in '.!?' else after.replace(' ', chr(10), 1)}"


@settings(max_examples=300, deadline=None)
@given(case=st.sampled_from(RIGHT), before=st.sampled_from(EXTRAS_BEFORE), after=st.sampled_from(EXTRAS_AFTER))
def test_true_extras_cost_nothing(case: tuple[Wordings, str], before: str, after: str) -> None:
    entry, answer = case
    verdict = entry.verdict(around(before, answer, after))
    assert verdict.similarity == 1, verdict


@settings(max_examples=300, deadline=None)
@given(case=st.sampled_from(WRONG), before=st.sampled_from(EXTRAS_BEFORE), after=st.sampled_from(EXTRAS_AFTER))
def test_friendly_words_make_no_wrong_answer_right(case: tuple[Wordings, str], before: str, after: str) -> None:
    entry, answer = case
    verdict = entry.verdict(around(before, answer, after))
    assert verdict.similarity == 0, verdict


@settings(max_examples=200, deadline=None)
@given(case=st.sampled_from(RIGHT + WRONG), form=st.sampled_from(["NFD", "NFC", "curly", "spaces", "bold", "quote"]))
def test_typography_changes_no_verdict(case: tuple[Wordings, str], form: str) -> None:
    entry, answer = case
    typed = {
        "NFD": unicodedata.normalize("NFD", answer),
        "NFC": unicodedata.normalize("NFC", answer),
        "curly": answer.replace("'", "’"),
        "spaces": answer.replace(" ", "\u00a0"),
        "bold": f"**{answer}**" if "\n" not in answer and "*" not in answer else answer,
        "quote": f"> {answer}" if "\n" not in answer else answer,
    }[form]
    assert entry.verdict(typed).similarity == entry.verdict(answer).similarity


@settings(max_examples=300, deadline=None)
@given(data=st.data(), states=st.fixed_dictionaries({name: st.booleans() for name in SUBJECTS}))
def test_any_words_for_three_switches_say_their_states(data: st.DataObject, states: dict[str, bool]) -> None:
    parts = [
        f"{data.draw(st.sampled_from(SUBJECTS[name]))} {data.draw(st.sampled_from(STATES[on]))}"
        for name, on in data.draw(st.permutations(list(states.items())))
    ]
    joint = data.draw(st.sampled_from([", ", ". ", " and ", "; ", "\n- ", ", but ", " while "]))
    facts = Facts(tuple(State(name, on) for name, on in states.items()))
    assert facts.verdict(joint.join(parts), BASE).similarity == 1
    wrong = data.draw(st.sampled_from(list(states)))
    swapped = Facts(tuple(State(name, on is not (name == wrong)) for name, on in states.items()))
    assert swapped.verdict(joint.join(parts), BASE).similarity == 0


@given(deed=st.sampled_from(SENT), start=st.sampled_from(["I ", "I have ", "I've just ", "Done: I ", "Okay, I "]))
def test_any_words_for_a_deed_report_it(deed: str, start: str) -> None:
    assert Deed(("send",)).found_in(reading_of(f"{start}{deed}.", BASE))


@given(deed=st.sampled_from(SEND), start=st.sampled_from(NOT_SENT))
def test_no_words_for_an_undone_deed_report_it(deed: str, start: str) -> None:
    ending = "?" if start.startswith("Shall") else "."
    assert not Deed(("send",)).found_in(reading_of(f"{start}{deed}{ending}", BASE))
    assert Deed(("send",)).contradicted_by(reading_of(f"{start}{deed}{ending}", BASE))


NAMES = st.sampled_from(["Tomás Rivera", "Wanda Ekström", "Priya Raman"])


@given(wanted=NAMES, said=NAMES, form=st.sampled_from(["full", "first", "plain", "upper", "possessive"]))
def test_any_form_of_a_name_is_this_person_and_no_other(wanted: str, said: str, form: str) -> None:
    plain = "".join(c for c in unicodedata.normalize("NFD", said) if not unicodedata.combining(c))
    name = {
        "full": said,
        "first": said.split(maxsplit=1)[0],
        "plain": plain,
        "upper": said.upper(),
        "possessive": f"{said}'s",
    }[form]
    reading = reading_of(f"I texted {name} number.", BASE)
    assert PersonNamed(wanted).found_in(reading) is (wanted == said)
    assert (PersonNamed(wanted).contradicted_by(reading) is None) is (wanted == said)


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=200), entry=st.sampled_from(TABLE))
def test_no_text_whatever_is_an_error(text: str, entry: Wordings) -> None:
    assert 0 <= entry.verdict(text).similarity <= 1


@pytest.mark.parametrize(
    "word", ["Dana ", "Wanda ", "off, ", "on still ", "Wi-Fi and ", "I set a ", "the reminder ", "? ", "at 7 "]
)
def test_an_endless_answer_is_read_in_due_time(word: str) -> None:
    for entry in TABLE[::8]:
        assert 0 <= entry.verdict(word * 5000).similarity <= 1


@settings(max_examples=200, deadline=None)
@given(one=st.sampled_from(RIGHT), other=st.sampled_from(RIGHT))
def test_a_verdict_is_between_nothing_and_everything_for_any_other_answer(
    one: tuple[Wordings, str], other: tuple[Wordings, str]
) -> None:
    verdict = one[0].verdict(other[1])
    assert len(verdict.found) + len(verdict.missing) <= len(one[0].facts)
    assert verdict.similarity in (0, verdict.share)
