from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import pytest

import tool_sandbox.tools
from tests.tool_modules import use_extra_tool_modules
from tool_sandbox.common import tool_discovery
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox.common.tool_discovery import (
    ToolBackend,
    find_tools_by_module,
    get_all_tools,
    get_scrambled_tool_names,
    rank_tools_by_similarity,
)
from tool_sandbox.tools import contact, messaging

DISCOVERY_ORDER = (  # noqa: SIM905 -- 34 lines of one name each would hide the order
    "add_contact modify_contact remove_contact search_contacts get_cellular_service_status search_messages "
    "send_message_with_phone_number convert_currency get_current_location get_location_service_status get_wifi_status "
    "search_lat_lon search_location_around_lat_lon search_stock search_weather_around_lat_lon add_reminder "
    "modify_reminder remove_reminder search_reminder get_low_battery_mode_status set_cellular_service_status "
    "set_location_service_status set_low_battery_mode_status set_wifi_status end_conversation "
    "calculate_lat_lon_distance datetime_info_to_timestamp get_current_timestamp search_holiday "
    "seconds_to_hours_minutes_seconds shift_timestamp timestamp_diff timestamp_to_datetime_info unit_conversion"
).split()

SCRAMBLED = {
    "contact": "add_contact modify_contact remove_contact search_contacts",
    "messaging": "search_messages send_message_with_phone_number",
    "rapid_api_search_tools": (
        "convert_currency search_lat_lon search_location_around_lat_lon search_stock search_weather_around_lat_lon"
    ),
    "reminder": "add_reminder modify_reminder remove_reminder search_reminder",
    "setting": (
        "get_cellular_service_status get_current_location get_location_service_status get_low_battery_mode_status "
        "get_wifi_status set_cellular_service_status set_location_service_status set_low_battery_mode_status "
        "set_wifi_status"
    ),
    "user_tools": "end_conversation",
    "utilities": (
        "calculate_lat_lon_distance datetime_info_to_timestamp get_current_timestamp search_holiday "
        "seconds_to_hours_minutes_seconds shift_timestamp timestamp_diff timestamp_to_datetime_info unit_conversion"
    ),
}


def module_with(name: str, **members: Any) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(members)
    return module


def tool_named(name: str) -> Any:
    def function() -> None:
        """Do nothing."""

    function.__name__ = name
    return register_as_tool()(function)


def test_tools_come_in_the_order_of_the_original() -> None:
    assert list(get_all_tools(ToolBackend.DEFAULT)) == DISCOVERY_ORDER


def test_imported_tools_count_as_members_of_a_module() -> None:
    assert set(find_tools_by_module(messaging, ToolBackend.DEFAULT)) == {
        "search_contacts",
        "get_cellular_service_status",
        "send_message_with_phone_number",
        "search_messages",
    }


def test_scrambled_names_are_numbered_per_module_in_alphabetical_order() -> None:
    expected = {
        real: f"{module}_{number}" for module, names in SCRAMBLED.items() for number, real in enumerate(names.split())
    }
    scrambled = get_scrambled_tool_names(get_all_tools(ToolBackend.DEFAULT).values())
    assert scrambled == expected
    assert list(scrambled) == list(expected)


def test_functions_that_are_not_registered_are_no_tools() -> None:
    module = module_with("shop", order=tool_named("order"), helper=lambda: None)
    assert list(find_tools_by_module(module, ToolBackend.DEFAULT)) == ["order"]


def test_tools_of_lower_modules_come_first_and_unrelated_modules_are_not_entered() -> None:
    below = module_with("shop.zoo", z_tool=tool_named("z_tool"))
    elsewhere = module_with("other", o_tool=tool_named("o_tool"))
    module = module_with("shop", a_tool=tool_named("a_tool"), zoo=below, other=elsewhere)
    assert list(find_tools_by_module(module, ToolBackend.DEFAULT)) == ["z_tool", "a_tool"]


def test_two_different_tools_of_one_name_and_backend_are_refused() -> None:
    with pytest.raises(KeyError) as caught:
        tool_discovery._extract_tools([("order", tool_named("order")), ("order", tool_named("order"))])
    assert re.match(".*tools.*same name.*backend.*", str(caught.value))


def test_a_tool_met_twice_is_one_tool() -> None:
    tool = tool_named("order")
    assert tool_discovery._extract_tools([("order", tool), ("order", tool)]) == {
        "order": {ToolBackend.DEFAULT: tool},
    }


def test_modules_of_users_are_searched_after_ours_while_they_are_chosen() -> None:
    own = tool_named("book_table")
    with use_extra_tool_modules(module_with("restaurant", book_table=own)):
        tools = get_all_tools(ToolBackend.DEFAULT)
        context = ExecutionContext()
    assert list(tools) == [*DISCOVERY_ORDER, "book_table"]
    assert context.name_to_tool["book_table"] is own
    assert "book_table" not in get_all_tools(ToolBackend.DEFAULT)


def test_a_users_tool_cannot_silently_replace_one_of_ours() -> None:
    with (
        use_extra_tool_modules(module_with("mine", add_contact=tool_named("add_contact"))),
        pytest.raises(KeyError, match="add_contact"),
    ):
        get_all_tools(ToolBackend.DEFAULT)


@pytest.mark.parametrize("targets", [None, []])
def test_without_targets_all_tools_are_ranked_in_discovery_order(targets: list[str] | None) -> None:
    assert rank_tools_by_similarity(targets, tool_sandbox.tools, ToolBackend.DEFAULT) == DISCOVERY_ORDER


def test_tools_of_the_targets_module_rank_first_then_those_of_similar_names() -> None:
    ranked = rank_tools_by_similarity(["search_contacts"], tool_sandbox.tools, ToolBackend.DEFAULT)
    assert set(ranked[:3]) == {"add_contact", "modify_contact", "remove_contact"}
    assert len(ranked) == len(DISCOVERY_ORDER) - 1
    assert ranked.index("search_messages") < ranked.index("unit_conversion")


def test_equally_similar_tools_stay_in_discovery_order() -> None:
    ranked = rank_tools_by_similarity(["remove_contact"], contact, ToolBackend.DEFAULT)
    assert set(ranked) == {"add_contact", "modify_contact", "search_contacts"}


def test_ranking_by_an_unknown_tool_is_refused() -> None:
    with pytest.raises(KeyError, match="fly_to_moon"):
        rank_tools_by_similarity(["fly_to_moon"], tool_sandbox.tools, ToolBackend.DEFAULT)


def test_one_tool_is_for_the_user_and_the_others_for_the_agent() -> None:
    tools: dict[str, Any] = get_all_tools(ToolBackend.DEFAULT)
    for_user = [name for name, tool in tools.items() if tool.visible_to == ("USER",)]
    for_agent = [name for name, tool in tools.items() if tool.visible_to == ("AGENT",)]
    assert for_user == ["end_conversation"]
    assert len(for_agent) == 33
