from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tests.cli.command import EASY, run_directory
from tool_sandbox.cli.app import exit_code
from tool_sandbox.registry.model_config import EFFECTS, agent_config
from tool_sandbox.registry.settings import RunSettings

KEYED = ["-a", "hosted_vllm/m", "--param", "api_base=http://127.0.0.1:9/v1"]
OWN = """
from tool_sandbox.roles.unhelpful_agent import UnhelpfulAgent

class Plain(UnhelpfulAgent):
    pass

class Tuned(UnhelpfulAgent):
    def __init__(self, patience: int = 1, *, temperature: float = 0.5) -> None:
        super().__init__()
        assert (patience, temperature) == (3, 0.0), (patience, temperature)

class Needy(UnhelpfulAgent):
    def __init__(self, url: str) -> None:
        super().__init__()

class Anything(UnhelpfulAgent):
    def __init__(self, **options: object) -> None:
        super().__init__()
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "own_roles_of_effects.py").write_text(OWN)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> int:
    return exit_code(["run", "-s", EASY[0], "-o", "runs", *arguments])


def own(name: str) -> str:
    return f"own_roles_of_effects:{name}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-a", "oracle", "--param", "temprature=0.2"], "did you mean 'temperature'"),
        (["-a", "oracle", "--param", "temperature=0.2"], "--param temperature would have no effect: 'oracle'"),
        (["-a", "oracle", "-u", "oracle", "--user-param", "top_p=1"], "--user-param top_p would have no effect"),
        (["-a", "oracle", "--user-param", "a=1", "b=2"], "--user-param a would have no effect"),
        (["-a", "nop", "--tool-format", "xml"], "unknown way to prompt for tools"),
        (["-a", "nop", "--tool-format", "json"], "--tool-format would have no effect: 'nop' asks no model"),
        (["-a", "oracle", "--fallback", "opnai/gpt-4o"], "did you mean 'openai/gpt-4o'"),
        (["-a", "oracle", "--fallback", "openai/gpt-4o"], "--fallback would have no effect"),
        (["-a", "oracle", "--on-fallback", "void"], "--on-fallback would have no effect: 'oracle' has no fallbacks"),
        (["-a", "oracle", "--callback", "fooo"], "LiteLLM has no callback 'fooo'"),
        (["-a", "oracle", "--callback", "otel"], "--callback would have no effect: nobody in this run asks a model"),
        (["-a", "saboteur", "--temperature", "0"], "--temperature would have no effect"),
        (["-a", "human", "-u", "oracle", "--temperature", "0"], "--temperature would have no effect: 'human'"),
        (["-a", "nop", "--cache", "memory"], "--cache would have no effect: nobody in this run asks a model"),
        (["-a", "oracle", "--budget", "1"], "--budget would have no effect"),
        (["-a", "oracle", "--retries", "3"], "--retries would have no effect"),
        (["-a", "oracle", "--timeout", "3"], "--timeout would have no effect"),
        (["-a", "oracle", "--patience", "3"], "--patience would have no effect"),
        (["-a", "oracle", "--max-tokens", "3"], "--max-tokens would have no effect"),
        (["-a", "oracle", "--strict-user"], "--strict-user would have no effect: no model plays the user"),
        (["-a", "oracle", "--shuffle-tools"], "--shuffle-tools would have no effect"),
        (["-a", "oracle", "nop", "--budget", "1"], "--budget would have no effect"),
        (["-a", "Unhelpful", "-u", "oracle", "--param", "top_p=1"], "--param top_p would have no effect"),
        (["-a", own("Plain"), "-u", "oracle", "--budget", "1"], "--budget would have no effect"),
        (["-a", own("Plain"), "-u", "oracle", "--param", "patience=1"], "--param patience would have no effect"),
        (["-a", own("Tuned"), "-u", "oracle", "--param", "patiense=1"], "did you mean 'patience'"),
        (["-a", own("Tuned"), "-u", "oracle", "--max-tokens", "9"], "--max-tokens would have no effect"),
        (["-a", own("Needy"), "-u", "oracle"], "needs a value for 'url'; give it with --param url="),
        (["-a", "nop", "-u", own("Plain")], "is made to play AGENT, not USER"),
        ([*KEYED, "--temperature", "0.2", "--param", "temperature=0.7"], "--temperature and --param temperature say"),
        ([*KEYED, "--retries", "2", "--param", "max_retries=1"], "--retries and --param num_retries say different"),
        ([*KEYED, "-u", "oracle", "--user-param", "top_p=1"], "--user-param top_p would have no effect: 'oracle'"),
        ([*KEYED, "-u", "oracle", "--on-fallback", "void"], "has no fallbacks"),
        ([*KEYED, "-u", "oracle", "--tool-format", "xml"], "unknown way to prompt for tools"),
        ([*KEYED, "-u", "oracle", "--tool-format", "hermse"], "did you mean 'hermes'"),
        ([*KEYED, "-u", "oracle", "--fallback", "opnai/gpt-4o"], "did you mean 'openai/gpt-4o'"),
        ([*KEYED, "-u", "oracle", "--callback", "langfusee"], "did you mean 'langfuse'"),
        ([*KEYED, "-u", "oracle", "--callback", "langfuse"], "the callback 'langfuse' needs a package"),
        ([*KEYED, "-u", "oracle", "--param", "prices=1"], "prices=1 must be a mapping"),
        ([*KEYED, "-u", "oracle", "--param", "prices={input_per_milion: 1}"], "did you mean 'input_per_million'"),
        ([*KEYED, "-u", "oracle", "--param", "stream=maybe"], "stream='maybe' must be true or false"),
    ],
)
def test_what_would_have_no_effect_or_no_meaning_is_refused_before_anything_is_made(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert run(*arguments) == 2

    err = capsys.readouterr().err
    assert message in err
    assert err.count("tool_sandbox: ") == 1
    assert not (here / "runs").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["-a", "oracle", "--retries", "0"],
        ["-a", "oracle", "--on-fallback", "mark"],
        ["-a", own("Plain"), "-u", "oracle", "--retries", "0", "--shuffle-tools"],
        ["-a", own("Tuned"), "-u", "oracle", "--param", "patience=3", "--temperature", "0"],
        ["-a", own("Needy"), "-u", "oracle", "--param", "url=here"],
        ["-a", own("Anything"), "-u", "oracle", "--param", "url=here", "--max-tokens", "3"],
        ["-a", own("Plain"), own("Needy"), "-u", "oracle", "--param", "url=here"],
    ],
)
def test_what_holds_for_somebody_is_played(here: Path, arguments: list[str]) -> None:
    assert run(*arguments) == 0


def test_what_the_environment_says_holds_for_every_run_and_blocks_none(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOOL_SANDBOX_BUDGET", "5")
    assert run("-a", "oracle") == 0


def test_a_setting_in_the_file_is_held_to_the_same(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "run.yaml").write_text("agent: oracle\nbudget: 5\n")
    assert run("--config", "run.yaml") == 2
    assert "--budget would have no effect" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("TOOL_SANDBOX_BUGDET", "TOOL_SANDBOX_BUDGET"),
        ("TOOL_SANDBOX_PARAMS", "TOOL_SANDBOX_"),
        ("TOOL_SANBOX_OUTPUT", "TOOL_SANDBOX_OUTPUT"),
        ("TOOLSANDBOX_OUTPUT", "TOOL_SANDBOX_OUTPUT"),
        ("tool_sandbox_seed", "TOOL_SANDBOX_SEED"),
    ],
)
@pytest.mark.parametrize("command", ["run", "resume"])
def test_a_misspelt_variable_is_refused(
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    nearest: str,
    command: str,
) -> None:
    monkeypatch.setenv(variable, "1")
    assert (run("-a", "oracle") if command == "run" else exit_code(["resume", "."])) == 2
    err = capsys.readouterr().err
    assert f"the environment variable {variable}" in err
    assert nearest in err


def test_a_rule_that_never_decides_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "run.yaml").write_text("agent: nop\nagents: {'*': oracle, 'switch_*': nop}\n")
    assert run("--config", "run.yaml") == 2
    assert "the rule 'switch_*' never decides" in capsys.readouterr().err


@pytest.mark.parametrize(
    "flags", [["--budget", "1"], ["--param", "top_p=1"], ["--user-param", "top_p=1"], ["--param", "temprature=1"]]
)
def test_what_has_no_effect_is_refused_when_a_run_goes_on(
    here: Path, capsys: pytest.CaptureFixture[str], flags: list[str]
) -> None:
    assert run("-a", "oracle") == 0
    directory = run_directory(here / "runs")
    before = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}

    assert exit_code(["resume", str(directory), *flags]) == 2

    assert f"{flags[0]}" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()} == before


def test_every_setting_that_models_alone_use_is_in_the_table() -> None:
    """What is handed to a model's configuration has no effect without a model."""
    of_models = {
        *("temperature", "max_tokens", "timeout", "retries", "patience", "rpm", "tpm"),
        *("tool_format", "fallbacks", "callbacks"),
    }
    given: dict[str, Any] = dict.fromkeys(of_models - {"fallbacks", "callbacks", "tool_format"}, 1)
    bare = RunSettings(agent="a", user="b")
    full = evolve(bare, **given, fallbacks=("c",), callbacks=("otel",), tool_format="json")
    assert len(agent_config(full)) - len(agent_config(bare)) == len(of_models)
    assert of_models | {"cache", "budget"} == set(EFFECTS)
