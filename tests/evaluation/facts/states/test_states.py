"""What an answer says is on or off."""

from __future__ import annotations

import pytest
from attrs import evolve

from tests.evaluation.facts.wording import BASE
from tool_sandbox.evaluation.facts.reading import reading_of
from tool_sandbox.evaluation.facts.states.states import State

SAID: dict[str, dict[str, bool | None]] = {
    "Wi-Fi is off.": {"wi-fi": False},
    "Wi-Fi isn't off.": {"wi-fi": True},
    "Low battery mode blocks Wi-Fi, and I can't turn that mode off.": {"low battery mode": True, "wi-fi": None},
    "Wi-Fi is off and I'm not able to switch it on. Pop it on yourself!": {"wi-fi": False},
    "**Wi-Fi:** on → **off** ✅\n\nNo other settings were changed.": {"wi-fi": False},
    "Low battery mode: on -> off\nCellular: off -> on": {"low battery mode": False, "cellular": True},
    "| | Before | After |\n|---|---|---|\n| Wi-Fi | On | Off |": {"wi-fi": False},
    "Wi-Fi: ~~on~~ off": {"wi-fi": False},
    "Wi-Fi went from on to off.": {"wi-fi": False},
    "Wi-Fi was on; now it isn't.": {"wi-fi": False},
    "Called `set_wifi_status(on=true)`: refused.": {},
    "Everything is off, GPS too.": {"location": False},
    "No more Wi-Fi or cell signal, but GPS keeps going.": {"wi-fi": False, "cellular": False},
    "No more Wi-Fi or cell, GPS keeps running.": {"wi-fi": False, "cellular": False, "location": True},
    "No more Wi-Fi, cell or GPS.": {"wi-fi": False, "cellular": False, "location": False},
    "No Wi-Fi, GPS and cell are on.": {"wi-fi": False, "cellular": True, "location": True},
    "Wi-Fi and cell are history.": {"wi-fi": False, "cellular": False},
    "Two off, one on: Wi-Fi and cellular are off; GPS is on.": {"wi-fi": False, "cellular": False, "location": True},
    "You're off Wi-Fi.": {"wi-fi": False},
    "Wi-Fi ❌, cell ❌, GPS ✅": {"wi-fi": False, "cellular": False, "location": True},
    "Switching Wi-Fi on is beyond me.": {},
    "I have no way of turning Wi-Fi on.": {},
    "There's no tool for disabling low battery mode.": {},
    "Turning that mode off isn't possible, and Wi-Fi is off.": {"wi-fi": False},
    "You've got Wi-Fi.": {"wi-fi": True},
    "Your phone isn't using Wi-Fi any more.": {"wi-fi": False},
    "You are without Wi-Fi now.": {"wi-fi": False},
    "Both are cut (Wi-Fi and cellular) and GPS is on.": {"wi-fi": False, "cellular": False, "location": True},
    "Wi-Fi ❌\nCellular ❌\nLocation ✅": {"wi-fi": False, "cellular": False, "location": True},
    "Wi-Fi off ✅": {"wi-fi": False},
    "I switched cellular on for it and off again.": {"cellular": False},
    "The phone won't allow it as long as low battery mode is on.": {"low battery mode": True},
    "After switching off low battery mode I could turn on Wi-Fi.": {"low battery mode": False, "wi-fi": True},
    "Wi-Fi works now.": {"wi-fi": True},
    "No Wi-Fi, no cell, and your GPS keeps running.": {"wi-fi": False, "cellular": False, "location": True},
    "I have no Wi-Fi tool.": {},
    "Wi-Fi is on. There's no signal yet.": {"wi-fi": True, "cellular": False},
    "It's on; the battery saver isn't.": {"low battery mode": False},
    "You're disconnected from Wi-Fi and cellular, and your location service keeps running.": {
        "wi-fi": False,
        "cellular": False,
        "location": True,
    },
    "Your phone is in low battery mode, and Wi-Fi won't turn on.": {"low battery mode": True, "wi-fi": False},
    "Wi-Fi was on and has now been switched off.": {"wi-fi": False},
    "Wi-Fi was off and is now on.": {"wi-fi": True},
    "Wi-Fi was on and location is off.": {"location": False},
    "Low battery mode is on, which keeps Wi-Fi from being enabled.": {"low battery mode": True, "wi-fi": False},
    "Switch that mode off, then ask me to turn Wi-Fi on.": {},
    "Wi-Fi no longer works.": {"wi-fi": False},
    "Wi-Fi is no longer on": {"wi-fi": False},
    "Wi-Fi is not off anymore.": {"wi-fi": True},
    "Wi-Fi is off, cellular isn't.": {"wi-fi": False, "cellular": True},
    "Your wireless was cut.": {"wi-fi": False},
    "WLAN disabled": {"wi-fi": False},
    "The Wi-Fi's back on.": {"wi-fi": True},
    "GPS is still running": {"location": True},
    "Location tracking is inactive": {"location": False},
    "Mobile data: on": {"cellular": True},
    "Wi-Fi, cellular and GPS are all off.": {"wi-fi": False, "cellular": False, "location": False},
    "Neither Wi-Fi nor cellular is on.": {"wi-fi": False, "cellular": False},
    "Wi-Fi and cellular are not on.": {"wi-fi": False, "cellular": False},
    "I turned off Wi-Fi and cellular but left GPS on": {"wi-fi": False, "cellular": False, "location": True},
    "I turned off Wi-Fi and cellular, and location is still on.": {"wi-fi": False, "cellular": False, "location": True},
    "I turned off Wi-Fi and location is on.": {"wi-fi": False, "location": True},
    "Turned off: Wi-Fi, cellular. Still on: GPS.": {"wi-fi": False, "cellular": False, "location": True},
    "Off: Wi-Fi and cellular; on: location": {"wi-fi": False, "cellular": False, "location": True},
    "Wi-Fi off, cellular off, GPS on": {"wi-fi": False, "cellular": False, "location": True},
    "- Wi-Fi — off\n- Cellular — off\n- Location — on": {"wi-fi": False, "cellular": False, "location": True},
    "1. Wi-Fi: **Disabled**\n2. GPS: **Enabled**": {"wi-fi": False, "location": True},
    "Wi-Fi was off, so I switched it on.": {"wi-fi": True},
    "Wi-Fi was on, but I have turned it off now.": {"wi-fi": False},
    "I enabled Wi-Fi after disabling low battery mode.": {"wi-fi": True, "low battery mode": False},
    "Low power mode had to be switched off so that Wi-Fi could be turned on.": {"low battery mode": False},
    "I was able to turn on Wi-Fi.": {"wi-fi": True},
    "I wasn't able to turn on Wi-Fi.": {"wi-fi": False},
    "I couldn't turn Wi-Fi off.": {"wi-fi": True},
    "Wi-Fi cannot be switched on.": {"wi-fi": False},
    "I did not touch GPS; I only disabled Wi-Fi.": {"wi-fi": False},
    "With Wi-Fi off, your phone saves power.": {"wi-fi": False},
    "I switched wifi off and cellular too.": {"wi-fi": False, "cellular": False},
    "Wi-Fi is off, and so is cellular.": {"wi-fi": False, "cellular": False},
    "Cellular's on, Wi-Fi's off.": {"cellular": True, "wi-fi": False},
    "GPS will stay on.": {"location": True},
    "Wi-Fi has now been successfully turned off.": {"wi-fi": False},
    "I checked your Wi-Fi. It's off.": {"wi-fi": False},
    "No, your Wi-Fi connection is currently disabled.": {"wi-fi": False},
    "The Wi-Fi on your phone is off.": {"wi-fi": False},
    "Battery saver is disabled; wireless is up.": {"low battery mode": False, "wi-fi": True},
    "Wifi: OFF | Cellular: ON | Location: ON": {"wi-fi": False, "cellular": True, "location": True},
    "Wi-Fi is not on: low battery mode is active.": {"wi-fi": False, "low battery mode": True},
    "I could not look it up as your Wi-Fi is presently disabled.": {"wi-fi": False},
    "I need Wi-Fi to look that up, and it is off.": {"wi-fi": False},
    "I turned them both off: Wi-Fi and cellular.": {},
    # These state nothing.
    "Turn off the wifi": {"wi-fi": None},
    "Low battery mode has to go off first.": {"low battery mode": None},
    "I need Wi-Fi to look that up.": {"wi-fi": None},
    "Please switch Wi-Fi on.": {"wi-fi": None},
    "Is Wi-Fi off?": {"wi-fi": None},
    "Should I turn Wi-Fi off?": {"wi-fi": None},
    "I can turn Wi-Fi off for you.": {"wi-fi": None},
    "I will turn off Wi-Fi.": {"wi-fi": None},
    "If Wi-Fi is on, turn it off.": {"wi-fi": None},
    "Let me know if you want Wi-Fi on again.": {"wi-fi": None},
    "You can turn Wi-Fi back on at any time.": {"wi-fi": None},
    "I looked at Wi-Fi on Friday.": {"wi-fi": None},
    "The Wi-Fi password is on the fridge.": {"wi-fi": None},
    "I saved his cell number on your phone.": {"cellular": None},
    "To turn Wi-Fi on, open the settings.": {"wi-fi": None},
    "Wi-Fi was off, so I switched it on for a moment.": {},
    "An unknown number asks to turn on low battery mode.": {"low battery mode": None},
    "I'm only able to turn Wi-Fi off at once, not at ten.": {"wi-fi": None},
    "I was able to turn Wi-Fi off.": {"wi-fi": False},
    "I can turn low battery mode off and location back on.": {"location": None, "low battery mode": None},
    "The phone is in low battery mode and GPS is off as a result.": {"low battery mode": True, "location": False},
    "I can't text with low battery mode on.": {"low battery mode": True},
    "Low battery mode is on, and Wi-Fi can't be enabled while it's active.": {"wi-fi": False},
    "Cut wifi and cell, but keep GPS running": {"wi-fi": None, "cellular": None, "location": None},
}  # fmt: skip


