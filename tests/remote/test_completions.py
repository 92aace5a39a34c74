"""The client of OpenAI's own package plays a run that is served."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openai
import pytest

import tool_sandbox as ts
from tests.remote.serving import Served, answered, call, served
from tests.waiting import until

EASY = "switch_wifi_off"
UNASKED = "none"  # OpenAI's client wants a key, where we want none
OFF = {"role": "assistant", "content": "Wi-Fi is off now."}
SWITCH = {"role": "assistant", **call("set_wifi_status", on=False)}


def client_of(run: Served, token: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=str(run.client.base_url), api_key=token, max_retries=0)


def asked(client: openai.OpenAI, model: str, messages: list[Any]) -> Any:
    return client.chat.completions.create(model=model, messages=messages)


def test_a_client_of_chat_completions_plays_a_sample(tmp_path: Path) -> None:
    with served(tmp_path, EASY, token="s3cret") as run, client_of(run, "s3cret") as client:
        begun = asked(client, EASY, [])
        assert begun.choices[0].message.content == "Turn off the wifi"
        assert [tool["function"]["name"] for tool in begun.sample["tools"]]
        messages = [*begun.sample["messages"], SWITCH]
        called = asked(client, begun.model, messages)
        assert called.choices[0].message.content is None
        assert [each["role"] for each in called.sample["messages"]] == ["tool"]
        messages += [*called.sample["messages"], OFF]
        end = asked(client, begun.model, messages)
        assert asked(client, begun.model, messages) == end  # its retries are played once
        until(lambda: run.run.is_over)
    assert (end.sample["done"], end.sample["result"]["score"]) == (True, 1.0)
    assert ts.open_run(run.run.directory).score == 1.0


def test_the_scenarios_stand_in_the_place_of_models(tmp_path: Path) -> None:
    with served(tmp_path, EASY, "ticker_symbol_of_company") as run, client_of(run, UNASKED) as client:
        assert [each.id for each in client.models.list()] == [EASY, "ticker_symbol_of_company"]


def test_a_trial_and_whichever_is_next_can_be_asked_for(tmp_path: Path) -> None:
    with served(tmp_path, EASY, trials=3) as run, client_of(run, UNASKED) as client:
        trials = [asked(client, model, []).sample["trial"] for model in (f"{EASY}#1", "next", EASY)]
    assert trials == [1, 0, 2]


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"model": "switch_wifi_of", "messages": []}, 404, "did you mean 'switch_wifi_off'"),
    ({"model": f"{EASY}#one", "messages": []}, 422, "expected NAME, NAME#TRIAL with a number, or 'next'"),
    ({"model": EASY, "messages": [OFF]}, 404, "a sample goes on under its id"),
    ({"model": EASY, "messages": [], "stream": True}, 422, "completions come whole here"),
    ({"model": EASY}, 422, "messages"),
    (
        {"model": "{id}", "messages": [OFF, {"role": "user", "content": "Hi"}]},
        422,
        "role='user'; expected the agent's turn",
    ),
    ({"model": "{id}", "messages": [OFF, OFF]}, 409, "turn=2 is not the turn"),
    ({"model": "{id}", "messages": [{"role": "assistant", "tool_calls": [{}]}]}, 422, "tool_calls.0.function"),
]


def test_what_is_wrong_is_an_error_of_openais_client(tmp_path: Path) -> None:
    with served(tmp_path, EASY, "ticker_symbol_of_company") as run, client_of(run, UNASKED) as client:
        begun = asked(client, "next", [])
        for body, status, told in WRONG:
            named = {**body, "model": str(body["model"]).format(id=begun.model)}
            refused = run.client.post("chat/completions", json=named)
            assert (refused.status_code, told in refused.json()["detail"]) == (status, True), refused.text
        with pytest.raises(openai.NotFoundError, match="did you mean 'switch_wifi_off'"):
            asked(client, "switch_wifi_of", [])
        assert answered(run.client.get("run"))["playing"] == 1
