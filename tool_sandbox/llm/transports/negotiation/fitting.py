"""A request as its model takes it."""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from attrs import evolve, frozen

from tool_sandbox.llm.chat import ChatRequest
from tool_sandbox.llm.providers import qualified
from tool_sandbox.llm.transports.negotiation import messages as order
from tool_sandbox.llm.transports.negotiation.profile import Change, Profile

LEAST_ROOM = 16
"""Tokens below which an answer is not worth asking for: the conversation is too long, and that is to be said."""
_MARGIN = 1.05
_SPARE_TOKENS = 32


@frozen
class Fitted:
    """A request in the form that is sent, and what was changed beyond what is known of its model beforehand."""

    request: ChatRequest
    adjustments: tuple[str, ...]


def fit(asked: ChatRequest, profile: Profile, known: Profile) -> Fitted:
    """The request as a model with this profile takes it.

    Args:
        asked: The request as the role made it.
        profile: What the model takes.
        known: What was known of it beforehand; only what differs is an adjustment.
    """
    notes: list[str] = []
    messages = _fitted_messages(asked, profile, known, notes)
    request = asked if _are_the_same(messages, asked.messages) else evolve(asked, messages=messages)
    if profile.responses_endpoint:
        request = evolve(request, model=_on_responses(asked.model))
        notes.append("asked through /v1/responses: the model refuses these parameters elsewhere")
    if request.stream and profile.unstreamable:
        request = evolve(request, stream=False)
        notes.append(f"stream=True turned off: {profile.unstreamable}")
    params = dict(asked.params)
    for change in _changes(request, profile):
        changed = change.apply(params)
        if changed != params:
            notes.append(change.describe(params))
            params = changed
    return Fitted(request if params == asked.params else evolve(request, params=params), tuple(notes))


def limit_name(params: Any) -> str:
    """The parameter that holds the token limit."""
    return "max_completion_tokens" if "max_completion_tokens" in params else "max_tokens"


def length_of(request: ChatRequest) -> int:
    """Characters of what a model has to read."""
    return len(json.dumps([request.messages, request.tools], ensure_ascii=False, default=str))


def _fitted_messages(
    asked: ChatRequest, profile: Profile, known: Profile, notes: list[str]
) -> tuple[dict[str, Any], ...]:
    chat = order.echoed(asked.messages, asked.model, profile)
    for name, apply, words in _rules(profile):
        setting = getattr(profile, name)
        if not setting:
            continue
        fitted = apply(chat)
        if fitted != chat and setting != getattr(known, name):
            notes.append(f"messages: {words}")
        chat = fitted
    return tuple(chat)


def _are_the_same(fitted: Sequence[Any], asked: Sequence[Any]) -> bool:
    """Whether no message was put in place of another."""
    return len(fitted) == len(asked) and all(map(operator.is_, fitted, asked))


def _rules(profile: Profile) -> Iterator[tuple[str, Callable[[order.Messages], list[dict[str, Any]]], str]]:
    """How messages follow each property of a profile, in the order in which they do: its name, the change, in words."""
    beside, refused = profile.beside_calls, profile.refused_fields
    yield "thoughts_on_every_turn", order.thoughts_on_every_turn, "reasoning_content sent with every turn"
    yield "one_system", order.one_system_in_front, "system messages told in one, in front"
    yield "system_told_by_user", order.system_told_by_user, "the system message told in the user's first one"
    yield "user_first", order.user_in_front, "a user's message put in front"
    yield "one_call", order.one_call_each, "calls of one turn sent as turns of one call"
    yield (
        "answer_after_results",
        order.answered_results,
        "an assistant's message put between results of tools and the user's",
    )
    yield "alternating", order.alternating, "messages of one speaker in a row put together"
    yield (
        "beside_calls",
        partial(order.beside_calls, wanted=beside),
        "another stand-in for the text of turns that only call tools",
    )
    yield "ids_of_nine", order.ids_of_nine, "ids of calls shortened"
    yield "nameless_results", order.without_names_on_results, "the tool's name left out of its results"
    yield "refused_fields", partial(order.without_fields, names=refused), "fields of messages left out"


def _changes(request: ChatRequest, profile: Profile) -> Iterator[Change]:
    """The changes of parameters, in the order in which they are made."""
    yield from profile.changes
    if profile.one_call and request.tools and request.params.get("parallel_tool_calls") is not False:
        reason = "the model takes one call in a turn"
        if not any(change.parameter == "parallel_tool_calls" for change in profile.changes):
            yield Change("parallel_tool_calls", "parallel_tool_calls", False, reason, missing=True)
    if profile.thinks_after_own_calls_only and order.holds_foreign_calls(request.messages):
        for name in ("thinking", "reasoning_effort"):
            yield Change(name, reason="the model cannot think after calls without its own thoughts")
    if (most := _most_tokens(request, profile)) is not None:
        for name in ("max_tokens", "max_completion_tokens"):
            yield _Lowered(name, name, most, "all that the server takes")


@frozen
class _Lowered(Change):
    """A limit that is lowered and never raised."""

    def apply(self, params: Any) -> dict[str, Any]:
        limit = params.get(self.parameter)
        return super().apply(params) if isinstance(limit, int) and limit > self.new_value else dict(params)


def _most_tokens(request: ChatRequest, profile: Profile) -> int | None:
    """The highest limit that this conversation leaves room for."""
    limits = [profile.longest_answer, profile.limit_for_now]
    if profile.window is not None and profile.limit_for_now is None:
        read = math.ceil(length_of(request) * profile.window.tokens_per_character * _MARGIN) + _SPARE_TOKENS
        limits.append(max(LEAST_ROOM, profile.window.context - read))
    return min((limit for limit in limits if limit is not None), default=None)


def _on_responses(model: str) -> str:
    prefix, _, name = qualified(model).partition("/")
    return f"{prefix}/responses/{name}"
