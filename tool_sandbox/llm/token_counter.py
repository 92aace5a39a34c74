"""How many tokens a request has, reckoned on this machine: nobody is asked."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tool_sandbox.llm.chat import ChatResponse
from tool_sandbox.llm.local.models import is_local
from tool_sandbox.llm.providers import provider_name
from tool_sandbox.llm.transports.address import is_direct
from tool_sandbox.llm.transports.through_litellm.transport import load_litellm

_TOKENIZED = frozenset({"openai", "azure", "text-completion-openai"})
"""Providers whose own tokenizer comes with LiteLLM."""
_STAND_IN = "gpt-4o"
"""Whose tokenizer counts for everybody else; it needs no network."""
_PRIMER = 3
"""Tokens that begin an answer; LiteLLM adds them to every count."""
_CHARACTERS = 4
"""Characters of JSON in a token, where no tokenizer is at hand."""


class TokenCounter:
    """Counts tokens as LiteLLM does, with the model's own tokenizer where that is OpenAI's.

    Every message and tool is counted once, however often it comes.

    Args:
        model: A LiteLLM model string.
    """

    def __init__(self, model: str) -> None:
        self.is_exact = provider_name(model) in _TOKENIZED
        self._model = model if self.is_exact else _STAND_IN
        self._kept: dict[str, int] = {}

    @property
    def described(self) -> str:
        """Who counts, for people."""
        return "its own tokenizer" if self.is_exact else "OpenAI's tokenizer, an approximation"

    def prompt(self, messages: Iterable[Mapping[str, Any]]) -> int:
        """Tokens of a request without its tools."""
        return _PRIMER + sum(self._once(message, self._message) for message in messages)

    def tools(self, tools: Iterable[Mapping[str, Any]]) -> int:
        """Tokens of the tools that a request offers."""
        offered = list(tools)
        around = self._once(offered[0], self._around_tools) if offered else 0
        return around + sum(self._once(tool, self._tool) for tool in offered)

    def answer(self, response: ChatResponse) -> int:
        """Tokens of what a model says and calls."""
        said = {"role": "assistant", "content": response.text}
        calls = [{"function": {"name": call.name, "arguments": call.arguments}} for call in response.tool_calls]
        return self._once({**said, "tool_calls": calls} if calls else said, self._message)

    def _once(self, counted: Any, count: Callable[[Any], int]) -> int:
        key = f"{count.__name__} {json.dumps(counted, default=str)}"
        if key not in self._kept:
            self._kept[key] = count(counted)
        return self._kept[key]

    def _message(self, message: Mapping[str, Any]) -> int:
        names = [call["function"]["name"] for call in message.get("tool_calls") or ()]
        return self._count(messages=[message]) - _PRIMER + sum(self._count(text=name) for name in names)

    def _tool(self, tool: Mapping[str, Any]) -> int:
        return self._list([tool, tool]) - self._list([tool])

    def _around_tools(self, tool: Mapping[str, Any]) -> int:
        """What a list of tools has beside its entries."""
        return self._list([tool]) - self._tool(tool)

    def _list(self, tools: list[Mapping[str, Any]]) -> int:
        return self._count(messages=[], tools=tools) - _PRIMER

    def _count(self, **what: Any) -> int:
        return int(load_litellm().token_counter(model=self._model, **what))


class CharacterCounter(TokenCounter):
    """Takes four characters of JSON for a token, for models that are asked without LiteLLM."""

    def __init__(self) -> None:
        super().__init__("")

    @property
    def described(self) -> str:
        """Who counts, for people."""
        return f"{_CHARACTERS} characters a token, an approximation"

    def _message(self, message: Mapping[str, Any]) -> int:
        return _length(message)

    def _tool(self, tool: Mapping[str, Any]) -> int:
        return _length(tool)

    def _around_tools(self, tool: Mapping[str, Any]) -> int:  # noqa: ARG002 -- a list costs nothing here
        return 0


def token_counter(model: str) -> TokenCounter:
    """What counts the tokens of a model; LiteLLM is imported only where the model is asked through it."""
    return CharacterCounter() if is_direct(model) or is_local(model) else TokenCounter(model)


def _length(value: Any) -> int:
    return math.ceil(len(json.dumps(value, default=str)) / _CHARACTERS)
