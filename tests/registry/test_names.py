from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.runs.fakes import scenarios
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import MissingKeyError, UsageError
from tool_sandbox.registry.callables import CallableRoleFactory
from tool_sandbox.registry.factories import (
    LocalRoleFactory,
    ModelRoleFactory,
    RoleFactory,
    RouterRoleFactory,
    ScriptedRoleFactory,
)
from tool_sandbox.registry.names import factory_for, is_model
from tool_sandbox.registry.sample import Sample
from tool_sandbox.roles.base_role import BaseRole


class Echo(BaseRole):
    """A role of a user's own."""

    role_type = RoleType.AGENT


def _agent(name: str, router: str | None = None, **config: Any) -> RoleFactory:
    return factory_for(name, RoleType.AGENT, config, router)


def _sample() -> Sample:
    ((name, scenario),) = scenarios(1).items()
    return Sample(name=name, scenario=scenario)


@pytest.mark.parametrize("name", ["oracle", "nop", "saboteur"])
def test_scripted_players_have_names(name: str) -> None:
    assert isinstance(_agent(name), ScriptedRoleFactory)


def test_a_scenario_without_a_solution_cannot_be_played_by_the_oracle() -> None:
    with pytest.raises(UsageError, match="'oracle' cannot play 'say_0': the scenario has no solution"):
        _agent("oracle").check(scenarios(1))
    _agent("nop").check(scenarios(1))
    with pytest.raises(UsageError, match="It plays the user; choose another one with -u"):
        factory_for("oracle", RoleType.USER, {}).check(scenarios(1))


@pytest.mark.parametrize("name", ["human", "Cli"])
def test_a_person_plays_one_sample_at_a_time(name: str) -> None:
    assert _agent(name).at_once == 1


@pytest.mark.parametrize("name", ["openai/gpt-5", "GPT_4_o_2024_05_13", "local", "direct:http://127.0.0.1/m"])
def test_a_user_with_the_name_of_a_model_is_a_model(name: str) -> None:
    assert is_model(name)


@pytest.mark.parametrize("name", ["oracle", "human", "Cli", f"{__name__}:Echo", "me.py:Me", "gone:Class"])
def test_scripts_persons_and_classes_of_ones_own_are_no_model(name: str) -> None:
    assert not is_model(name)


def test_a_class_of_a_users_own_makes_a_role_per_sample() -> None:
    factory = _agent("tests.registry.test_names:Echo")

    first, second = factory.role(_sample()), factory.role(_sample())
    assert type(first).__name__ == "Echo"
    assert first is not second


def test_an_installed_package_can_bring_roles_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "echoes-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: echoes\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[tool_sandbox.roles]\necho = tests.registry.test_names:Echo\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    assert isinstance(_agent("echo"), CallableRoleFactory)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("gpt-5", "gpt-5"),
        ("anthropic/claude-new", "anthropic/claude-new"),
        ("ollama/llama3:8b", "ollama/llama3:8b"),
        ("bedrock/anthropic.claude-v2:1", "bedrock/anthropic.claude-v2:1"),
        ("Claude_3_Haiku", "anthropic/claude-3-haiku-20240307"),
        ("direct:m@http://host/v1", "direct:m@http://host/v1"),
        ("direct:http://host:1/v1/org/m", "direct:http://host:1/v1/org/m"),
        ("direct:http://host:1/m", "direct:http://host:1/m"),
    ],
)
def test_model_strings_and_old_names_are_models(name: str, model: str) -> None:
    factory = _agent(name)

    assert isinstance(factory, ModelRoleFactory)
    assert factory.name == model


def test_what_is_set_wins_over_what_an_old_name_brings() -> None:
    factory = _agent("Claude_3_Haiku", max_tokens=5)

    assert isinstance(factory, ModelRoleFactory)
    assert factory.config["max_tokens"] == 5


def test_a_local_model_is_played_on_this_machine() -> None:
    factory = _agent("local")

    assert isinstance(factory, LocalRoleFactory)
    factory.check({})


def test_a_key_is_known_as_a_secret_once_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingKeyError, match=r"'gpt-5'.*OPENAI_API_KEY"):
        _agent("gpt-5").check({})

    monkeypatch.setenv("OPENAI_API_KEY", "sk-abcdef")
    factory = _agent("gpt-5")
    factory.check({})
    assert factory.secrets == ["sk-abcdef"]


def _router(tmp_path: Path) -> str:
    file = tmp_path / "config.yaml"
    file.write_text(
        "model_list:\n"
        "  - {model_name: fast, litellm_params: {model: openai/a, api_key: key-one}}\n"
        "  - {model_name: fast, litellm_params: {model: openai/b, api_key: key-two}}\n"
        "  - {model_name: slow, litellm_params: {model: openai/c, api_key: key-three}}\n"
    )
    return str(file)


@pytest.mark.parametrize("group", ["fast", "slow", "router"])
def test_a_router_file_serves_its_groups(tmp_path: Path, group: str) -> None:
    factory = _agent(group, _router(tmp_path))

    assert isinstance(factory, RouterRoleFactory)
    factory.check({})
    assert set(factory.secrets) == {"key-one", "key-two", "key-three"}


def test_a_group_that_is_not_in_the_file_gets_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'fats'.*'fast'"):
        _agent("fats", _router(tmp_path)).check({})


def test_many_providers_at_once_need_one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingKeyError, match="Multi_Provider found no key"):
        _agent("Multi_Provider").check({})

    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    _agent("Multi_Provider").check({})


def test_a_provider_nobody_knows_gets_the_nearest_one() -> None:
    with pytest.raises(UsageError, match=r"'anthropc/claude'; did you mean 'anthropic/claude'"):
        _agent("anthropc/claude")


def test_a_name_with_a_colon_that_is_no_module_is_not_imported() -> None:
    with pytest.raises(UsageError, match="there is no agent or model"):
        _agent("nosuch_module_at_all:Thing")
    assert "nosuch_module_at_all" not in sys.modules


def test_a_class_in_a_file_makes_a_role_per_sample(tmp_path: Path) -> None:
    (tmp_path / "my agent.py").write_text("from tests.registry.test_names import Echo\nclass Mine(Echo): ...\n")

    factory = _agent(f"{tmp_path / 'my agent.py'}:Mine")

    assert type(factory.role(_sample())).__name__ == "Mine"
    assert factory.role(_sample()) is not factory.role(_sample())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("class Mine: ...\nraise SystemExit(0)", "line 2: SystemExit"),
        ("raise KeyboardInterrupt", "line 1: KeyboardInterrupt"),
        ("Mine = 1", "it must be a role class"),
        ("class Other: ...", "there is no 'Mine'; it defines Other"),
    ],
)
def test_a_file_that_brings_no_role_is_told(tmp_path: Path, code: str, words: str) -> None:
    (tmp_path / "own.py").write_text(code)
    with pytest.raises(UsageError, match=words):
        _agent(f"{tmp_path / 'own.py'}:Mine")


def test_a_function_in_a_file_that_answers_plays(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def answer(messages, tools):\n    return f'{len(messages)} messages'\n", encoding="utf-8")

    for role_type in (RoleType.AGENT, RoleType.USER):
        factory = factory_for(f"{file}:answer", role_type, {})
        factory.check(scenarios(1))
        assert factory.role(_sample()).role_type == role_type
