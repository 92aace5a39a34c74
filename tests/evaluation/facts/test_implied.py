"""What a good answer holds by itself."""

from __future__ import annotations

import pytest
from attrs import evolve

from tests.evaluation.facts.wording import BASE, TWO_DANAS
from tool_sandbox.evaluation.facts.amounts import Told
from tool_sandbox.evaluation.facts.implied import implied_by
from tool_sandbox.evaluation.facts.reading import reading_of
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.facts.verdict import Facts


def reasons(said: str, answer: str, world: Surroundings = BASE) -> tuple[str, ...]:
    return Facts((), implied=implied_by(said, world)).verdict(answer, world).contradictions


@pytest.mark.parametrize(
    ("said", "answer", "reason"),
    [
        ("Her number is +12065550139.", "It's (206) 555-0193.", "says '(206) 555-0193'"),
        ("It starts at seven.", "It starts at 8 PM", "says '8 PM'"),
        ("It is on Friday.", "It is on Sunday.", "says 'Sunday'"),
        ("You are ten minutes late.", "You are 20 minutes late.", "says '20 minutes'"),
        ("It costs 230 euros.", "It costs €203.", "says '€203'"),
        ("I removed the two overdue reminders.", "I removed three reminders.", "says that there are 'three', not 2"),
        ("I texted Priya.", "I texted Wanda.", "names 'wanda'"),
        ("I texted Dana.", "I texted Wanda.", "names 'wanda'"),
        ("Wi-Fi is on.", "Wi-Fi is off.", "says that Wi-Fi is off, not on"),
        ("It is at Valley Pharmacy.", "It is at Harbor Pharmacy.", "says 'Harbor Pharmacy'"),
        ("The elevator is broken.", "The elevator has been fixed.", "says 'fixed'"),
        ("Tomorrow's low is 4 degrees.", "Tomorrow's high is 4 degrees.", "says 'high'"),
        ("It is the day before the fair.", "I'll remind you the day after the fair.", "says 'day after'"),
        ("Tomorrow's low is 4.0 degrees.", "Tomorrow's high is 4 degrees.", "says 'high'"),
        ("Tomorrow's low is 4 degrees.", "It's 4 degrees outside right now.", "says of 'now'"),
        ("The reminder is now at noon.", "Cake reminder: 12:00 → 10:00", "denies '12:00'"),
        ("Her number is +12065550139.", "+12065550139 -> +12065550193", "denies '+12065550139'"),
        ("You are late.", "You are early.", "says 'early'"),
        ("You are late.", "You are not late.", "denies 'late'"),
        ("You are late.", "I told her that you'll be on time.", "says 'on time'"),
        ("You will be there.", "You can't make it.", "says 'can not make it'"),
        ("The match starts at seven.", "I told Dana, but could not reach Priya.", "says 'but could not reach priya'"),
        ("The match starts at seven.", "I told Dana, but couldn't reach Priya.", "says 'but could not reach priya'"),
        ("I told Tomás and Priya.", "I told Tomás, but haven't told Priya.", "says 'but have not told priya'"),
        ("The key is at the shop.", "The key is not at the shop.", "denies 'the key is not at the shop'"),
    ],
)  # fmt: skip
def test_it_must_not_be_got_wrong(said: str, answer: str, reason: str) -> None:
    assert reasons(said, answer, TWO_DANAS)[0].startswith(reason)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("I removed the two overdue reminders.", "Removed. You still have 1 upcoming reminder."),
        ("I removed the two overdue reminders.", "Removed. One reminder remains."),
        ("The elevator is broken.", "She'll be told when it is fixed."),
        ("The elevator is broken.", "Broken it is, hopefully it gets fixed soon."),
        ("You are late.", "She knows."),
        ("Wi-Fi is on.", "You can turn it off at any time."),
        ("Tomás Rivera is now marked as a colleague.", "Tomás Rivera is no longer a friend but a colleague."),
        ("The reminder is now at noon.", "I moved it from 10:00 to 12:00."),
        ("The cake is half an hour earlier, at 9:30.", "**Old time:** 10:00\n**New time:** 9:30 (−30 min)"),
        ("The cake is due at noon.", "Old time: today, 10:00 AM. It's two hours later now."),
        ("There are 268 days until Thanksgiving.", "Just 268 days to go until turkey time 🦃"),
        ("Low battery mode is off.", "Done, your battery is high enough."),
        ("There are 268 days until Thanksgiving.", "It is on November 26."),
        ("Tomorrow's low is 4 degrees.", "It will be 4 degrees at night, with a high of 15 degrees in the afternoon."),
        ("Tomorrow's low is 4.0 degrees.", "It will go down to 4 degrees, the high is 15.5."),
        ("It is the day before the fair.", "I'll remind you the day before the fair, not the day after."),
        ("The match starts at seven.", "It's 9 AM now, so there is time."),
        ("The match starts at seven.", "At first I could not reach Priya, then she got it."),
        ("The match starts at seven.", "The text was sent at 9:01 AM."),
        ("I removed Wanda.", "Removed. Tomás and Priya are still in your contacts."),
        ("I removed Wanda.", "Removed, only Tomás is left."),
        ("Wi-Fi is off.", "I can't look it up, that requires Wi-Fi to be on."),
        ("I texted Priya at 9 AM.", "Should I text Wanda at 10 AM?"),
    ],
)
def test_it_may_be_left_out_and_added_to(said: str, answer: str) -> None:
    assert reasons(said, answer) == ()


@pytest.mark.parametrize("said", ["", "Done.", "I have not sent it.", "Is it on?"])
def test_what_says_nothing_implies_nothing(said: str) -> None:
    assert implied_by(said, BASE) == ()


def test_a_good_answer_never_contradicts_itself() -> None:
    said = "It was off, late and at 10 AM; now it is on, early and at 9:30 AM for Priya, not for Wanda."
    assert reasons(said, said) == ()


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("I texted Dana that it costs 425.39 dollars.", True),
        ("I told Dana it's 425.39 dollars.", True),
        ("I told Dana it's 409.93 dollars.", False),
        ("I told Dana. A share cost 95 dollars last year.", True),
    ],
)
def test_what_somebody_was_told_is_what_had_to_be_written(text: str, *, right: bool) -> None:
    world = evolve(BASE, written=("425 dollars a share", "USD", "20%"))
    reading = reading_of(text, world)
    facts = implied_by("I told Dana Osei.", world)
    assert all(fact.contradicted_by(reading) is None for fact in facts if isinstance(fact, Told)) is right


def test_a_span_that_is_not_got_through_is_no_other() -> None:
    assert reasons("It lasts 5 hours, less than 6 hours.", "It won't make it through 6 hours.") == ()
