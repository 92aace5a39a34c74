"""Agents that solve a scenario but for one thing, and what an explanation of their score has to say first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import frozen

from tests.scenarios.playing import Action

SCENARIOS = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")

SOLUTIONS: dict[str, tuple[Action, ...]] = {
    "text_plumber": (
        ("set_cellular_service_status", {"on": True}),
        ("search_contacts", {"name": "Dana Osei"}),
        ("send_message_with_phone_number", {"phone_number": "+12065550161", "content": "Running ten minutes late"}),
        "I let Dana Osei know.",
    ),
    "wifi_off": (("set_wifi_status", {"on": False}), "Wi-Fi is off now."),
    "new_number": (
        ("search_contacts", {"name": "Wanda"}),
        ("modify_contact", {"person_id": "wanda", "phone_number": "+46855501234"}),
        "Wanda's number is now +46855501234.",
    ),
    "forget_friend": (
        ("search_contacts", {"name": "Tomás Rivera"}),
        ("remove_contact", {"person_id": "tomas"}),
        "Tomás Rivera is no longer in your contacts.",
    ),
    "miles": (
        ("unit_conversion", {"amount": 5, "from_unit": "mile", "to_unit": "kilometer"}),
        "5 miles are 8.05 kilometers.",
    ),
    "two_steps": (
        ("set_low_battery_mode_status", {"on": False}),
        ("set_wifi_status", {"on": True}),
        "Wi-Fi is on.",
    ),
}
"""What solves each scenario; ids of people are the keys under which their world has them."""

Actions = tuple[Action, ...]
Change = Callable[[Actions], Actions]


@frozen
class Broken:
    """An agent that solves a scenario but for one thing.

    Args:
        scenario: Name of the scenario.
        change: From the solution to what it does.
        cause: What the first line of the explanation says.
    """

    scenario: str
    change: Change
    cause: str

    def actions(self) -> Actions:
        """What it does."""
        return self.change(SOLUTIONS[self.scenario])


def dropping(*positions: int) -> Change:
    """Some steps are left out."""
    return lambda actions: tuple(each for at, each in enumerate(actions) if at not in positions)


def calling(position: int, **arguments: Any) -> Change:
    """A call has other arguments; ``None`` takes one away."""

    def change(actions: Actions) -> Actions:
        call = actions[position]
        assert isinstance(call, tuple)
        kept = {name: value for name, value in {**call[1], **arguments}.items() if value is not None}
        return (*actions[:position], (call[0], kept), *actions[position + 1 :])

    return change


def adding(position: int, *more: Action) -> Change:
    """There are more steps."""
    return lambda actions: (*actions[:position], *more, *actions[position:])


def saying(text: str) -> Change:
    """The last words are others."""
    return lambda actions: (*actions[:-1], text)


def ordered(*positions: int) -> Change:
    """The steps come in another order."""
    return lambda actions: tuple(actions[at] for at in positions)


def only(*actions: Action) -> Change:
    """It does something else altogether."""
    return lambda _: actions


BROKEN = [
    # A step is left out.
    Broken("text_plumber", dropping(0), "online: setting.cellular: wanted true, was false after every message"),
    Broken("text_plumber", dropping(1), "found: search_contacts was not called"),
    Broken("text_plumber", dropping(2), "sent: no row was added to messaging"),
    Broken(
        "text_plumber",
        dropping(3),
        '"Anything else?"  does not say that the text was sent, nor name Dana',
    ),
    Broken("wifi_off", dropping(0), "talked, 0 of 1 tools called; off: setting.wifi: wanted false, was true"),
    Broken("new_number", dropping(0), "found: search_contacts was not called"),
    Broken("new_number", dropping(1), "changed: no row was changed in contact"),
    Broken("forget_friend", dropping(1), "gone: no row was removed from contact"),
    Broken("miles", dropping(0), "talked, 0 of 1 tools called; converted: unit_conversion was not called"),
    Broken("two_steps", dropping(1), "wifi_on: [17] set_low_battery_mode_status(on=False)  setting.wifi: wanted true"),
    # An argument is wrong.
    Broken("text_plumber", calling(1, name="Dana"), 'name of search_contacts was "Dana", wanted "Dana Osei"'),
    Broken("text_plumber", calling(1, name=None, relationship="plumber"), "name of search_contacts was not given"),
    Broken(
        "text_plumber",
        calling(2, phone_number="+12065550127"),
        'messaging.recipient_phone_number: wanted "+12065550161", was "+12065550127"',
    ),
    Broken("text_plumber", calling(2, content="Running late"), "messaging.content: does not say 10 minutes"),
    Broken("text_plumber", calling(0, on=False), "online: setting.cellular: wanted true"),
    Broken("wifi_off", calling(0, on=True), "off: setting.wifi: wanted false, was true after every message"),
    Broken(
        "new_number", calling(1, phone_number="+46855501243"), 'contact.phone_number: wanted "+46855501234", was "+4685'
    ),
    Broken("new_number", calling(1, person_id="tomas"), 'contact.name: wanted "Wanda Ekström", was "Tomás Rivera"'),
    Broken("forget_friend", calling(1, person_id="wanda"), 'contact.phone_number: wanted "+12065550127", was "+120655'),
    Broken("miles", calling(0, amount=6), "amount of unit_conversion was 6, wanted 5"),
    Broken("miles", calling(0, to_unit="meter"), 'to_unit of unit_conversion was "meter", wanted "kilometer"'),
    # The order is wrong.
    Broken("new_number", ordered(2, 0, 1), 'told: [16] "Wanda\'s number is now +46855501234."  came before changed'),
    Broken("forget_friend", ordered(2, 0, 1), "came before gone [21]"),
    Broken("miles", ordered(1, 0), 'told: [16] "5 miles are 8.05 kilometers."  came before converted [19]'),
    Broken("wifi_off", ordered(1, 0), 'told: [16] "Wi-Fi is off now."  came before off [19]'),
    Broken("two_steps", ordered(1, 0, 2), "[17] set_wifi_status(on=True) failed: PermissionError"),
    # Something forbidden is called.
    Broken(
        "text_plumber",
        adding(2, ("send_message_with_phone_number", {"phone_number": "+12065550172", "content": "Late"})),
        'wrong_dana: [21] send_message_with_phone_number(phone_number="+12065550172", content="Late")  '
        "Dana Whitlock is the neighbour.",
    ),
    Broken(
        "wifi_off",
        adding(1, ("set_cellular_service_status", {"on": False})),
        "flight: [19] set_cellular_service_status(on=False)  Only Wi-Fi was meant.",
    ),
    Broken(
        "new_number",
        adding(0, ("add_contact", {"name": "Wanda", "phone_number": "+46855501234"})),
        'second_wanda: [16] add_contact(name="Wanda", phone_number="+46855501234")  She would be there twice.',
    ),
    # Something else changes on the way.
    Broken(
        "text_plumber",
        adding(2, ("add_contact", {"name": "Dana", "phone_number": "+12065550199"})),
        "[21] 1 row added to contact, which may_change does not allow",
    ),
    Broken(
        "new_number",
        adding(1, ("set_wifi_status", {"on": False})),
        "[19] changed setting.wifi true → false",
    ),
    Broken(
        "forget_friend",
        adding(1, ("set_cellular_service_status", {"on": False})),
        "changed setting.cellular",
    ),
    Broken(
        "text_plumber",
        adding(3, ("send_message_with_phone_number", {"phone_number": "+12065550161", "content": "Sorry"})),
        "also changed, which nobody asked for: added to messaging: ",
    ),
    Broken(
        "forget_friend",
        adding(2, ("remove_contact", {"person_id": "wanda"})),
        "also changed, which nobody asked for: removed from contact: ",
    ),
    Broken(
        "miles",
        adding(1, ("set_wifi_status", {"on": False})),
        "[19] changed setting.wifi true → false",
    ),
    # The words are wrong.
    Broken("text_plumber", saying("I let Wanda Ekström know."), 'told: [22] "I let Wanda Ekström know."  names'),
    Broken("text_plumber", saying("I could not reach Dana Osei."), "says that the text was not sent"),
    Broken("wifi_off", saying("Wi-Fi is on now."), 'told: [18] "Wi-Fi is on now."  says that Wi-Fi is on, not off'),
    Broken("new_number", saying("Done."), 'told: [20] "Done."  is 0.00 like "Wanda\'s number is now +46855501234."'),
    Broken("miles", saying("5 miles are 9.05 kilometers."), '"5 miles are 9.05 kilometers."  says'),
    # It only talks.
    Broken("text_plumber", only("Dana Osei has been told."), "talked, 0 of 3 tools called; online: "),
]
