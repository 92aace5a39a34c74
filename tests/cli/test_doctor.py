from __future__ import annotations

import json
import re
import signal
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import imports
from tests.cli.command import ROOT, spawn
from tests.llm.probes.examined import CALL, HEALTHY, WORD, WRITTEN
from tests.llm.probes.servers import Listed, WithoutToolParser
from tests.providers.emulator import Emulator
from tests.providers.openai_style import VLLM, OpenAI
from tests.providers.wire import Answer, Fault
from tests.waiting import HANG, until
from tool_sandbox.cli.app import exit_code
from tool_sandbox.cli.doctor import lines_of
from tool_sandbox.cli.machine import EXTRAS, examine
from tool_sandbox.errors import how_to_install


@pytest.fixture
def server() -> Iterator[Emulator]:
    """A server of one's own."""
    with Emulator(VLLM()) as emulator:
        yield emulator


def told(**environment: str) -> str:
    """What is said of a machine with these variables."""
    return "\n".join(line for finding in examine(environment) for line in lines_of(finding))


def chats(server: Emulator) -> list[Mapping[str, Any]]:
    """The bodies of the chats that a server was asked for, without what else it was asked."""
    return [request.body for request in server.requests if request.body]


def test_a_working_machine_has_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["doctor"]) == 0

    out = capsys.readouterr().out
    assert "scenarios load" in out
    assert "problem" not in out


def test_a_machine_is_told_as_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["doctor", "--json"]) == 0

    found = json.loads(capsys.readouterr().out)["findings"]
    assert {finding["state"] for finding in found} <= {"ok", "note"}


def test_keys_are_named_and_never_shown() -> None:
    out = told(OPENAI_API_KEY="sk-verysecret123")

    assert "OPENAI_API_KEY is set" in out
    assert "verysecret" not in out


def test_without_a_key_it_says_what_can_be_played() -> None:
    assert "no provider's key is set" in told()


def test_a_folder_that_cannot_be_written_to_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    assert "choose a directory with -o" in told()


def test_addresses_of_direct_models_are_examined_and_passwords_hidden() -> None:
    good = told(DIRECT_API_BASE="http://me:hunter2@host:8/v1", TOOL_SANDBOX_AGENT="direct:http://host/v1/m")
    assert "direct: models are asked at http://host:8/v1" in good
    assert "TOOL_SANDBOX_AGENT asks for 'm'" in good
    assert "hunter2" not in good
    assert "problem  'host:8/v1' is not an address" in told(DIRECT_API_BASE="host:8/v1")
    assert "problem  the environment variable TOOL_SANDBOX_OUTPT" in told(TOOL_SANDBOX_OUTPT="x")
    assert "problem  'direct:http://host/v1' cannot be asked" in told(TOOL_SANDBOX_USER="direct:http://host/v1")


def test_an_extra_that_is_missing_is_offered_in_the_words_of_the_readme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert f"note     extra 'local' not installed\n         → {how_to_install('local')}" in told()
    assert f"    {how_to_install('local')}\n" in readme


def test_every_extra_that_is_offered_can_be_installed_and_is_used_and_described() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    used = {entry.imported.split(".")[0] for entry in imports.read(ROOT / "tool_sandbox")}
    brought = {modules[0].split(".")[0] for extra, modules in EXTRAS.items() if extra != "vertex"}  # LiteLLM's own
    page = (ROOT / "docs" / "getting-started.md").read_text(encoding="utf-8")

    assert set(EXTRAS) <= set(project["optional-dependencies"])
    assert brought <= used
    assert set(EXTRAS) <= set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))


