"""The starting worlds as scenarios without a task, under the names that scenario modules look them up by."""

from __future__ import annotations

from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend

WORLDS = {
    "base": "base",
    "base_wifi_off": "wifi_off",
    "base_location_service_off": "location_off",
    "base_cellular_off": "cellular_off",
    "base_wifi_off_location_service_off": "wifi_and_location_off",
    "base_wifi_off_cellular_off": "wifi_and_cellular_off",
    "base_location_service_off_cellular_off": "location_and_cellular_off",
    "base_wifi_off_location_service_off_cellular_off": "all_services_off",
    "base_low_battery_mode_on_wifi_off_location_service_off_cellular_off": "low_battery",
}
"""Name of the base scenario → the world of ``data/worlds.yaml`` behind it."""


def named_base_scenarios(preferred_tool_backend: ToolBackend) -> dict[str, Scenario]:
    """A fresh base scenario for every combination of settings, at the time of the module that asks for them."""
    from tool_sandbox.scenarios.library import bundled_at
    from tool_sandbox.scenarios.module_time import loading_clock

    compiler = bundled_at(loading_clock(), preferred_tool_backend)
    return {name: compiler.base_scenario(world, name) for name, world in WORLDS.items()}
