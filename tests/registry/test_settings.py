from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

from tool_sandbox.errors import SettingsError
from tool_sandbox.registry.agent_rules import AgentRule
from tool_sandbox.registry.settings import RunSettings


def test_settings_survive_being_written_down() -> None:
    settings = RunSettings(
        agent="gpt-5",
        user="oracle",
        trials=3,
        scenarios=("a", "b*"),
        params={"reasoning_effort": "low"},
        agent_rules=(AgentRule(pattern="tag:reminder", agent="nop"),),
    )

    assert RunSettings.from_record(json.loads(json.dumps(settings.to_record()))) == settings


def test_no_secret_is_written_down() -> None:
    settings = RunSettings(
        agent="direct:http://me:hunter2hunter2@host/m",
        user="oracle",
        cache="redis://:swordfish@host:6379/0",
        params={
            "api_key": "abc-not-even-key-like",
            "extra_headers": {"Authorization": "Bearer qwertyuiop"},
            "top_p": 0.5,
        },
    )

    record = settings.to_record()

    text = json.dumps(record)
    assert all(secret not in text for secret in ("hunter2", "swordfish", "not-even-key-like", "qwertyuiop"))
    assert record["params"]["top_p"] == 0.5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("trials", 0),
        ("concurrency", 0),
        ("budget", -1),
        ("retries", -1),
        ("on_fallback", "viod"),
        ("compat", "old"),
        ("trials", "3"),
    ],
)
def test_a_value_without_meaning_is_named(field: str, value: object) -> None:
    with pytest.raises(SettingsError, match=rf"{field}={value!r} must be"):
        RunSettings(agent="a", user="b", **{field: value})  # type: ignore[arg-type]


def test_the_originals_order_of_tools_cannot_be_shuffled() -> None:
    with pytest.raises(SettingsError, match="--shuffle-tools does not go with --compat original"):
        RunSettings(agent="a", user="b", compat="original", shuffle_tools=True)


def test_a_mistyped_choice_gets_the_nearest() -> None:
    with pytest.raises(SettingsError, match="did you mean 'void'"):
        RunSettings(agent="a", user="b", on_fallback="viod")  # type: ignore[arg-type]


def test_a_record_with_an_unknown_key_is_refused() -> None:
    with pytest.raises(SettingsError, match="'trails' is not a setting of a run; did you mean 'trials'"):
        RunSettings.from_record({"agent": "a", "user": "b", "trails": 2})


ODD: list[Any] = [
    None,
    True,
    -1,
    1.5,
    float("nan"),
    float("inf"),
    "text",
    "",
    [],
    ["a", 5],
    [None],
    {},
    {"a": 1},
    {1: 2},
    [{}],
]


@pytest.mark.parametrize("name", [each.name for each in attrs.fields(RunSettings)])
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_a_value_is_named_when_it_is_refused_and_comes_back_when_it_is_not(name: str, value: Any) -> None:
    outcome = _read({**RunSettings(agent="nop", user="oracle").to_record(), name: value})

    if isinstance(outcome, SettingsError):
        assert name in str(outcome)
    else:
        assert _read(json.loads(json.dumps(outcome.to_record(), allow_nan=False))) == outcome


def _read(record: Any) -> RunSettings | SettingsError:
    try:
        return RunSettings.from_record(record)
    except SettingsError as error:
        return error


@pytest.mark.parametrize("record", [None, 5, "text", [], {}, {"agent": "nop"}, {"user": "nop"}])
def test_a_record_that_holds_no_settings_is_refused(record: Any) -> None:
    with pytest.raises(SettingsError):
        RunSettings.from_record(record)