def test_models_are_probed_side_by_side_and_told_one_after_the_other(
    server: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    with Emulator(Listed("vllm", "m", max_model_len=8192)) as other:
        server.script(*HEALTHY)
        other.script(*HEALTHY)
        code = exit_code(["doctor", f"direct:{server.base_url}/m", f"direct:{other.base_url}/m", "oracle"])

    out = capsys.readouterr().out
    assert code == 0
    assert out.count("ok       tool call, 0.") == 2
    assert out.index("does not say what it serves") < out.index("vLLM serves 'm'")
    assert "oracle\nnote     it asks no model" in out
    assert out.endswith("10 calls, nobody knows what they cost. Nothing stands in the way of a run.\n")


def test_a_model_with_which_a_run_cannot_work_is_exit_code_1(
    server: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    server.script(default=Fault(status=404))

    assert exit_code(["doctor", f"direct:{server.base_url}/m"]) == 1
    assert f"1 call, 0.0000 USD. A run cannot work with 'direct:{server.base_url}/m'." in capsys.readouterr().out


def test_what_is_known_is_told_as_json_without_the_key(server: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    server.script(*HEALTHY)
    params = ["--param", "api_key=sk-verysecret123", "prices={input_per_million: 1, output_per_million: 10}"]

    assert exit_code(["doctor", "--json", f"direct:{server.base_url}/m", *params]) == 0
    out = capsys.readouterr().out
    (model,) = json.loads(out)["models"]
    assert (model["works"], model["finished"], model["calls"], model["cost"]) == (True, True, 5, 0.015)
    assert [probe["probe"] for probe in model["probes"]][:3] == ["access", "server", "answer"]
    assert all(isinstance(probe["seconds"], float) for probe in model["probes"] if probe["probe"] == "tool call")
    assert "verysecret" not in out


def test_the_password_of_an_address_is_sent_and_not_shown(server: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    server.script(*HEALTHY)
    address = server.base_url.replace("http://", "http://me:hunter2@")

    assert exit_code(["doctor", f"direct:{address}/m"]) == 0
    assert "hunter2" not in capsys.readouterr().out
    assert all(request.headers["Authorization"].startswith("Basic ") for request in server.requests)


def test_settings_are_those_of_a_run_and_hold_for_every_call(server: Emulator) -> None:
    server.script(*HEALTHY)

    exit_code(["doctor", f"direct:{server.base_url}/m", "--temperature", "0.5", "--max-tokens", "99"])
    assert [(each["temperature"], each["max_tokens"]) for each in chats(server)] == [(0.5, 99)] * 5


def write_router(folder: Path, *entries: tuple[str, str, Emulator], key: str = "key-for-tests") -> str:
    """A LiteLLM config.yaml with deployments of groups, the first of which falls back to ``spare``."""
    listed = [
        f"  - {{model_name: {group}, litellm_params: {{model: '{model}', api_base: '{at.base_url}', api_key: {key}}}}}"
        for group, model, at in entries
    ]
    config = folder / "config.yaml"
    config.write_text("\n".join(["model_list:", *listed, "router_settings: {fallbacks: [{main: [spare]}]}"]))
    return str(config)


def test_every_deployment_that_a_group_of_a_router_reaches_is_probed(
    server: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Emulator(VLLM()) as twin, Emulator(OpenAI()) as spare, Emulator(OpenAI()) as unrelated:
        config = write_router(
            tmp_path,
            ("main", "direct:m", server),
            ("main", "direct:m", twin),
            ("spare", "openai/gpt-4o", spare),
            ("else", "openai/o", unrelated),
        )
        server.script(*HEALTHY)
        twin.script(*HEALTHY)
        spare.script(default=Fault(status=401))
        code = exit_code(["doctor", "main", "--router-config", config])

    out = capsys.readouterr().out
    assert code == 1
    assert "A run cannot work with 'main: openai/gpt-4o'." in out
    assert out.count("main: direct:m\nok") == 2
    assert unrelated.requests == []


def test_a_key_for_all_deployments_goes_to_one_server_only(
    server: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Emulator(VLLM()) as spare:
        config = write_router(tmp_path, ("main", "direct:m", server), ("spare", "direct:n", spare), key="null")
        code = exit_code(["doctor", "main", "--router-config", config, "--param", "api_key=mine"])

        assert code == 2
        assert "api_key would go to every server of the router" in capsys.readouterr().err
        assert server.requests == spare.requests == []


def test_a_budget_is_for_all_models_together(server: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    server.script(*HEALTHY)
    arguments = ["--param", "prices={input_per_million: 1, output_per_million: 1}", "--budget", "0.0012"]

    assert exit_code(["doctor", f"direct:{server.base_url}/m", *arguments]) == 1
    assert "problem  tool call, 0.0 s: the budget of the run is 0.0012 USD" in capsys.readouterr().out
    assert len(chats(server)) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gpt5"], "there is no agent or model 'gpt5'"),
        (["oracle", "openai/gpt-4o", "--param", "temprature=1"], "did you mean 'temperature'"),
        (["--budget", "1"], "--budget would have no effect: name a model"),
        (["direct:http://h/v1/m", "--timeout", "-1"], "timeout"),
    ],
)
def test_what_means_nothing_is_exit_code_2_and_nobody_is_asked(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["doctor", *arguments]) == 2

    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""


def test_ctrl_c_ends_at_once_with_what_is_known(server: Emulator) -> None:
    server.script(WORD, default=Fault(shape="hang"))
    process = spawn("doctor", f"direct:{server.base_url}/m", "--timeout", "300")
    until(lambda: len(chats(server)) > 1)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=HANG)

    assert process.returncode == 130
    assert out.count("it says 'ready'") == 1
    assert "note     broken off before the end" in out
    assert out.endswith("2 calls, nobody knows what they cost. Nothing stands in the way of a run so far.\n")


def test_words_of_a_model_do_nothing_to_a_terminal(server: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    server.script(Answer(text="\x1b[31mready\u202e"), default=CALL)

    exit_code(["doctor", f"direct:{server.base_url}/m"])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_the_transcript_of_the_page_about_models_is_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    shown = re.search(r"^\$ tool_sandbox doctor direct:(\S+)/v1/qwen3-8b\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert shown is not None
    with Emulator(WithoutToolParser("vllm", "qwen3-8b", max_model_len=8192)) as emulator:
        emulator.script(WORD, Answer(text=WRITTEN), default=WORD)
        assert exit_code(["doctor", f"direct:{emulator.base_url}/qwen3-8b"]) == 1
        printed = capsys.readouterr().out.replace(emulator.root, shown[1])

    assert without_seconds(printed) == without_seconds(shown[2])


def without_seconds(text: str) -> str:
    return re.sub(r"\d+\.\d s:", "some s:", text)
