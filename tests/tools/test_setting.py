from __future__ import annotations

from typing import Any

import pytest

from tests.tools.worlds import change_setting
from tool_sandbox.common.execution_context import DatabaseNamespace, ExecutionContext
from tool_sandbox.tools import setting

SERVICES = {
    "cellular": (setting.set_cellular_service_status, setting.get_cellular_service_status),
    "wifi": (setting.set_wifi_status, setting.get_wifi_status),
    "location_service": (setting.set_location_service_status, setting.get_location_service_status),
    "low_battery_mode": (setting.set_low_battery_mode_status, setting.get_low_battery_mode_status),
}
SWITCHED_OFF_BY_LOW_BATTERY = ("cellular", "wifi", "location_service")


def settings(context: ExecutionContext) -> dict[str, Any]:
    return dict(context.rows(DatabaseNamespace.SETTING)[0])


@pytest.mark.parametrize("name", SERVICES)
def test_a_setting_can_be_switched_both_ways(world: ExecutionContext, name: str) -> None:
    switch, status = SERVICES[name]
    before = status()
    switch(not before)
    assert status() is (not before)
    assert settings(world)[name] is (not before)
    switch(before)
    assert status() is before


@pytest.mark.parametrize("name", SERVICES)
def test_a_setting_that_is_so_already_is_named_with_its_state(world: ExecutionContext, name: str) -> None:
    switch, status = SERVICES[name]
    with pytest.raises(ValueError, match=f"{name}.*{'enabled' if status() else 'disabled'}"):
        switch(status())


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("on", ["yes", 1, None])
def test_a_setting_is_on_or_off_and_nothing_else(world: ExecutionContext, name: str, on: Any) -> None:
    with pytest.raises(TypeError, match="bool"):
        SERVICES[name][0](on)


def test_low_battery_mode_switches_the_services_off_in_one_snapshot(world: ExecutionContext) -> None:
    change_setting(world, wifi=False)
    setting.set_low_battery_mode_status(True)
    assert [settings(world)[name] for name in SWITCHED_OFF_BY_LOW_BATTERY] == [False, False, False]


def test_leaving_low_battery_mode_brings_no_service_back(world: ExecutionContext) -> None:
    setting.set_low_battery_mode_status(True)
    setting.set_low_battery_mode_status(False)
    assert [settings(world)[name] for name in SWITCHED_OFF_BY_LOW_BATTERY] == [False, False, False]


@pytest.mark.parametrize("name", SWITCHED_OFF_BY_LOW_BATTERY)
def test_no_service_can_be_switched_on_in_low_battery_mode(world: ExecutionContext, name: str) -> None:
    setting.set_low_battery_mode_status(True)
    with pytest.raises(PermissionError, match=f"{name.split('_', maxsplit=1)[0]}.*low battery mode"):
        SERVICES[name][0](True)
    with pytest.raises(ValueError, match="disabled"):
        SERVICES[name][0](False)


def test_the_location_setter_looks_at_the_battery_before_the_type(world: ExecutionContext) -> None:
    setting.set_low_battery_mode_status(True)
    untyped: Any = setting
    with pytest.raises(PermissionError):
        untyped.set_location_service_status("yes")
    with pytest.raises(TypeError):
        untyped.set_wifi_status("yes")


def test_the_location_is_known_while_location_service_is_on(world: ExecutionContext) -> None:
    assert setting.get_current_location() == {"latitude": 37.334606, "longitude": -122.009102}
    setting.set_location_service_status(False)
    with pytest.raises(PermissionError, match=r"[Ll]ocation service"):
        setting.get_current_location()


@pytest.mark.parametrize("name", ["bluetooth", "latitude", "device_id"])
def test_what_is_no_switch_is_a_key_error(world: ExecutionContext, name: str) -> None:
    with pytest.raises(KeyError, match=name):
        setting.get_boolean_settings(name)
    with pytest.raises(KeyError, match=name):
        setting.set_boolean_settings(name, True)


def test_setting_helpers_check_types(world: ExecutionContext) -> None:
    untyped: Any = setting
    with pytest.raises(TypeError):
        untyped.get_boolean_settings(3)
    with pytest.raises(TypeError):
        untyped.set_boolean_settings("wifi", "off")


def test_a_change_belongs_to_the_message_that_comes_next(world: ExecutionContext) -> None:
    world.add_rows(
        DatabaseNamespace.SANDBOX, [{"sender": "USER", "recipient": "AGENT", "content": str(n)} for n in range(2)]
    )
    setting.set_wifi_status(False)
    assert world.rows(DatabaseNamespace.SETTING, 1)[0]["wifi"] is True
    assert world.rows(DatabaseNamespace.SETTING, 2)[0]["wifi"] is False
