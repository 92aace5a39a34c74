"""Agents play over HTTP, against a real server; the run is an ordinary one."""

from __future__ import annotations

import itertools
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

import tool_sandbox as ts
from tests.cli.command import ROOT
from tests.remote.serving import answered, call, served
from tests.waiting import HANG, until
from tool_sandbox.remote.server import description

EASY = "switch_wifi_off"
SEVERAL = ("switch_wifi_off", "ticker_symbol_of_company", "text_plumber_with_cellular_off")
OFF = {"content": "Wi-Fi is off now."}


def test_an_agent_outside_plays_as_one_inside(tmp_path: Path) -> None:
    with served(tmp_path, *SEVERAL) as run:
        ends = [run.play() for _ in SEVERAL]
        assert run.begin(status=410)["code"] == "nothing_left"
        until(lambda: run.run.is_over)
        assert run.begin(status=410)["code"] == "nothing_left"
    assert [(end["result"]["status"], end["result"]["score"]) for end in ends] == [("scored", 1.0)] * 3
    outside = ts.open_run(run.run.directory)
    inside = ts.run("oracle", "oracle", SEVERAL)
    assert [each.similarity for each in outside.samples] == [each.similarity for each in inside.samples]
    assert [each.turn_count for each in outside.samples] == [each.turn_count for each in inside.samples]
    assert outside.samples[0].agent == "remote"


def test_agents_side_by_side_play_many_scenarios_by_their_solutions(tmp_path: Path) -> None:
    some = served(tmp_path, presentations=("plain",), limit=24, concurrency=8)
    with some as run, ThreadPoolExecutor(8) as threads:
        ends = list(threads.map(lambda _: run.play(), range(24)))
        until(lambda: run.run.is_over)
    assert {end["scenario"]: end["result"]["score"] for end in ends} == dict.fromkeys(run.scenarios, 1.0)


def test_a_sample_tells_conversation_tools_and_then_only_what_is_new(tmp_path: Path) -> None:
    with served(tmp_path, EASY) as run:
        begun = run.begin(EASY)
        assert [each["role"] for each in begun["messages"]] == ["system", "user"]
        assert {tool["function"]["name"] for tool in begun["tools"]} >= {"set_wifi_status"}
        assert (begun["turn"], begun["done"], begun["result"]) == (1, False, None)
        called = run.take_turn(begun, call("set_wifi_status", "a-1", on=False))
        assert called["messages"] == [
            {"role": "tool", "tool_call_id": "a-1", "name": "set_wifi_status", "content": "None"}
        ]
        whole = answered(run.client.get(f"samples/{begun['id']}"))
        assert [each["role"] for each in whole["messages"]] == ["system", "user", "assistant", "tool"]
        end = run.take_turn(called, OFF)
        whole = answered(run.client.get(f"samples/{begun['id']}"))
        assert [each["role"] for each in whole["messages"]] == ["system", "user", "assistant", "tool", "assistant"]
    assert end["done"]
    assert [each["id"] for each in end["result"]["milestones"]]
    assert end["result"]["ending"] == "the user ended the conversation"


def test_an_agent_may_tell_which_model_wrote_its_turn_and_how_many_tokens_that_took(tmp_path: Path) -> None:
    with served(tmp_path, EASY) as run:
        usage = {"prompt_tokens": 120, "completion_tokens": 8, "total_tokens": 128}
        state = run.take_turn(
            run.begin(EASY), {**call("set_wifi_status", on=False), "model": "mine-7b", "usage": usage}
        )
        assert run.take_turn(state, OFF)["result"]["score"] == 1.0
        until(lambda: run.run.is_over)
    (sample,) = ts.open_run(run.run.directory).samples
    assert (sample.spending.prompt_tokens, sample.spending.completion_tokens) == (120, 8)
    assert "mine-7b" in sample.models


def test_calls_keep_the_ids_that_the_agent_gave_them(tmp_path: Path) -> None:
    with served(tmp_path, EASY) as run:
        state = run.begin(EASY)
        for _ in range(2):
            state = run.take_turn(state, call("get_wifi_status", "again"))
            assert [each["tool_call_id"] for each in state["messages"]] == ["again"]
        state = run.take_turn(state, call("get_wifi_status", ""))
        assert [bool(each["tool_call_id"]) for each in state["messages"]] == [True]


def test_what_a_model_does_wrong_is_told_to_it_and_ends_nothing(tmp_path: Path) -> None:
    with served(tmp_path, EASY) as run:
        state = run.begin(EASY)
        state = run.take_turn(state, call("no_such_tool"))
        assert "No tool of this name" in state["messages"][0]["content"]
        broken = {
            "content": None,
            "tool_calls": [{"id": "2", "function": {"name": "set_wifi_status", "arguments": "{"}}],
        }
        state = run.take_turn(state, broken)
        assert "Error" in state["messages"][0]["content"]
        state = run.take_turn(state, {"content": None, "tool_calls": None})
        assert state["done"]
        until(lambda: run.run.is_over)
    (sample,) = ts.open_run(run.run.directory).samples
    assert sample.counters == {"answers": 3, "unknown_tools": 1, "invalid_arguments": 1, "empty_answers": 1}


