"""A run that is served on this machine, and agents that play it over HTTP."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from attrs import evolve, frozen

from tests.waiting import HANG, until
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.llm.chat import ChatRequest
from tool_sandbox.llm.scripted import OracleModel
from tool_sandbox.registry.objects import Objects
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.remote.server import ServedRun, application
from tool_sandbox.remote.sessions import Sessions
from tool_sandbox.runs.preparation import new_runs
from tool_sandbox.runs.started_run import StartedRun

JSON = dict[str, Any]


@frozen(kw_only=True)
class Served:
    """A run that is being served."""

    client: httpx.Client
    run: StartedRun
    sessions: Sessions
    scenarios: Mapping[str, Scenario]

    def post(self, path: str, body: Any, status: int = 200, **headers: str) -> JSON:
        return answered(self.client.post(path, json=body, headers=headers), status)

    def begin(self, name: str | None = None, status: int = 201, **wanted: Any) -> JSON:
        return self.post("samples", {"scenario": name, **wanted}, status)

    def take_turn(self, state: JSON, message: JSON, status: int = 200) -> JSON:
        return self.post(f"samples/{state['id']}/messages", {"turn": state["turn"], **message}, status)

    def perfect_turn(self, conversation: Sequence[JSON], state: JSON) -> JSON:
        """What the solution does next."""
        script = self.scenarios[state["scenario"]].script
        assert script is not None
        request = ChatRequest(model="oracle", messages=list(conversation), tools=state["tools"])
        answer = OracleModel(script).complete(request)
        calls = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in answer.tool_calls
        ]
        return {"role": "assistant", "content": answer.text, **({"tool_calls": calls} if calls else {})}

    def play(self, name: str | None = None) -> JSON:
        """Play a sample by its solution; what came of it."""
        begun = state = self.begin(name)
        conversation = list(begun["messages"])
        while not state["done"]:
            said = self.perfect_turn(conversation, {**state, "tools": begun["tools"]})
            state = self.take_turn(state, said)
            conversation += [said, *state["messages"]]
        return state


def answered(response: httpx.Response, status: int = 200) -> JSON:
    assert response.status_code == status, response.text
    found = response.json()
    assert isinstance(found, dict)
    return found


@contextmanager
def served(
    folder: Path,
    *names: str,
    scenarios: Mapping[str, Scenario] | None = None,
    token: str | None = None,
    turn_timeout: float | None = None,
    tells_score: bool = False,
    **settings: Any,
) -> Iterator[Served]:
    """A run with a real server; what is left of it is stopped after the block."""
    sessions = Sessions("remote", turn_timeout=turn_timeout, tells_score=tells_score)
    objects = Objects(roles={RoleType.AGENT: sessions.role}, scenarios=scenarios)
    asked = RunSettings(agent="remote", user="oracle", scenarios=names, output=str(folder / "runs"), **settings)
    (prepared,) = new_runs([asked], objects)
    run = StartedRun(evolve(prepared, demand=sessions))
    known = ServedRun(
        sessions=sessions, directory=run.directory, scenarios=tuple(prepared.scenarios), trials=asked.trials
    )
    with serving(application(known, token=token)) as address:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        limits = httpx.Limits(max_connections=None)
        with httpx.Client(base_url=f"{address}/v1/", headers=headers, timeout=HANG, limits=limits) as client:
            try:
                yield Served(client=client, run=run, sessions=sessions, scenarios=prepared.scenarios)
            finally:
                assert run.stop(HANG)


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The address of a real server."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    config = uvicorn.Config(app, log_config=None, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until(lambda: server.started)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def call(name: str, call_id: str = "1", **arguments: Any) -> JSON:
    """A message that calls a tool."""
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"content": None, "tool_calls": [{"id": call_id, "type": "function", "function": function}]}
