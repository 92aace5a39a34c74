from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.llm.fakes import FakeModel, answer, layers_of, question
from tests.llm.loopback import Answer, completion, serving
from tests.waiting import HANG
from tool_sandbox.errors import (
    BudgetExceededError,
    HarnessError,
    InvalidRequestError,
    MissingKeyError,
    ProviderUnavailableError,
    SettingsError,
)
from tool_sandbox.llm import stack
from tool_sandbox.llm.chat import ChatRequest
from tool_sandbox.llm.layer import aclose, close
from tool_sandbox.llm.layers.budget.layer import Budgeted, Ledger
from tool_sandbox.llm.layers.cache.layer import Cached
from tool_sandbox.llm.layers.cache.settings import CacheSettings
from tool_sandbox.llm.layers.cache.store import ResponseCache
from tool_sandbox.llm.layers.journal.calls import Journal
from tool_sandbox.llm.layers.journal.files import JournalFiles
from tool_sandbox.llm.layers.journal.layer import Journaled
from tool_sandbox.llm.layers.limits.layer import Limited
from tool_sandbox.llm.layers.prompted_tools.layer import PromptedTools
from tool_sandbox.llm.layers.prompted_tools.support import NativeTools, PromptedIfListed
from tool_sandbox.llm.layers.retry import Retrying, RetryPolicy
from tool_sandbox.llm.layers.tally import Tallied, Tally
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.direct import DirectTransport
from tool_sandbox.llm.transports.errors.foreign import own_errors, standard_error
from tool_sandbox.llm.transports.negotiation.room import RoomForReasoning
from tool_sandbox.llm.transports.through_litellm.transport import LiteLLMTransport
from tool_sandbox.registry.run_resources import Shared

KEY = {"api_key": "sk-secret-value"}


def settings(**config: Any) -> ModelSettings:
    return ModelSettings.from_config({**KEY, **config})


def test_the_layers_stand_in_their_order(tmp_path: Path) -> None:
    given = settings()
    journal = Journal(JournalFiles(tmp_path))
    model = stack.build_model(
        "gpt-4o",
        given,
        cache=stack.open_cache("memory"),
        ledger=stack.open_ledger("gpt-4o", given, "AGENT"),
        journal=journal,
    )
    journal.close()
    assert [type(layer) for layer in layers_of(model)] == [
        Journaled, Cached, RoomForReasoning, Budgeted, Retrying, Limited, PromptedIfListed, LiteLLMTransport,
    ]  # fmt: skip


def test_layers_that_are_not_wanted_are_not_there() -> None:
    model = stack.build_model("direct:m@http://h/v1", ModelSettings.from_config({"max_tokens": 5}))
    assert [type(layer) for layer in layers_of(model)] == [Retrying, Limited, NativeTools, DirectTransport]


@pytest.mark.parametrize("wanted", ["json", "hermes", True])
def test_tools_go_into_the_prompt_when_asked_for(wanted: str | bool) -> None:
    model = stack.build_model("gpt-4o", settings(prompted_tools=wanted))
    assert PromptedTools in [type(layer) for layer in layers_of(model)]


def test_an_unknown_tool_format_is_refused() -> None:
    with pytest.raises(SettingsError, match="jason"):
        stack.build_model("gpt-4o", settings(prompted_tools="jason"))


def test_the_key_is_missed_when_the_stack_is_built() -> None:
    with pytest.raises(MissingKeyError, match="GROQ_API_KEY"):
        stack.build_model("groq/x", ModelSettings.from_config({}), environ={})


def test_a_budget_holds_the_token_limit_fixed() -> None:
    given = settings(max_budget=1.0)
    transport = stack.build_transport("gpt-4o", given, stack.open_ledger("gpt-4o", given, "AGENT"))
    bottom = list(layers_of(transport))[-1]
    assert isinstance(bottom, LiteLLMTransport)
    assert not bottom.negotiator.flexible_tokens


def test_a_budget_that_is_reached_ends_in_its_own_error() -> None:
    prices = {"input_per_million": 1000.0, "output_per_million": 1000.0}
    with serving() as server:
        given = ModelSettings.from_config({"max_budget": 0.15, "max_tokens": 10, "prices": prices})
        name = f"direct:m@{server.base}"
        ledger = stack.open_ledger(name, given, "AGENT")
        model = stack.build_model(name, given, ledger=ledger)
        request = ChatRequest(
            model=name, messages=[{"role": "user", "content": "x"}], params={"max_tokens": 10}, timeout=HANG
        )
        assert model.complete(request).cost == pytest.approx(0.11)
        with pytest.raises(BudgetExceededError):
            model.complete(request)
        close(model)
        assert len(server.requests) == 1


def test_a_cached_answer_costs_nothing_and_never_reaches_the_server() -> None:
    with serving() as server:
        given = ModelSettings.from_config({"cache": "memory"})
        name = f"direct:m@{server.base}"
        model = stack.build_model(name, given, cache=stack.open_cache(given.cache))
        request = ChatRequest(model=name, messages=[{"role": "user", "content": "x"}], timeout=HANG)
        assert not model.complete(request).cached
        assert model.complete(request).cached
        close(model)
        assert len(server.requests) == 1