def test_arguments_may_be_an_object(tmp_path: Path) -> None:
    with served(tmp_path, EASY) as run:
        made = {"tool_calls": [{"id": "1", "function": {"name": "set_wifi_status", "arguments": {"on": False}}}]}
        state = run.take_turn(run.begin(EASY), made)
        assert run.take_turn(state, OFF)["result"]["score"] == 1.0


def test_a_turn_that_is_sent_twice_is_played_once(tmp_path: Path) -> None:
    with served(tmp_path, EASY) as run:
        begun = run.begin(EASY)
        made = call("set_wifi_status", on=False)
        first = run.take_turn(begun, made)
        assert run.take_turn(begun, made) == first
        whole = answered(run.client.get(f"samples/{begun['id']}"))
        assert [each["role"] for each in whole["messages"]].count("assistant") == 1
        end = run.take_turn(first, OFF)
        assert run.take_turn(first, OFF) == end
        until(lambda: run.run.is_over)
        assert run.take_turn(first, OFF) == end


def test_a_turn_that_is_sent_by_many_at_once_is_played_once(tmp_path: Path) -> None:
    with served(tmp_path, EASY) as run, ThreadPoolExecutor(8) as threads:
        begun = run.begin(EASY)
        made = call("set_wifi_status", on=False)
        answers = list(threads.map(lambda _: run.take_turn(begun, made), range(8)))
        assert all(each == answers[0] for each in answers)
        whole = answered(run.client.get(f"samples/{begun['id']}"))
        assert [each["role"] for each in whole["messages"]].count("assistant") == 1


def test_a_turn_that_is_not_ones_own_is_refused(tmp_path: Path) -> None:
    with served(tmp_path, EASY) as run:
        begun = run.begin(EASY)
        first = run.take_turn(begun, call("get_wifi_status"))
        other = run.take_turn(begun, OFF, status=409)
        assert (other["code"], other["detail"]) == (
            "wrong_turn",
            "turn 1 was taken with another message before; the next one is turn 2.",
        )
        later = run.take_turn({**first, "turn": 7}, OFF, status=409)
        assert later["detail"] == "turn=7 is not the turn that is waited for, which is 2; ask how the sample is."
        assert run.take_turn(first, OFF)["done"]


def test_the_same_request_for_a_sample_means_the_same_sample(tmp_path: Path) -> None:
    with served(tmp_path, *SEVERAL) as run:
        keyed = {"Idempotency-Key": "worker-1/1"}
        first = run.post("samples", {}, 201, **keyed)
        assert run.post("samples", {}, 201, **keyed)["id"] == first["id"]
        assert run.post("samples", {}, 201, **{"Idempotency-Key": "worker-1/2"})["id"] != first["id"]


def test_samples_come_in_order_or_by_name_and_trial_and_each_once(tmp_path: Path) -> None:
    with served(tmp_path, *SEVERAL[:2], trials=2) as run:
        second = run.begin(SEVERAL[1], trial=1)
        assert (second["scenario"], second["trial"]) == (SEVERAL[1], 1)
        rest = [run.begin() for _ in range(3)]
        assert [(each["scenario"], each["trial"]) for each in rest] == [
            (SEVERAL[0], 0),
            (SEVERAL[1], 0),
            (SEVERAL[0], 1),
        ]
        assert run.begin(SEVERAL[1], 409, trial=1)["code"] == "taken"
        assert run.begin(status=410)["code"] == "nothing_left"
        assert run.begin("switch_wifi_of", 404)["detail"] == (
            "there is no scenario 'switch_wifi_of' in this run; did you mean 'switch_wifi_off'?"
        )
        assert run.begin(SEVERAL[0], 410, trial=9)["code"] == "nothing_left"


def test_a_sample_that_is_given_up_has_no_score_and_can_be_begun_again(tmp_path: Path) -> None:
    with served(tmp_path, EASY, max_void=2) as run:
        for _ in range(3):
            begun = run.begin(EASY)
            ended = answered(run.client.delete(f"samples/{begun['id']}"))
            assert (ended["done"], ended["result"]["status"], ended["result"]["cause"]) == (True, "void", "cancelled")
        assert not run.run.is_over
        assert run.play(EASY)["result"]["score"] == 1.0
        until(lambda: run.run.is_over)
    (sample,) = ts.open_run(run.run.directory).samples
    assert sample.similarity == 1.0


