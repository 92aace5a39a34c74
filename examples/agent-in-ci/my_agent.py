"""The agent that is tested: a function that gets the conversation and the tools, and answers with text or calls.

This one follows rules, so that the example needs no key. Yours asks a model here, with a framework or without.
"""

import json
import re
from typing import Any

ITEMS = ("bread", "cheese", "eggs", "milk")


def answer(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> dict[str, Any] | str:  # noqa: ARG001
    """The next message of the agent, in the chat format of OpenAI.

    Args:
        messages: The conversation so far, with the calls and what the tools returned.
        tools: The tools on offer, with JSON Schemas of their parameters.
    """
    asked = next(message["content"] for message in reversed(messages) if message["role"] == "user").lower()
    item = next((each for each in ITEMS if each in asked), None)
    results = [message["content"] for message in messages if message["role"] == "tool"]
    if item is None:
        return "What would you like to order, cancel or know?"
    if "cancel" in asked:
        return cancel(item, results)
    if "where" in asked:
        return tell(item, results)
    return order(item, asked, results)


def order(item: str, asked: str, results: list[str]) -> dict[str, Any] | str:
    """Order it once."""
    quantity = int(number[0]) if (number := re.search(r"\d+", asked)) else 1
    return f"I ordered {quantity} × {item} for you." if results else call("place_order", item=item, quantity=quantity)


def cancel(item: str, results: list[str]) -> dict[str, Any] | str:
    """Look for the order, cancel it, and say what came of that."""
    if not results:
        return call("find_orders", item=item)
    if len(results) == 1:
        return call("cancel_order", number=re.findall(r"A\d+", results[0])[-1])
    if "cannot" in results[-1]:
        return f"Sorry, the {item} is on its way and cannot be cancelled."
    return f"Your order of {item} is cancelled."


def tell(item: str, results: list[str]) -> dict[str, Any] | str:
    """Look for the order and say how it stands."""
    if not results:
        return call("find_orders", item=item)
    status = "has been shipped" if "shipped" in results[0] else "is being packed"
    return f"Your {item} {status}."


def call(tool: str, **arguments: Any) -> dict[str, Any]:
    """A message that calls a tool."""
    function = {"name": tool, "arguments": json.dumps(arguments)}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function", "function": function}]}
