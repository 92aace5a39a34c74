"""Models on this machine: names, the hub, and a real server on a real (tiny) model."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import json
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest

from tests.llm.tiny_gguf import PLAIN_TEMPLATE, write_tiny_gguf
from tests.processes import is_alive
from tests.waiting import HANG, until
from tool_sandbox.common.execution_context import ExecutionContext, new_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import (
    ContextWindowError,
    MissingDependencyError,
    ProviderUnavailableError,
    UsageError,
    how_to_install,
)
from tool_sandbox.llm.local import models as local
from tool_sandbox.llm.local.models import LocalModel, parse_local
from tool_sandbox.llm.local.server import LocalServer, trained_context
from tool_sandbox.roles.litellm_agent import LiteLLMAgent

SEND = {
    "type": "function",
    "function": {
        "name": "send",
        "description": "Send a message.",
        "parameters": {
            "type": "object",
            "properties": {"to": {"type": "string", "enum": ["ann", "bob"]}, "loud": {"type": "boolean"}},
            "required": ["to"],
        },
    },
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_gguf(tmp_path_factory.mktemp("models") / "tiny.gguf", eager_to_call=True)


@pytest.fixture(scope="module")
def server(tiny: Path) -> Iterator[LocalServer]:
    with LocalServer(tiny, threads=1) as running:
        yield running


def ask(server: LocalServer, **body: Any) -> dict[str, Any]:
    response = httpx.post(
        f"{server.base_url}/chat/completions",
        json={"model": server.model_name, "max_tokens": 120, "temperature": 0} | body,
        headers={"Authorization": f"Bearer {server.api_key}"},
        timeout=HANG,
    )
    answer: dict[str, Any] = response.raise_for_status().json()
    return answer


def listening(base_url: str) -> bool:
    port = int(base_url.rsplit(":", 1)[1].removesuffix("/v1"))
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


# Names


def test_local_alone_means_the_default_of_the_manifest() -> None:
    assert parse_local("local") == next(iter(local.local_models().values()))
    assert parse_local("local:") == parse_local("local")


def test_every_model_of_the_manifest_says_where_it_is_and_under_which_licence() -> None:
    models = local.local_models()
    assert 2 <= len(models) <= 3
    for name, model in models.items():
        assert parse_local(f"local:{name}") == model
        assert model.repository.count("/") == 1
        assert model.file.endswith(".gguf")
        assert model.licence
        assert model.megabytes > 100


def test_a_mistyped_name_gets_the_nearest_one() -> None:
    with pytest.raises(UsageError, match=r"'qwen2\.5-1\.5'.*Did you mean 'local:qwen2\.5-1\.5b'"):
        parse_local("local:qwen2.5-1.5")


def test_a_path_names_any_file(tiny: Path) -> None:
    model = parse_local(f"local:{tiny}")
    assert (model.name, model.path) == ("tiny", tiny)


def test_a_path_without_a_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no file '.*none\.gguf'"):
        parse_local(f"local:{tmp_path / 'none.gguf'}")


def test_other_model_strings_are_not_local() -> None:
    assert not local.is_local("openai/local")
    assert not local.is_local("localhost/x")
    with pytest.raises(UsageError, match="'openai/x' is not a local model"):
        parse_local("openai/x")


def test_a_missing_extra_is_named_with_the_command_that_installs_it() -> None:
    with pytest.raises(MissingDependencyError, match=re.escape(how_to_install("local"))):
        local.require_extra(lambda name: None if name == "xllamacpp" else object())
    local.require_extra()


def test_resolving_a_path_fetches_nothing(tiny: Path) -> None:
    assert local.resolve_local(f"local:{tiny}", hub="http://127.0.0.1:9") == ("tiny", tiny)


# What a file says about itself


def test_a_template_with_tools_and_calls_means_native_tool_calling(tiny: Path, tmp_path: Path) -> None:
    assert local.supports_native_tools(tiny)
    assert not local.supports_native_tools(write_tiny_gguf(tmp_path / "plain.gguf", template=PLAIN_TEMPLATE))
    assert not local.supports_native_tools(write_tiny_gguf(tmp_path / "bare.gguf", template=None))


def test_the_context_is_never_larger_than_the_model_was_made_for(tmp_path: Path) -> None:
    small = write_tiny_gguf(tmp_path / "small.gguf", context=512)
    assert trained_context(small) == 512
    assert LocalServer(small).context == 512


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b"<html>not a model</html>", "not a GGUF file"), (b"GGUF\x03\x00\x00", "damaged"), (b"", "not a GGUF file")],
)
def test_a_file_that_is_no_model_is_a_usage_error(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "page.gguf"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=complaint):
        LocalServer(path)


def test_a_model_cut_short_is_a_usage_error_and_leaves_no_process(tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "short.gguf"
    path.write_bytes(tiny.read_bytes()[:-1000])
    server = LocalServer(path)
    with pytest.raises(UsageError, match=r"could not serve '.*short\.gguf'"):
        server.start()
    assert server.pid is None


# The hub


class Hub(http.server.ThreadingHTTPServer):
    """The part of the hub's HTTP interface that fetching one file needs."""

    daemon_threads = True

    def __init__(self, content: bytes, *, announced: bytes | None = None, status: int = 200) -> None:
        self.content = content
        self.digest = hashlib.sha256(content if announced is None else announced).hexdigest()
        self.status = status
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), _HubHandler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _HubHandler(http.server.BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()
        if self.server.status == 200:
            self.wfile.write(self.server.content)

    def _answer(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        self.send_response(self.server.status)
        if self.server.status == 200:
            self.send_header("X-Repo-Commit", "c" * 40)
            self.send_header("X-Linked-Etag", f'"{self.server.digest}"')
            self.send_header("X-Linked-Size", str(len(self.server.content)))
            self.send_header("ETag", f'"{self.server.digest}"')
        self.send_header("Content-Length", str(len(self.server.content) if self.server.status == 200 else 0))
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


MODEL = LocalModel(name="m", repository="someone/m-GGUF", file="m.gguf", licence="MIT", megabytes=1)
FETCH = """
import json, pathlib, sys
from tool_sandbox.errors import UsageError
from tool_sandbox.llm.local import models
model = models.LocalModel(**json.loads(sys.argv[1]))
try:
    print(models.fetch(model, cache=pathlib.Path(sys.argv[2]), patience=float(sys.argv[3])))
except UsageError as error:
    sys.exit(f"UsageError: {error}")
"""


def fetch(hub: str, cache: Path, patience: float = HANG) -> Path:
    """Fetch as a run does, in a process whose hub is on loopback: the library reads the address once, on import."""
    done = subprocess.run(
        [sys.executable, "-c", FETCH, json.dumps(attrs.asdict(MODEL)), str(cache), str(patience)],
        env={**os.environ, "HF_ENDPOINT": hub, "HF_HUB_OFFLINE": "0"},
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )
    message = done.stderr.strip().splitlines()
    if done.returncode:
        raise UsageError(message[-1])
    return Path(done.stdout.strip())


@contextlib.contextmanager
def running(hub: Hub) -> Iterator[Hub]:
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()


def test_a_model_is_fetched_once_and_then_found_without_the_hub(tmp_path: Path) -> None:
    with running(Hub(b"GGUF weights")) as hub:
        path = fetch(hub.address, tmp_path)
    assert path.read_bytes() == b"GGUF weights"
    assert any(line.startswith("GET /someone/m-GGUF/resolve/") for line in hub.asked)
    assert local.fetch(MODEL, cache=tmp_path) == path


def test_a_file_that_does_not_match_the_hubs_hash_is_refused_and_removed(tmp_path: Path) -> None:
    with running(Hub(b"GGUF weighty", announced=b"GGUF weights")) as hub:
        with pytest.raises(UsageError, match="does not match the hash of the hub"):
            fetch(hub.address, tmp_path)
        hub.content = b"GGUF weights"
        assert fetch(hub.address, tmp_path).read_bytes() == b"GGUF weights"


@pytest.mark.parametrize("status", [404, 401, 500])
def test_a_hub_that_refuses_is_one_clear_message(tmp_path: Path, status: int) -> None:
    with running(Hub(b"", status=status)) as hub:
        refusal = r"UsageError: .* did not deliver 'm\.gguf' of 'someone/m-GGUF'"
        with pytest.raises(UsageError, match=refusal):
            fetch(hub.address, tmp_path)


def test_a_hub_that_cannot_be_reached_is_one_clear_message(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # taken, and nobody listens
        with pytest.raises(UsageError, match=r"UsageError: .*local:/path/to\.gguf"):
            fetch(f"http://127.0.0.1:{unused.getsockname()[1]}", tmp_path)


def test_a_hub_that_never_answers_is_one_clear_message(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(UsageError, match=r"UsageError: .*did not deliver"):
            fetch(f"http://127.0.0.1:{silent.getsockname()[1]}", tmp_path, patience=0.5)


# The server


def test_it_answers_over_http_under_its_name(server: LocalServer) -> None:
    answer = ask(server, messages=[{"role": "user", "content": "Hello."}])
    assert answer["model"] == "tiny"
    assert answer["usage"]["completion_tokens"] > 0
    assert isinstance(answer["choices"][0]["message"]["content"], str)


def test_it_calls_an_offered_tool_in_the_wire_format(server: LocalServer) -> None:
    message = ask(server, messages=[{"role": "user", "content": "Tell Ann."}], tools=[SEND])["choices"][0]["message"]
    call = message["tool_calls"][0]
    assert call["function"]["name"] == "send"
    assert json.loads(call["function"]["arguments"])["to"] in {"ann", "bob"}


def test_it_takes_tool_results_back(server: LocalServer) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "send", "arguments": '{"to": "ann"}'}}
    answer = ask(
        server,
        messages=[
            {"role": "user", "content": "Tell Ann."},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": "sent"},
        ],
        tools=[SEND],
        tool_choice="none",
    )
    assert answer["choices"][0]["message"]["role"] == "assistant"


def test_a_prompt_longer_than_the_context_is_refused_with_400(server: LocalServer) -> None:
    with pytest.raises(httpx.HTTPStatusError) as refused:
        ask(server, messages=[{"role": "user", "content": "x" * 10_000}])
    assert refused.value.response.status_code == 400
    assert "exceeds the available context size" in refused.value.response.text


def test_nobody_else_on_the_machine_may_use_it(server: LocalServer) -> None:
    assert httpx.post(f"{server.base_url}/chat/completions", json={}, timeout=HANG).status_code == 401


# The agent on it


def agent_turn(server: LocalServer, question: str, **config: Any) -> list[Message]:
    """What an agent adds to the log of a world when a user asks it something."""
    agent = LiteLLMAgent(
        server.model,
        api_base=server.base_url,
        api_key=server.api_key,
        **{"max_tokens": 120, "num_retries": 0, **config},
    )
    with new_context(ExecutionContext(tool_allow_list=["search_contacts", "get_wifi_status"])):
        agent.add_messages([Message(sender=RoleType.USER, recipient=RoleType.AGENT, content=question)])
        before = len(agent.get_messages())
        agent.respond()
        return agent.get_messages()[before:]


def test_an_agent_calls_tools_natively_through_litellm(server: LocalServer) -> None:
    messages = agent_turn(server, "Is the wifi on?", prompted_tools=False)
    assert messages
    assert {message.recipient for message in messages} == {RoleType.EXECUTION_ENVIRONMENT}
    assert {message.openai_function_name for message in messages} <= {"search_contacts", "get_wifi_status"}


def test_an_agent_without_native_tools_gets_them_in_the_prompt_and_never_crashes(tmp_path: Path) -> None:
    plain = write_tiny_gguf(tmp_path / "plain.gguf", template=PLAIN_TEMPLATE)
    with LocalServer(plain, threads=1) as server:
        messages = agent_turn(server, "Is the wifi on?", prompted_tools=True)
    assert [message.sender for message in messages] == [RoleType.AGENT]


def test_a_conversation_that_no_longer_fits_is_a_typed_error(server: LocalServer) -> None:
    with pytest.raises(ContextWindowError):
        agent_turn(server, "x" * 10_000)


def test_an_agent_whose_server_died_gets_a_typed_error(tiny: Path) -> None:
    with LocalServer(tiny, threads=1) as server:
        pass
    with pytest.raises(ProviderUnavailableError):
        agent_turn(server, "Is the wifi on?")


# How it ends


def test_leaving_the_block_ends_process_and_port(tiny: Path) -> None:
    with LocalServer(tiny, threads=1) as running:
        pid, base_url = running.pid, running.base_url
        assert pid is not None
        assert is_alive(pid)
        assert listening(base_url)
    assert not is_alive(pid)
    assert not listening(base_url)
    running.stop()


def test_an_interrupt_inside_the_block_ends_it_too(tiny: Path) -> None:
    pids: list[int | None] = []

    def interrupted_run() -> None:
        with LocalServer(tiny, threads=1) as running:
            pids.append(running.pid)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted_run()
    assert pids[0] is not None
    assert not is_alive(pids[0])


def test_it_ends_when_the_run_is_killed_without_a_chance_to_clean_up(tiny: Path) -> None:
    program = textwrap.dedent(
        """
        import sys, time
        from tool_sandbox.llm.local.server import LocalServer
        server = LocalServer(sys.argv[1], threads=1).start()
        print(server.pid, server.base_url, flush=True)
        time.sleep(600)
        """
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tiny)], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        pid, base_url = run.stdout.readline().split()
        assert is_alive(int(pid))
        run.send_signal(signal.SIGKILL)
    until(lambda: not is_alive(int(pid)))
    until(lambda: not listening(base_url))


def test_a_server_that_dies_does_not_take_the_run_along(tiny: Path) -> None:
    with LocalServer(tiny, threads=1) as running:
        assert running.pid is not None
        os.kill(running.pid, signal.SIGKILL)
        with pytest.raises(httpx.TransportError):
            ask(running, messages=[{"role": "user", "content": "Hello."}])
    running.stop()


def test_a_model_that_does_not_load_in_time_is_given_up(tiny: Path) -> None:
    server = LocalServer(tiny, threads=1, startup_timeout=0.0)
    with pytest.raises(ProviderUnavailableError, match="was not ready after 0 s"):
        server.start()
    assert server.pid is None
