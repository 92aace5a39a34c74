"""A fallback goes on with turns of another model, and the first model with those of the fallback."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from tests.llm.loopback import Answer, Server, completion
from tests.waiting import HANG
from tool_sandbox.errors import InvalidRequestError
from tool_sandbox.llm import stack
from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.layers.retry import RetryPolicy
from tool_sandbox.llm.routing.router import Router
from tool_sandbox.llm.routing.settings import RouterSettings
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.history import notes_for, project
from tool_sandbox.llm.transports.negotiation.negotiator import Memory, Negotiation

CALL = {"id": "call-1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
FIRST, SECOND = "direct:first", "direct:second"


def router(server: Server) -> Router:
    entries = [
        {"model_name": model, "litellm_params": {"model": model, "api_base": server.base}} for model in (FIRST, SECOND)
    ]
    settings = RouterSettings.from_config(entries, {"fallbacks": [{FIRST: [SECOND]}]})
    return stack.build_router(settings, ModelSettings(), retry=RetryPolicy(attempts=1))


class Conversation:
    """What an agent keeps of a conversation: messages, and what stands beside them."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = [{"role": "user", "content": "go"}]
        self.notes: list[dict[str, Any] | None] = [None]

    def request(self) -> ChatRequest:
        return ChatRequest(model=FIRST, messages=project(self.messages, self.notes, FIRST), timeout=HANG)

    def answered(self, response: ChatResponse, number: int) -> None:
        call = {**CALL, "id": f"call-{number}"}
        result = {"role": "tool", "tool_call_id": call["id"], "name": "f", "content": "ok"}
        self.messages += [{"role": "assistant", "content": "", "tool_calls": [call]}, result]
        self.notes += [notes_for(response, FIRST), None]


def thinking(server: Server, *, away: set[str]) -> None:
    def answer(body: dict[str, Any]) -> Answer:
        if body["model"] in away:
            return Answer({"error": {"message": "overloaded"}}, 503)
        thoughts = {"reasoning_content": f"{body['model']} thinks"}
        return Answer(completion(None, calls=[CALL], message=thoughts, model="whatever it calls itself"))

    server.says(answer)


def thoughts_sent(body: dict[str, Any]) -> list[str | None]:
    return [each.get("reasoning_content") for each in body["messages"] if each["role"] == "assistant"]


async def test_everybody_gets_the_own_thoughts_back_and_nobody_the_others(server: Server) -> None:
    asked, talk = router(server), Conversation()
    for number, away in enumerate([set(), {"first"}, {"first"}, {"second"}, set()]):
        thinking(server, away=away)
        response = await asked.acomplete(talk.request())
        assert response.asked == (SECOND if "first" in away else FIRST)
        talk.answered(response, number)
    await asked.aclose()
    taken = [body for body in server.requests if body["model"] == "second"][-1]
    assert thoughts_sent(taken) == [None, "second thinks"]
    assert server.requests[-1]["model"] == "first"
    assert thoughts_sent(server.requests[-1]) == ["first thinks", None, None, "first thinks"]


def test_claude_stops_thinking_only_where_foreign_calls_stand() -> None:
    memory = Memory()
    inherited = ChatRequest(
        model="anthropic/claude-sonnet-4-5",
        messages=[{"role": "user", "content": "go"}, {"role": "assistant", "content": None, "tool_calls": [CALL]}],
        params={"reasoning_effort": "low", "max_tokens": 5120},
    )
    talk = Negotiation(inherited, memory)
    said = "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`."
    assert talk.refused(InvalidRequestError(said, status=400))
    assert talk.request.params == {"max_tokens": 5120}
    assert "reasoning_effort" in talk.accepted(ChatResponse(text="hi")).adjustments[0]
    own = evolve(inherited, messages=inherited.messages[:1])
    assert Negotiation(own, memory).request.params == inherited.params
    assert Negotiation(inherited, memory).request.params == {"max_tokens": 5120}
