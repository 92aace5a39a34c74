"""``direct:`` models are asked at the server that was typed, however they were named, and keys go nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import run_directory
from tests.llm.loopback import Answer, Server, completion, serving
from tool_sandbox.cli.app import exit_code

PASSWORD = "hunter2hunter2"
CALL = {"id": "a", "type": "function", "function": {"name": "set_wifi_status", "arguments": '{"on": false}'}}


def obliging(body: dict[str, Any]) -> Answer:
    if any(message["role"] == "tool" for message in body["messages"]):
        return Answer(completion("Wi-Fi is off."))
    return Answer(completion(None, calls=[CALL]))


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        running.says(obliging)
        yield running


@pytest.fixture
def down() -> Iterator[Server]:
    with serving() as running:
        running.says(Answer({"error": {"message": "down"}}, 503))
        yield running


@pytest.fixture(autouse=True)
def decoy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that the environment names and nobody asked for."""
    with serving() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.base)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-only-for-openai")
        yield running
        assert running.requests == []


def play(base: Path, *arguments: str) -> int:
    return exit_code(
        ["run", "-u", "oracle", "-s", "switch_wifi_off", "--retries", "0", "-o", str(base / "runs"), *arguments]
    )


def written(base: Path) -> str:
    """Everything in the run directory, its own name included."""
    directory = run_directory(base / "runs")
    files = [path.read_text(encoding="utf-8") for path in sorted(directory.rglob("*")) if path.is_file()]
    return "\n".join([directory.name, *files])


def result(base: Path) -> dict[str, Any]:
    (line,) = (run_directory(base / "runs") / "results.jsonl").read_text(encoding="utf-8").splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.mark.parametrize("form", ["direct:{base}/org/m:20b@1", "direct:org/m:20b@1@{base}"])
def test_the_agent_is_asked_at_its_server_and_shown_as_typed(form: str, server: Server, tmp_path: Path) -> None:
    typed = form.format(base=server.base)
    assert play(tmp_path, "-a", typed) == 0
    assert {body["model"] for body in server.requests} == {"org/m:20b@1"}
    assert result(tmp_path)["agent"] == typed
    record = json.loads((run_directory(tmp_path / "runs") / "run.json").read_text(encoding="utf-8"))
    assert record["settings"]["agent"] == typed


def test_a_fallback_is_asked_at_its_server(server: Server, down: Server, tmp_path: Path) -> None:
    assert play(tmp_path, "-a", f"direct:{down.base}/a", "--fallback", f"direct:{server.base}/org/b:1") == 0
    assert {body["model"] for body in server.requests} == {"org/b:1"}
    assert result(tmp_path)["fallback"]


def test_a_fallback_inherits_neither_key_nor_headers(server: Server, down: Server, tmp_path: Path) -> None:
    given = ("--param", "api_key=sk-of-the-first", "--param", "extra_headers={x-team: t-secret}")
    assert play(tmp_path, "-a", f"direct:{down.base}/a", "--fallback", f"direct:{server.base}/b", *given) == 0
    assert down.headers[0]["Authorization"] == "Bearer sk-of-the-first"
    assert all("Authorization" not in headers and "x-team" not in headers for headers in server.headers)