def test_no_more_samples_are_played_at_once_than_the_run_allows(tmp_path: Path) -> None:
    with served(tmp_path, *SEVERAL, concurrency=2) as run:
        first, _ = run.begin(), run.begin()
        refused = run.client.post("samples", json={})
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
        assert "2 samples are being played" in refused.json()["detail"]
        run.client.delete(f"samples/{first['id']}")
        run.begin()


def test_fifty_agents_play_at_once(tmp_path: Path) -> None:
    with served(tmp_path, EASY, trials=50, concurrency=50) as run, ThreadPoolExecutor(50) as threads:
        together = threading.Barrier(50)

        def play(_number: int) -> Any:
            begun = run.begin()
            together.wait(HANG)  # all are in play now
            state = run.take_turn(begun, call("set_wifi_status", on=False))
            return begun["trial"], run.take_turn(state, OFF)["result"]["score"]

        ends = list(threads.map(play, range(50)))
        until(lambda: run.run.is_over)
    assert sorted(ends) == [(trial, 1.0) for trial in range(50)]
    assert ts.open_run(run.run.directory).score == 1.0


def test_an_agent_that_dies_leaves_its_sample_without_a_score_and_its_place_to_others(tmp_path: Path) -> None:
    with served(tmp_path, *SEVERAL[:2], concurrency=1, turn_timeout=0.1) as run:
        begun = run.begin(EASY)  # and nothing more is heard of it
        until(lambda: answered(run.client.get(f"samples/{begun['id']}"))["done"])
        late = run.take_turn(begun, OFF)
        assert (late["result"]["cause"], late["result"]["error"]) == (
            "timeout",
            "the agent took no turn within 0.1 s, the time limit of a turn (--turn-timeout).",
        )
        assert run.begin(SEVERAL[1])["turn"] == 1
    void, _ = ts.open_run(run.run.directory).samples
    assert void.cause == "timeout"


def test_a_sample_is_void_when_its_time_is_up(tmp_path: Path) -> None:
    with served(tmp_path, EASY, sample_timeout=0.1) as run:
        begun = run.begin(EASY)
        until(lambda: answered(run.client.get(f"samples/{begun['id']}"))["done"])
        assert run.take_turn(begun, OFF)["result"]["cause"] == "timeout"


def test_a_run_that_is_stopped_tells_so_and_can_be_gone_on_with(tmp_path: Path) -> None:
    with served(tmp_path, *SEVERAL) as run:
        run.play(EASY)
        begun = run.begin()
        assert run.run.stop(HANG)
        ended = run.take_turn(begun, OFF)
        assert (ended["done"], ended["result"]["cause"]) == (True, "cancelled")
        assert run.begin(status=410)["detail"] == "the run is over (interrupted); no further sample can be begun."
    stopped = ts.open_run(run.run.directory)
    assert [each.similarity for each in stopped.samples] == [1.0, None, None]
    with pytest.raises(ts.errors.UsageError, match=r"'remote' plays from outside; .* by 'tool_sandbox serve'\."):
        ts.resume(run.run.directory)


BEGIN, TURN = ("POST", "samples"), ("POST", "samples/{id}/messages")
WRONG = [
    (BEGIN, b"", 422, "the body is no JSON that can be read"),
    (BEGIN, b"{", 422, "the body is no JSON that can be read"),
    (BEGIN, b"[]", 422, "it=[]"),
    (BEGIN, b'{"scenari": "x"}', 422, "scenari='x': extra inputs are not permitted"),
    (BEGIN, b'{"scenario": 3}', 422, "scenario=3"),
    (BEGIN, b'{"trial": -1}', 422, "trial=-1"),
    (BEGIN, b'{"trial": "0"}', 422, "trial='0'"),
    (BEGIN, b"\xff\xfe", 422, "the body is no JSON that can be read"),
    (BEGIN, b"[" * 100_000, 422, "the body is no JSON that can be read"),
    (TURN, b"{}", 422, "expected 'content', text for the user, or 'tool_calls'"),
    (TURN, b'{"content": 5}', 422, "content"),
    (TURN, b'{"content": "a", "role": "user"}', 422, "role='user'"),
    (TURN, b'{"tool_calls": {}}', 422, "tool_calls={}"),
    (TURN, b'{"tool_calls": [{}]}', 422, "tool_calls.0.function"),
    (TURN, b'{"tool_calls": [{"function": {"name": 1}}]}', 422, "tool_calls.0.function.name=1"),
    (TURN, b'{"content": "a", "turn": "1"}', 422, "turn='1'"),
    (TURN, b'{"content": "' + b"a" * 1_000_000 + b'"}', 413, "longer than 1,000,000 bytes"),
    (("POST", "samples/none/messages"), b'{"content": "a"}', 404, "there is no sample 'none' here"),
    (("GET", "samples/none"), b"", 404, "there is no sample 'none' here"),
    (("DELETE", "samples/none"), b"", 404, "there is no sample 'none' here"),
    (("GET", "nothing"), b"", 404, "Not Found"),
    (("PUT", "samples"), b"{}", 405, "Method Not Allowed"),
]


