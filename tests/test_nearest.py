from __future__ import annotations

from tool_sandbox.nearest import hint, nearest

NAMES = ["text_boss_by_relationship", "text_boss_in_low_battery_mode", "switch_wifi_off"]


def test_mistyped_names_come_first_then_those_that_begin_so() -> None:
    assert nearest("switch_wifi_of", NAMES) == ["switch_wifi_off"]
    assert nearest("text_bo", NAMES) == NAMES[:2]
    assert nearest("", NAMES) == []


def test_a_hint_names_what_is_near_or_all_there_is() -> None:
    assert hint("switch_wifi", NAMES) == "did you mean 'switch_wifi_off'?"
    assert hint("zzz", NAMES) == f"expected one of {', '.join(NAMES)}."
    assert hint("zzz", [f"name_{number}" for number in range(21)]).startswith("there are 21 to choose from, such as")