@pytest.mark.parametrize("text", SAID)
def test_states_are_read_in_any_words(text: str) -> None:
    reading = reading_of(text, BASE)
    for subject, on in SAID[text].items():
        found = {value: State(subject, value).found_in(reading) for value in (True, False)}
        assert found == {True: on is True, False: on is False}, subject


@pytest.mark.parametrize("text", [text for text, states in SAID.items() if set(states.values()) & {True, False}])
def test_the_opposite_state_contradicts(text: str) -> None:
    for subject, on in SAID[text].items():
        if on is not None:
            assert State(subject, not on).contradicted_by(reading_of(text, BASE)) is not None, subject


@pytest.mark.parametrize("text", [text for text, states in SAID.items() if set(states.values()) == {None}])
def test_what_states_nothing_contradicts_nothing(text: str) -> None:
    for subject in SAID[text]:
        assert State(subject, on=True).contradicted_by(reading_of(text, BASE)) is None
        assert State(subject, on=False).contradicted_by(reading_of(text, BASE)) is None


def test_it_alone_is_whatever_the_answer_is_about() -> None:
    reading = reading_of("Done, it's off!", BASE)
    assert State("wi-fi", on=False).found_in(reading)
    assert State("wi-fi", on=True).contradicted_by(reading) == "says that Wi-Fi is off, not on"


