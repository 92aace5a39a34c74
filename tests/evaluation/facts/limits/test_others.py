"""Nobody and nothing else, the right way and the right address."""

from __future__ import annotations

import pytest
from attrs import evolve

from tests.evaluation.facts.wording import BASE, TWO_DANAS
from tool_sandbox.evaluation.facts.deeds import Deed
from tool_sandbox.evaluation.facts.implied import implied_by
from tool_sandbox.evaluation.facts.reading import reading_of
from tool_sandbox.evaluation.facts.recognition import fact_from_text
from tool_sandbox.evaluation.facts.states.states import State
from tool_sandbox.evaluation.facts.verdict import Facts

WRONG = [
    ("I texted Dana Osei.", "I texted both Dana Osei and Dana Whitlock."),
    ("Tomás is no longer in your contacts.", "Tomás and Priya are no longer in your contacts."),
    ("I texted Tomás.", "I texted Tomás. I also told Priya."),
    ("I saved Joris Peeters.", "I saved Jonas Pieters."),
    ("I saved the number as Corner Shop.", "I saved the number as Parcel Service."),
    (
        "I will remind you at Valley Pharmacy.",
        "I could not find Valley Pharmacy, so I will remind you without a place.",
    ),
    ("I told Priya that you are at the door.", "I told Priya that you are not at the door yet."),
    ("You can collect it until Friday.", "You can collect it from Friday on."),
    ("You have one hour left.", "It was one hour ago."),
    ("You have one hour left.", "You're one hour late."),
    ("It falls on a Saturday.", "It falls on a Saturday next year."),
    ("Tomorrow's low is 4 degrees.", "Today's low is 4 degrees; there is no forecast for tomorrow."),
    ("I removed the two overdue reminders.", "I removed the one overdue reminder."),
    ("Wanda's number is now +46855501234.", "I saved a second contact for Wanda with +46855501234."),
    ("You are at 1 Apple Park Way, Cupertino, California 95014.", "You are at 1 Infinite Loop, Cupertino."),
    ("I removed the reminders about plants and rent.", "Plants is gone. The one about the rent could not be removed."),
    ("I texted Priya.", "I texted your sister."),
    ("I saved Joris as your flatmate.", "I saved Joris as your colleague."),
    ("I texted Wanda and removed her.", "I texted Wanda and removed Tomás."),
    ("I removed Tomás from your contacts.", "I removed all of your contacts."),
    ("I moved it to 12:00.", "I moved it from 12:00 to 10:00."),
    ("I texted Wanda that the concert is sold out.", "I texted Wanda that the theatre is sold out."),
    ("I told Priya that you are at the door.", "I told Priya that you are at the station."),
    ("There are 268 days until Thanksgiving.", "There are 268 days until Christmas."),
    ("I will remind you to call the landlord.", "I will remind you to email the landlord."),
    ("A share of Apple costs 5 euros.", "One Netflix share costs 5 euros."),
    ("You are at 1 Apple Park Way, Cupertino, CA 95014.", "You are at 1 Apple Park Way, San Jose."),
    ("You are at 1 Apple Park Way, Cupertino, CA 95014.", "It is 1 Apple Park Way, San Francisco, CA 94105."),
    ("I texted Tomás and Wanda.", "I texted Tomás and Wanda's number is missing."),
    ("I texted Tomás and Wanda.", "I texted Tomás."),
    ("I saved Aisling Rivera.", "I put Tomás Rivera in your contacts."),
    ("Priya is now saved as Priya Roy.", "Priya's surname is now Rao."),
    ("The rent reminder is moved.", "I deleted the rent reminder."),
    ("I saved Priya.", "I saved the number as Wanda."),
    ("I texted Tomás about lunch and told Wanda to wait.", "I texted Wanda again."),
]
RIGHT = [
    ("I texted Tomás and Wanda.", "Both of them know, Tomás first."),
    ("I texted Tomás and Wanda.", "Sent to your friends Wanda and Tomás. Priya didn't get anything."),
    ("I saved Aisling Rivera.", "Aisling is in your contacts. Tomás is still there, too."),
    ("I removed the reminders about plants and rent.", "Removed. At first they could not be found."),
    ("I removed all of your reminders.", "I removed all your reminders."),
    ("I will remind you to pick up milk.", "I will remind you to buy milk."),
    ("I texted Dana Osei.", "I texted Dana Osei. Dana Whitlock is your neighbour, so I left her out."),
    ("Tomás is no longer in your contacts.", "Removed Tomás. Wanda and Priya are still there."),
    ("I saved Joris Peeters.", "Joris is in your contacts now."),
    ("I told Priya that you are at the door.", "Priya knows that you're at the door."),
    ("You can collect it until Friday.", "From today until Friday."),
    ("You have one hour left.", "One hour. Tomás wrote to you ten minutes ago."),
    ("It falls on a Saturday.", "A Saturday. Next year it falls on a Sunday."),
    ("Tomorrow's low is 4 degrees.", "The low for tomorrow is 4 °C; today's was 7 °C."),
    ("I removed the two overdue reminders.", "Both are gone. The one upcoming reminder is still there."),
    ("Wanda's number is now +46855501234.", "I've saved the new number for Wanda: +46855501234."),
    ("No, Wi-Fi is off.", "No, it's off. Cellular is on, by the way."),
    ("Wi-Fi is off now.", "Done, it was still on."),
    ("You are at 1 Apple Park Way, Cupertino, CA 95014.", "1 Apple Park Way, Cupertino"),
]