def test_what_is_wrong_is_told_and_harms_nothing(tmp_path: Path) -> None:
    with served(tmp_path, *SEVERAL) as run:
        begun = run.begin(EASY)
        for (method, path), body, status, told in WRONG:
            headers = {"Content-Type": "application/json; charset=utf-8"}
            refused = run.client.request(method, path.format(**begun), content=body, headers=headers)
            assert (refused.status_code, refused.headers["Content-Type"]) == (status, "application/problem+json"), told
            problem = refused.json()
            assert problem["status"] == status
            assert told in problem["detail"], problem
            assert problem["error"]["message"] == problem["detail"]
        assert run.take_turn(begun, OFF)["done"]


def test_a_page_of_another_site_cannot_play(tmp_path: Path) -> None:
    with served(tmp_path, EASY) as run:
        simple = run.client.post("samples", content="{}", headers={"Content-Type": "text/plain"})
        assert simple.status_code == 415
        rebound = run.client.post("samples", json={}, headers={"Host": "evil.example"})
        assert (rebound.status_code, rebound.json()["detail"]) == (421, "'evil.example' is not this machine.")


def test_with_a_token_only_who_sends_it_plays(tmp_path: Path) -> None:
    with served(tmp_path, EASY, token="s3cret") as run:
        for given in ("", "Bearer", "Bearer wrong", "Basic s3cret", "s3cret"):
            refused = run.client.get("run", headers={"Authorization": given})
            assert refused.status_code == 403
            assert "s3cret" not in refused.text
        assert answered(run.client.get("run", headers={"Host": "gpu-7.example"}))["left"] == 1


def test_a_run_tells_how_far_it_is(tmp_path: Path) -> None:
    with served(tmp_path, *SEVERAL, trials=2) as run:
        run.play(EASY)
        run.begin()
        told = answered(run.client.get("run"))
    assert (told["left"], told["playing"], told["finished"], told["trials"]) == (4, 1, 1, 2)
    assert told["scenarios"] == list(SEVERAL)
    assert told["directory"] == run.run.directory


def test_half_a_character_becomes_a_whole_one(tmp_path: Path) -> None:
    with served(tmp_path, EASY) as run:
        begun = run.begin(EASY)
        path, headers = f"samples/{begun['id']}/messages", {"Content-Type": "application/json"}
        end = answered(run.client.post(path, content=b'{"content": "\\ud83d cut"}', headers=headers))
        until(lambda: run.run.is_over)
    assert end["done"]
    assert "\ufffd cut" in str(ts.open_run(run.run.directory).samples[0].conversation)


def test_the_description_names_every_route_and_resolves(tmp_path: Path) -> None:
    with served(tmp_path, EASY) as run:
        described = answered(run.client.get("openapi.json"))
    assert set(described["paths"]) >= {"/v1/samples", "/v1/samples/{id}", "/v1/samples/{id}/messages"}
    text = str(described)
    named = {part.split("'")[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= set(described["components"]["schemas"])
    ids = [operation["operationId"] for path in described["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))


def test_the_description_in_the_documentation_is_the_one_that_is_served() -> None:
    kept = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
    assert kept == description(), "write tool_sandbox.remote.server.description() to docs/openapi.json"


def test_what_is_answered_is_as_described(tmp_path: Path) -> None:
    import jsonschema

    with served(tmp_path, EASY) as run:
        described = answered(run.client.get("openapi.json"))
        state = run.begin(EASY)
        answers: list[tuple[str, Any]] = [("SampleState", state), ("Problem", run.begin("x", 404))]
        for message in (call("set_wifi_status", on=False), OFF):
            state = run.take_turn(state, message)
            answers.append(("SampleState", state))
        answers.append(("RunState", answered(run.client.get("run"))))
    for name, answer in answers:
        schema = {"$ref": f"#/components/schemas/{name}", "components": described["components"]}
        jsonschema.validate(answer, schema)


def test_waiting_for_an_answer_ends_with_who_waited_not_with_the_turn(tmp_path: Path) -> None:
    with served(tmp_path, EASY) as run:
        begun = run.begin(EASY)
        made = call("set_wifi_status", on=False)
        path, body = f"samples/{begun['id']}/messages", {"turn": begun["turn"], **made}
        for number in itertools.count():  # until one was given up before its answer came, or a few came at once
            try:
                run.client.post(path, json=body, timeout=1e-4)
            except httpx.TimeoutException:
                break
            assert number < 100
        state = run.take_turn(begun, made)
        assert [each["role"] for each in state["messages"]] == ["tool"]
        assert run.take_turn(state, OFF)["result"]["score"] == 1.0
