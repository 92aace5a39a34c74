"""What scenarios read from a recorded tool call, to demand it again in a later call or answer.

An extractor takes one trace (``tool_name``, ``arguments``, ``result``) and gives the values it offers. Errors of type
``KeyError``, ``IndexError``, ``TypeError`` and ``ValueError`` mean that the trace offers none.
"""

from __future__ import annotations

from typing import Any, Protocol

_DECIMALS = (0, 1, 2, 3)


class ToolTraceExtractorType(Protocol):
    """Shape of an extractor; users may write their own."""

    def __call__(self, tool_trace: dict[str, Any]) -> list[dict[str, Any]]:
        """Each dict is one alternative: placeholder or argument name to value."""
        ...


def default_value_normalization(value: Any) -> list[str]:
    """The ways a value may be written in an answer: a float with 0 to 3 decimals, anything else as it is."""
    if isinstance(value, float):
        return [f"{value:.{decimals}f}" for decimals in _DECIMALS]
    return [str(value)]


def search_weather_around_lat_lon_temperature_extractor(tool_trace: dict[str, Any]) -> list[dict[str, Any]]:
    """``temperature``: the current temperature of a weather result, in every way to write it."""
    try:
        temperature = float(tool_trace["result"]["current_temperature"])
    except (KeyError, TypeError):
        return []
    return _written("temperature", temperature)


def result_to_temperature_extractor(tool_trace: dict[str, Any]) -> list[dict[str, Any]]:
    """``temperature``: the whole result as a number, in every way to write it."""
    return _written("temperature", float(tool_trace["result"]))


def min_temperature_extractor(tool_trace: dict[str, Any]) -> list[dict[str, Any]]:
    """``min_temperature``: the whole result as a number, in every way to write it."""
    return _written("min_temperature", float(tool_trace["result"]))


def current_temperature_extractor(tool_trace: dict[str, Any]) -> list[dict[str, Any]]:
    """``amount``: the current temperature of a weather result."""
    return [{"amount": float(tool_trace["result"]["current_temperature"])}]


def min_temperature_amount_extractor(tool_trace: dict[str, Any]) -> list[dict[str, Any]]:
    """``amount``: the minimum temperature of a weather result."""
    return [{"amount": float(tool_trace["result"]["min_temperature"])}]


def result_to_timestamp0_extractor(tool_trace: dict[str, Any]) -> list[dict[str, Any]]:
    """``timestamp_0``: the whole result."""
    return [{"timestamp_0": float(tool_trace["result"])}]


def result_to_timestamp1_extractor(tool_trace: dict[str, Any]) -> list[dict[str, Any]]:
    """``timestamp_1``: the whole result."""
    return [{"timestamp_1": float(tool_trace["result"])}]


def result_to_reminder_timestamp_lowerbound_extractor(tool_trace: dict[str, Any]) -> list[dict[str, Any]]:
    """``reminder_timestamp_lowerbound``: the whole result."""
    return [{"reminder_timestamp_lowerbound": float(tool_trace["result"])}]


def days_extractor(tool_trace: dict[str, Any]) -> list[dict[str, Any]]:
    """``days``: the days of a time difference."""
    return [{"days": int(tool_trace["result"]["days"])}]


def lat_lon_dict_extractor(tool_trace: dict[str, Any]) -> list[dict[str, Any]]:
    """``latitude`` and ``longitude`` of the result, unchanged."""
    result = tool_trace["result"]
    return [{"latitude": result["latitude"], "longitude": result["longitude"]}]


def _written(name: str, value: float) -> list[dict[str, Any]]:
    return [{name: text} for text in default_value_normalization(value)]