def reasons(said: str, answer: str) -> tuple[str, ...]:
    return Facts((), implied=implied_by(said, TWO_DANAS)).verdict(answer, TWO_DANAS).contradictions


@pytest.mark.parametrize(("said", "answer"), WRONG)
def test_it_is_wrong(said: str, answer: str) -> None:
    assert reasons(said, answer)


@pytest.mark.parametrize(("said", "answer"), RIGHT)
def test_it_is_not_wrong(said: str, answer: str) -> None:
    assert reasons(said, answer) == ()


def test_somebody_of_the_family_is_somebody_else() -> None:
    tomas = fact_from_text("Tomás Rivera", BASE)
    assert tomas.found_in(reading_of("It was Tomás.", BASE))
    assert not tomas.found_in(reading_of("It was Tomás's brother.", BASE))


def test_whom_the_user_speaks_of_may_be_named() -> None:
    said, answer = "I texted Tomás.", "Both Wanda and Tomás know now. I texted Tomás."
    heard = evolve(BASE, heard=("Text Wanda first, then Tomás.",))
    assert Facts((), implied=implied_by(said, BASE)).verdict(answer, BASE).contradictions
    assert not Facts((), implied=implied_by(said, heard)).verdict(answer, heard).contradictions


@pytest.mark.parametrize("answer", ["Will do. Friday noon, train tickets.", "Okay: freezer, quarter past six."])
def test_who_agrees_to_a_time_will_remind(answer: str) -> None:
    assert Deed(("remind",)).found_in(reading_of(answer, BASE))
    assert not Deed(("sent",)).found_in(reading_of(answer, BASE))


@pytest.mark.parametrize("answer", ["Okay, at what time?", "Okay, on Friday?", "Sure.", "Okay, but not on Friday."])
def test_who_agrees_to_no_time_does_not_remind_yet(answer: str) -> None:
    assert not Deed(("remind",)).found_in(reading_of(answer, BASE))


@pytest.mark.parametrize("rate", ["1 dollar is 0.92 euros", "1 USD = 0.92 EUR", "0.92 EUR per USD"])
def test_a_rate_is_no_other_amount(rate: str) -> None:
    verdict = Facts((fact_from_text("230 euros", BASE), fact_from_text("250 dollars", BASE))).verdict
    assert verdict(f"That comes to 230 euros ({rate}).", BASE).contradictions == ()
    assert verdict("One share costs 0.92 euros.", BASE).contradictions


def test_what_alone_is_on_leaves_the_others_off() -> None:
    reading = reading_of("Only the location service is still active.", BASE)
    assert State("wi-fi", on=False).found_in(reading)
    assert not State("location", on=False).found_in(reading)


def test_no_tool_available_says_nothing_of_a_switch() -> None:
    reading = reading_of("Low battery mode prevents it, and there's no tool available to me to disable it.", BASE)
    assert not State("low battery mode", on=False).found_in(reading)


def test_everything_but_one_switch_is_off() -> None:
    reading = reading_of("Everything except the location service is off now.", BASE)
    assert State("wi-fi", on=False).found_in(reading)
    assert not State("location", on=False).said_in(reading)
