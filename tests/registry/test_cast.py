from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from tests.runs.fakes import scenarios, settings
from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.errors import MissingKeyError, SettingsError
from tool_sandbox.registry.cast import RoleCast, fits
from tool_sandbox.registry.model_config import agent_config, user_config
from tool_sandbox.registry.sample import Sample
from tool_sandbox.registry.settings import RunSettings


def _settings(**changes: Any) -> RunSettings:
    named: dict[str, Any] = {"agent": "nop", "user": "human", **changes}
    return evolve(settings(), **named)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("say_0", True),
        ("say_*", True),
        ("say_1", False),
        ("tag:single_user_turn", True),
        ("single_user_turn", True),
        ("SINGLE_USER_TURN", True),
        ("tag:mine", True),
        ("tag:say_0", False),
    ],
)
def test_a_rule_fits_by_name_glob_tag_or_category(pattern: str, expected: bool) -> None:
    ((name, scenario),) = scenarios(1).items()

    assert ScenarioCategories.SINGLE_USER_TURN in scenario.categories
    assert fits(pattern, name, evolve(scenario, tags=("mine",))) is expected


def test_the_first_rule_that_fits_wins() -> None:
    three = scenarios(3)
    rules = {"say_1": "Unhelpful", "say_*": "nop"}

    cast = RoleCast(_settings(agent="human", agent_rules=rules), three)

    agents = [cast.roles(Sample(name=name, scenario=scenario)).agent for name, scenario in three.items()]
    assert agents == ["nop", "Unhelpful", "nop"]


def test_a_rule_that_fits_nothing_is_an_error() -> None:
    with pytest.raises(SettingsError, match="'sya_\\*' fits none of the 1 scenarios"):
        RoleCast(_settings(agent_rules={"sya_*": "nop"}), scenarios(1))


def test_a_person_slows_the_run_down_to_one_sample_at_a_time() -> None:
    assert RoleCast(_settings(concurrency=16), scenarios(1)).settings.concurrency == 1


def test_the_user_shares_the_agents_patience_and_not_its_style() -> None:
    asked = _settings(timeout=5, retries=1, temperature=0.7, max_tokens=9, tool_format="json", params={"top_p": 0.5})

    assert user_config(asked) == {"timeout": 5, "num_retries": 1}
    assert agent_config(asked) == {
        "timeout": 5,
        "num_retries": 1,
        "temperature": 0.7,
        "max_tokens": 9,
        "prompted_tools": "json",
        "top_p": 0.5,
    }


def test_the_user_has_configuration_of_its_own() -> None:
    asked = _settings(timeout=5, params={"top_p": 0.5}, user_params={"api_base": "http://h/v1", "timeout": 9})

    assert user_config(asked) == {"timeout": 9, "api_base": "http://h/v1"}
    assert agent_config(asked) == {"timeout": 5, "top_p": 0.5}


def test_the_originals_rules_make_invalid_calls_exceptions() -> None:
    assert agent_config(_settings(compat="original"))["on_invalid_tool_call"] == "raise"
    assert "on_invalid_tool_call" not in agent_config(_settings())


def test_all_keys_that_are_missing_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(MissingKeyError) as refused:
        RoleCast(RunSettings(agent="anthropic/claude-sonnet-4-5", user="openai/gpt-5"), scenarios(1))

    agent, user = str(refused.value).splitlines()
    assert "ANTHROPIC_API_KEY" in agent
    assert "OPENAI_API_KEY" in user
    assert "This model plays the user" in user

    with pytest.raises(MissingKeyError) as refused:
        RoleCast(RunSettings(agent="openai/gpt-5", user="openai/gpt-5.4"), scenarios(1))
    assert str(refused.value).startswith("no key for 'openai/gpt-5': ")
    assert "\n" not in str(refused.value)
