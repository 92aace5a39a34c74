from __future__ import annotations

import pytest
from attrs import evolve

from tests.llm.fakes import FakeModel, answer, question
from tool_sandbox.errors import AuthenticationError, InvalidRequestError
from tool_sandbox.llm.chat import Usage
from tool_sandbox.llm.transports.negotiation.negotiator import Memory, Negotiation
from tool_sandbox.llm.transports.negotiation.parameters import refused_parameter
from tool_sandbox.llm.transports.negotiation.profile import known_profile
from tool_sandbox.llm.transports.negotiation.room import RoomForReasoning, reasons, reserve_for_reasoning

PARAMS = {"temperature": 0.0, "max_tokens": 1024, "seed": 3, "parallel_tool_calls": True}


@pytest.mark.parametrize(
    ("complaint", "parameter"),
    [
        ("Unsupported value: 'temperature' does not support 0. Only the default (1) is supported.", "temperature"),
        ("gpt-5 doesn't support temperature=0.0 unless reasoning_effort is none", "temperature"),
        ("`temperature` may only be set to 1 when thinking is enabled", "temperature"),
        ("anthropic does not support parameters: ['seed'], for model=x.", "seed"),
        ("openai does not support parameters: ['parallel_tool_calls'], for model=o3-mini", "parallel_tool_calls"),
        ("Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.", "max_tokens"),
        ("top_p is not supported", None),
        ("temperature is nice today", None),
        ("messages: at least one message is required", None),
    ],
)  # fmt: skip
def test_a_complaint_names_the_parameter_to_change(complaint: str, parameter: str | None) -> None:
    change = refused_parameter(complaint, PARAMS)
    assert (change.parameter if change else None) == parameter


def test_the_refused_parameter_alone_is_dropped_and_that_is_put_into_words() -> None:
    talk = Negotiation(evolve(question(), params=PARAMS), Memory())
    assert talk.refused(InvalidRequestError("temperature is not supported"))
    assert talk.request.params == {name: value for name, value in PARAMS.items() if name != "temperature"}
    assert "temperature=0.0" in talk.accepted(answer()).adjustments[0]


def test_a_renamed_limit_keeps_its_value() -> None:
    talk = Negotiation(evolve(question(), params=PARAMS), Memory())
    assert talk.refused(InvalidRequestError("max_tokens is not supported, use max_completion_tokens"))
    assert talk.request.params["max_completion_tokens"] == 1024
    assert "max_tokens" not in talk.request.params


def test_what_a_model_refuses_is_remembered_for_that_model_only() -> None:
    memory = Memory()
    asked = evolve(question(), model="a", params=PARAMS)
    talk = Negotiation(asked, memory)
    talk.refused(InvalidRequestError("temperature is not supported"))
    talk.accepted(answer())
    assert "temperature" not in Negotiation(asked, memory).request.params
    assert "temperature" in Negotiation(evolve(asked, model="b"), memory).request.params


def test_the_same_complaint_twice_is_not_tried_again() -> None:
    talk = Negotiation(evolve(question(), params={"temperature": 0.0}), Memory())
    assert talk.refused(InvalidRequestError("temperature is not supported"))
    assert not talk.refused(InvalidRequestError("temperature is not supported"))


def test_other_errors_are_no_complaint_about_parameters() -> None:
    talk = Negotiation(evolve(question(), params=PARAMS), Memory())
    assert not talk.refused(AuthenticationError("temperature is not supported"))


def test_an_answer_that_was_all_thinking_is_asked_for_again_with_more_room() -> None:
    talk = Negotiation(evolve(question(), params=PARAMS), Memory())
    cut_short = evolve(
        answer(), text=None, finish_reason="length", usage=Usage(prompt_tokens=5, completion_tokens=1024), cost=0.5
    )
    assert talk.made_room(cut_short)
    assert talk.request.params["max_tokens"] == 8192
    assert not talk.made_room(cut_short)
    whole = talk.accepted(evolve(answer(), usage=Usage(prompt_tokens=5, completion_tokens=7), cost=0.25))
    assert whole.usage == Usage(prompt_tokens=10, completion_tokens=1031)
    assert whole.cost == 0.75


def test_a_limit_somebody_set_is_not_raised() -> None:
    talk = Negotiation(evolve(question(), params=PARAMS), Memory(), flexible_tokens=False)
    assert not talk.made_room(evolve(answer(), text=None, finish_reason="length"))


@pytest.mark.parametrize(
    "model",
    ["gpt-5", "openai/gpt-6-sol", "o3-mini", "openai/o4-mini", "gemini/gemini-2.5-pro", "deepseek/deepseek-reasoner"],
)
def test_models_known_to_think_get_room(model: str) -> None:
    assert reasons(model)
    assert reserve_for_reasoning(model, {"max_tokens": 1024}).new_value > 4000  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "model", ["gpt-4o", "gpt-4.1", "anthropic/claude-sonnet-4-5", "mistral/mistral-large-4", "openai/gpt-5-chat-latest"]
)
def test_models_that_do_not_think_get_none(model: str) -> None:
    assert reserve_for_reasoning(model, {"max_tokens": 1024}) is None


def test_thinking_that_was_asked_for_comes_on_top() -> None:
    params = {"max_tokens": 1024, "thinking": {"type": "enabled", "budget_tokens": 2000}}
    assert reserve_for_reasoning("anthropic/claude-sonnet-4-5", params).new_value == 3024  # type: ignore[union-attr]


async def test_room_is_made_before_the_inner_model_is_asked_and_noted() -> None:
    fake = FakeModel(answer())
    response = await RoomForReasoning(fake).acomplete(evolve(question(), model="gpt-5", params={"max_tokens": 1024}))
    assert fake.requests[0].params["max_tokens"] == 1024 + 8192
    assert "room for reasoning" in response.adjustments[0]


@pytest.mark.parametrize("model", ["gemini/gemini-2.5-pro", "gemini-2.5-pro", "vertex_ai/x", "cohere/x", "command-a"])
def test_streams_that_litellm_misreads_are_avoided_however_the_model_is_written(model: str) -> None:
    assert known_profile(model).unstreamable is not None


@pytest.mark.parametrize("model", ["openai/gpt-4o", "claude-x", "hosted_vllm/gemini-like", "nobody-knows"])
def test_other_streams_are_left_alone(model: str) -> None:
    assert known_profile(model).unstreamable is None