def test_a_router_file_names_servers_the_same_way(server: Server, down: Server, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(
        f"model_list:\n"
        f"  - {{model_name: first, litellm_params: {{model: 'direct:{down.base}/a'}}}}\n"
        f"  - {{model_name: second, litellm_params: {{model: 'direct:{server.base}/b', api_key: sk-of-b}}}}\n"
        f"router_settings: {{fallbacks: [{{first: [second]}}]}}\n"
    )
    assert play(tmp_path, "-a", "router", "--router-config", str(file)) == 0
    assert "Authorization" not in down.headers[0]
    assert {headers["Authorization"] for headers in server.headers} == {"Bearer sk-of-b"}


def test_a_settings_file_and_its_rules_name_servers_the_same_way(server: Server, down: Server, tmp_path: Path) -> None:
    file = tmp_path / "run.yaml"
    file.write_text(
        f"agent: 'direct:{down.base}/a'\nagents: {{'switch_*': 'direct:{server.base}/b'}}\n"
        "params: {api_key: sk-of-the-first}\n"
    )
    assert play(tmp_path, "--config", str(file)) == 0
    assert {body["model"] for body in server.requests} == {"b"}
    assert all("Authorization" not in headers for headers in server.headers)


def test_a_server_that_wants_a_key_and_got_none_is_told_with_the_way_to_give_it(
    server: Server, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    server.says(Answer({"error": {"message": "who are you"}}, 401))
    assert play(tmp_path, "-a", f"direct:{server.base}/m") == 1
    assert "Set DIRECT_API_KEY or give --param api_key=KEY, then: tool_sandbox resume" in capfd.readouterr().out
    assert "OPENAI_API_KEY goes to OpenAI's own servers only" in result(tmp_path)["error"]["message"]


def test_only_a_key_that_was_given_is_sent(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert play(tmp_path / "none", "-a", f"direct:{server.base}/m") == 0
    assert all("Authorization" not in headers for headers in server.headers)
    monkeypatch.setenv("DIRECT_API_KEY", "sk-direct-key")
    assert play(tmp_path / "variable", "-a", f"direct:{server.base}/m") == 0
    assert server.headers[-1]["Authorization"] == "Bearer sk-direct-key"
    assert play(tmp_path / "flag", "-a", f"direct:{server.base}/m", "--param", "api_key=sk-given-key") == 0
    assert server.headers[-1]["Authorization"] == "Bearer sk-given-key"


@pytest.mark.parametrize("place", ["agent", "fallback", "rule", "router"])
def test_a_password_in_an_address_is_sent_and_never_written(
    place: str, server: Server, down: Server, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = f"direct:{server.base.replace('://', f'://me:{PASSWORD}@')}/m"
    arguments = {
        "agent": ["-a", secret],
        "fallback": ["-a", f"direct:{down.base}/a", "--fallback", secret],
        "rule": ["--config", str(tmp_path / "run.yaml")],
        "router": ["-a", "router", "--router-config", str(tmp_path / "config.yaml")],
    }[place]
    (tmp_path / "run.yaml").write_text(f"agent: 'direct:{down.base}/a'\nagents: {{'switch_*': '{secret}'}}\n")
    (tmp_path / "config.yaml").write_text(f"model_list: [{{model_name: x, litellm_params: {{model: '{secret}'}}}}]\n")
    assert play(tmp_path, *arguments) == 0
    assert {headers["Authorization"] for headers in server.headers} == {"Basic bWU6aHVudGVyMmh1bnRlcjI="}
    told = capfd.readouterr()
    assert PASSWORD not in written(tmp_path) + told.out + told.err


def test_a_stopped_run_asks_for_the_password_again(
    server: Server, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    server.says(Answer({"error": {"message": f"down, said {PASSWORD}"}}, 503))
    address = server.base.replace("://", f"://me:{PASSWORD}@")
    assert play(tmp_path, "-a", f"direct:{address}/m", "--patience", "0") == 1
    assert PASSWORD not in written(tmp_path)
    directory = str(run_directory(tmp_path / "runs"))
    assert exit_code(["resume", directory, "--retry-void"]) == 2
    assert "api_base=URL" in capfd.readouterr().err
    server.says(obliging)
    assert exit_code(["resume", directory, "--retry-void", "--param", f"api_base={address}"]) == 0
    assert PASSWORD not in written(tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [
        ["-a", "direct:http://127.0.0.1:1/v1"],
        ["-a", "direct:127.0.0.1:1/v1/m"],
        ["-a", "oracle", "-u", "direct:http://127.0.0.1:1"],
        ["-a", "direct:http://127.0.0.1:1/v1/m", "--fallback", "direct:127.0.0.1:1/v1/m"],
        ["-a", "direct:http://127.0.0.1:1/v1/m", "--param", "api_base=http://127.0.0.1:2/v1"],
        ["-a", "direct:m", "--param", "api_base=127.0.0.1:1/v1"],
        ["-a", "direct:http://127.0.0.1:1/v1/a", "direct:http://127.0.0.1:2/v1/b", "--param", "api_key=sk-for-one"],
    ],
)
def test_an_address_that_cannot_be_meant_ends_with_code_2(
    arguments: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert play(tmp_path, *arguments) == 2
    assert "sk-for-one" not in capfd.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_a_complaint_about_an_address_hides_its_password(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert play(tmp_path, "-a", f"direct:http://me:{PASSWORD}@127.0.0.1:1/v1") == 2
    assert PASSWORD not in capfd.readouterr().err