def test_it_may_be_another_than_one_that_has_to_be_named() -> None:
    assert State("wi-fi", on=False, named=True).contradicted_by(reading_of("It's on.", BASE)) is None
    assert State("wi-fi", on=False, named=True).contradicted_by(reading_of("Wi-Fi is on.", BASE)) is not None


def test_done_says_every_state_where_no_switch_is_spoken_of() -> None:
    assert State("wi-fi", on=False).found_in(reading_of("Done!", BASE))
    assert not State("wi-fi", on=False).said_in(reading_of("Done!", BASE))
    assert not State("wi-fi", on=False).found_in(reading_of("Done! Low battery mode is off.", BASE))
    assert State("wi-fi", on=False).found_in(reading_of("Done! Low battery mode is untouched.", BASE))


def test_it_is_the_switch_that_was_named_last() -> None:
    reading = reading_of("Low battery mode is off. I looked at Wi-Fi. It is on.", BASE)
    assert State("wi-fi", on=True).found_in(reading)
    assert not State("cellular", on=True).found_in(reading)


def test_left_as_it_was_says_either_state() -> None:
    reading = reading_of("Wi-Fi is off. I left GPS untouched.", BASE)
    assert State("location", on=True).found_in(reading)
    assert State("location", on=True).contradicted_by(reading) is None


def test_any_subject_has_states() -> None:
    reading = reading_of("The kitchen light is off and Wi-Fi is on.", BASE)
    assert State("the kitchen light", on=False).found_in(reading)
    assert State("kitchen light", on=True).contradicted_by(reading) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Low battery mode is blocking Wi-Fi and I can't disable it from here.",
        "I've taken the location off the reminder and kept the time.",
    ],
)
def test_what_one_cannot_switch_or_takes_off_something_says_no_state(text: str) -> None:
    reading = reading_of(text, BASE)
    assert not any(State(name, on=on).said_in(reading) for name in ("wi-fi", "location") for on in (True, False))


def test_out_of_a_mode_is_off() -> None:
    reading = reading_of("Done, out of low battery mode, and wifi, signal and location are all back.", BASE)
    assert State("low battery mode", on=False).said_in(reading)
    assert all(State(name, on=True).said_in(reading) for name in ("wi-fi", "cellular", "location"))


def test_of_it_alone_says_no_word_of_a_forbidden_state() -> None:
    assert not State("wi-fi", on=False).said_in(reading_of("It's off.", BASE))
    assert State("wi-fi", on=False).said_in(reading_of("Wi-Fi is off.", BASE))
    asked = evolve(BASE, heard=("Is Wi-Fi on?",))
    assert State("wi-fi", on=False).said_in(reading_of("It was on, so I turned it off.", asked))
