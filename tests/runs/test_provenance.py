from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.runs.fakes import scenarios, settings
from tool_sandbox.clock import Clock
from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.provenance import LoadingTime, loading_time
from tool_sandbox.runs.run import run_record

INSTANT = 1_772_470_800.0


@pytest.fixture(autouse=True)
def in_new_york(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")


def test_a_run_records_when_its_python_scenarios_were_loaded() -> None:
    suite = scenarios(2)
    assert run_record(settings(), suite)["loaded_at"] is None

    suite["say_1"].loaded_at = Clock(INSTANT, "Asia/Kolkata")
    record = run_record(settings(), suite)

    assert record["loaded_at"] == {"instant": INSTANT, "zone": "Asia/Kolkata"}
    assert loading_time(record, "") == LoadingTime(Clock(INSTANT, "Asia/Kolkata"), recorded=True)


def test_an_older_run_was_loaded_when_it_started() -> None:
    found = loading_time({"started": "2026-03-02T17:00:00+00:00"}, "")
    assert found == LoadingTime(Clock(INSTANT, "America/New_York"), recorded=False)


def test_a_run_of_the_original_says_in_its_name_when_it_started() -> None:
    found = loading_time({}, "agent_gpt-4o_user_gpt-4o_07_15_2024_08_30_05")
    assert found is not None
    assert found.clock.zone == "America/New_York"
    local = datetime.fromtimestamp(found.clock.instant, found.clock.tzinfo())
    assert f"{local:%Y-%m-%d %H:%M:%S %z}" == "2024-07-15 08:30:05 -0400"


def test_nothing_is_made_up() -> None:
    assert loading_time({"loaded_at": None}, "my_run") is None


@pytest.mark.parametrize(
    "record",
    [
        {"loaded_at": {}},
        {"loaded_at": {"instant": "noon", "zone": "UTC"}},
        {"loaded_at": {"instant": 1e300, "zone": "UTC"}},
        {"loaded_at": {"instant": 1.0, "zone": "Mars/Phobos"}},
        {"started": "yesterday"},
        {"started": 7},
    ],
)
def test_what_cannot_be_read_is_one_clear_error(record: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        loading_time(record, "")
