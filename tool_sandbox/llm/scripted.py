"""Chat models without a model: they play a script, refuse, or step on a minefield, the same way every time.

They keep no state: where a script stands is read from the request, so that one instance serves many conversations.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from attrs import field, frozen

from tool_sandbox.common.script import SayStep, Script, ScriptedCall, ToolStep, filled
from tool_sandbox.errors import HarnessError
from tool_sandbox.llm.chat import ChatRequest, ChatResponse, ToolCall, Usage
from tool_sandbox.llm.layer import Immediate

NOP_TEXT = "Hmm."
"""What an agent says that does nothing: it shares no word with anything a scenario waits for."""

FINISHED_TEXT = "Anything else?"
"""What the oracle says when the user goes on talking after the solution is complete."""

END_CONVERSATION = "end_conversation"


@frozen
class OracleModel(Immediate):
    """Plays the agent's part of a script: its tool calls, then its words."""

    script: Script

    def complete(self, request: ChatRequest) -> ChatResponse:
        """The step whose turn it is, counted by the assistant's turns so far."""
        return _play(self.script.agent_steps(), request, FINISHED_TEXT)


@frozen
class SaboteurModel(Immediate):
    """Trips one minefield on purpose, then does nothing more.

    Args:
        script: The scenario's script with its ``sabotage``.
        minefield: Id of the minefield to trip.
    """

    script: Script
    minefield: str

    def complete(self, request: ChatRequest) -> ChatResponse:
        """The step of the sabotage whose turn it is."""
        if self.minefield not in self.script.sabotage:
            message = f"There is no sabotage for {self.minefield!r}; there is for {sorted(self.script.sabotage)}."
            raise HarnessError(message)
        return _play(Script(self.script.sabotage[self.minefield]).agent_steps(), request, NOP_TEXT)


@frozen
class NopModel(Immediate):
    """Says the same empty sentence, whatever it is asked."""

    text: str = NOP_TEXT

    def complete(self, request: ChatRequest) -> ChatResponse:
        """The sentence."""
        return _said(request, self.text)


def _responses(responses: Iterable[ChatResponse | str]) -> tuple[ChatResponse | str, ...]:
    return tuple(responses)


@frozen
class FixedScriptModel(Immediate):
    """Gives prepared responses, one per turn of the assistant.

    Args:
        responses: What to answer in turn; a plain text stands for a response with that text.
    """

    responses: tuple[ChatResponse | str, ...] = field(converter=_responses)

    def complete(self, request: ChatRequest) -> ChatResponse:
        """The prepared response whose turn it is.

        Raises:
            HarnessError: The conversation is longer than what was prepared.
        """
        turn = len(_assistant_turns(request.messages))
        if turn >= len(self.responses):
            message = f"Turn {turn + 1} was asked for, but only {len(self.responses)} response(s) were prepared."
            raise HarnessError(message)
        response = self.responses[turn]
        return _said(request, response) if isinstance(response, str) else response


@frozen
class ScriptedUserModel(Immediate):
    """Plays the user's part of a script, then ends the conversation."""

    script: Script

    def complete(self, request: ChatRequest) -> ChatResponse:
        """The user's next line; after the last one, the call that ends the conversation."""
        turns = _assistant_turns(_after_last_system(request.messages))
        replied = max(0, len(turns) - 1)  # the opening message stands in the scenario itself
        texts = self.script.user_texts()
        if replied < len(texts):
            return _said(request, texts[replied])
        if END_CONVERSATION not in _offered(request):
            return _said(request, "That is all, thanks.")
        return _called(request, [(END_CONVERSATION, {})], turn=replied)


def _play(steps: Sequence[ToolStep | SayStep], request: ChatRequest, afterwards: str) -> ChatResponse:
    turns = _assistant_turns(request.messages)
    if len(turns) >= len(steps):
        return _said(request, afterwards)
    step = steps[len(turns)]
    results = _results(steps, turns, request.messages)
    if isinstance(step, SayStep):
        return _said(request, filled(step.text, results))
    offered = _offered(request)
    calls = [(_agent_facing(call, offered), _shown_arguments(call, call.resolved(results))) for call in step.calls]
    return _called(request, calls, turn=len(turns))


def _assistant_turns(messages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [message for message in messages if message["role"] == "assistant"]


def _after_last_system(messages: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    starts = [position for position, message in enumerate(messages) if message["role"] == "system"]
    return messages[starts[-1] + 1 :] if starts else messages


def _results(
    steps: Sequence[ToolStep | SayStep], turns: Sequence[Mapping[str, Any]], messages: Sequence[Mapping[str, Any]]
) -> list[tuple[str, Any]]:
    """Tool name and value of every answered call, found by the ids of the assistant's turns."""
    answers = {message["tool_call_id"]: message["content"] for message in messages if message["role"] == "tool"}
    results = []
    for step, turn in zip(steps, turns, strict=False):
        if isinstance(step, ToolStep):
            for call, sent in zip(step.calls, turn.get("tool_calls") or (), strict=False):
                if sent["id"] in answers:
                    results.append((call.name, _value(str(answers[sent["id"]]))))
    return results


@lru_cache(maxsize=256)
def _value(content: str) -> Any:
    """The value of an answer; what a tool printed before it is left out. Each is read again in every later turn."""
    for text in (content, content.rpartition("\n")[2]):
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
    return content


def _offered(request: ChatRequest) -> list[str]:
    return [tool["function"]["name"] for tool in request.tools]


def _agent_facing(call: ScriptedCall, offered: Sequence[str]) -> str:
    """The name under which the tool is offered, also while names are scrambled."""
    if call.name in offered:
        return call.name
    from tool_sandbox.common.execution_context import get_current_context

    try:
        return get_current_context().get_agent_facing_tool_name(call.name)
    except KeyError:
        return call.name


def _shown_arguments(call: ScriptedCall, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments under the names that the agent is shown, also while these are scrambled."""
    from tool_sandbox.common.argument_names import agent_facing_arguments

    return agent_facing_arguments(call.name, arguments)


def _said(request: ChatRequest, text: str) -> ChatResponse:
    return _response(request, text=text)


def _called(request: ChatRequest, calls: Sequence[tuple[str, Mapping[str, Any]]], *, turn: int) -> ChatResponse:
    written = [
        ToolCall(id=f"call_{turn}_{number}", name=name, arguments=json.dumps(arguments))
        for number, (name, arguments) in enumerate(calls)
    ]
    return _response(request, tool_calls=written, finish_reason="tool_calls")


def _response(request: ChatRequest, **content: Any) -> ChatResponse:
    nothing = Usage(prompt_tokens=0, completion_tokens=0)
    return ChatResponse(model=request.model, provider="script", usage=nothing, cost=0.0, **content)