def test_answers_of_two_servers_are_not_mixed_up_in_a_cache() -> None:
    cache = ResponseCache(CacheSettings())
    given = ModelSettings.from_config({"cache": cache})
    request = ChatRequest(model="direct:m", messages=[{"role": "user", "content": "x"}], timeout=HANG)
    with serving() as one, serving() as other:
        for server in (one, other):
            environ = {"DIRECT_API_BASE": server.base}
            model = stack.build_model("direct:m", given, cache=cache, environ=environ)
            assert not model.complete(request).cached
            assert model.complete(request).cached
            close(model)
    cache.close()


def test_fallbacks_of_the_settings_become_a_router_with_keys_of_their_own() -> None:
    with serving() as server:
        server.says(Answer({"error": {"message": "down"}}, 503), Answer(completion("from b")))
        given = ModelSettings.from_config({"num_retries": 0, "fallbacks": [f"direct:b@{server.base}"]})
        router = stack.fallback_router(f"direct:a@{server.base}", given)
        model = stack.build_model(f"direct:a@{server.base}", given, transport=router)
        response = model.complete(question())
        close(model)
        assert (response.text, response.fallback, response.deployment) == ("from b", True, "fallback_0-1")
        assert [body["model"] for body in server.requests] == ["a", "b"]


async def test_the_retry_policy_given_is_used() -> None:
    async def no_wait(_: float) -> None: ...

    policy = RetryPolicy(attempts=2, sleep=no_wait)
    with serving() as server:
        server.says(Answer({"error": {"message": "down"}}, 503), Answer(completion()))
        model = stack.build_model(f"direct:a@{server.base}", ModelSettings.from_config({}), retry=policy)
        response = await model.acomplete(question())
        await aclose(model)
        assert [each.status for each in response.attempts] == [503, 200]


def test_errors_of_others_become_ours_without_secrets() -> None:
    given = settings()
    ours = InvalidRequestError("no")
    assert standard_error(ours, "m", given, "USER") is ours
    assert ours.role == "USER"  # type: ignore[attr-defined]
    assert isinstance(standard_error(ConnectionResetError("gone"), "m", given, "AGENT"), ProviderUnavailableError)
    bug = standard_error(KeyError("sk-secret-value"), "m", given, "AGENT")
    assert isinstance(bug, HarnessError)
    assert "secret-value" not in str(bug)


def test_only_errors_of_ours_leave_the_block() -> None:
    with pytest.raises(HarnessError) as caught, own_errors(lambda _: HarnessError("ours")):
        raise KeyError("theirs")
    assert isinstance(caught.value.__cause__, KeyError)


async def test_closing_a_stack_reaches_its_transport_through_every_layer(tmp_path: Path) -> None:
    class Transport(FakeModel):
        closed = 0

        async def aclose(self) -> None:
            self.closed += 1

    fake = Transport()
    beneath = Retrying(Budgeted(PromptedTools(NativeTools(RoomForReasoning(fake))), Ledger()))
    journal = Journal(JournalFiles(tmp_path))
    model = stack.build_model("m", settings(), transport=beneath, cache=stack.open_cache("memory"), journal=journal)
    await aclose(model)
    journal.close()
    assert fake.closed == 1


def test_layers_are_found_through_wrappers() -> None:
    fake = FakeModel(answer())
    assert list(layers_of(Retrying(RoomForReasoning(fake))))[-1] is fake


FIRST_CALL = """
import sys, time
from tool_sandbox.llm import stack
from tool_sandbox.llm.chat import ChatRequest
from tool_sandbox.llm.layers.retry import RetryPolicy
from tool_sandbox.llm.settings import ModelSettings

def clock():
    assert "litellm" in sys.modules, "the clock of the first call ran while LiteLLM was still to be imported"
    return time.monotonic()

given = ModelSettings.from_config({"api_base": sys.argv[1]})
model = stack.build_model("openai/m", given, retry=RetryPolicy(attempts=1, clock=clock))
request = ChatRequest(model="openai/m", messages=[{"role": "user", "content": "x"}], timeout=100)
print(model.complete(request).text)
"""


def test_importing_litellm_is_not_part_of_the_first_calls_latency() -> None:
    with serving() as server:
        command = [sys.executable, "-c", FIRST_CALL, server.base]
        done = subprocess.run(command, capture_output=True, text=True, timeout=HANG, check=False)
    assert done.stdout == "hi\n", done.stderr


class Held(FakeModel):
    def __init__(self) -> None:
        super().__init__()
        self.closed_in: list[threading.Thread] = []

    async def aclose(self) -> None:
        self.closed_in.append(threading.current_thread())


def test_closing_layers_over_a_shared_model_waits_for_nobody_and_leaves_it_open() -> None:
    held = Held()
    closing: list[str] = []

    class Told(Tallied):
        def __getattribute__(self, name: str) -> Any:
            if name == "aclose":
                closing.append(name)
            return super().__getattribute__(name)

    close(Told(Shared(held), Tally()))
    assert (held.closed_in, closing) == ([], [])
    close(Tallied(held, Tally()))
    assert [thread is not threading.current_thread() for thread in held.closed_in] == [True]
