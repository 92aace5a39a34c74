from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from tool_sandbox.cli.config import parameters, settings_from
from tool_sandbox.errors import SettingsError
from tool_sandbox.registry.settings import RunSettings


def _file(tmp_path: Path, text: str) -> str:
    path = tmp_path / "run.yaml"
    path.write_text(text)
    return str(path)


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    config = _file(tmp_path, "agent: nop\ntrials: 2\nseed: 1\nconcurrency: 3\n")

    (settings,) = settings_from(
        {"trials": 5, "seed": None},
        config=config,
        environment={"TOOL_SANDBOX_TRIALS": "4", "TOOL_SANDBOX_SEED": "9"},
    )

    assert (settings.agent, settings.trials, settings.seed, settings.concurrency) == ("nop", 5, 9, 3)


def test_several_agents_make_several_runs() -> None:
    every = settings_from({}, agents=["oracle", "gpt-5"], environment={})

    assert [(settings.agent, settings.user) for settings in every] == [
        ("oracle", "oracle"),
        ("gpt-5", "openai/gpt-5.4"),
    ]


@pytest.mark.parametrize("agent", ["local", "local:/models/tiny.gguf"])
def test_a_local_agent_talks_to_itself_unless_told_otherwise(agent: str) -> None:
    (settings,) = settings_from({}, agents=[agent], environment={})

    assert settings.user == agent


def test_agents_by_pattern_become_rules(tmp_path: Path) -> None:
    config = _file(tmp_path, "agent: gpt-5\nagents:\n  reminder_*: nop\n  tag:coreference: oracle\n")

    (settings,) = settings_from({}, config=config, environment={})

    assert [(rule.pattern, rule.agent) for rule in settings.agent_rules] == [
        ("reminder_*", "nop"),
        ("tag:coreference", "oracle"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("agnet: nop", "'agnet' is not a setting; did you mean 'agent'"),
        ("agent: [unclosed", r"run\.yaml:2: this is not YAML"),
        ("- agent", "must be a mapping"),
        ("agent: nop\nagents: gpt-5", "'agents' must map"),
        ("agent: nop\ntrials: many", "trials='many' must be a whole number"),
        ("agent: nop\nworld_seed: 1.5", "world_seed=1.5 must be a whole number of at least 0; 0 plays the worlds as"),
        ("agent: nop\nconcurrency: 0", "concurrency=0"),
        ("agent_rules: {}", "'agent_rules' is not a setting"),
    ],
)
def test_a_mistake_in_the_file_is_one_clear_error(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        settings_from({}, config=_file(tmp_path, text), environment={})


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.yaml: this settings file cannot be read"):
        settings_from({}, config="/nowhere.yaml", environment={})


def test_files_are_found_again_from_any_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").touch()

    (settings,) = settings_from({"scenarios_from": ["mine.yaml", "my.module"]}, agents=["nop"], environment={})

    assert settings.scenarios_from == (str(tmp_path / "mine.yaml"), "my.module")


def test_without_an_agent_nothing_is_run() -> None:
    with pytest.raises(SettingsError, match="no agent was named"):
        settings_from({}, environment={})


def test_parameters_are_read_as_yaml() -> None:
    assert parameters(["a=1", "b=low", "c={d: [1, 2]}", "e=x=y"]) == {
        "a": 1,
        "b": "low",
        "c": {"d": [1, 2]},
        "e": "x=y",
    }


@pytest.mark.parametrize("assignment", ["a", "=1", "a=[1"])
def test_a_parameter_must_be_an_assignment(assignment: str) -> None:
    with pytest.raises(SettingsError, match="--param"):
        parameters([assignment])


def test_a_key_is_taken_as_it_is_typed() -> None:
    assert parameters(["api_key=0123", "extra=0123"]) == {"api_key": "0123", "extra": 83}


def test_a_date_stays_text() -> None:
    assert parameters(["api_version=2024-10-21"]) == {"api_version": "2024-10-21"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["prices={a: 1"], "--param prices: this is not YAML"),
        (["top_p=.nan"], "not a number that JSON can carry"),
        (["seed=" + "9" * 5000], "not a number that JSON can carry"),
        (["stop=!!python/name:os.system"], "--param stop: the tag"),
        (["seed=1", "seed=2"], "--param seed is given twice"),
        (["extra_body={a: 1, a: 2}"], "the key 'a' stands twice"),
        (["extra_body=" + "[" * 900 + "]" * 900], "nested more than"),
    ],
)
def test_a_parameter_without_a_meaning_is_named(given: list[str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        parameters(given)


def test_what_is_wrong_with_a_key_is_told_without_the_key() -> None:
    with pytest.raises(SettingsError, match="must be KEY=VALUE") as caught:
        parameters(["sk-abcdefgh12345678"])
    assert "abcdefgh" not in str(caught.value)


@pytest.mark.parametrize("name", [*RunSettings.names(), "agents"])
def test_a_value_of_any_other_kind_in_the_file_has_a_meaning_or_a_message(tmp_path: Path, name: str) -> None:
    for value in ("0", "1.5", "[]", "[5]", "[null]", "[[a]]", "{}", "{a: 1}", "{1: 2}", "[{}]", "true", "''", "x"):
        text = "".join(f"{key}: {given}\n" for key, given in {"agent": "nop", "user": "oracle", name: value}.items())
        with contextlib.suppress(SettingsError):
            assert settings_from({}, config=_file(tmp_path, text), environment={})
