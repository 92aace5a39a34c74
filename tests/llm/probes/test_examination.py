"""What is found out about models behind the wire formats of their providers."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from tests.llm.probes.examined import CALL, HEALTHY, RESULT, TWO_CALLS, WORD, WRITTEN, evidence_of, states
from tests.llm.probes.servers import (
    MODEL,
    Limited,
    Listed,
    Listing,
    WithoutJinja,
    WithoutStreams,
    WithoutTemperature,
    WithoutToolParser,
    WithoutUsage,
)
from tests.providers.catalogue import PROVIDERS, Client, Provider
from tests.providers.emulator import Dialect, Emulator
from tests.providers.wire import Answer, Fault
from tool_sandbox.llm.probes.subject import Evidence
from tool_sandbox.llm.transports.through_litellm.transport import load_litellm

BY_NAME = {provider.name: provider for provider in PROVIDERS}


def examined(
    *answers: Answer | Fault,
    provider: str = "direct",
    dialect: Callable[[], Dialect] | None = None,
    default: Answer | Fault | None = None,
    budget: float | None = None,
    **config: object,
) -> Evidence:
    """What the probes find when the model gives these answers in turn."""
    row = BY_NAME[provider]
    with Emulator((dialect or row.dialect)()) as emulator:
        emulator.script(*answers, default=default)
        return evidence_of(Client(row, emulator), budget=budget, **config)


def whole(evidence: Evidence, probe: str) -> str:
    """A finding and its advice."""
    finding = evidence.findings[probe]
    return f"{finding.state}: {finding.what} → {finding.advice}"


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_a_model_without_fault_passes_every_probe_with_five_calls(provider: Provider) -> None:
    evidence = examined(*HEALTHY, provider=provider.name)

    found = states(evidence)
    asked = {"answer", "tool call", "tool result", "parallel calls", "usage"}
    assert {name: found[name] for name in asked} == dict.fromkeys(asked, "ok")
    assert found["streaming"] == ("ok" if provider.streamed else "note")
    assert "problem" not in found.values()
    assert "tools in the prompt" not in found
    assert (evidence.works, evidence.works_prompted, evidence.calls) == (True, False, 5)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (401, "whole, still valid and allowed to use this model"),
        (404, "is spelled as its provider spells it"),
        (500, "try again later"),
    ],
)
def test_a_failure_is_told_once_with_what_to_do_and_nothing_more_is_asked(
    provider: Provider, status: int, advice: str
) -> None:
    evidence = examined(default=Fault(status=status), provider=provider.name)

    assert advice in whole(evidence, "answer")
    assert [name for name, state in states(evidence).items() if state == "problem"] == ["answer"]
    assert evidence.calls == 1
    assert "key-for-tests" not in "".join(whole(evidence, name) for name in evidence.findings)


@pytest.mark.parametrize("provider", ["openai", "anthropic", "direct"])
def test_a_rate_limit_is_a_problem_and_the_wait_is_told_instead_of_waited_for(provider: str) -> None:
    evidence = examined(default=Fault(status=429, headers={"Retry-After": "7"}), provider=provider)

    assert "problem" in whole(evidence, "answer")
    assert "try again in 7 s" in whole(evidence, "answer")
    assert evidence.calls == 1


@pytest.mark.parametrize("model", ["openai", "direct"])
def test_where_no_server_is_the_address_is_the_matter(model: str) -> None:
    with socket.socket() as bound:  # taken, and nobody listens
        bound.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{bound.getsockname()[1]}/v1"
        evidence = examined(provider=model, api_base=base)

    assert "start the server, or correct its address" in whole(evidence, "answer")
    assert states(evidence)["server"] == "note"


def test_a_server_that_never_answers_is_given_up_in_time() -> None:
    evidence = examined(default=Fault(shape="hang"), timeout=0.2)

    assert "give it more time with --timeout" in whole(evidence, "answer")
    assert evidence.calls == 1


def test_without_a_key_nobody_is_asked_and_the_variable_is_named() -> None:
    evidence = examined(provider="openai", api_key=None, api_base=None)

    assert "OPENAI_API_KEY" in whole(evidence, "access")
    assert states(evidence)["access"] == "problem"
    assert evidence.calls == 0


def test_a_server_says_what_it_is_what_it_serves_and_how_much_it_can_read() -> None:
    evidence = examined(*HEALTHY, dialect=lambda: Listed("vllm", max_model_len=8192))

    assert whole(evidence, "server") == f"ok: vLLM serves {MODEL!r} → None"
    assert whole(evidence, "context") == "ok: 8,192 tokens → None"


def test_a_model_that_a_server_does_not_have_is_answered_with_those_it_has() -> None:
    evidence = examined(default=Fault(status=404), dialect=lambda: Listed("vllm", "qwen3-8b", "qwen3-14b"))

    assert "vLLM serves 'qwen3-8b', 'qwen3-14b', not" in whole(evidence, "server")
    assert "ask for a model that the server has: 'qwen3-8b', 'qwen3-14b'" in whole(evidence, "answer")


@pytest.mark.parametrize("provider", ["vllm", "direct"])
def test_a_server_that_refuses_tools_is_told_its_flags_and_the_prompt_is_tried(provider: str) -> None:
    evidence = examined(
        WORD, Answer(text=WRITTEN), provider=provider, dialect=lambda: WithoutToolParser("vllm"), default=WORD
    )

    told = whole(evidence, "tool call")
    assert told.startswith("problem")
    assert "--enable-auto-tool-choice" in told
    assert "--tool-format json" in told
    assert "ok: with --tool-format json it calls get_temperature" in whole(evidence, "tools in the prompt")
    assert evidence.works_prompted
    assert "tool result" not in evidence.findings
    assert states(evidence)["streaming"] == "ok"


def test_llama_cpp_without_its_templates_is_told_to_use_them() -> None:
    props = {"default_generation_settings": {"n_ctx": 4096}, "chat_template": "{{ messages }}"}
    evidence = examined(
        WORD,
        Answer(text=WRITTEN),
        dialect=lambda: WithoutJinja("llamacpp", pages={"/props": props}, meta={"n_ctx_train": 131072}),
        default=WORD,
    )

    assert "has no place for tools" in whole(evidence, "server")
    assert "--jinja" in whole(evidence, "tool call")
    assert whole(evidence, "context") == "ok: 4,096 tokens → None"


def test_a_call_that_comes_as_text_is_a_problem_with_the_parser_of_its_model() -> None:
    evidence = examined(
        WORD, Answer(text=WRITTEN), Answer(text=WRITTEN), dialect=lambda: Listed("vllm"), default=Answer(text="ready")
    )

    assert "its call comes as text, which nobody reads: '<tool_call>" in whole(evidence, "tool call")
    assert "start vLLM with --enable-auto-tool-choice --tool-call-parser" in whole(evidence, "tool call")
    assert states(evidence)["tools in the prompt"] == "ok"
    assert whole(evidence, "adjustments").startswith("ok")  # what a run would note of it stands at the call


def test_a_model_that_only_talks_is_a_problem() -> None:
    evidence = examined(default=Answer(text="It is warm."), provider="openai")

    assert "problem: it calls no tool and says 'It is warm.'" in whole(evidence, "tool call")
    assert "it calls no tool either" in whole(evidence, "tools in the prompt")


def test_tools_in_the_prompt_are_probed_as_asked_for() -> None:
    written = Answer(text=WRITTEN)
    evidence = examined(WORD, written, RESULT, Answer(text=f"{WRITTEN}\n{WRITTEN}"), written, prompted_tools="hermes")

    assert states(evidence)["tool call"] == "ok"
    assert "2 calls in one turn" in whole(evidence, "parallel calls")
    assert "tools in the prompt" not in evidence.findings
    assert "tools: described in the prompt, format hermes" in whole(evidence, "adjustments")


def test_ollama_says_whether_the_template_of_a_model_has_tools() -> None:
    able = examined(*HEALTHY, provider="ollama", dialect=lambda: Listing("completion", "tools"))
    unable = examined(*HEALTHY, provider="ollama", dialect=lambda: Listing("completion"))

    assert whole(able, "server") == "ok: Ollama serves 'llama-emulated:latest' → None"
    assert "'ollama show' lists the capability tools" in whole(unable, "server")


def test_one_call_at_a_time_is_a_note() -> None:
    evidence = examined(WORD, CALL, RESULT, CALL, CALL)

    assert whole(evidence, "parallel calls").startswith("note: 1 call in a turn when asked for two")


def test_a_result_that_is_not_read_is_a_note() -> None:
    evidence = examined(WORD, CALL, Answer(text="I do not know."), TWO_CALLS, CALL)

    assert whole(evidence, "tool result").startswith("note: given the result 17, it says 'I do not know.'")


def test_what_is_not_streamed_is_a_note_unless_a_run_would_stream() -> None:
    asked_for = examined(*HEALTHY, dialect=WithoutStreams)
    wanted = examined(WORD, dialect=WithoutStreams, stream=True)

    assert states(asked_for)["streaming"] == "note"
    assert "problem" not in states(asked_for).values()
    assert states(wanted)["answer"] == "problem"


def test_a_server_that_counts_no_tokens_is_noted() -> None:
    evidence = examined(*HEALTHY, dialect=WithoutUsage)

    assert whole(evidence, "usage").startswith("note: its answers say nothing of tokens")


@pytest.mark.parametrize("provider", ["openai", "direct"])
def test_limits_are_read_from_the_headers_of_answers(provider: str) -> None:
    evidence = examined(*HEALTHY, provider=provider, dialect=Limited)

    told = "requests: 499 left of 500, all again in 0 s; tokens: 29,000 left of 30,000, all again in 2 s"
    assert whole(evidence, "rate limits") == f"ok: {told} → None"


def test_a_price_is_per_call_of_a_run_and_what_the_probes_cost_is_summed() -> None:
    priced = examined(*HEALTHY, prices={"input_per_million": 1, "output_per_million": 10})
    unknown = examined(*HEALTHY)

    assert "$1 in and $10 out per million tokens: about $0.0012 for a call of a run" in whole(priced, "price")
    assert priced.cost.total == pytest.approx(5 * (1000 + 200 * 10) / 1e6)
    assert unknown.cost.total is None
    assert "--param 'prices=" in whole(unknown, "price")


def test_a_budget_that_holds_no_call_is_told_before_any_is_made() -> None:
    evidence = examined(*HEALTHY, provider="openai", budget=0.0001)

    assert "problem: the budget of the run is 0.0001 USD" in whole(evidence, "answer")
    assert (evidence.calls, evidence.cost.total) == (0, 0.0)


def test_what_a_model_refuses_is_told_as_it_is_changed_in_a_run() -> None:
    evidence = examined(*HEALTHY, dialect=WithoutTemperature)

    assert "note: temperature=0.0 dropped, provider's default used" in whole(evidence, "adjustments")
    assert evidence.calls == 5


@pytest.mark.parametrize(
    ("day", "told"), [("2024-06-13", "note: it was announced for 2024-06-13"), ("2999-01-01", "ok: it is announced")]
)
def test_an_announced_end_is_told(day: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = BY_NAME["vllm"].model
    monkeypatch.setitem(load_litellm().model_cost, model, {"deprecation_date": day, "max_input_tokens": 4096})
    evidence = examined(*HEALTHY, provider="vllm")

    assert whole(evidence, "announced end").startswith(told)
    assert whole(evidence, "context") == "ok: 4,096 tokens → None"
