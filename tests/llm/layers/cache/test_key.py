"""What makes two requests the same one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.llm.fakes import question
from tool_sandbox.llm.chat import CallTag, ChatRequest
from tool_sandbox.llm.layers.cache.layer import cache_key

DIFFERENT: dict[str, ChatRequest] = {
    "model": question(model="openai/other"),
    "message": question("Ho"),
    "tools": question(tools=({"type": "function", "function": {"name": "f", "parameters": {}}},)),
    "temperature": question(params={"temperature": 1.0, "max_tokens": 100}),
    "unknown parameter": question(params={"temperature": 0.0, "max_tokens": 100, "top_k": 3}),
    "api base": question(params={"temperature": 0.0, "max_tokens": 100, "api_base": "http://127.0.0.1:1/v1"}),
    "stream": question(stream=True),
    "trial": question(tag=CallTag(scenario="text_plumber", trial=1)),
    "role": question(tag=CallTag(scenario="text_plumber", role="USER")),
}


@pytest.mark.parametrize("difference", DIFFERENT)
def test_whatever_changes_an_answer_changes_the_key(difference: str) -> None:
    assert cache_key(DIFFERENT[difference]) != cache_key(question())


def test_endpoint_and_namespace_change_the_key() -> None:
    assert len({cache_key(question()), cache_key(question(), endpoint="b"), cache_key(question(), namespace="b")}) == 3


def test_the_order_of_a_tools_properties_changes_the_key() -> None:
    def tool(*names: str) -> dict[str, Any]:
        return {"function": {"parameters": {"properties": {name: {"type": "string"} for name in names}}}}

    assert cache_key(question(tools=(tool("a", "b"),))) != cache_key(question(tools=(tool("b", "a"),)))


def test_what_cannot_change_an_answer_leaves_the_key_alone() -> None:
    request = question(
        messages=({"content": "Hi", "role": "user"},),
        params={"max_tokens": 100, "temperature": 0, "api_key": "sk-0123456789"},
        timeout=5.0,
        tag=CallTag(run="another", scenario="another", turn=7),
    )

    assert cache_key(request) == cache_key(question())
